package remedy

import (
	"strings"
	"time"
)

// A Token describes the Console API token that was sent, without the token itself. The zero Token is one of which nothing is
// known.
type Token struct {
	Described string    // its length and last characters
	KeyLike   bool      // it looks like a project's access key or access secret
	JWT       bool      // it is a JWT
	Expired   time.Time // when it expired, if it says so
	Scopes    []string  // what it says that it is good for; nil: nothing is said, or enough
	Needed    []string  // the titles of the scopes that it is needed for
}

// Explains describes the problem of a token by what it states about itself, and the remedy; or returns nothing. It proves nothing: only the service
// decides about a token.
func (t Token) Explains() string {
	described := "(" + t.Described + ")"
	switch {
	case t.Described == "":
		return ""
	case t.KeyLike:
		return "What was sent " + described + " looks like a project's access key or secret, which are for identification: " + t.Make() + "."
	case !t.JWT:
		return "What was sent " + described + " is not a Console API token, which is a JWT and begins with eyJ: " + t.Make() + "."
	case !t.Expired.IsZero():
		return "The token " + described + " says that it expired on " + t.Expired.Format("2 January 2006 at 15:04 UTC") + ": " + t.Make() + "."
	case t.Scopes != nil:
		return "The token " + described + " says that it is good for " + scopeList(t.Scopes) + " only: " + t.Make() + "."
	}
	return ""
}

// Make says how to create a token with the scopes that are needed.
func (t Token) Make() string {
	const how = "create a Console API token in the console under Account, Developer Settings"
	switch len(t.Needed) {
	case 0:
		return how
	case 1:
		return how + ", with the " + t.Needed[0] + " scope"
	}
	return how + ", with the scopes " + strings.Join(t.Needed, ", ")
}

// ofToken is about 401 and 403: the token explains them, or the service's words do, or neither.
func ofToken(a Response, t Token) string {
	if explained := t.Explains(); explained != "" {
		return explained
	}
	if t.Needed == nil {
		t.Needed = []string{"File Scanning"}
	}
	const what = "The Console API needs a token of its own (it begins with eyJ); a project's access key does not work here: "
	switch {
	case a.isWebPage():
		return "The response is a web page, not the API's: check Config.BaseURL, and whether a proxy or firewall is in between. If it is the service's, " + t.Make() + "."
	case a.says("scope"):
		return "The token lacks a scope: " + t.Make() + "."
	case a.says("expired"):
		return "The token has expired: " + t.Make() + "."
	case t.JWT:
		return "The token (" + t.Described + ") looks right: it may have been revoked, or belong to another account. If in doubt, " + t.Make() + "."
	}
	return what + t.Make() + "."
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
