package mock

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// An account has the credentials that are accepted.
type account struct {
	id           int
	token        string
	accessKey    string
	accessSecret string
}

func newAccount(r *rand.Rand) account {
	a := account{id: 1000 + r.IntN(9000), accessKey: hexadecimal(r, 32), accessSecret: hexadecimal(r, 40)}
	a.token = newToken(r, a.id)
	return a
}

// newToken makes a token of the shape that the service gives out: a JWT with floats for times. Its signature is invented, and nobody
// checks it: the server knows its token.
func newToken(r *rand.Rand, account int) string {
	now := float64(time.Now().Unix()) + 0.25
	const tenYears = 10 * 365 * 24 * 3600
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
		"aud": "7", "jti": id, "iat": now, "nbf": now, "exp": now + tenYears, "sub": strconv.Itoa(account), "scopes": []string{"*", "write-all", "read-all"},
	})
	signature := make([]byte, 256)
	for i := range signature {
		signature[i] = byte(r.Uint32()) //nolint:gosec // the low byte is wanted
	}
	return head + "." + claims + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// admit checks the token of a console request. That no token is 401 is an assumption; that any other credential is 403 has been seen.
func (s *Server) admit(r *http.Request) *answer {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case kind == "", kind == "Bearer" && token == "":
		return message(http.StatusUnauthorized, "Unauthenticated.")
	case kind != "Bearer" || token != s.account.token:
		return message(http.StatusForbidden, "Forbidden")
	}
	return nil
}
