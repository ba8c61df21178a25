package sqlbatch_test

import (
	"context"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/batchtest"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
)

var (
	_ batch.Store      = (*sqlbatch.Store)(nil)
	_ batch.Lister     = (*sqlbatch.Store)(nil)
	_ batch.Backlog    = (*sqlbatch.Store)(nil)
	_ batch.Renewer    = (*sqlbatch.Store)(nil)
	_ batch.Marker     = (*sqlbatch.Store)(nil)
	_ batch.Binder     = (*sqlbatch.Store)(nil)
	_ acrcloud.Limiter = (*sqlbatch.Limiter)(nil)
)

// databases are those that everything is tested on. Each call makes an empty one.
var dsns = map[string]func(testing.TB) string{
	"SQLite":     func(tb testing.TB) string { tb.Helper(); return filepath.Join(tb.TempDir(), "jobs.db") },
	"PostgreSQL": postgresDSN,
}

// each runs a test on every database.
func each(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, dsn(t))
		})
	}
}

func open(tb testing.TB, dsn string) *sqlbatch.Store {
	tb.Helper()
	s, err := sqlbatch.Open(tb.Context(), dsn)
	require.NoError(tb, err)
	tb.Cleanup(func() { assert.NoError(tb, s.Close()) })
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			batchtest.Store(t, func(t *testing.T) batch.Store {
				t.Helper()
				return open(t, dsn(t))
			})
		})
	}
}

// Several stores of one database are several processes, as it were. What one has saved the others see, and no save is overwritten.
func TestSeveralStores(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		const stores, jobs = 4, 100
		var all sync.WaitGroup
		var mu sync.Mutex
		claims := map[string]int{}
		for range stores {
			all.Go(func() { // they open it at the same time, too
				s, err := sqlbatch.Open(t.Context(), dsn)
				if !assert.NoError(t, err) { //nolint:testifylint // not in the test's goroutine
					return
				}
				defer func() { _ = s.Close() }()
				var entries []batch.Entry
				for i := range jobs {
					entries = append(entries, batch.Entry{Key: strconv.Itoa(i), Phase: batch.PhaseNew})
				}
				_, err = s.Add(t.Context(), entries)
				assert.NoError(t, err) //nolint:testifylint // not in the test's goroutine
				for {
					keys, err := s.Claim(t.Context(), 9, time.Hour)
					assert.NoError(t, err) //nolint:testifylint // not in the test's goroutine
					if len(keys) == 0 {
						return
					}
					for _, key := range keys {
						mu.Lock()
						claims[key]++
						mu.Unlock()
						e, err := s.Load(t.Context(), key)
						assert.NoError(t, err) //nolint:testifylint // not in the test's goroutine
						e.Attempt++
						_, err = s.Save(t.Context(), e)
						assert.NoError(t, err)
					}
				}
			})
		}
		all.Wait()
		s := open(t, dsn)
		assert.Len(t, claims, jobs)
		entries := 0
		for e, err := range s.Entries(t.Context()) {
			require.NoError(t, err)
			assert.Equal(t, 1, e.Attempt)
			assert.Equal(t, 1, claims[e.Key])
			entries++
		}
		assert.Equal(t, jobs, entries)
	})
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		const stores, calls, perSecond, burst = 3, 20, 50.0, 5
		started := time.Now()
		var all sync.WaitGroup
		for range stores { // on several machines, as it were
			s := open(t, dsn)
			l, err := s.Limiter("account", perSecond, burst)
			require.NoError(t, err)
			all.Go(func() {
				for range calls {
					assert.NoError(t, l.Wait(t.Context()))
				}
			})
		}
		all.Wait()
		least := time.Duration((stores*calls - burst) / perSecond * float64(time.Second))
		assert.GreaterOrEqual(t, time.Since(started), least-10*time.Millisecond)
		s := open(t, dsn)
		other, err := s.Limiter("other", 0.001, 1)
		require.NoError(t, err)
		require.NoError(t, other.Wait(t.Context()), "another name has another rate")
		require.NoError(t, s.Exec(t.Context(), "UPDATE acrcloud_limits SET free_at = free_at + 3600000000 WHERE name = 'account'"))
		many, err := s.Limiter("account", perSecond, burst)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, many.Wait(ctx), context.DeadlineExceeded, "a long queue is no error of the clock")
		require.NoError(t, s.Exec(t.Context(), "UPDATE acrcloud_limits SET free_at = free_at + 3600000000, asked_at = asked_at + 7200000000"))
		l, err := s.Limiter("account", perSecond, burst)
		require.NoError(t, err)
		require.NoError(t, l.Wait(t.Context()), "a clock that was set back does not stop everything")
		for _, bad := range []struct {
			name  string
			rate  float64
			burst int
		}{{"", 1, 1}, {"a", 0, 1}, {"a", -1, 1}, {"a", 1, 0}} {
			_, err := s.Limiter(bad.name, bad.rate, bad.burst)
			require.ErrorIs(t, err, acrcloud.ErrInvalidArgument, "%+v", bad)
		}
	})
}
