//go:build unix

package riverbatch_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
)

var errBadSector = errors.New("bad sector")

// Two deployments of different versions share a database: the older one leaves alone what it does not know, for as long as it takes, and
// does the rest.
func TestNewerJobs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, &riverbatch.Config{MaxAttempts: 1, MaxCrashes: 1})
		_, err := s.client.Enqueue(t.Context(), items(4)...)
		require.NoError(t, err)
		run(t, s, `UPDATE river_job SET args = `+s.json(`{"key":"upload/0000","version":2,"more":true}`)+` WHERE id = 1`)
		run(t, s, `UPDATE acrcloud_jobs SET entry = '{"schema":99}' WHERE name LIKE '%0001'`)
		run(t, s, `UPDATE acrcloud_jobs SET phase = 'paused' WHERE name LIKE '%0002'`)
		run(t, s, `UPDATE river_job SET kind = 'acrcloud_polish' WHERE id = 4`)
		_, err = s.client.Enqueue(t.Context(), items(6)[4:]...)
		require.NoError(t, err)
		s.start(t)
		s.ended(t, 2)
		require.Eventually(t, func() bool {
			return query[int](t, s, `SELECT count(*) FROM river_job WHERE state = 'scheduled' AND attempt = 0 AND id <= 3`) == 3
		}, 20*time.Second, 10*time.Millisecond)
		assert.Equal(t, 1, query[int](t, s, `SELECT count(*) FROM river_job WHERE state = 'available' AND attempt = 0 AND id = 4`))
		assert.Equal(t, 3, strings.Count(s.log.String(), "left the job to a newer program"))
		assert.Equal(t, 2, created(s.srv))
	})
}

// json is a value of the type that River's tables have.
func (s *site) json(text string) string {
	if s.store.Pool() != nil {
		return `'` + text + `'::jsonb`
	}
	return `jsonb('` + text + `')`
}

// Rows that were deleted by hand: River's comes back, and the journal's ends River's job with an error that says so.
func TestDeletedRows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, nil)
		_, err := s.client.Enqueue(t.Context(), items(3)...)
		require.NoError(t, err)
		run(t, s, `DELETE FROM river_job WHERE id = 1`)
		run(t, s, `DELETE FROM acrcloud_jobs WHERE name LIKE '%0001'`)
		run(t, s, `UPDATE river_job SET args = `+s.json(`{}`)+` WHERE id = 3`)
		s.start(t)
		require.Eventually(t, func() bool {
			return query[int](t, s, `SELECT count(*) FROM river_job WHERE state = 'cancelled'`) == 2
		}, 20*time.Second, 10*time.Millisecond)
		n, err := s.client.Requeue(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		s.ended(t, 2)
		assert.Equal(t, 2, created(s.srv))
	})
}

// The leader puts back by itself what is missing, as it begins.
func TestRequeueByItself(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, nil)
		_, err := s.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		run(t, s, `DELETE FROM river_job`)
		s.start(t)
		s.ended(t, 1)
	})
}

// A list of many jobs may take longer than River gives a job, and than a dead process is waited for.
func TestRequeueHasTime(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqlite(t), nil, nil)
	journal := &slowLister{Memory: batch.NewMemory(), left: make(chan time.Duration, 10)}
	stepper, err := batch.NewStepper(s.files, journal, options(nil))
	require.NoError(t, err)
	s.client, err = riverbatch.New(riverbatch.Driver(s.store), stepper, &riverbatch.Config{RescueAfter: 10 * time.Second, RequeueEvery: 30 * time.Minute})
	require.NoError(t, err)
	s.start(t)
	select {
	case left := <-journal.left:
		assert.Greater(t, left, 29*time.Minute)
	case <-time.After(30 * time.Second):
		assert.Fail(t, "nothing was listed")
	}
}

// slowLister tells how much time its list has.
type slowLister struct {
	*batch.Memory
	left chan time.Duration
}

func (l *slowLister) Entries(ctx context.Context, phases ...batch.Phase) iter.Seq2[batch.Entry, error] {
	end, _ := ctx.Deadline()
	l.left <- time.Until(end)
	return l.Memory.Entries(ctx, phases...)
}

// A source that is gone when the worker comes to it is the outcome of its job, and the row stays with the error.
func TestSourceGone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		gone := filepath.Join(t.TempDir(), "gone.wav")
		s := newSite(t, dsn, &batch.Options{Open: acrcloud.FromFile}, nil)
		there := filepath.Join(t.TempDir(), "there.wav")
		require.NoError(t, os.WriteFile(there, []byte("RIFF recording"), 0o600))
		_, err := s.client.Enqueue(t.Context(), batch.Item{Key: "gone", Ref: gone}, batch.Item{Key: "there", Ref: there})
		require.NoError(t, err)
		s.start(t)
		outcomes := s.ended(t, 2)
		require.NoError(t, outcomes["there"].Err)
		var f *batch.Failure
		require.ErrorAs(t, outcomes["gone"].Err, &f)
		assert.Equal(t, batch.FailureSource, f.Kind)
		require.ErrorIs(t, f, os.ErrNotExist)
		require.Eventually(t, func() bool {
			return query[int](t, s, `SELECT count(*) FROM river_job WHERE state = 'cancelled'`) == 1
		}, 20*time.Second, 10*time.Millisecond)
		assert.Equal(t, string(batch.FailureSource), query[string](t, s, `SELECT failure FROM acrcloud_jobs WHERE name = 'gone'`))
		require.NoError(t, os.WriteFile(gone, []byte("RIFF found"), 0o600))
		n, err := s.client.Retry(t.Context(), func(*batch.Outcome) bool { return true })
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		require.Eventually(t, func() bool { return created(s.srv) == 2 }, 20*time.Second, 10*time.Millisecond)
	})
}

// A job that has ended its processes often enough is not begun again.
func TestPoison(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, &riverbatch.Config{MaxCrashes: 2})
		_, err := s.client.Enqueue(t.Context(), items(3)...)
		require.NoError(t, err)
		run(t, s, `UPDATE river_job SET metadata = `+s.json(`{"river:rescue_count":2}`)+` WHERE id = 1`)
		run(t, s, `UPDATE river_job SET metadata = `+s.json(`{"river:rescue_count":1}`)+` WHERE id = 2`)
		s.start(t)
		for key, o := range s.ended(t, 3) {
			if key != items(1)[0].Key {
				require.NoError(t, o.Err, key)
				continue
			}
			var f *batch.Failure
			require.ErrorAs(t, o.Err, &f)
			assert.Equal(t, batch.FailureCrash, f.Kind)
			assert.ErrorContains(t, f, "2 processes died")
		}
		assert.Equal(t, 2, created(s.srv))
	})
}

// A database that cannot be written says so, and nothing is billed meanwhile.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t, postgres(t), nil, nil)
	_, err := s.client.Enqueue(t.Context(), items(3)...)
	require.NoError(t, err)
	s.start(t)
	s.ended(t, 3)
	setReadOnly := func(value string) {
		c, err := theCluster()
		require.NoError(t, err)
		name := query[string](t, s, `SELECT current_database()`)
		require.NoError(t, c.Exec("postgres", `ALTER DATABASE `+name+` SET default_transaction_read_only = `+value))
		require.NoError(t, c.Exec("postgres", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+name+`'`))
	}
	setReadOnly("on")
	require.Eventually(t, func() bool {
		_, err := s.client.Enqueue(t.Context(), items(4)[3])
		return err != nil && strings.Contains(err.Error(), "read-only: use the primary")
	}, 20*time.Second, 10*time.Millisecond)
	setReadOnly("off")
	require.Eventually(t, func() bool {
		_, err := s.client.Enqueue(t.Context(), items(4)[3])
		return err == nil
	}, 20*time.Second, 10*time.Millisecond)
	s.ended(t, 4)
	assert.Equal(t, 4, created(s.srv))
}

// A disk that is full fails the enqueuing as a whole, and says so.
func TestFull(t *testing.T) {
	t.Parallel()
	s := newSite(t, t.TempDir()+"/jobs.db", nil, nil)
	s.store.DB().SetMaxOpenConns(1)
	run(t, s, `PRAGMA max_page_count = 60`)
	many := items(500)
	for i := range many {
		many[i].Ref = strings.Repeat("long/", 100)
	}
	_, err := s.client.Enqueue(t.Context(), many...)
	require.ErrorContains(t, err, "the disk is full")
	assert.Zero(t, query[int](t, s, `SELECT count(*) FROM acrcloud_jobs`))
	assert.Zero(t, query[int](t, s, `SELECT count(*) FROM river_job`))
}

// A slow database makes the steps slow, and no more.
func TestSlow(t *testing.T) {
	t.Parallel()
	s := newSite(t, postgres(t), nil, nil)
	_, err := s.client.Enqueue(t.Context(), items(5)...)
	require.NoError(t, err)
	s.start(t)
	run(t, s, `DO $$ BEGIN LOCK TABLE acrcloud_jobs; PERFORM pg_sleep(3); END $$`)
	s.ended(t, 5)
	assert.Equal(t, 5, created(s.srv))
}

// The store that an Open makes is the same for those who opened it before, and a newer one is left alone.
func TestOpen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		stores := make(chan error, 8)
		for range cap(stores) {
			go func() {
				store, err := riverbatch.Open(t.Context(), dsn)
				if err == nil {
					err = store.Close()
				}
				stores <- err
			}()
		}
		for range cap(stores) {
			require.NoError(t, <-stores)
		}
		s := newSite(t, dsn, nil, nil)
		run(t, s, `UPDATE acrcloud_meta SET value = '99' WHERE name = 'schema'`)
		_, err := riverbatch.Open(t.Context(), dsn)
		require.ErrorIs(t, err, sqlbatch.ErrNewer)
		_, err = riverbatch.Open(t.Context(), "")
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	})
}
