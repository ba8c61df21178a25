package sqlbatch

import (
	"context"
	"math/rand/v2"
	"time"
)

// A pause grows with each consecutive failure, and is random, so that processes do not return at the same moment.
type pause time.Duration

func newPause() pause { return pause(100 * time.Millisecond) }

func (p *pause) wait(ctx context.Context) error {
	d := time.Duration(*p)
	*p = pause(min(2*d, longestPause))
	return sleep(ctx, d/2+rand.N(d/2)) //nolint:gosec // no secret
}
