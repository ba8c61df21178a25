package webhook

import "net/http"

// A Verifier checks the signature of a request. The Webhook type of the standard-webhooks library is one, and so are those of other
// providers' libraries.
//
// A container can be given a callback_sign_secret, but what ACRCloud does with it is not known: neither the header's name nor the
// algorithm. So a Verifier is for what a gateway of your own adds.
//
// payload is the body as it was received. Verify must not change or keep it, and must be safe for concurrent use. An error is a
// refusal, which the observer sees and the sender does not.
type Verifier interface {
	Verify(payload []byte, header http.Header) error
}

// verify calls every Verifier.
func (c *config) verify(payload []byte, header http.Header) (Reason, error) {
	for _, v := range c.verifiers {
		if err := protect("the Verifier", func() error { return v.Verify(payload, header) }); err != nil {
			return reasonOf(err, ReasonSignature), err
		}
	}
	return "", nil
}
