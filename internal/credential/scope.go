package credential

import "slices"

// A Scope is a part of the Console API that a token is good for. The zero Scope is one whose name is not known.
type Scope struct {
	Name  string // as tokens have it, perhaps after "read-" or "write-": "filescanning"
	Title string // in words: "File Scanning"
}

// FileScanning is the scope of package filescan.
func FileScanning() Scope { return Scope{Name: "filescanning", Title: "File Scanning"} }

// Covers reports whether the token's scopes, as far as it states any, have to do with that one.
func (c Claims) Covers(s Scope) bool {
	return c.Scopes == nil || s.Name == "" || slices.ContainsFunc(c.Scopes, func(scope string) bool {
		switch scope {
		case "*", "read-all", "write-all", s.Name, "read-" + s.Name, "write-" + s.Name, "delete-" + s.Name:
			return true
		}
		return false
	})
}

func titles(scopes []Scope) []string {
	list := make([]string, 0, len(scopes))
	for _, scope := range scopes {
		if scope.Title != "" {
			list = append(list, scope.Title)
		}
	}
	return list
}
