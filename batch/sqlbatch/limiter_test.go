package sqlbatch_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
)

// After a pause, a burst of any size is allowed at once.
func TestLargeBursts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := open(t, dsn)
		for _, rate := range []float64{0.001, 10, 1e6, 1e9} {
			for _, burst := range []int{100, math.MaxInt / 2, math.MaxInt} {
				l, err := s.Limiter("account", rate, burst)
				require.NoError(t, err)
				require.NoError(t, l.Wait(t.Context()))
				require.NoError(t, s.Exec(t.Context(), "UPDATE acrcloud_limits SET free_at = free_at - 864000000000")) // ten days
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				for range 20 {
					require.NoError(t, l.Wait(ctx), "%v calls a second, a burst of %d", rate, burst)
				}
				cancel()
				require.NoError(t, s.Exec(t.Context(), "DELETE FROM acrcloud_limits"))
			}
		}
	})
}

// A Store that Open has not created returns errors, as does everything that belongs to it.
func TestZeroStore(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*sqlbatch.Store{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limiter, err := s.Limiter("account", 1, 1)
			require.NoError(t, err)
			for call, do := range map[string]func(context.Context) error{
				"Add":           func(ctx context.Context) error { _, err := s.Add(ctx, []batch.Entry{{Key: "a"}}); return err },
				"Load":          func(ctx context.Context) error { _, err := s.Load(ctx, "a"); return err },
				"Save":          func(ctx context.Context) error { _, err := s.Save(ctx, batch.Entry{Key: "a"}); return err },
				"Claim":         func(ctx context.Context) error { _, err := s.Claim(ctx, 1, time.Second); return err },
				"Later":         func(ctx context.Context) error { return s.Later(ctx, "a", time.Now()) },
				"Renew":         func(ctx context.Context) error { return s.Renew(ctx, []string{"a"}, time.Now()) },
				"Mark":          func(ctx context.Context) error { _, err := s.Mark(ctx, "run", []string{"a"}); return err },
				"Backlog":       func(ctx context.Context) error { _, err := s.Backlog(ctx); return err },
				"Bind":          func(ctx context.Context) error { return s.Bind(ctx, 7) },
				"AddTx":         func(ctx context.Context) error { _, err := s.AddTx(ctx, nil, []batch.Entry{{Key: "a"}}); return err },
				"Limiter":       limiter.Wait,
				"Deduplicator":  func(ctx context.Context) error { _, err := s.Deduplicator(0).Claim(ctx, "a"); return err },
				"Deduplicator2": func(ctx context.Context) error { return s.Deduplicator(0).Commit(ctx, "a") },
				"Deduplicator3": func(ctx context.Context) error { return s.Deduplicator(0).Release(ctx, "a") },
				"Entries": func(ctx context.Context) error {
					for _, err := range s.Entries(ctx) {
						return err
					}
					return nil
				},
			} {
				assert.ErrorContains(t, do(t.Context()), "the store is closed", call)
			}
			s.Notifier(nil).Notify(1, "a")
			waiting, unsubscribe := s.Notifier(nil).Subscribe(1, "a")
			assert.Empty(t, waiting)
			unsubscribe()
			assert.Nil(t, s.DB())
			assert.NoError(t, s.Close())
		})
	}
}

// Of several processes with different containers that bind an empty database at the same time, one succeeds.
func TestBindAtTheSameTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		const processes = 4
		for range 5 {
			var stores [processes]*sqlbatch.Store
			for i := range stores {
				stores[i] = open(t, dsn)
			}
			require.NoError(t, stores[0].Exec(t.Context(), "DELETE FROM acrcloud_meta WHERE name = 'container'"))
			errs := make(chan error)
			for i, s := range stores {
				go func() { errs <- s.Bind(t.Context(), 100+i) }()
			}
			bound := 0
			for range stores {
				if err := <-errs; err == nil {
					bound++
				} else {
					assert.ErrorIs(t, err, sqlbatch.ErrOtherContainer)
				}
			}
			assert.Equal(t, 1, bound)
		}
	})
}
