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
	received   atomic.Int64 // of the answer to an upload

	mu     sync.Mutex
	timer  *time.Timer
	quiet  int   // how many times in a row the timer has found that nothing had moved
	moved  int64 // how many bytes it had found moved
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

// looks is how often an upload is looked at within its stall timeout.
const looks = 4

// start bounds the attempt by time.
func (a *attempt) start(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.timer != nil { // another hop of a redirect
		a.timer.Stop()
		a.cancel(nil)
	}
	a.ctx, a.cancel = ctx, cancel
	if a.stall > 0 {
		a.timer = time.AfterFunc(a.stall/looks, a.look)
	} else {
		limit := a.call.client.attemptTimeout
		a.timer = time.AfterFunc(limit, func() { a.expire("the attempt took longer than %v (WithAttemptTimeout)", limit) })
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { a.connecting.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { a.connected.Store(true) },
	})
}

// look ends an upload that has not moved for a while. Counting is cheaper than setting the timer back with every read.
func (a *attempt) look() {
	a.mu.Lock()
	moved := a.sent.Load() + a.received.Load()
	if a.quiet++; moved != a.moved {
		a.moved, a.quiet = moved, 0
	}
	stalled := a.quiet >= looks
	if !stalled && !a.ended {
		a.timer.Reset(a.stall / looks)
	}
	a.mu.Unlock()
	if stalled {
		a.expire("no byte moved for %v (WithStallTimeout)", a.stall)
	}
}

// expire ends the attempt by one of the client's own limits.
func (a *attempt) expire(text string, limit time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended {
		a.cause = &timeoutError{text: fmt.Sprintf(text, limit)}
		a.cancel(a.cause)
	}
}

// context ends with the attempt.
func (a *attempt) context() context.Context {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ctx
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

// limit waits for the end of the client's pause and for the rate limiter, and counts the wait.
func (c *call) limit(ctx context.Context) error {
	if c.req.Cost == Storage {
		return nil
	}
	before := time.Now()
	defer func() { c.waited += time.Since(before) }()
	for {
		if err := c.client.pause.wait(ctx); err != nil {
			return err
		}
		if c.client.limiter == nil {
			return nil
		}
		if err := c.client.limiter.Wait(ctx); err != nil {
			return fmt.Errorf("%w: %w", errLimiter, err)
		}
		// A pause may have begun meanwhile. Then the limiter is asked again after it: what it let through would go off all at once.
		if c.client.pause.left() <= 0 {
			return nil
		}
	}
}

// movingBody is an answer to an upload: reading it counts as progress.
type movingBody struct {
	io.ReadCloser
	attempt *attempt
}

func (b *movingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.attempt.received.Add(int64(n))
	return n, err
}
