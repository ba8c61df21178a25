package webhook

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// minSecret is the length in bytes below which [WithSecret] refuses a secret: anyone can send guesses to a public URL.
const minSecret = 16

// NewSecret returns a new secret for [WithSecret] and [CallbackURL]: 32 random bytes, encoded in characters that URLs
// and headers need not escape. Store it: the handler needs the same secret after a restart.
func NewSecret() acrcloud.Secret {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // it never fails
	return acrcloud.NewSecret(base64.RawURLEncoding.EncodeToString(random))
}

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
		// Digests are of one length, and all are compared: timing reveals neither a length nor which secret it was.
		digest := sha256.Sum256([]byte(given))
		found := 0
		for i := range digests {
			found |= subtle.ConstantTimeCompare(digests[i][:], digest[:])
		}
		return found == 1
	}}
}

// check looks for the secret in the query and in the header. Two of them are refused, even if both are right: something in between
// may have added one, and others may check the other.
func (g *guard) check(r *http.Request) *RequestError {
	given := g.given(r)
	switch {
	case g == nil:
		return nil
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
	if g == nil {
		return nil
	}
	given := r.URL.Query()[g.name]
	return append(slices.Clip(given), r.Header.Values(g.name)...)
}

// isParameterName reports whether name can be both a query parameter, without escapes, and a header.
func isParameterName(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}

// isCommonHeader reports whether requests have a header of that name anyway, which would count as a second secret.
func isCommonHeader(name string) bool {
	return slices.Contains([]string{
		"Accept", "Accept-Encoding", "Accept-Language", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date", "Expect", "Host",
		"Referer", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
	}, http.CanonicalHeaderKey(name))
}
