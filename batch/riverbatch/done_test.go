//go:build unix

package riverbatch_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/mock"
)

var errFull = errors.New("the disk is full")

// Config.Done is called until it succeeds, at growing intervals, also if River would have discarded the job long ago.
func TestDoneAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		var calls atomic.Int64
		var mended atomic.Bool
		s := newSite(t, dsn, nil, &riverbatch.Config{MaxAttempts: 1, MaxCrashes: 1, Done: func(context.Context, *batch.Outcome) error {
			calls.Add(1)
			switch {
			case mended.Load():
				return nil
			case calls.Load()%2 == 0:
				panic("a bug of the application")
			}
			return errFull
		}})
		_, err := s.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		s.start(t)
		const n = 6
		require.Eventually(t, func() bool {
			if calls.Load() < n {
				return s.client.Wake(t.Context(), items(1)[0].Key) != nil // it does not have to wait for the interval
			}
			var scheduled time.Time
			err := s.store.DB().QueryRowContext(t.Context(), `SELECT scheduled_at FROM river_job WHERE kind = 'acrcloud_step' AND state = 'scheduled'`).Scan(&scheduled)
			return err == nil && time.Until(scheduled) > 10*time.Second // no Wake is left that has yet to run it
		}, 30*time.Second, 50*time.Millisecond)
		assert.LessOrEqual(t, query[int](t, s, `SELECT attempt FROM river_job WHERE kind = 'acrcloud_step'`), 1)
		assert.Contains(t, s.log.String(), "failed=Config.Done")
		assert.Contains(t, s.log.String(), "a bug of the application")
		mended.Store(true)
		require.NoError(t, s.client.Wake(t.Context(), items(1)[0].Key))
		require.NoError(t, s.ended(t, 1)[items(1)[0].Key].Err)
		require.Eventually(t, func() bool {
			return query[int](t, s, `SELECT count(*) FROM river_job WHERE kind = 'acrcloud_step' AND state = 'completed'`) == 1
		}, 20*time.Second, 10*time.Millisecond)
		assert.Equal(t, 1, created(s.srv))
	})
}

// A panic of a source is a failure of its job, with an outcome, and of no other.
func TestPanic(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		bad := items(3)[1]
		s := newSite(t, dsn, &batch.Options{Open: func(ref string) acrcloud.Source {
			if ref == bad.Ref {
				panic("index out of range")
			}
			return content(ref)
		}}, &riverbatch.Config{MaxAttempts: 1})
		_, err := s.client.Enqueue(t.Context(), items(3)...)
		require.NoError(t, err)
		s.start(t)
		for key, o := range s.ended(t, 3) {
			if key != bad.Key {
				require.NoError(t, o.Err, key)
				continue
			}
			var f *batch.Failure
			require.ErrorAs(t, o.Err, &f)
			assert.Equal(t, batch.FailureService, f.Kind)
			assert.ErrorContains(t, f, "panic: index out of range")
		}
		assert.Contains(t, s.log.String(), "done_test.go", "the stack")
	})
}

// Config.Done may take longer than a dead process is waited for: the job is not rescued meanwhile, and nobody else calls it.
func TestLongDone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		called, goOn := make(chan struct{}, 10), make(chan struct{})
		s := newSite(t, dsn, nil, &riverbatch.Config{RescueAfter: time.Second, Done: func(context.Context, *batch.Outcome) error {
			called <- struct{}{}
			<-goOn
			return nil
		}})
		_, err := s.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		s.start(t)
		<-called
		first := s.attempted(t, time.Time{})
		s.attempted(t, first.Add(1500*time.Millisecond))
		stuck, err := riverbatch.Driver(s.store).GetExecutor().JobGetStuck(t.Context(), &riverdriver.JobGetStuckParams{Max: 10, StuckHorizon: first.Add(time.Second)})
		require.NoError(t, err)
		assert.Empty(t, stuck)
		close(goOn)
		s.ended(t, 1)
		assert.Empty(t, called)
	})
}

// One that hangs is broken off by Config.StepTimeout, and called again.
func TestDoneTimeout(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		var calls atomic.Int64
		s := newSite(t, dsn, nil, &riverbatch.Config{StepTimeout: 3 * time.Second, Done: func(ctx context.Context, _ *batch.Outcome) error {
			if calls.Add(1) == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}})
		_, err := s.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		s.start(t)
		require.NoError(t, s.ended(t, 1)[items(1)[0].Key].Err)
		assert.EqualValues(t, 2, calls.Load())
	})
}

// A job whose steps have used up the time is given up nevertheless, with an outcome, by a Done that has time.
func TestDoneAfterStepTimeout(t *testing.T) {
	t.Parallel()
	dsn := sqlite(t)
	s := newSite(t, dsn, nil, &riverbatch.Config{StepTimeout: time.Second, MaxAttempts: 1, Done: func(ctx context.Context, _ *batch.Outcome) error { return ctx.Err() }})
	s.srv.Inject(mock.Fault{Op: mock.OpPresign, Delay: time.Hour})
	_, err := s.client.Enqueue(t.Context(), items(1)...)
	require.NoError(t, err)
	s.start(t)
	require.ErrorContains(t, s.ended(t, 1)[items(1)[0].Key].Err, "deadline")
	assert.NotContains(t, s.log.String(), "Config.Done")
}

// A stop that breaks Done off does not count, and the next process calls it at once.
func TestStopDuringDone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		srv := mock.New()
		t.Cleanup(func() { assert.NoError(t, srv.Close()) })
		called := make(chan struct{}, 1)
		first := newSiteOf(t, srv, dsn, nil, &riverbatch.Config{Done: func(ctx context.Context, _ *batch.Outcome) error {
			called <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		}})
		_, err := first.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		require.NoError(t, first.client.Start(t.Context()))
		<-called
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.NoError(t, first.client.Stop(ctx))
		const row = ` FROM river_job WHERE kind = 'acrcloud_step'`
		assert.Equal(t, "available", query[string](t, first, `SELECT state`+row))
		assert.Zero(t, query[int](t, first, `SELECT attempt`+row))
		assert.NotContains(t, query[string](t, first, `SELECT CAST(`+first.text(`metadata`)+` AS TEXT)`+row), "deliveries")
		second := newSiteOf(t, srv, dsn, nil, nil)
		second.start(t)
		second.ended(t, 1)
	})
}

// text is a column of JSON as text.
func (s *site) text(column string) string {
	if s.store.Pool() != nil {
		return column
	}
	return `json(` + column + `)`
}
