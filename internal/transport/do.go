package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Do sends the request until it succeeds, or until its cost, the policy or the context forbid another attempt. The error is
// an *acrcloud.APIError, *acrcloud.DecodeError, *acrcloud.SourceError, the context's, or of the network; where the request
// may have been processed all the same and must not be repeated, it is acrcloud.ErrOutcomeUnknown as well.
func (c *Client) Do(ctx context.Context, req *Request) (*Response, error) {
	if req.Token == nil {
		return c.send(ctx, req, "", "", 0)
	}
	token, err := askToken(ctx, req, "")
	if err != nil {
		return nil, err
	}
	resp, err := c.send(ctx, req, token, "", 0)
	if !errors.Is(err, acrcloud.ErrUnauthorized) && !errors.Is(err, acrcloud.ErrForbidden) {
		return resp, err
	}
	// The request was refused, so it may be sent once more, whatever it costs.
	fresh, tokenErr := askToken(ctx, req, token)
	if tokenErr != nil {
		return nil, fmt.Errorf("%w; %w", tokenErr, err)
	}
	if fresh == token || !req.repeatable() {
		return resp, err
	}
	return c.send(ctx, req, fresh, token, attempts(err))
}

func attempts(err error) int {
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
		return e.Attempts
	}
	return 0
}

func askToken(ctx context.Context, req *Request, rejected string) (string, error) {
	token, err := req.Token(ctx, rejected)
	if err != nil {
		return "", &acrcloud.TokenError{Op: req.Op, Err: err}
	}
	return token, nil
}

func (r *Request) repeatable() bool {
	return r.Body == nil || r.Body.Repeatable == nil || r.Body.Repeatable()
}

// send runs the retry engine with one token. before is how often the request was sent with one that was rejected.
func (c *Client) send(ctx context.Context, req *Request, token, rejected string, before int) (*Response, error) {
	call := newCall(c, req, before, token, rejected)
	httpReq, err := http.NewRequestWithContext(context.WithValue(ctx, callKey{}, call), req.Method, req.URL, nil)
	if err != nil {
		return nil, &acrcloud.ArgumentError{Field: "URL", Problem: "of " + req.Op + " cannot be requested", Remedy: "check the base URL and the path"}
	}
	call.target(httpReq.URL, req.SecretURL)
	for name, values := range req.Header {
		httpReq.Header[http.CanonicalHeaderKey(name)] = values
	}
	httpReq.Header.Set("User-Agent", c.userAgent)
	if token != "" {
		httpReq.Header.Set("Authorization", "Bearer "+token)
	}
	r, err := retryablehttp.FromRequest(httpReq)
	if err != nil {
		return nil, call.failed(err)
	}
	if req.Body != nil {
		// The engine opens the body once extra, to measure it; opening it here costs nothing before the first Read.
		if err := r.SetBody(retryablehttp.ReaderFunc(func() (io.Reader, error) { return call.newBody(), nil })); err != nil {
			return nil, call.failed(err)
		}
		r.ContentLength = req.Body.Length
	}
	engine := &retryablehttp.Client{
		HTTPClient:     c.http,
		RetryMax:       c.policy.MaxAttempts,
		RequestLogHook: call.begin,
		CheckRetry:     call.check,
		Backoff:        call.backoff,
		PrepareRetry:   func(*http.Request) error { return call.prepare(ctx) },
		ErrorHandler:   retryablehttp.PassthroughErrorHandler,
	}
	resp, err := engine.Do(r)
	if resp != nil {
		_ = resp.Body.Close() // read by check already
	}
	return call.result(ctx, err)
}
