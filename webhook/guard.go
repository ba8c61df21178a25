package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A guard knows the shared secrets.
type guard struct {
	name string

	// matches is a closure, so that printing a Handler shows nothing to guess the secrets by.
	matches func(given string) bool
}

func newGuard(name string, secrets []acrcloud.Secret) *guard {
	digests := make([][sha256.Size]byte, len(secrets))
	for i, s := range secrets {
		digests[i] = sha256.Sum256([]byte(s.Reveal()))
	}
	return &guard{name: name, matches: func(given string) bool {
		// Digests are of one length, and all are compared: time tells neither a length nor which secret it was.
		digest := sha256.Sum256([]byte(given))
		found := 0
		for i := range digests {
			found |= subtle.ConstantTimeCompare(digests[i][:], digest[:])
		}
		return found == 1
	}}
}

// check looks for the secret in the query and in the header. Two of them are refused, even if both are right: something in between
// may have added one, and others may look at the other.
func (g *guard) check(r *http.Request) *RequestError {
	given := g.given(r)
	switch {
	case len(given) == 0:
		return &RequestError{Reason: ReasonNoSecret}
	case len(given) > 1:
		return &RequestError{Reason: ReasonTwoSecrets}
	case !g.matches(given[0]):
		return &RequestError{Reason: ReasonBadSecret}
	}
	return nil
}

func (g *guard) given(r *http.Request) []string {
	given := r.URL.Query()[g.name]
	return append(slices.Clip(given), r.Header.Values(g.name)...)
}

// clean returns the header without the secret: also where a proxy has put the whole URL into a header.
func (g *guard) clean(r *http.Request) http.Header {
	header := r.Header.Clone()
	if g == nil {
		return header
	}
	given := g.given(r)
	header.Del(g.name)
	for name, values := range header {
		if slices.ContainsFunc(values, func(value string) bool {
			return slices.ContainsFunc(given, func(secret string) bool {
				return secret != "" && (strings.Contains(value, secret) || strings.Contains(value, url.QueryEscape(secret)))
			})
		}) {
			delete(header, name)
		}
	}
	return header
}

// isParameterName reports whether name can be both a query parameter, without escapes, and a header.
func isParameterName(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}
