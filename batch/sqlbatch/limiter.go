package sqlbatch

import (
	"context"
	"database/sql"
	"math"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/internal/jobs"
)

// A Limiter is a rate limit that all processes with the same database share. It implements acrcloud.Limiter.
type Limiter struct {
	store *Store
	name  string
	every time.Duration // between two calls
	burst int
}

// Limiter returns the rate limiter with the given name. It allows perSecond calls per second, and up to burst calls at
// once after a pause. All processes must use the same rate for one name.
func (s *Store) Limiter(name string, perSecond float64, burst int) (*Limiter, error) {
	refuse := func(field, problem, remedy string) (*Limiter, error) {
		return nil, &acrcloud.ArgumentError{Field: field, Problem: problem, Remedy: remedy}
	}
	every := time.Duration(float64(time.Second) / perSecond)
	switch {
	case name == "":
		return refuse("name", "is empty", "name the limited resource, such as the account")
	case !(perSecond > 0) || every <= 0 || every > 24*time.Hour:
		return refuse("perSecond", "is not a rate", "use a positive number of calls per second")
	case burst < 1:
		return refuse("burst", "is less than 1", "use 1 for evenly spaced calls")
	}
	burst = int(min(int64(burst), int64(longestPauseCounted/every), math.MaxInt))
	return &Limiter{store: s, name: name, every: every, burst: burst}, nil
}

// longestPauseCounted is the longest pause after which calls can be made at once. With more, a large burst would
// overflow the numbers of the database.
const longestPauseCounted = 10 * 365 * 24 * time.Hour

// Wait implements acrcloud.Limiter. It reserves the next free slot and waits for it. If ctx ends first, the slot stays
// reserved.
func (l *Limiter) Wait(ctx context.Context) error {
	if l == nil || l.store == nil || l.store.jobs == nil {
		return jobs.ErrClosed
	}
	s := l.store
	now, greatest := s.dialect.now(), s.dialect.greatest()
	var wait int64
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// free_at is the start of the last reserved slot, at most a burst in the past. If the last call came later than now, the clock
		// was set back.
		return tx.QueryRowContext(ctx, s.dialect.Query(`INSERT INTO acrcloud_limits (name, free_at, asked_at) VALUES (?, `+now+`, `+now+`)
			ON CONFLICT (name) DO UPDATE SET asked_at = excluded.asked_at, free_at = CASE WHEN acrcloud_limits.asked_at > `+now+` + ? THEN `+now+`
				ELSE `+greatest+`(acrcloud_limits.free_at + ?, `+now+` - ?) END
			RETURNING free_at - `+now), l.name, clockSlack.Microseconds(), l.every.Microseconds(), l.every.Microseconds()*int64(l.burst-1)).Scan(&wait)
	})
	if err != nil {
		return s.explain(err, "waiting for the rate limit")
	}
	return sleep(ctx, time.Duration(wait)*time.Microsecond)
}

// clockSlack is how much a clock may be set back without effect, as time synchronization does.
const clockSlack = time.Second

// sleep waits unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
