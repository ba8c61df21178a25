package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

// A policy decides whether and when requests of one cost are retried.
type policy struct {
	acrcloud.RetryPolicy
	cost Cost
}

// engine makes the library's client that follows the policy. It neither logs nor closes connections that it does not own.
func (p *policy) engine(c *http.Client) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient:   c,
		RetryMax:     p.MaxAttempts, // one more than CheckRetry allows, for a repetition that does not count
		RetryWaitMin: p.MinWait,
		RetryWaitMax: p.MaxWait,
		CheckRetry:   p.checkRetry,
		Backoff:      backoff,
		PrepareRetry: prepareRetry,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// checkRetry is called after each attempt, and decides whether there is another one. For a response it is called twice: before it is
// read, when there is nothing to say yet, and after it.
func (p *policy) checkRetry(ctx context.Context, _ *http.Response, err error) (bool, error) {
	c := callOf(ctx)
	a := c.attempt
	switch {
	case a.resp != nil: // it has been read
	case err == nil:
		return false, nil
	default:
		a.err = c.loss(err)
	}
	reason := p.reason(c)
	wait, allowed := p.wait(c)
	c.plain = c.plain || a.refusedExpect()
	retry := reason != "" && allowed && ctx.Err() == nil && c.n < p.attempts(c) && c.req.repeatable()
	if retry {
		c.wait, c.next, c.waited = wait, time.Now().Add(wait), c.waited+wait
		c.lost = c.lost || a.mayBeProcessed()
	} else {
		reason = ""
		c.unsure = p.cost == Billed && a.err != nil && !saidNo(a) && !a.neverArrived() && a.mayBeProcessed()
	}
	if codeOf(a.err) == codeQPS { // it is the project's limit, so every call would run into it
		c.client.pause.refused()
	}
	c.report(retry, reason)
	return retry, nil
}

// attempts is how often a call is sent at most.
func (p *policy) attempts(c *call) int {
	if c.plain {
		return p.MaxAttempts + 1 // nothing came of the one with Expect
	}
	return p.MaxAttempts
}

// backoff is how long the library waits. Where no response came it asks without the call, and PrepareRetry waits for the rest.
func backoff(least, _ time.Duration, _ int, resp *http.Response) time.Duration {
	if resp == nil {
		return least
	}
	return callOf(resp.Request.Context()).wait
}

// prepareRetry is called after the wait, before the next attempt.
func prepareRetry(req *http.Request) error {
	c := callOf(req.Context())
	if err := ended.Sleep(req.Context(), time.Until(c.next)); err != nil {
		return err
	}
	if c.req.BeforeRetry != nil && c.attempt.resp != nil {
		if c.stopped = c.req.BeforeRetry(req.Context(), c.wait); c.stopped != nil {
			return c.stopped
		}
	}
	if c.plain {
		req.Header = req.Header.Clone() // the last attempt may still look at the old one
		req.Header.Del("Expect")
	}
	c.begin()
	return nil
}

// wait returns how long to wait for the next attempt, and whether the policy allows it.
func (p *policy) wait(c *call) (time.Duration, bool) {
	wait := p.jitter(c.n)
	if codeOf(c.attempt.err) == codeQPS {
		wait = max(wait, qpsPause)
	}
	if resp := c.attempt.resp; resp != nil {
		if c.attempt.refusedExpect() {
			wait = 0
		}
		if asked, ok := retryAfter(resp.Header, time.Now()); ok {
			wait = asked
		}
	}
	return wait, c.waited+wait <= p.MaxElapsed
}

// jitter returns a random wait between MinWait and MinWait·2ⁿ, at most MaxWait.
func (p *policy) jitter(n int) time.Duration {
	most := p.MaxWait
	if n < 32 && p.MinWait < p.MaxWait>>n {
		most = p.MinWait << n
	}
	return p.MinWait + rand.N(most-p.MinWait+1) //nolint:gosec // not a secret
}

// reason says why the last attempt may be made again; it is empty where it must not.
func (p *policy) reason(c *call) string {
	a := c.attempt
	switch {
	case a.err == nil:
		return ""
	case a.resp == nil:
		return p.lostReason(a)
	case a.refusedExpect():
		return fmt.Sprintf("HTTP %d", a.resp.StatusCode)
	}
	e, ok := errors.AsType[*acrcloud.APIError](a.err)
	switch {
	case !ok:
		return ""
	case e.Code == codeQPS, e.Code == codeServiceError && p.RetryServiceErrors:
		return fmt.Sprintf("code %d", e.Code)
	case e.Code != 0: // the service has made up its mind
		return ""
	case p.cost == Storage && storageMayPass(e):
		return e.Message
	case p.statusMayPass(a.resp):
		return fmt.Sprintf("HTTP %d", e.StatusCode)
	case (p.cost == Read || p.cost == Write) && MayPass(e):
		return e.Message
	}
	return ""
}

func (p *policy) lostReason(a *attempt) string {
	switch {
	case Permanent(a.err):
		return ""
	case a.neverConnected():
		return "no connection"
	case p.cost == Billed:
		return ""
	}
	return "no response"
}

func (p *policy) statusMayPass(resp *Response) bool {
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests, resp.busy():
		return true
	case p.cost == Billed:
		return false
	default:
		return status == http.StatusRequestTimeout || status >= 500 && status != http.StatusNotImplemented
	}
}

// Permanent reports whether an error of the network, a proxy, the source or the limiter would only come again.
func Permanent(err error) bool {
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
		return e.StatusCode == http.StatusProxyAuthRequired
	}
	if _, ok := errors.AsType[*acrcloud.SourceError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	return errors.Is(err, errLimiter) || errors.Is(err, errProxy)
}

// neverArrived reports whether the request cannot have arrived whole. A source that fails after its last byte has been sent is too late.
func (a *attempt) neverArrived() bool {
	if _, ok := errors.AsType[*acrcloud.SourceError](a.err); ok {
		return !a.sentAll()
	}
	return Permanent(a.err)
}

// saidNo reports whether the service itself said what became of the request: with a code of the identification API, or with a success
// whose body refuses plainly.
func saidNo(a *attempt) bool {
	e, ok := errors.AsType[*acrcloud.APIError](a.err)
	return ok && (e.Code != 0 || a.resp != nil && a.resp.OK() && refusesPlainly(a.resp, e))
}

// The codes of the identification API that may pass.
const (
	codeServiceError = 3000 // and it may be billed
	codeQPS          = 3015 // too many requests per second; it is not billed
)

// codeOf returns the identification API's code in an error; 0 if there is none.
func codeOf(err error) int {
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
		return e.Code
	}
	return 0
}
