//go:build unix

package riverbatch_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// Trap: River rescues a job an hour after it was begun. Here one whose process is gone is taken up soon.
func TestRescue(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, &riverbatch.Config{RescueAfter: time.Second})
		_, err := s.client.Enqueue(t.Context(), items(3)...)
		require.NoError(t, err)
		run(t, s, `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = '2020-01-01 00:00:00.000', attempted_by = `+array(t, dsn))
		s.start(t)
		s.ended(t, 3)
	})
}

// array is a list of one process in the database's own words.
func array(t *testing.T, dsn string) string {
	t.Helper()
	if strings.HasPrefix(dsn, "host=") {
		return `ARRAY['gone']`
	}
	return `jsonb('["gone"]')`
}

// Trap: River has no heartbeat, so that a long upload would be rescued while it lives, and its timeout would break the upload off.
func TestLongStep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		goOn := make(chan struct{})
		s := newSite(t, dsn, &batch.Options{Open: func(ref string) acrcloud.Source {
			<-goOn
			return content(ref)
		}}, &riverbatch.Config{RescueAfter: time.Second})
		_, err := s.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		s.start(t)
		first := s.attempted(t, time.Time{})
		later := s.attempted(t, first)
		s.attempted(t, later.Add(time.Second)) // for longer than the timeout that River knows
		stuck, err := riverbatch.Driver(s.store).GetExecutor().JobGetStuck(t.Context(), &riverdriver.JobGetStuckParams{Max: 10, StuckHorizon: first.Add(time.Second)})
		require.NoError(t, err)
		assert.Empty(t, stuck)
		close(goOn)
		s.ended(t, 1)
		assert.Equal(t, 1, created(s.srv))
		assert.NotContains(t, s.log.String(), "stuck")
	})
}

// attempted waits until the job under way was said to be so after a time.
func (s *site) attempted(t *testing.T, after time.Time) (at time.Time) {
	t.Helper()
	require.Eventually(t, func() bool {
		var found sql.NullTime
		err := s.store.DB().QueryRowContext(t.Context(), `SELECT attempted_at FROM river_job WHERE state = 'running' AND kind = 'acrcloud_step'`).Scan(&found)
		at = found.Time
		return err == nil && at.After(after)
	}, 20*time.Second, 10*time.Millisecond)
	return at
}

// What middleware puts into the context, such as a span, is there in the step, which has no timeout of River's all the same.
func TestMiddleware(t *testing.T) {
	t.Parallel()
	type key struct{}
	seen := make(chan any, 1)
	s := newSite(t, t.TempDir()+"/jobs.db", nil, &riverbatch.Config{
		River: &river.Config{Middleware: []rivertype.Middleware{river.WorkerMiddlewareFunc(func(ctx context.Context, _ *rivertype.JobRow, inner func(context.Context) error) error {
			return inner(context.WithValue(ctx, key{}, "a span"))
		})}},
		Done: func(ctx context.Context, _ *batch.Outcome) error {
			if end, timed := ctx.Deadline(); timed { // by StepTimeout
				assert.Greater(t, time.Until(end), time.Hour)
			}
			seen <- ctx.Value(key{})
			return nil
		},
	})
	_, err := s.client.Enqueue(t.Context(), items(1)...)
	require.NoError(t, err)
	s.start(t)
	require.Equal(t, "a span", <-seen)
	s.ended(t, 1)
}

// A step that never ends is broken off, and counts as a failure.
func TestStepTimeout(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, &riverbatch.Config{StepTimeout: time.Second, MaxAttempts: 1})
		s.srv.Inject(mock.Fault{Op: mock.OpPresign, Delay: time.Hour})
		_, err := s.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		s.start(t)
		var f *batch.Failure
		require.ErrorAs(t, s.ended(t, 1)[items(1)[0].Key].Err, &f)
		assert.Equal(t, batch.FailureService, f.Kind)
		assert.ErrorContains(t, f, "deadline")
	})
}

// Trap: an attempt for every look at a file would end a job that waits for long.
func TestSnoozesDoNotCount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, &riverbatch.Config{MaxAttempts: 1, MaxCrashes: 1}, mock.WithProcessingTime(4*time.Second))
		_, err := s.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		s.start(t)
		require.NoError(t, s.ended(t, 1)[items(1)[0].Key].Err)
		assert.LessOrEqual(t, query[int](t, s, `SELECT attempt FROM river_job WHERE kind = 'acrcloud_step'`), 1)
		assert.Positive(t, query[int](t, s, `SELECT CAST(metadata ->> 'snoozes' AS INTEGER) FROM river_job WHERE kind = 'acrcloud_step'`))
	})
}

// Trap: River forgets the unique key of a completed job. The journal does not.
func TestForgottenKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, nil)
		_, err := s.client.Enqueue(t.Context(), items(2)...)
		require.NoError(t, err)
		s.start(t)
		s.ended(t, 2)
		run(t, s, `DELETE FROM river_job`)
		open, err := s.client.Enqueue(t.Context(), items(2)...)
		require.NoError(t, err)
		assert.Zero(t, open)
		require.NoError(t, s.client.Wake(t.Context(), items(2)[0].Key)) // it takes a step that finds nothing to do
		require.Eventually(t, func() bool {
			return query[int](t, s, `SELECT count(*) FROM river_job WHERE kind = 'acrcloud_step' AND state = 'completed'`) == 1
		}, 20*time.Second, 10*time.Millisecond)
		assert.Equal(t, 2, created(s.srv))
	})
}

// Trap: SQLite has one writer, and River wants one connection for that. The store's wait their turn, those of the application's own
// transactions included.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		const n, writers = 24, 6 // with more, the race detector makes the turns so long that River gives up a fetch
		s := newSite(t, dsn, nil, &riverbatch.Config{Workers: 8}, mock.WithProcessingTime(100*time.Millisecond))
		require.NoError(t, s.client.Bind(t.Context()))
		run(t, s, `CREATE TABLE uploads (id TEXT PRIMARY KEY)`)
		s.start(t)
		var work sync.WaitGroup
		for some := range slices.Chunk(items(n), n/writers) {
			work.Go(func() {
				for _, item := range some {
					assert.NoError(t, s.addUpload(t.Context(), item))
				}
			})
		}
		work.Wait()
		s.ended(t, n)
		assert.Equal(t, n, created(s.srv))
		assert.Empty(t, s.log.String())
	})
}

// addUpload writes a row of the application and its job.
func (s *site) addUpload(ctx context.Context, item batch.Item) error {
	tx, err := s.store.DB().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, s.bound(`INSERT INTO uploads VALUES (?)`), item.Key); err == nil {
		_, err = s.client.EnqueueTx(ctx, tx, item)
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// bound has placeholders as the database wants them.
func (s *site) bound(statement string) string {
	if s.store.Pool() != nil {
		return strings.Replace(statement, "?", "$1", 1)
	}
	return statement
}

// While the service refuses everything no job dies, few requests are made, and all go on when it is back.
func TestOutage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		const n = 20
		s := newSite(t, dsn, nil, &riverbatch.Config{MaxAttempts: 3})
		back := s.srv.Inject(mock.Fault{Status: 401, Body: `{"error":"token"}`})
		_, err := s.client.Enqueue(t.Context(), items(n)...)
		require.NoError(t, err)
		s.start(t)
		<-time.After(4 * time.Second)
		assert.Less(t, len(s.srv.Requests()), 2*n)
		assert.Contains(t, s.log.String(), "postponed the step: the service or the database is down")
		back()
		for key, o := range s.ended(t, n) {
			require.NoError(t, o.Err, key)
		}
		assert.Equal(t, n, created(s.srv))
	})
}

// A job that fails while others succeed dies, stays as a row with its error, and can be tried again.
func TestDeadJob(t *testing.T) {
	t.Parallel()
	dsn := t.TempDir() + "/jobs.db"
	s := newSite(t, dsn, nil, nil)
	journal := &brokenJournal{Memory: batch.NewMemory(), key: items(2)[1].Key}
	stepper, err := batch.NewStepper(s.files, journal, options(nil))
	require.NoError(t, err)
	outcomes := make(chan *batch.Outcome, 10)
	client, err := riverbatch.New(riverbatch.Driver(s.store), stepper, &riverbatch.Config{MaxAttempts: 1, Done: func(_ context.Context, o *batch.Outcome) error {
		outcomes <- o
		return nil
	}})
	require.NoError(t, err)
	_, err = client.Enqueue(t.Context(), items(2)...)
	require.NoError(t, err)
	s.client = client
	s.start(t)
	failed := 0
	for range 2 {
		o := <-outcomes
		if o.Err == nil {
			continue
		}
		failed++
		assert.Equal(t, journal.key, o.Key)
		var f *batch.Failure
		require.ErrorAs(t, o.Err, &f)
		assert.Equal(t, batch.FailureService, f.Kind)
		assert.ErrorContains(t, o.Err, "bad sector")
	}
	require.Equal(t, 1, failed)
	require.Eventually(t, func() bool {
		return query[int](t, s, `SELECT count(*) FROM river_job WHERE state = 'cancelled' AND json(errors) LIKE '%bad sector%'`) == 1
	}, 20*time.Second, 10*time.Millisecond)
	journal.mend()
	n, err := client.Retry(t.Context(), func(*batch.Outcome) bool { return true })
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	require.NoError(t, (<-outcomes).Err)
	assert.Equal(t, 2, created(s.srv))
}

// brokenJournal fails to save the intent of one job.
type brokenJournal struct {
	*batch.Memory
	mu  sync.Mutex
	key string
}

func (j *brokenJournal) mend() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.key = ""
}

func (j *brokenJournal) Save(ctx context.Context, e batch.Entry) (batch.Entry, error) {
	j.mu.Lock()
	bad := e.Key == j.key && e.Phase == batch.PhaseIntent
	j.mu.Unlock()
	if bad {
		return e, errBadSector
	}
	return j.Memory.Save(ctx, e)
}
