package transport

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/settings"
)

type callKey struct{}

// A call is one Do: the decisions that the retry engine asks for, and what is known when it ends. The engine runs it in one
// goroutine.
type call struct {
	client *Client
	req    *Request
	redact redactor
	host   string
	path   string

	n      int           // attempts so far
	waited time.Duration // of MaxElapsed
	wait   time.Duration // until the next attempt
	unsure bool          // an attempt may have been processed, though its answer never came

	attempt atomic.Pointer[attempt] // the running one; also read where bodies are opened
	bodies  bodies                  // of the running attempt

	resp     *Response // the last answer
	err      error     // the last failure; nil after success
	answered error     // the last failure that the service itself reported
}

func newCall(c *Client, req *Request, before int, tokens ...string) *call {
	secrets := slices.Concat(tokens, req.Secrets)
	if u, err := url.Parse(req.URL); err == nil && req.SecretURL {
		secrets = append(secrets, u.RequestURI(), u.Path, u.RawQuery)
	}
	return &call{client: c, req: req, redact: newRedactor(secrets...), n: before}
}

// target notes where the request goes, as far as it may be told.
func (c *call) target(u *url.URL, secret bool) {
	c.host, c.path = u.Host, u.Path
	if secret {
		c.path = ""
	}
}

// begin is called by the engine before each attempt.
func (c *call) begin(_ retryablehttp.Logger, _ *http.Request, _ int) {
	c.n++
	a := &attempt{call: c, n: c.n, started: time.Now()}
	if c.req.Body != nil && c.req.Body.Upload {
		a.stall = c.client.stallTimeout
	}
	c.attempt.Store(a)
}

// check is called by the engine after each attempt. It reads the answer, and decides whether there is another attempt.
func (c *call) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	a := c.attempt.Load()
	c.resp = nil
	var cut error
	if err == nil {
		c.resp, cut, err = c.read(resp)
	}
	timeout := a.end()
	c.bodies.close()
	switch {
	case err != nil && timeout != nil && ctx.Err() == nil:
		c.err = c.failed(timeout)
	case err != nil:
		c.err = c.failed(err)
	case cut != nil:
		c.err = c.finish(cut, c.resp)
	default:
		c.err = c.finish(c.req.judge(c.resp), c.resp)
	}
	if c.err != nil && c.resp != nil {
		c.answered = c.err
	}
	code := c.code()
	if code == codeQPS { // it is the project's limit, so every call would run into it
		c.client.pause.extend(time.Now().Add(qpsPause))
	}
	retry, reason := c.decide(ctx, a)
	c.req.Lost = c.req.Lost || retry && a.mayBeProcessed(c.resp)
	c.unsure = c.err != nil && !retry && c.req.Cost == Billed && code == 0 && !Permanent(c.err) && a.mayBeProcessed(c.resp)
	c.report(ctx, a, retry, reason)
	return retry, nil
}

// judge says what an answer means.
func (r *Request) judge(resp *Response) error {
	if r.Check != nil {
		return r.Check(resp)
	}
	return ConsoleError(resp)
}

// read reads the answer's body, bounded. What exceeds the bound is cut off, which for a success is an error of its own.
func (c *call) read(resp *http.Response) (out *Response, cut, err error) {
	out = &Response{StatusCode: resp.StatusCode, Header: resp.Header, Attempts: c.n}
	limit := int64(maxErrorBody)
	if out.OK() {
		limit = c.client.maxResponseBytes
	}
	body := io.Reader(resp.Body)
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") { // compressed though nobody had asked for it
		unpacked, failed := gzip.NewReader(body)
		switch {
		case errors.Is(failed, io.EOF), failed != nil && !out.OK():
			return out, nil, nil // nothing was compressed, or the status says enough
		case failed != nil:
			return nil, nil, fmt.Errorf("reading the answer: %w", failed)
		}
		body = unpacked
	}
	out.Body, err = readUpTo(body, limit, resp.ContentLength)
	if err != nil && out.OK() {
		return nil, nil, fmt.Errorf("reading the answer: %w", err)
	}
	if int64(len(out.Body)) > limit {
		out.Body = out.Body[:limit]
		if out.OK() {
			cut = &acrcloud.DecodeError{Err: fmt.Errorf("the body is longer than %d bytes (WithMaxResponseBytes)", limit)}
		}
	}
	return out, cut, nil // an error's body may break off: its status says enough
}

// readUpTo reads limit+1 bytes at most, in one allocation where the length was announced.
func readUpTo(r io.Reader, limit, announced int64) ([]byte, error) {
	size := int64(512)
	if announced > 0 {
		size = min(announced, limit, 1<<20)
	}
	buf := make([]byte, 0, size+1)
	for int64(len(buf)) <= limit {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):min(int64(cap(buf)), limit+1)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// decide says whether to try again, and why, and sets how long to wait.
func (c *call) decide(ctx context.Context, a *attempt) (bool, string) {
	reason := c.reason(ctx, a)
	if reason == "" || ctx.Err() != nil || c.n >= c.client.policy.MaxAttempts || !c.req.repeatable() {
		return false, ""
	}
	p := c.client.policy
	c.wait = jitter(p, c.n)
	if c.code() == codeQPS {
		c.wait = max(c.wait, qpsPause)
	}
	if c.resp != nil {
		if asked, ok := retryAfter(c.resp.Header, time.Now()); ok {
			if asked > p.MaxWait {
				return false, ""
			}
			c.wait = asked
		}
	}
	if c.waited+c.wait > p.MaxElapsed {
		return false, ""
	}
	c.waited += c.wait
	return true, reason
}

// jitter returns a random wait between MinWait and MinWait·2ⁿ, at most MaxWait.
func jitter(p acrcloud.RetryPolicy, n int) time.Duration {
	most := p.MaxWait
	if n < 32 && p.MinWait < p.MaxWait>>n {
		most = p.MinWait << n
	}
	return p.MinWait + rand.N(most-p.MinWait+1) //nolint:gosec // not a secret
}

// reason says why the last attempt may be made again, or nothing if it must not.
func (c *call) reason(ctx context.Context, a *attempt) string {
	switch {
	case c.err == nil:
		return ""
	case c.resp == nil:
		return c.lostReason(ctx, a)
	}
	return c.statusReason()
}

func (c *call) lostReason(ctx context.Context, a *attempt) string {
	if ctx.Err() != nil || Permanent(c.err) {
		return ""
	}
	if a.neverConnected() {
		return "no connection"
	}
	if c.req.Cost == Billed {
		return ""
	}
	return "no answer"
}

// Permanent reports whether an error of the network, the source or the limiter would only come again.
func Permanent(err error) bool {
	if _, ok := errors.AsType[*acrcloud.SourceError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	return errors.Is(err, errLimiter)
}

// The codes of the identification API that may pass.
const (
	codeServiceError = 3000 // and it may be billed
	codeQPS          = 3015 // too many requests per second; it is not billed
)

// code is the last answer's code of the identification API, with which the service has said what became of the request; or 0.
func (c *call) code() int {
	if e, ok := errors.AsType[*acrcloud.APIError](c.err); ok {
		return e.Code
	}
	return 0
}

func (c *call) statusReason() string {
	e, ok := errors.AsType[*acrcloud.APIError](c.err)
	if !ok {
		return ""
	}
	switch e.Code {
	case 0:
	case codeQPS:
		return fmt.Sprintf("code %d", e.Code)
	case codeServiceError:
		if c.client.policy.RetryServiceErrors {
			return fmt.Sprintf("code %d", e.Code)
		}
		return ""
	default: // the service has made up its mind
		return ""
	}
	status := fmt.Sprintf("HTTP %d", e.StatusCode)
	switch {
	case e.StatusCode == http.StatusTooManyRequests:
		return status
	case c.resp.busy():
		return status
	case c.req.Cost == Billed:
		return ""
	case e.StatusCode == http.StatusRequestTimeout, e.StatusCode >= 500 && e.StatusCode != http.StatusNotImplemented:
		return status
	}
	return ""
}

// backoff is called by the engine after check has decided.
func (c *call) backoff(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return c.wait }

// prepare is called by the engine after the wait, before another attempt.
func (c *call) prepare(ctx context.Context) error {
	if c.req.BeforeRetry == nil || c.resp == nil {
		return nil
	}
	err := c.req.BeforeRetry(ctx, c.wait)
	if err != nil {
		c.err = err
	}
	return err
}

// report tells the logger and the observer about an attempt.
func (c *call) report(ctx context.Context, a *attempt, retry bool, reason string) {
	info := settings.Attempt{
		Op: c.req.Op, Method: c.req.Method, Host: c.host, Path: c.path, N: a.n, Err: c.err,
		Duration: time.Since(a.started), BytesSent: a.sent.Load(),
	}
	if c.resp != nil {
		info.StatusCode, info.BytesReceived = c.resp.StatusCode, int64(len(c.resp.Body))
	}
	if retry {
		info.Reason, info.Wait = reason, c.wait
	}
	c.client.logger.LogAttrs(ctx, slog.LevelDebug, "acrcloud: attempt",
		slog.String("op", info.Op), slog.String("method", info.Method), slog.String("host", info.Host), slog.String("path", info.Path),
		slog.Int("attempt", info.N), slog.Int("status", info.StatusCode), slog.Duration("duration", info.Duration),
		slog.String("retry", info.Reason), slog.Duration("wait", info.Wait))
	if c.client.observe != nil {
		c.client.observe(info)
	}
}

// result is what Do returns once the engine has stopped.
func (c *call) result(ctx context.Context, engineErr error) (*Response, error) {
	if c.err == nil && c.resp != nil {
		return c.resp, nil
	}
	err := c.err
	if err == nil {
		err = c.failed(engineErr)
	}
	if c.answered != nil && !errors.Is(err, c.answered) {
		err = fmt.Errorf("%w; before that: %w", err, c.answered)
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		err = fmt.Errorf("acrcloud: %s: %w; before that: %w", c.req.Op, ended, err)
	}
	if c.unsure {
		err = fmt.Errorf("%w: %w", acrcloud.ErrOutcomeUnknown, err)
	}
	return nil, err
}
