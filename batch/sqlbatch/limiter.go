package sqlbatch

import (
	"context"
	"database/sql"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
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
	return &Limiter{store: s, name: name, every: every, burst: burst}, nil
}

// Wait implements acrcloud.Limiter. It reserves the next free slot and waits for it. If ctx ends first, the slot stays
// reserved.
func (l *Limiter) Wait(ctx context.Context) error {
	if l == nil || l.store == nil {
		return errClosed
	}
	s := l.store
	now, greatest := s.dialect.now(), s.dialect.greatest()
	var wait int64
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// free_at is the start of the last reserved slot, at most a burst in the past. If it is further ahead than any
		// call waits, the clock was set back.
		return tx.QueryRowContext(ctx, s.dialect.query(`INSERT INTO acrcloud_limits (name, free_at) VALUES (?, `+now+`)
			ON CONFLICT (name) DO UPDATE SET free_at = CASE WHEN acrcloud_limits.free_at > `+now+` + ? THEN `+now+` ELSE `+greatest+`(acrcloud_limits.free_at + ?, `+now+` - ?) END
			RETURNING free_at - `+now), l.name, (horizon + 1000*l.every).Microseconds(), l.every.Microseconds(), l.every.Microseconds()*int64(l.burst-1)).Scan(&wait)
	})
	if err != nil {
		return s.explain(err, "waiting for the rate limit")
	}
	return sleep(ctx, time.Duration(wait)*time.Microsecond)
}

// horizon is how far ahead of now a slot may be, with a thousand others before it.
const horizon = time.Minute

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
