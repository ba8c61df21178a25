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
	last    time.Time // the last beat that the database has taken, or the start
	grace   time.Time // until when nothing is rescued
}

// begin notes the start of the process: if the database is away then, the first beat is late.
func (p *pulse) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last, p.grace = wall(), time.Time{}
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
	return now.Before(p.grace) || now.Sub(p.last) > 2*p.every
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
	if now.Sub(p.last) > 2*p.every {
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
	ticker := time.NewTicker(c.pulse.every)
	defer ticker.Stop()
	for {
		if err := c.beatOnce(ctx); err != nil && ctx.Err() == nil {
			c.config.Logger.WarnContext(ctx, "heartbeat failed: other processes may take the running steps, too", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// beatOnce renews all running jobs at the same time, so that one whose row is locked does not hold up the others.
func (c *Client[TTx]) beatOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, max(c.pulse.every, shortestPause))
	defer cancel()
	ids := c.pulse.ids()
	if len(ids) == 0 {
		ids = []int64{0} // no job: it is a write that changes nothing, to notice outages
	}
	ended := make(chan error, len(ids))
	for _, id := range ids {
		go func() { ended <- c.renew(ctx, id) }()
	}
	var failed error
	for range ids {
		if err := <-ended; err != nil {
			failed = err
		}
	}
	return failed
}

func (c *Client[TTx]) renew(ctx context.Context, id int64) error {
	now := time.Now()
	_, err := c.driver.GetExecutor().JobUpdateFull(ctx, &riverdriver.JobUpdateFullParams{
		ID: id, AttemptedAtDoUpdate: true, AttemptedAt: &now, Schema: c.config.schema(),
	})
	if err != nil && !errors.Is(err, rivertype.ErrNotFound) { // not found: none, or deleted by hand
		return err
	}
	c.pulse.noted()
	return nil
}
