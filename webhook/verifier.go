package webhook

import "net/http"

// A Verifier checks whether a request was signed. A container can be given a callback_sign_secret, but what ACRCloud does with it is
// not known: neither the header's name nor the algorithm. This is the place for it, and for what a gateway of your own adds.
//
// It must not change body, must not keep it, and must be safe for concurrent use. An error is a refusal; the sender does not see it,
// the observer does.
type Verifier interface {
	Verify(header http.Header, body []byte) error
}
