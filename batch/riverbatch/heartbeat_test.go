//go:build unix

package riverbatch_test

import (
	"database/sql"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
)

// After the database was away, all running jobs seem stuck. None is rescued, and counted as a crash, before the processes that live have had
// the time to say so.
func TestNoCrashesByOutages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		goOn := make(chan struct{})
		const rescueAfter = 4 * time.Second
		s := newSite(t, dsn, &batch.Options{Open: func(ref string) acrcloud.Source {
			<-goOn
			return content(ref)
		}}, &riverbatch.Config{RescueAfter: rescueAfter})
		_, err := s.client.Enqueue(t.Context(), items(1)...)
		require.NoError(t, err)
		s.start(t)
		first := s.attempted(t, time.Time{})
		s.attempted(t, first)
		other := newSiteOf(t, s.srv, dsn, nil, &riverbatch.Config{RescueAfter: rescueAfter}) // the leader may be one without running jobs
		other.start(t)
		assert.Equal(t, rescueAfter, other.client.RescueTimeout())
		back := s.away(t, dsn)
		require.Eventually(t, func() bool { return other.client.RescueTimeout() < 0 }, 20*time.Second, 10*time.Millisecond)
		<-time.After(rescueAfter)
		back()
		require.Eventually(t, func() bool {
			if other.client.RescueTimeout() < 0 {
				return false
			}
			stuck, err := riverbatch.Driver(s.store).GetExecutor().JobGetStuck(t.Context(), &riverdriver.JobGetStuckParams{Max: 10, StuckHorizon: time.Now().Add(-rescueAfter)})
			require.NoError(t, err)
			assert.Empty(t, stuck)
			return true
		}, 20*time.Second, time.Millisecond)
		close(goOn)
		require.Eventually(t, func() bool { // by either of them
			return query[int](t, s, `SELECT count(*) FROM acrcloud_jobs WHERE phase = 'done'`) == 1
		}, 20*time.Second, 10*time.Millisecond)
		assert.NotContains(t, query[string](t, s, `SELECT CAST(`+s.text(`metadata`)+` AS TEXT) FROM river_job WHERE kind = 'acrcloud_step'`), "rescue_count")
		assert.Equal(t, 1, created(s.srv))
	})
}

// A job whose row somebody has locked does not keep the others from being renewed.
func TestHeartbeatOfLockedRow(t *testing.T) {
	t.Parallel()
	goOn := make(chan struct{})
	s := newSite(t, postgres(t), &batch.Options{Open: func(ref string) acrcloud.Source {
		<-goOn
		return content(ref)
	}}, &riverbatch.Config{RescueAfter: 4 * time.Second})
	_, err := s.client.Enqueue(t.Context(), items(3)...)
	require.NoError(t, err)
	s.start(t)
	require.Eventually(t, func() bool {
		return query[int](t, s, `SELECT count(*) FROM river_job WHERE kind = 'acrcloud_step' AND state = 'running'`) == 3
	}, 20*time.Second, 10*time.Millisecond)
	tx, err := s.store.DB().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), `SELECT 1 FROM river_job WHERE kind = 'acrcloud_step' ORDER BY id LIMIT 1 FOR UPDATE`)
	require.NoError(t, err)
	locked := time.Now()
	require.Eventually(t, func() bool {
		return query[int](t, s, `SELECT count(*) FROM river_job WHERE kind = 'acrcloud_step' AND attempted_at > to_timestamp(`+strconv.FormatInt(locked.Add(time.Second).Unix(), 10)+`)`) == 2
	}, 10*time.Second, 10*time.Millisecond)
	assert.Positive(t, s.client.RescueTimeout(), "the database is there")
	require.NoError(t, tx.Rollback())
	close(goOn)
	s.ended(t, 3)
	assert.Equal(t, 3, created(s.srv))
}

// away takes the database away.
func (s *site) away(t *testing.T, dsn string) (back func()) {
	t.Helper()
	if s.store.Pool() == nil {
		other, err := sql.Open("sqlite", "file:"+dsn+"?_pragma=busy_timeout(20000)")
		require.NoError(t, err)
		other.SetMaxOpenConns(1)
		_, err = other.ExecContext(t.Context(), `BEGIN EXCLUSIVE`)
		require.NoError(t, err)
		return func() {
			_, err := other.ExecContext(t.Context(), `ROLLBACK`)
			require.NoError(t, err)
			require.NoError(t, other.Close())
		}
	}
	c, err := theCluster()
	require.NoError(t, err)
	name := dsn[strings.LastIndex(dsn, "=")+1:]
	require.NoError(t, c.Exec("postgres", `ALTER DATABASE `+name+` ALLOW_CONNECTIONS false`))
	require.NoError(t, c.Exec("postgres", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+name+`'`))
	return func() { require.NoError(t, c.Exec("postgres", `ALTER DATABASE `+name+` ALLOW_CONNECTIONS true`)) }
}
