package transport

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// An attempt is one sending of a request, over the redirects that it follows. What it came to is in resp and err.
type attempt struct {
	call    *call
	n       int
	started time.Time
	stall   time.Duration // the limit on silence of an upload; 0: bounded by time as a whole

	resp *Response // nil: none, or it could not be read
	err  error     // nil: success

	held       atomic.Bool                 // it was never handed to the connection: its context ended before, or the limiter failed
	connecting atomic.Bool                 // the transport looked for a connection
	connected  atomic.Bool                 // and had one
	sent       atomic.Int64                // bytes of the body
	body       atomic.Pointer[requestBody] // the last one that bytes were read of
	responded  atomic.Int64                // responses that have begun
	streamed   atomic.Int64                // bytes that Request.Stream has read

	mu       sync.Mutex
	timer    *time.Timer
	quiet    int   // how many times in a row the timer has found that nothing had moved
	moved    int64 // how much it had found moved
	reported int64 // to Body.OnSent
	ctx      context.Context
	cancel   context.CancelCauseFunc
	bodies   []*requestBody
	ended    bool
	cause    error // the client's own time limit that ended it
}

// begin makes the next attempt the current one.
func (c *call) begin() {
	c.n++
	c.attempt = &attempt{call: c, n: c.n, started: time.Now()}
	if c.req.Stream != nil || c.req.Body != nil && c.req.Body.Upload {
		c.attempt.stall = c.client.stallTimeout
	}
}

// neverConnected reports whether it is certain that the service has got nothing. Only transports that report their progress
// as net/http's does can say so.
func (a *attempt) neverConnected() bool {
	return a.held.Load() || (a.connecting.Load() && !a.connected.Load())
}

// mayBeProcessed reports whether the service may have done what was asked, although no success came back.
func (a *attempt) mayBeProcessed() bool {
	if a.resp == nil {
		return !a.neverConnected()
	}
	return a.resp.unsure()
}

// refusedExpect reports whether something in between could not handle "Expect: 100-continue". It has read nothing then, so the request
// is repeated without it at any cost (RFC 9110, section 10.1.1).
func (a *attempt) refusedExpect() bool {
	return a.resp != nil && a.resp.StatusCode == http.StatusExpectationFailed && !a.call.plain && a.call.req.Header.Get("Expect") != ""
}

// patience is how long the rest of an upload may take after the response to it.
const patience = time.Second

// cutShort reports whether a response came although the connection has taken only the beginning of an upload: nobody has got the content
// then. The rest may still be on its way, if the other end does not look at it. What reports no connection may leave the body alone.
func (a *attempt) cutShort() bool {
	b := a.body.Load()
	if b == nil || !a.call.req.Body.Upload || !a.connected.Load() || a.sentAll() {
		return false
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-b.done:
	case <-timer.C:
	case <-a.context().Done():
	}
	return !a.sentAll()
}

// sentAll reports whether the connection has taken all of the body, so that the service may have it.
func (a *attempt) sentAll() bool {
	b := a.body.Load()
	return b != nil && b.sent.Load() >= a.call.req.Body.Length
}

// looks is how often an upload is checked within its stall timeout.
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

// look ends an upload or a download that has not moved for a while. What moves is its content, and then the beginning of the response:
// bytes of a response that is not streamed are not counted, or one that drips would never end. Counting is cheaper than setting the timer back with every read.
func (a *attempt) look() {
	a.mu.Lock()
	moved := a.sent.Load() + a.responded.Load() + a.streamed.Load()
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
	a.cause = &timeoutError{text: fmt.Sprintf(text, limit)}
	a.cancel(a.cause)
}

// context ends with the attempt.
func (a *attempt) context() context.Context {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ctx
}

// end closes the attempt and all that it has opened; what still runs for it is not reported any more. It returns the client's own
// time limit, if that was what ended it.
func (a *attempt) end() error {
	a.mu.Lock()
	a.ended = true
	if a.timer != nil {
		a.timer.Stop()
		a.cancel(nil)
	}
	bodies, cause := a.bodies, a.cause
	a.bodies = nil
	a.mu.Unlock()
	for _, b := range bodies { // the transport closes what it was given, but may do so late
		_ = b.Close()
	}
	return cause
}

// A timeoutError is the cause of an attempt that was ended by one of the client's own time limits.
type timeoutError struct{ text string }

func (e *timeoutError) Error() string   { return e.text }
func (e *timeoutError) Timeout() bool   { return true }
func (e *timeoutError) Temporary() bool { return true }
