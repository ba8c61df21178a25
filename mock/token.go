package mock

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A Token says what a Console API token is good for. That of [Server.Config] is a zero Token.
type Token struct {
	ExpiresAt time.Time // zero: ten years from now, as the service's
	Scopes    []string  // such as "read-filescanning" or "ucf"; nil: all
	Account   int       // whose token it is; 0: this server's. Any other number is another account, with containers of its own
}

// IssueToken makes another token, next to that of [Server.Config].
//
// An expired one gets 401, and one that has no scope of the group that a call belongs to gets 403; both of which are assumptions.
// The groups are filescanning, buckets, audios (files of buckets), channels (of buckets), base-projects, bm-cs-projects, bm-bd-projects, ucf and
// metadata; other calls need any scope. That a token for reading may be refused to write is not known, and not done.
func (s *Server) IssueToken(t Token) acrcloud.Secret {
	s.lock()
	defer s.mu.Unlock()
	text := s.issue(t, "")
	s.changed()
	return acrcloud.NewSecret(text)
}

// RevokeToken makes the server forget a token, such as that of [Server.Config]: it is refused with 403 from now on, as any text is that was
// never a token. Access keys are no tokens, and stay.
func (s *Server) RevokeToken(token acrcloud.Secret) {
	s.lock()
	defer s.mu.Unlock()
	delete(s.tokens, token.Reveal())
	s.changed()
}

// issue has the server accept a text as a token; an empty one stands for a token that is invented. It is called with the lock held.
func (s *Server) issue(t Token, text string) string {
	if t.ExpiresAt.IsZero() {
		t.ExpiresAt = time.Now().AddDate(10, 0, 0)
	}
	if t.Scopes == nil {
		t.Scopes = []string{"*", "write-all", "read-all"}
	}
	if t.Account == 0 {
		t.Account = s.own.id
	}
	t.Scopes = slices.Clone(t.Scopes)
	if invented := t.jwt(s.random); text == "" { // always, so that a seed makes the same of everything else
		text = invented
	}
	s.tokens[text] = t
	return text
}

// jwt is a token of the shape that the service gives out: with floats for times. Its signature is invented, and nobody checks it: the
// server knows its tokens.
func (t Token) jwt(r *rand.Rand) string {
	issued := float64(time.Now().Unix()) + 0.25
	id := hexadecimal(r, 80)
	part := func(v any) string {
		b, _ := json.Marshal(v) //nolint:errchkjson // plain values
		return base64.RawURLEncoding.EncodeToString(b)
	}
	head := part(struct { // in the order that makes it begin as real ones do
		Typ string `json:"typ"`
		Alg string `json:"alg"`
		Jti string `json:"jti"`
	}{"JWT", "RS256", id})
	claims := part(map[string]any{
		"aud": "7", "jti": id, "iat": issued, "nbf": issued, "exp": float64(t.ExpiresAt.Unix()) + 0.25, "sub": strconv.Itoa(t.Account), "scopes": t.Scopes,
	})
	signature := make([]byte, 256)
	for i := range signature {
		signature[i] = byte(r.Uint32()) //nolint:gosec // the low byte is wanted
	}
	return head + "." + claims + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// allows reports whether a token has a scope of a group; empty: any scope does.
func (t Token) allows(group string) bool {
	return group == "" || slices.ContainsFunc(t.Scopes, func(scope string) bool {
		return slices.Contains([]string{"*", "read-all", "write-all", group, "read-" + group, "write-" + group, "delete-" + group}, scope)
	})
}

// admit checks the token of a console request, and notes whose it is. That no token is 401 is an assumption, as are the responses to an
// expired token, to other scopes and to a suspended account; that any other credential is 403 has been seen. To a client that does not ask for
// JSON the service has another text, whose status is not known.
func (s *Server) admit(q *request) (refused *answer) {
	kind, text, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	scope := ""
	if q.route != nil {
		scope = q.route.scope
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	token, known := s.tokens[text]
	switch {
	case kind == "", kind == "Bearer" && text == "", known && !time.Now().Before(token.ExpiresAt):
		return message(http.StatusUnauthorized, "Unauthenticated.")
	case kind == "Bearer" && !known && !acceptsJSON(q.Request):
		return jsonAnswer(http.StatusForbidden, row{"error": "Authentication Exception"})
	case kind != "Bearer", !known, s.suspended && token.Account == s.own.id:
		return message(http.StatusForbidden, "Forbidden")
	case !token.allows(scope):
		return message(http.StatusForbidden, "Invalid scope(s) provided.")
	}
	q.account = s.accountOf(token.Account)
	return nil
}

// SetSuspended has the service refuse everything that this server's account asks for, or no longer. How it refuses is not known: 403 and
// code 3013 are assumed, on which ACRCloud's own programs give up. [Server.Inject] makes any other response.
func (s *Server) SetSuspended(suspended bool) {
	s.lock()
	defer s.mu.Unlock()
	s.suspended = suspended
	s.changed()
}
