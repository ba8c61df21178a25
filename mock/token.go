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

// A Token describes the permissions of a Console API token. The token of [Server.Config] is a zero Token.
type Token struct {
	ExpiresAt time.Time // zero: ten years from now, as with the service
	Scopes    []string  // such as "read-filescanning" or "ucf"; nil: all
	Account   int       // its account; 0: this server's. Any other number is another account with its own containers
}

// IssueToken returns another token, in addition to that of [Server.Config].
//
// An expired token gets 401, and one without a scope of the call's group gets 403; both are assumptions. The groups are
// filescanning, buckets, audios (files of buckets), channels (of buckets), base-projects, bm-cs-projects,
// bm-bd-projects, ucf and metadata; other calls accept any scope. Whether the service refuses writes with a read scope
// is not known; the server accepts them.
func (s *Server) IssueToken(t Token) acrcloud.Secret {
	s.lock()
	defer s.mu.Unlock()
	text := s.issue(t, "")
	s.changed()
	return acrcloud.NewSecret(text)
}

// RevokeToken revokes a token, such as that of [Server.Config]. It is then refused with 403, like any unknown text.
// Access keys are not affected.
func (s *Server) RevokeToken(token acrcloud.Secret) {
	s.lock()
	defer s.mu.Unlock()
	delete(s.tokens, token.Reveal())
	s.changed()
}

// issue makes the server accept a text as a token; an empty text means an invented token. The lock must be held.
func (s *Server) issue(t Token, text string) string {
	if t.ExpiresAt.IsZero() {
		t.ExpiresAt = s.now().AddDate(10, 0, 0)
	}
	if t.Scopes == nil {
		t.Scopes = []string{"*", "write-all", "read-all"}
	}
	if t.Account == 0 {
		t.Account = s.own.id
	}
	t.Scopes = slices.Clone(t.Scopes)
	if invented := t.jwt(s.random); text == "" { // always, so that a seed gives the same results otherwise
		text = invented
	}
	s.tokens[text] = t
	return text
}

// jwt returns a token in the service's format, with times as floats. Its signature is invented and not checked, since
// the server knows its tokens.
func (t Token) jwt(r *rand.Rand) string {
	issued := float64(time.Now().Unix()) + 0.25
	id := hexadecimal(r, 80)
	part := func(v any) string {
		b, _ := json.Marshal(v) //nolint:errchkjson // plain values
		return base64.RawURLEncoding.EncodeToString(b)
	}
	head := part(struct { // in this order, so that it begins like real ones
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

// allows reports whether a token has a scope of a group; with an empty group, any scope is enough.
func (t Token) allows(group string) bool {
	return group == "" || slices.ContainsFunc(t.Scopes, func(scope string) bool {
		return slices.Contains([]string{"*", "read-all", "write-all", group, "read-" + group, "write-" + group, "delete-" + group}, scope)
	})
}

// admit checks the token of a console request, and notes its account. The status 401 without a token is an assumption,
// as are the responses to expired tokens, missing scopes and suspended accounts; 403 for any other credential has been
// seen. For a client that does not ask for JSON, the service has another text, whose status is not known.
func (s *Server) admit(q *request) (refused *response) {
	kind, text, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	scope := ""
	if q.route != nil {
		scope = q.route.scope
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	token, known := s.tokens[text]
	switch {
	case kind == "", kind == "Bearer" && text == "", known && !s.now().Before(token.ExpiresAt):
		return message(http.StatusUnauthorized, "Unauthenticated.")
	case kind == "Bearer" && !known && !acceptsJSON(q.Request):
		return jsonResponse(http.StatusForbidden, row{"error": "Authentication Exception"})
	case kind != "Bearer", !known, s.suspended && token.Account == s.own.id:
		return message(http.StatusForbidden, "Forbidden")
	case !token.allows(scope):
		return message(http.StatusForbidden, "Invalid scope(s) provided.")
	}
	q.account = s.accountOf(token.Account)
	return nil
}

// SetSuspended makes the service refuse all requests of this server's account, or accept them again. The service's
// response is not known: 403 and code 3013 are assumed, on which ACRCloud's own programs give up. For other responses,
// use [Server.Inject].
func (s *Server) SetSuspended(suspended bool) {
	s.lock()
	defer s.mu.Unlock()
	s.suspended = suspended
	s.changed()
}
