//go:build unix

package riverbatch_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// Each file is made once and its own results come back, whatever is enqueued again.
func TestEnqueue(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		const n = 30
		s := newSite(t, dsn, nil, nil, mock.WithProcessingTime(300*time.Millisecond))
		s.srv.OnScan(func(u mock.Upload) mock.Outcome {
			return mock.Outcome{Results: fmt.Appendf(nil, `{"music":[{"result":{"title":"%s"}}]}`, u.SHA256)}
		})
		open, err := s.client.Enqueue(t.Context(), items(n)...)
		require.NoError(t, err)
		assert.Equal(t, n, open)
		open, err = s.client.Enqueue(t.Context(), append(items(n), items(1)...)...)
		require.NoError(t, err)
		assert.Equal(t, n, open)
		assert.Equal(t, n, query[int](t, s, `SELECT count(*) FROM river_job WHERE kind = 'acrcloud_step'`))
		assert.Equal(t, 0, query[int](t, s, `SELECT count(*) FROM acrcloud_jobs WHERE due IS NOT NULL`))
		s.start(t)
		for key, o := range s.ended(t, n) {
			require.NoError(t, o.Err)
			name, err := batch.NameOf(key)
			require.NoError(t, err)
			assert.Equal(t, name, o.File.Name)
			assert.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte("RIFF content of "+key+".wav"))), o.File.Results.Music[0].Result.Title)
		}
		assert.Equal(t, n, created(s.srv))
		open, err = s.client.Enqueue(t.Context(), items(n)...)
		require.NoError(t, err)
		assert.Zero(t, open)
		assert.NotContains(t, s.log.String(), "level=ERROR")
	})
}

// A row of the application and its job are in the database together, or neither is.
func TestEnqueueTx(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, nil)
		run(t, s, `CREATE TABLE uploads (id TEXT PRIMARY KEY)`)
		tx, err := s.store.DB().BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = s.client.EnqueueTx(t.Context(), tx, items(1)...)
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
		require.ErrorContains(t, err, "Bind")
		require.NoError(t, tx.Rollback())
		require.NoError(t, s.client.Bind(t.Context()))
		for i, commit := range []bool{false, true} {
			tx, err := s.store.DB().BeginTx(t.Context(), nil)
			require.NoError(t, err)
			_, err = tx.ExecContext(t.Context(), `INSERT INTO uploads VALUES ('1')`)
			require.NoError(t, err)
			open, err := s.client.EnqueueTx(t.Context(), tx, append(items(2), items(1)...)...)
			require.NoError(t, err)
			assert.Equal(t, 2, open)
			if commit {
				require.NoError(t, tx.Commit())
			} else {
				require.NoError(t, tx.Rollback())
			}
			for _, statement := range []string{`SELECT count(*) FROM uploads`, `SELECT count(*) / 2 FROM acrcloud_jobs`, `SELECT count(*) / 2 FROM river_job`} {
				assert.Equal(t, i, query[int](t, s, statement), statement)
			}
		}
		s.start(t)
		s.ended(t, 2)
	})
}

// Programs that use pgx by itself have their own transactions and River's own driver.
func TestEnqueuePgxTx(t *testing.T) {
	t.Parallel()
	s := newSite(t, postgres(t), nil, nil)
	client, err := riverbatch.New(riverpgxv5.New(s.store.Pool()), s.stepper, nil)
	require.NoError(t, err)
	require.NoError(t, client.Bind(t.Context()))
	for i, end := range []func(tx pgx.Tx) error{func(tx pgx.Tx) error { return tx.Rollback(t.Context()) }, func(tx pgx.Tx) error { return tx.Commit(t.Context()) }} {
		tx, err := s.store.Pool().Begin(t.Context())
		require.NoError(t, err)
		open, err := client.EnqueueTx(t.Context(), tx, append(items(2), items(1)...)...)
		require.NoError(t, err)
		assert.Equal(t, 2, open)
		require.NoError(t, end(tx))
		assert.Equal(t, i, query[int](t, s, `SELECT count(*) / 2 FROM acrcloud_jobs`))
		assert.Equal(t, i, query[int](t, s, `SELECT count(*) / 2 FROM river_job`))
	}
	s.start(t)
	s.ended(t, 2)
}

func TestBadItems(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, nil)
		good := items(1)[0]
		for name, item := range map[string]batch.Item{
			"no key": {Ref: "a"}, "no ref": {Key: "a"}, "a source": {Key: "a", Ref: "a", Source: content("a")},
		} {
			_, err := s.client.Enqueue(t.Context(), good, item)
			require.ErrorIs(t, err, acrcloud.ErrInvalidArgument, name)
		}
		assert.Zero(t, query[int](t, s, `SELECT count(*) FROM acrcloud_jobs`))
		_, err := s.client.Enqueue(t.Context(), good)
		require.NoError(t, err)
		good.Version = "2"
		_, err = s.client.Enqueue(t.Context(), good)
		var f *batch.Failure
		require.ErrorAs(t, err, &f)
		assert.Equal(t, batch.FailureChanged, f.Kind)
		open, err := s.client.Enqueue(t.Context())
		require.NoError(t, err)
		assert.Zero(t, open)
	})
}

// A callback ends the job at once, although its next look is far away.
func TestCalled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, nil, mock.WithProcessingTime(time.Hour))
		_, err := s.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		s.start(t)
		key := items(1)[0].Key
		e := s.waiting(t, key)
		require.Eventually(t, func() bool { // a step may have begun again
			run(t, s, `UPDATE river_job SET state = 'scheduled', scheduled_at = '2099-01-01 00:00:00.000' WHERE kind = 'acrcloud_step' AND state <> 'running'`)
			return query[int](t, s, `SELECT count(*) FROM river_job WHERE scheduled_at > '2098-01-01 00:00:00.000' AND state = 'scheduled' AND kind = 'acrcloud_step'`) == 1
		}, 20*time.Second, 10*time.Millisecond)
		require.NoError(t, s.srv.Complete(e.FileID))
		begun := time.Now()
		event := &webhook.Event{Kind: webhook.FileScan, FileID: e.FileID, ContainerID: s.files.ContainerID()}
		require.NoError(t, s.client.Called(t.Context(), event))
		require.NoError(t, s.client.Called(t.Context(), event))
		require.NoError(t, s.ended(t, 1)[key].Err)
		t.Logf("from callback to done: %v", time.Since(begun))
		assert.Less(t, time.Since(begun), 2*time.Second)
		require.NoError(t, s.client.Called(t.Context(), event), "late")

		// That of another program in the same container is nobody's.
		other, err := s.files.Upload(t.Context(), content("other"), nil)
		require.NoError(t, err)
		require.NoError(t, s.client.Called(t.Context(), &webhook.Event{Kind: webhook.FileScan, FileID: other.ID, ContainerID: s.files.ContainerID()}))
		assert.Equal(t, 1, query[int](t, s, `SELECT count(*) FROM acrcloud_jobs`))
	})
}

// waiting waits until the file of a job exists and nobody is at it.
func (s *site) waiting(t *testing.T, key string) (e batch.Entry) {
	t.Helper()
	require.Eventually(t, func() bool {
		var err error
		e, err = s.store.Load(t.Context(), key)
		return err == nil && e.Phase == batch.PhaseWaiting && query[int](t, s, `SELECT count(*) FROM river_job WHERE state = 'running'`) == 0
	}, 20*time.Second, 10*time.Millisecond)
	return e
}

// A job that is woken while its step is under way is looked at again after it.
func TestWakeWhileRunning(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		opened, goOn := make(chan struct{}), make(chan struct{})
		s := newSite(t, dsn, &batch.Options{Open: func(ref string) acrcloud.Source {
			close(opened)
			<-goOn
			return content(ref)
		}}, nil, mock.WithProcessingTime(time.Hour))
		_, err := s.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		s.start(t)
		<-opened
		for range 3 {
			require.NoError(t, s.client.Wake(t.Context(), items(1)[0].Key))
		}
		assert.Equal(t, 1, query[int](t, s, `SELECT count(*) FROM river_job WHERE kind = 'acrcloud_wake'`))
		close(goOn)
		require.Eventually(t, func() bool {
			return query[int](t, s, `SELECT count(*) FROM river_job WHERE kind = 'acrcloud_wake' AND state = 'completed'`) == 1
		}, 20*time.Second, 10*time.Millisecond)
		require.ErrorIs(t, s.client.Wake(t.Context(), ""), acrcloud.ErrInvalidArgument)
	})
}

// A stop waits for the steps under way; one that has no more time breaks them off, and another process goes on without counting that.
func TestStop(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		srv := mock.New()
		t.Cleanup(func() { assert.NoError(t, srv.Close()) })
		opened, goOn := make(chan struct{}, 2), make(chan struct{})
		open := func(ref string) acrcloud.Source {
			opened <- struct{}{}
			<-goOn
			return content(ref)
		}
		first := newSiteOf(t, srv, dsn, &batch.Options{Open: open}, nil)
		_, err := first.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		require.NoError(t, first.client.Start(t.Context()))
		<-opened
		stopped := make(chan error)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { stopped <- first.client.Stop(ctx) }()
		cancel()
		close(goOn)
		require.NoError(t, <-stopped)
		assert.Zero(t, created(srv))
		assert.Equal(t, 0, query[int](t, first, `SELECT attempt FROM river_job WHERE kind = 'acrcloud_step'`))
		second := newSiteOf(t, srv, dsn, nil, nil)
		second.start(t)
		second.ended(t, 1)
		assert.Equal(t, 1, created(srv))
	})
}

func TestBadUse(t *testing.T) {
	t.Parallel()
	s := newSite(t, t.TempDir()+"/jobs.db", nil, nil)
	driver := riverbatch.Driver(s.store)
	for name, err := range map[string]error{
		"no driver":         second(riverbatch.New[pgx.Tx](nil, s.stepper, nil)),
		"no store":          second(riverbatch.New(riverbatch.Driver(nil), s.stepper, nil)),
		"no stepper":        second(riverbatch.New(driver, nil, nil)),
		"an unmade stepper": second(riverbatch.New(driver, &batch.Stepper{}, nil)),
		"workers":           second(riverbatch.New(driver, s.stepper, &riverbatch.Config{Workers: -1})),
		"attempts":          second(riverbatch.New(driver, s.stepper, &riverbatch.Config{MaxAttempts: 1 << 20})),
		"a forgotten unit":  second(riverbatch.New(driver, s.stepper, &riverbatch.Config{RescueAfter: 60})),
		"a nanosecond":      second(riverbatch.New(driver, s.stepper, &riverbatch.Config{RescueAfter: 1})),
		"a step":            second(riverbatch.New(driver, s.stepper, &riverbatch.Config{StepTimeout: time.Second - 1})),
		"requeue":           second(riverbatch.New(driver, s.stepper, &riverbatch.Config{RequeueEvery: -time.Hour})),
		"migrate":           riverbatch.Migrate(t.Context(), nil, nil),
	} {
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument, name)
	}
	_, err := riverbatch.New(driver, s.stepper, &riverbatch.Config{Queue: "no name"})
	require.ErrorContains(t, err, "no name")
	var none *riverbatch.Client[pgx.Tx]
	for _, c := range []*riverbatch.Client[pgx.Tx]{none, {}} {
		_, enqueue := c.Enqueue(t.Context(), items(1)...)
		_, enqueueTx := c.EnqueueTx(t.Context(), nil, items(1)...)
		_, requeue := c.Requeue(t.Context())
		_, retry := c.Retry(t.Context(), nil)
		for _, err := range []error{enqueue, enqueueTx, requeue, retry, c.Start(t.Context()), c.Stop(t.Context()), c.Wake(t.Context(), "a"), c.Called(t.Context(), nil), c.Bind(t.Context())} {
			require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
		}
		assert.Nil(t, c.River())
	}
}

func second[T any](_ T, err error) error { return err }

// A database keeps the jobs of one container, and one without River's tables says what to do.
func TestWrongDatabase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, nil)
		require.NoError(t, s.client.Bind(t.Context()))
		run(t, s, `UPDATE acrcloud_meta SET value = '1' WHERE name = 'container'`)
		again := newSiteOf(t, s.srv, dsn, nil, nil)
		for _, err := range []error{second(again.client.Enqueue(t.Context(), items(1)...)), again.client.Start(t.Context()), again.client.Bind(t.Context())} {
			require.ErrorIs(t, err, sqlbatch.ErrOtherContainer)
		}
		run(t, s, `DROP TABLE river_job`)
		run(t, s, `DROP TABLE river_queue`)
		require.ErrorContains(t, s.client.Start(t.Context()), "riverbatch.Open or Migrate")
	})
}
