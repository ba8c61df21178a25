package credential

import (
	"strings"
	"time"
	"unicode"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Rejected says what to do about a Console API token that the service has refused with 401 or 403, by what the token looks
// like, and reports whether that explains the refusal. It shows of the token what Secret.Describe shows, and its claims. scope is what the
// token was needed for.
func Rejected(token acrcloud.Secret, scope Scope, now time.Time) (remedy string, explained bool) {
	makeToken := MakeToken(scope)
	claims, ok := Inspect(token)
	described := "(" + token.Describe() + ")"
	switch {
	case !ok && isKeyLike(token.Reveal()):
		return "What was sent " + described + " looks like a project's access key or secret, which are for identification: " + makeToken + ".", true
	case !ok:
		return "What was sent " + described + " is not a Console API token, which is a JWT and begins with eyJ: " + makeToken + ".", true
	case !claims.ExpiresAt.IsZero() && !claims.ExpiresAt.After(now):
		return "The token " + described + " says that it expired on " + claims.ExpiresAt.Format("2 January 2006 at 15:04 UTC") + ": " + makeToken + ".", true
	case !claims.Covers(scope):
		return Lacking(token, claims, scope), true
	}
	return "The token " + described + " looks right: it may have been revoked, or be that of another account than the one asked about. If nobody knows, " + makeToken + ".", false
}

// Lacking says what to do about a token that does not cover scopes that are needed.
func Lacking(token acrcloud.Secret, claims Claims, missing ...Scope) string {
	return "The token (" + token.Describe() + ") says that it is good for " + scopeList(claims.Scopes) + " only: " + MakeToken(missing...) + "."
}

// isKeyLike recognises a project's access key and access secret, which have 32 and 40 letters and digits in practice.
func isKeyLike(text string) bool {
	return len(text) >= 20 && len(text) <= 48 && !strings.ContainsFunc(text, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// scopeList names the scopes, as far as they are plain words and fit a sentence.
func scopeList(scopes []string) string {
	const most = 12
	var names []string
	for _, scope := range scopes {
		if scope == "" || len(scope) > 40 || strings.ContainsFunc(scope, func(r rune) bool { return r <= ' ' || r > '~' }) {
			continue
		}
		if len(names) == most {
			names = append(names, "…")
			break
		}
		names = append(names, scope)
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
