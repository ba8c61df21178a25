package sqlbatch_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/webhook"
	"github.com/musicchartsai/acrcloud-go/webhook/webhooktest"
)

var _ webhook.Deduplicator = (*sqlbatch.Deduplicator)(nil)

func TestDeduplicator(t *testing.T) {
	t.Parallel()
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			webhooktest.Deduplicator(t, func(t *testing.T) (here, there webhook.Deduplicator) {
				t.Helper()
				dsn := dsn(t)
				return open(t, dsn).Deduplicator(0), open(t, dsn).Deduplicator(0)
			})
		})
	}
}

// claimed reports whether a key was claimed; if not, whether it is done.
func claimed(t *testing.T, d *sqlbatch.Deduplicator, key string) (ok, done bool) {
	t.Helper()
	ok, err := d.Claim(t.Context(), key)
	if !errors.Is(err, webhook.ErrInProgress) {
		require.NoError(t, err)
		return ok, !ok
	}
	require.False(t, ok)
	return false, false
}

func isClaimed(t *testing.T, d *sqlbatch.Deduplicator, key string) {
	t.Helper()
	ok, _ := claimed(t, d, key)
	require.True(t, ok)
}

func isInProgress(t *testing.T, d *sqlbatch.Deduplicator, key string) {
	t.Helper()
	ok, done := claimed(t, d, key)
	require.False(t, ok)
	require.False(t, done)
}

func isDone(t *testing.T, d *sqlbatch.Deduplicator, key string) {
	t.Helper()
	_, done := claimed(t, d, key)
	require.True(t, done)
}

// lapse has all rows be as old as can be.
const lapse = "UPDATE acrcloud_events SET until = 0"

// What an event's former holder does to it does not concern its present one.
func TestLapsedClaim(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := open(t, dsn)
		former, present, other := s.Deduplicator(0), open(t, dsn).Deduplicator(0), open(t, dsn).Deduplicator(0)
		isClaimed(t, former, "a")
		require.NoError(t, s.Exec(t.Context(), lapse))
		isClaimed(t, present, "a")
		require.NoError(t, former.Release(t.Context(), "a"))
		isInProgress(t, other, "a")
		require.NoError(t, present.Release(t.Context(), "a"))
		isClaimed(t, other, "a")

		isClaimed(t, former, "b")
		require.NoError(t, s.Exec(t.Context(), lapse))
		isClaimed(t, present, "b")
		require.NoError(t, former.Commit(t.Context(), "b"))
		isDone(t, other, "b") // since it was handled
		require.NoError(t, present.Release(t.Context(), "b"))
		isDone(t, other, "b")
	})
}

// A claim lasts while its process lives, however long it takes.
func TestClaimIsRenewed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		const lease = 2 * time.Second
		s, err := sqlbatch.Open(t.Context(), dsn)
		require.NoError(t, err)
		mine, other := s.Deduplicator(0).WithLease(lease), open(t, dsn).Deduplicator(0)
		isClaimed(t, mine, "a")
		isClaimed(t, mine, "b")
		for end := time.Now().Add(3 * lease); time.Now().Before(end); <-time.After(lease / 8) {
			isInProgress(t, other, "a")
		}
		require.NoError(t, mine.Commit(t.Context(), "b"))
		require.NoError(t, s.Close(), "now nobody renews it")
		require.Eventually(t, func() bool { ok, _ := claimed(t, other, "a"); return ok }, 30*time.Second, 20*time.Millisecond)
		isDone(t, other, "b")
	})
}

// Expired events are new again, and go away as others come.
func TestEventsExpire(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := open(t, dsn)
		d := s.Deduplicator(time.Hour)
		for i := range 30 {
			isClaimed(t, d, strconv.Itoa(i))
			require.NoError(t, d.Commit(t.Context(), strconv.Itoa(i)))
		}
		n, err := s.Count(t.Context(), fmt.Sprintf("SELECT count(*) FROM acrcloud_events WHERE holder IS NULL AND until BETWEEN %d AND %d",
			time.Now().Add(59*time.Minute).UnixMilli(), time.Now().Add(61*time.Minute).UnixMilli()))
		require.NoError(t, err)
		assert.Equal(t, 30, n)
		require.NoError(t, s.Exec(t.Context(), lapse))
		isClaimed(t, d, "0")
		for i := range 5 {
			isClaimed(t, d, fmt.Sprint("new ", i))
		}
		n, err = s.Count(t.Context(), "SELECT count(*) FROM acrcloud_events")
		require.NoError(t, err)
		assert.Equal(t, 6, n, "what is claimed is all that is left")
	})
}

// What was handled while the database could not be written is committed when it can be.
func TestLateCommit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := open(t, dsn)
		mine, other := s.Deduplicator(0).WithLease(300*time.Millisecond), open(t, dsn).Deduplicator(0)
		isClaimed(t, mine, "a")
		isClaimed(t, mine, "b")
		require.NoError(t, s.Exec(t.Context(), "ALTER TABLE acrcloud_events RENAME TO away"))
		require.Error(t, mine.Commit(t.Context(), "a"))
		require.ErrorContains(t, mine.Release(t.Context(), "b"), "releasing an event")
		_, err := mine.Claim(t.Context(), "c")
		require.ErrorContains(t, err, "claiming an event")
		_, done := claimed(t, mine, "a")
		assert.True(t, done, "this process knows")
		<-time.After(time.Second) // it is tried, and fails
		require.NoError(t, s.Exec(t.Context(), "ALTER TABLE away RENAME TO acrcloud_events"))
		require.Eventually(t, func() bool {
			n, err := s.Count(t.Context(), "SELECT count(*) FROM acrcloud_events WHERE event = 'a' AND holder IS NULL")
			require.NoError(t, err)
			return n == 1
		}, 30*time.Second, 20*time.Millisecond)
		isDone(t, other, "a")
		require.Eventually(t, func() bool { ok, _ := claimed(t, other, "b"); return ok }, 30*time.Second, 20*time.Millisecond, "it has lapsed")
	})
}

// A ttl without a unit does not have events expire at once.
func TestForgottenUnit(t *testing.T) {
	t.Parallel()
	s := open(t, dsns["SQLite"](t))
	d := s.Deduplicator(24)
	isClaimed(t, d, "a")
	require.NoError(t, d.Commit(t.Context(), "a"))
	<-time.After(10 * time.Millisecond)
	isDone(t, s.Deduplicator(0), "a")
}

// Late commits, however many and slow, do not keep claims from being renewed.
func TestRenewedBeforeLateCommits(t *testing.T) {
	t.Parallel()
	const lease = 8 * time.Second
	dsn := postgresDSN(t)
	s := open(t, dsn)
	mine, other := s.Deduplicator(0).WithLease(lease), open(t, dsn).Deduplicator(0)
	isClaimed(t, mine, "kept")
	for i := range 40 {
		isClaimed(t, mine, strconv.Itoa(i))
	}
	require.NoError(t, s.Exec(t.Context(), "ALTER TABLE acrcloud_events RENAME TO away"))
	for i := range 40 {
		require.Error(t, mine.Commit(t.Context(), strconv.Itoa(i)))
	}
	for _, statement := range []string{
		`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.7); RETURN NEW; END $$`,
		`CREATE TRIGGER slow BEFORE INSERT ON away FOR EACH ROW WHEN (NEW.holder IS NULL) EXECUTE FUNCTION slow()`,
		`ALTER TABLE away RENAME TO acrcloud_events`,
	} {
		require.NoError(t, s.Exec(t.Context(), statement))
	}
	for end := time.Now().Add(2 * lease); time.Now().Before(end); <-time.After(lease / 20) {
		isInProgress(t, other, "kept")
	}
}

func TestDeduplicatorOfNothing(t *testing.T) {
	t.Parallel()
	s, err := sqlbatch.Open(t.Context(), dsns["SQLite"](t))
	require.NoError(t, err)
	closed := s.Deduplicator(0)
	require.NoError(t, s.Close())
	var none *sqlbatch.Store
	for _, d := range []*sqlbatch.Deduplicator{nil, {}, none.Deduplicator(0), closed} {
		ok, err := d.Claim(t.Context(), "a")
		require.Error(t, err)
		assert.NotErrorIs(t, err, webhook.ErrInProgress)
		assert.False(t, ok)
		require.Error(t, d.Commit(t.Context(), "a"))
		require.Error(t, d.Release(t.Context(), "a"))
	}
}

// A database of the version before gets the new tables, and keeps what it has.
func TestMigration(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		want := filled(t, dsn)
		s := open(t, dsn)
		for _, statement := range []string{"DROP TABLE acrcloud_marks", "DROP TABLE acrcloud_events", "DROP TABLE acrcloud_callbacks", "ALTER TABLE acrcloud_limits DROP COLUMN asked_at", "UPDATE acrcloud_meta SET value = '1' WHERE name = 'schema'"} {
			require.NoError(t, s.Exec(t.Context(), statement))
		}
		newer := open(t, dsn)
		isClaimed(t, newer.Deduplicator(0), "a")
		assert.Equal(t, want, contents(t, newer))
	})
}
