package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A call is one Do with one token: what its attempts have in common. It travels in the context of the *http.Request, where the policy
// and the round tripper find it. All of them run in the goroutine that called Do, one after the other.
type call struct {
	client *Client
	req    *Request
	ctx    context.Context // the caller's
	tokens []string        // the one that is used, and the one that was rejected before it
	host   string
	path   string // as far as it may be shown

	attempt *attempt      // the current or last one
	n       int           // of it, over all tokens
	plain   bool          // "Expect: 100-continue" is left out, since an attempt with it was refused for that
	wait    time.Duration // after it
	next    time.Time     // when the next one may begin
	waited  time.Duration // between the attempts, in all

	lost    bool  // an attempt that was retried may have been processed
	unsure  bool  // the last attempt may have been processed, and must not be retried
	said    error // the last failure that the service itself reported
	stopped error // BeforeRetry's
}

type callKey struct{}

// callOf returns the call that a request was made for.
func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call) // every request of a Client has one
	return c
}

// request makes the request of a call as the library wants it.
func (c *call) request(ctx context.Context) (*retryablehttp.Request, error) {
	httpReq, err := http.NewRequestWithContext(context.WithValue(ctx, callKey{}, c), c.req.Method, c.req.URL, nil)
	if err != nil {
		return nil, &acrcloud.ArgumentError{Field: "URL", Problem: "of " + c.req.Op + " cannot be requested", Remedy: "check the base URL and the path"}
	}
	c.host, c.path = httpReq.URL.Host, httpReq.URL.Path
	if c.req.SecretURL {
		c.path = ""
		// net/http would print anything else that the other end sends on this connection. It may repeat the URL.
		httpReq.Close = true
	}
	for name, values := range c.req.Header {
		httpReq.Header[http.CanonicalHeaderKey(name)] = values
	}
	httpReq.Header.Set("User-Agent", c.client.userAgent)
	if token := c.tokens[0]; token != "" {
		httpReq.Header.Set("Authorization", "Bearer "+token)
	}
	r, err := retryablehttp.FromRequest(httpReq)
	if err != nil {
		return nil, c.failure(err)
	}
	if c.req.Body != nil {
		// The library makes a body once extra, to measure it. That costs nothing before its first Read.
		if err := r.SetBody(retryablehttp.ReaderFunc(func() (io.Reader, error) { return c.attempt.newBody(), nil })); err != nil {
			return nil, c.failure(err)
		}
		r.ContentLength = c.req.Body.Length
	}
	r.SetResponseHandler(c.receive)
	return r, nil
}

var errCutShort = errors.New("the response came before all of the content was sent, so the content has not arrived: is there a proxy in between?")

// receive reads the response of an attempt, and says what it means.
func (c *call) receive(r *http.Response) error {
	a := c.attempt
	if c.req.Stream != nil && r.StatusCode >= 200 && r.StatusCode < 300 {
		return c.stream(r)
	}
	resp, err := read(r, c.client.maxResponseBytes)
	_ = r.Body.Close() // all that is wanted has been read
	if resp == nil {
		return err // the policy looks further into it
	}
	if err == nil && resp.OK() && a.cutShort() {
		return errCutShort
	}
	resp.Attempts = a.n
	_ = a.end() // it was in time
	a.resp = resp
	if err == nil {
		err = c.req.check(resp)
	}
	a.err = c.refusal(err, resp)
	if a.err != nil {
		c.said = a.err
	}
	return a.err
}

// result is what Do returns once the library has stopped, with err.
func (c *call) result(err error) (*Response, error) {
	a := c.attempt
	if a.err == nil && a.resp != nil {
		return a.resp, nil
	}
	switch {
	case c.stopped != nil:
		err = c.stopped
	case a.err != nil:
		err = a.err
	default:
		err = c.failure(err)
	}
	if c.said != nil && !errors.Is(err, c.said) {
		err = fmt.Errorf("%w; before that: %w", err, c.said)
	}
	if ended := c.ctx.Err(); ended != nil && !errors.Is(err, ended) {
		err = fmt.Errorf("acrcloud: %s: %w; before that: %w", c.req.Op, ended, err)
	}
	if c.unsure {
		err = fmt.Errorf("%w: %w", acrcloud.ErrOutcomeUnknown, err)
	}
	if c.lost {
		err = &lostError{err}
	}
	return nil, err
}

// A lostError ends a call of which an earlier attempt may have been processed.
type lostError struct{ error }

func (e *lostError) Unwrap() error { return e.error }

// LostResponse reports whether Do sent the request again after an attempt that may have been processed, but whose response was lost. A
// file that cannot be found may be one that the earlier attempt has deleted.
func LostResponse(err error) bool {
	_, ok := errors.AsType[*lostError](err)
	return ok
}

// secrets are what must not show in an error of the call.
func (c *call) secrets() []string {
	all := append([]string(nil), c.tokens...)
	all = append(all, c.req.Secrets...)
	if c.req.MoreSecrets != nil {
		all = append(all, c.req.MoreSecrets()...)
	}
	if u, err := url.Parse(c.req.URL); err == nil && c.req.SecretURL {
		all = append(all, c.req.URL, u.RequestURI(), u.Path)
	}
	return all
}
