package batch

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

// A gate limits how many jobs send requests at the same time. The limit is halved when the service asks for fewer
// requests. After several failures in a row, only one job tries again, after growing pauses. So the whole run slows
// down, an outage is not followed by a flood of requests, and the limit recovers automatically.
type gate struct {
	most int // the most jobs at the same time

	mu       sync.Mutex
	limit    float64 // the current limit
	turning  float64 // where growth becomes slow
	inside   int
	closed   time.Time // no job passes before
	failures int       // in a row
	since    time.Time // of the first of them
	last     error     // of them
	changed  chan struct{}
}

// The limits of a gate.
const (
	outage        = 3 // failures in a row that count as one
	shortestPause = time.Second
	longestPause  = time.Minute
)

func newGate(most int) *gate {
	return &gate{most: most, limit: float64(most), turning: float64(most), changed: make(chan struct{})}
}

// enter waits until one more job may pass. A nil gate has no limit: the engine that drives a Stepper has its own.
func (g *gate) enter(ctx context.Context) error {
	if g == nil {
		return ended.Error(ctx)
	}
	for {
		g.mu.Lock()
		wait := time.Until(g.closed)
		if wait <= 0 && g.inside < max(1, int(g.limit)) {
			g.inside++
			g.mu.Unlock()
			return nil
		}
		changed := g.changed
		g.mu.Unlock()
		if wait <= 0 {
			wait = longestPause // it is full: wait until a job leaves
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ended.Sleep(ctx, 0)
		case <-changed:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// leave reports the result of the job's requests.
func (g *gate) leave(err error) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	switch {
	case err == nil:
		g.failures, g.last = 0, nil
		if g.limit < g.turning {
			g.limit++
		} else {
			g.limit += 1 / g.limit
		}
		g.limit = min(g.limit, float64(g.most))
	case errors.Is(err, context.Canceled):
	case errors.Is(err, acrcloud.ErrRateLimited):
		g.slow(g.limit/2, max(retryAfter(err), shortestPause))
	default:
		if g.failures++; g.failures == 1 {
			g.since = time.Now()
		}
		if g.last = err; g.failures >= outage {
			g.slow(1, max(retryAfter(err), min(shortestPause<<min(g.failures-outage, 10), longestPause)))
		}
	}
	close(g.changed)
	g.changed = make(chan struct{})
}

func (g *gate) slow(limit float64, pause time.Duration) {
	if until := time.Now().Add(pause); until.After(g.closed) {
		g.closed = until
	}
	g.turning = max(1, g.limit/2)
	g.limit = max(1, limit)
}

// trouble returns the last of several failures in a row and the time of the first, or nil.
func (g *gate) trouble() (since time.Time, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failures < outage {
		return time.Time{}, nil
	}
	return g.since, g.last
}
