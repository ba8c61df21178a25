package transport

import (
	"context"
	"io"
	"net/http"
	"time"
)

// Cost is the effect of sending a request twice, and so decides when it may be retried.
type Cost int

// The costs. A request that was certainly not accepted may be retried at any cost.
const (
	Read    Cost = iota // changes nothing: again after any failure that may pass
	Write               // changing it twice is the same as once: again after any failure that may pass
	Billed              // creates or bills: never again after it may have been accepted
	Storage             // transfer to a presigned URL: again after any failure that may pass, outside the rate limit
)

// A Request is one operation of an API. Do does not change it.
type Request struct {
	Op     string // the operation, for errors and logs: "files.get"
	Cost   Cost
	Method string
	URL    string
	Header http.Header // may be nil
	Body   *Body       // nil: none

	// Token returns the bearer token; nil sends none. It is asked again, once, naming a token that was refused.
	Token func(ctx context.Context, rejected string) (string, error)

	// Check says what the response means: nil is success. The default is ConsoleError.
	Check func(*Response) error

	// Stream takes the body of a success as it arrives, in place of Response.Body, which is empty then; Check is not asked. Such a request is
	// bounded by progress, not by time, and is retried only while body has not been read from. An error of the body's own, where it
	// breaks off, is in what Do returns.
	Stream func(resp *Response, body io.Reader) error

	// BeforeRetry is called before a request that the service has refused, with 429 say, is retried, and gets the wait since
	// the refusal. An error ends the call, and is wrapped in Do's. nil: nothing is asked.
	BeforeRetry func(ctx context.Context, waited time.Duration) error

	SecretURL  bool     // the URL itself is a credential, and so is everything in the response
	SecretBody bool     // the response may hold a credential: errors carry the message but not the body
	Secrets    []string // more text that must not show in an error; of a URL or query its parts neither

	// MoreSecrets are secrets that are made with the attempts; nil: none. It is asked after each, while a body may still be opened.
	MoreSecrets func() []string
}

// A Body is what a request sends. It is opened once per attempt, and its Read must return when the context ends: net/http waits
// for it.
type Body struct {
	Length     int64
	Open       func(ctx context.Context) (io.ReadCloser, error)
	Repeatable func() bool                   // whether it can be opened (again); nil: always
	Upload     bool                          // bounded by progress, not by time
	OnSent     func(attempt int, sent int64) // called as bytes are handed to the connection; never after Do has returned
}

func (r *Request) repeatable() bool {
	return r.Body == nil || r.Body.Repeatable == nil || r.Body.Repeatable()
}

func (r *Request) check(resp *Response) error {
	if r.Check != nil {
		return r.Check(resp)
	}
	return ConsoleError(resp)
}
