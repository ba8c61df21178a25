package riverbatch

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// A pulse shows other processes that this one is alive: it renews the start time of the running jobs, by which River
// decides. Without that, River would either rescue long uploads that are alive, or dead ones only after the longest
// possible upload.
//
// It also notices when the database was away. Then the start times of all running jobs are old, although their processes
// may live: nothing is rescued until these have had the time to renew them. Otherwise each outage would count as a crash.
type pulse struct {
	every time.Duration // a quarter of Config.RescueAfter

	mu      sync.Mutex
	running map[int64]int
	last    time.Time // the last beat that the database has taken; zero: there is none yet
	grace   time.Time // until when nothing is rescued
}

func (p *pulse) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last, p.grace = time.Time{}, time.Time{}
}

// keep prevents the rescue of a job until done is called.
func (p *pulse) keep(id int64) (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		p.running = map[int64]int{}
	}
	p.running[id]++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.running[id]--; p.running[id] == 0 {
			delete(p.running, id)
		}
	}
}

// quiet reports whether it is unknown which processes are alive.
func (p *pulse) quiet() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := wall()
	return now.Before(p.grace) || !p.last.IsZero() && now.Sub(p.last) > 2*p.every
}

// ids returns the running jobs.
func (p *pulse) ids() []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.running))
}

// noted records a beat that the database has taken.
func (p *pulse) noted() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := wall()
	if !p.last.IsZero() && now.Sub(p.last) > 2*p.every {
		p.grace = now.Add(2 * p.every)
	}
	p.last = now
}

// wall is the time without the monotonic clock, which stands still while the machine sleeps.
func wall() time.Time { return time.Now().Round(0) }

// beat beats until River's client has stopped.
func (c *Client[TTx]) beat(ctx context.Context, stopped <-chan struct{}) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // steps go on for a while after the end of ctx
	defer cancel()
	go func() {
		select {
		case <-stopped:
			cancel()
		case <-ctx.Done():
		}
	}()
	c.pulse.begin()
	ticker := time.NewTicker(c.pulse.every)
	defer ticker.Stop()
	for {
		if err := c.beatOnce(ctx); err == nil {
			c.pulse.noted()
		} else if ctx.Err() == nil {
			c.config.Logger.WarnContext(ctx, "heartbeat failed: other processes may take the running steps, too", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (c *Client[TTx]) beatOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, max(2*c.pulse.every, shortestPause))
	defer cancel()
	ids := c.pulse.ids()
	if len(ids) == 0 {
		return c.driver.GetExecutor().Exec(ctx, `SELECT 1`) // to notice outages
	}
	var failed error
	for _, id := range ids {
		now := time.Now()
		if _, err := c.driver.GetExecutor().JobUpdateFull(ctx, &riverdriver.JobUpdateFullParams{
			ID: id, AttemptedAtDoUpdate: true, AttemptedAt: &now, Schema: c.config.schema(),
		}); err != nil && !errors.Is(err, rivertype.ErrNotFound) { // deleted by hand
			failed = err
		}
	}
	return failed
}
