package transport

import (
	"context"
	"errors"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Do sends the request until it succeeds, or until its cost, the policy or the context forbid another attempt. The error is an
// *acrcloud.APIError, *acrcloud.DecodeError, *acrcloud.SourceError, the context's, or of the network; where the request may have been
// processed all the same and must not be repeated, it is acrcloud.ErrOutcomeUnknown as well. See also LostResponse.
func (c *Client) Do(ctx context.Context, req *Request) (*Response, error) {
	if req.Token == nil {
		return c.send(ctx, &call{client: c, req: req, ctx: ctx, tokens: []string{""}})
	}
	token, err := askToken(ctx, req, "")
	if err != nil {
		return nil, err
	}
	first := &call{client: c, req: req, ctx: ctx, tokens: []string{token}}
	resp, err := c.send(ctx, first)
	if !first.tokenRefused() {
		return resp, err
	}
	// The request was refused, so it may be sent once more, at any cost.
	fresh, tokenErr := askToken(ctx, req, token)
	if tokenErr != nil {
		return nil, fmt.Errorf("%w; %w", tokenErr, err)
	}
	if fresh == token || !req.repeatable() {
		return resp, err
	}
	return c.send(ctx, &call{client: c, req: req, ctx: ctx, tokens: []string{fresh, token}, n: attempts(err), lost: LostResponse(err)})
}

// send runs the library with one token.
func (c *Client) send(ctx context.Context, call *call) (*Response, error) {
	call.begin()
	defer func() { _ = call.attempt.end() }() // also where a function of the caller's panics
	r, err := call.request(ctx)
	if err != nil {
		return nil, err
	}
	resp, err := c.engines[call.req.Cost].Do(r)
	if resp != nil {
		_ = resp.Body.Close() // read already
	}
	return call.result(err)
}

// tokenRefused reports whether the service refused the last attempt with its token. What BeforeRetry returned is about another request.
func (c *call) tokenRefused() bool {
	return errors.Is(c.attempt.err, acrcloud.ErrUnauthorized) || errors.Is(c.attempt.err, acrcloud.ErrForbidden)
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
