package credential

import (
	"slices"
	"strings"
)

// A Scope is a part of the Console API that a token is good for.
type Scope struct {
	Name  string // as tokens have it, perhaps after "read-" or "write-": "filescanning"
	Title string // in words: "File Scanning"
}

// FileScanning is the scope of package filescan.
func FileScanning() Scope { return Scope{Name: "filescanning", Title: "File Scanning"} }

// Scopes are several of them.
type Scopes []Scope

// String lists their titles.
func (s Scopes) String() string {
	titles := make([]string, 0, len(s))
	for _, scope := range s {
		titles = append(titles, scope.Title)
	}
	return strings.Join(titles, ", ")
}

// Covers reports whether the token's scopes, as far as it states any, have to do with that one.
func (c Claims) Covers(s Scope) bool {
	return c.Scopes == nil || slices.ContainsFunc(c.Scopes, func(scope string) bool {
		switch scope {
		case "*", "read-all", "write-all", s.Name, "read-" + s.Name, "write-" + s.Name, "delete-" + s.Name:
			return true
		}
		return false
	})
}

// MakeToken says how to get a token that is good for the scopes.
func MakeToken(scopes ...Scope) string {
	const how = "make a Console API token in the console under Account, Developer Settings"
	switch len(scopes) {
	case 0:
		return how
	case 1:
		return how + ", with the " + scopes[0].Title + " scope"
	}
	return how + ", with the scopes " + Scopes(scopes).String()
}
