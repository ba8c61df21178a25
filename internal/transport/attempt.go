package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// An attempt is one sending of a request, over the redirects that it follows.
type attempt struct {
	call    *call
	n       int
	started time.Time
	stall   time.Duration // the limit on silence of an upload; 0: bounded by time as a whole

	connecting atomic.Bool // the transport looked for a connection
	connected  atomic.Bool // and had one
	limited    atomic.Bool // the rate limiter never let it through
	sent       atomic.Int64

	mu     sync.Mutex
	timer  *time.Timer
	ctx    context.Context
	cancel context.CancelCauseFunc
	ended  bool
	cause  error // the client's own time limit that ended it
}

// neverConnected reports whether it is certain that the service has got nothing. Only transports that report their progress
// as net/http's does can tell.
func (a *attempt) neverConnected() bool {
	return a.limited.Load() || (a.connecting.Load() && !a.connected.Load())
}

// mayBeProcessed reports whether the service may have done what was asked, although no success came back.
func (a *attempt) mayBeProcessed(resp *Response) bool {
	if resp == nil {
		return !a.neverConnected()
	}
	return resp.unsure()
}

// start bounds the attempt by time.
func (a *attempt) start(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	limit, name := a.call.client.attemptTimeout, "the attempt took longer than %v (WithAttemptTimeout)"
	if a.stall > 0 {
		limit, name = a.stall, "no byte moved for %v (WithStallTimeout)"
	}
	if a.timer != nil { // another hop of a redirect
		a.timer.Stop()
		a.cancel(nil)
	}
	a.ctx, a.cancel = ctx, cancel
	a.timer = time.AfterFunc(limit, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if !a.ended {
			a.cause = &timeoutError{text: fmt.Sprintf(name, limit)}
			cancel(a.cause)
		}
	})
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { a.connecting.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { a.connected.Store(true) },
	})
}

// context ends with the attempt.
func (a *attempt) context() context.Context {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ctx
}

// moved notes that an upload is alive.
func (a *attempt) moved() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stall > 0 && !a.ended && a.timer != nil {
		a.timer.Reset(a.stall)
	}
}

// end closes the attempt: nothing that still runs for it is reported. It returns the client's own time limit, if that was
// what ended it.
func (a *attempt) end() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
	if a.timer != nil {
		a.timer.Stop()
		a.cancel(nil)
	}
	return a.cause
}

var errLimiter = errors.New("the rate limiter did not let the request through")

// roundTripper runs the requests of calls through the base transport.
type roundTripper struct{ base http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	base := t.base
	if base == nil {
		base = http.DefaultTransport
	}
	c, ok := req.Context().Value(callKey{}).(*call)
	if !ok {
		return base.RoundTrip(req)
	}
	a := c.attempt.Load()
	if err := c.limit(req.Context()); err != nil {
		a.limited.Store(true)
		closeBody(req)
		return nil, err
	}
	resp, err := base.RoundTrip(req.WithContext(a.start(req.Context())))
	if err != nil {
		return nil, err
	}
	if a.stall > 0 {
		resp.Body = &movingBody{ReadCloser: resp.Body, attempt: a}
	}
	return resp, nil
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// limit waits for the rate limiter, and counts the wait.
func (c *call) limit(ctx context.Context) error {
	if c.client.limiter == nil || c.req.Cost == Storage {
		return nil
	}
	before := time.Now()
	err := c.client.limiter.Wait(ctx)
	c.waited += time.Since(before)
	if err != nil {
		return fmt.Errorf("%w: %w", errLimiter, err)
	}
	return nil
}

// movingBody is an answer to an upload: reading it counts as progress.
type movingBody struct {
	io.ReadCloser
	attempt *attempt
}

func (b *movingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.attempt.moved()
	}
	return n, err
}
