package transport

import (
	"context"
	"io"
	"net/http"
	"time"
)

// Cost says what sending a request once too often would do, and so when it may be sent again.
type Cost int

// The costs. Requests that were certainly not accepted may be sent again whatever they cost.
const (
	Read    Cost = iota // changes nothing: again after any passing failure
	Write               // changing it twice is the same as once: again after any passing failure
	Billed              // creates or bills: never again after it may have been accepted
	Storage             // transfer to a presigned URL: again after any passing failure, outside the rate limit
)

// A Request is one operation of an API.
type Request struct {
	Op     string // the operation, for errors and logs: "files.get"
	Cost   Cost
	Method string
	URL    string
	Header http.Header // may be nil
	Body   *Body       // nil: none

	// Token returns the bearer token; nil sends none. It is asked again, once, naming a token that was refused.
	Token func(ctx context.Context, rejected string) (string, error)

	// Check says what the answer means: nil is success. The default takes 2xx for success and reads the Console API's errors.
	Check func(*Response) error

	// BeforeRetry is called before a request that the service has refused, with 429 say, is sent again, and gets the wait since
	// the refusal. An error ends the call, and is wrapped in Do's. nil: nothing is asked.
	BeforeRetry func(ctx context.Context, waited time.Duration) error

	SecretURL  bool     // the URL itself is a credential, and so is whatever the answer says
	SecretBody bool     // the answer may hold a credential: errors carry the message but not the body
	Secrets    []string // further text that must not show in an error

	// Lost is set by Do where an attempt that it has repeated may have been processed all the same.
	Lost bool
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

// A Response is an answer that was read completely.
type Response struct {
	StatusCode int
	Header     http.Header
	Body       []byte
	Attempts   int // how often the request was sent
}

// OK reports whether the status is 2xx.
func (r *Response) OK() bool { return r.StatusCode >= 200 && r.StatusCode < 300 }

// busy reports whether the service turned the request away unseen, and said for how long.
func (r *Response) busy() bool {
	_, said := retryAfter(r.Header, time.Now())
	return said && r.StatusCode == http.StatusServiceUnavailable
}

// unsure reports whether the request may have been processed although it failed.
func (r *Response) unsure() bool {
	switch {
	case r.busy(), r.StatusCode == http.StatusNotImplemented:
		return false
	case r.OK(): // but not with what was promised
		return true
	}
	return r.StatusCode >= 500 || r.StatusCode == http.StatusRequestTimeout
}
