package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

var errLimiter = errors.New("the rate limiter did not let the request through")

// roundTripper sends the requests of calls through the base transport. It hides that transport's CloseIdleConnections from the library,
// which would call it after every failure: the connections are the user's.
type roundTripper struct{ base http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	c := callOf(req.Context())
	a := c.attempt
	if err := c.turn(req.Context()); err != nil {
		a.held.Store(true)
		closeBody(req)
		return nil, err
	}
	base := t.base
	if base == nil {
		base = http.DefaultTransport
	}
	resp, err := base.RoundTrip(req.WithContext(a.start(req.Context())))
	if err != nil {
		return nil, a.proxyFailure(base, req, err)
	}
	a.responded.Add(1)
	resp.Request = req // some transports forget it
	return resp, nil
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// turn waits for the end of the client's pause and for the rate limiter. Its error means that nothing was sent.
func (c *call) turn(ctx context.Context) error {
	if c.req.Cost == Storage {
		return ended.Error(ctx)
	}
	for {
		if err := c.client.pause.wait(ctx, c.client.limiter == nil); err != nil { // a limiter spreads calls itself
			return err
		}
		if c.client.limiter == nil {
			return ended.Error(ctx)
		}
		if err := c.client.limiter.Wait(ctx); err != nil {
			return fmt.Errorf("%w: %w", errLimiter, err)
		}
		// A pause may have begun meanwhile. Then the limiter is asked again after it: what it let through would go off all at once.
		if c.client.pause.left() <= 0 {
			return ended.Error(ctx)
		}
	}
}
