package credential

import (
	"time"
	"unicode"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/remedy"
)

// Describe says what a Console API token looks like, for the remedy of its refusal: what Secret.Describe shows of it, and its claims as far
// as they speak against it. scopes are what it is needed for.
func Describe(token acrcloud.Secret, now time.Time, scopes ...Scope) remedy.Token {
	claims, ok := Inspect(token)
	t := remedy.Token{Described: token.Describe(), JWT: ok, KeyLike: !ok && isKeyLike(token.Reveal())}
	if expires := claims.ExpiresAt; !expires.IsZero() && !expires.After(now) {
		t.Expired = expires
	}
	for _, scope := range scopes {
		if !claims.Covers(scope) {
			t.Scopes = claims.Scopes
			t.Needed = append(t.Needed, scope.Title)
		}
	}
	if t.Needed == nil {
		t.Needed = titles(scopes)
	}
	return t
}

// isKeyLike recognises a project's access key and access secret, which have 32 and 40 letters and digits in practice.
func isKeyLike(text string) bool {
	if len(text) < 20 || len(text) > 48 {
		return false
	}
	for _, r := range text {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}
