//go:build unix

package riverbatch_test

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/pgtest"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

var (
	rateFiles      = flag.Int("rate.files", 20, "how many files the test of the rate has")
	rateProcessing = flag.Duration("rate.processing", 500*time.Millisecond, "how long the service takes for one")
	rateWorkers    = flag.Int("rate.workers", 1, "how many worker processes it has with PostgreSQL")
)

// TestRate has processes work as fast as they can, with callbacks, and no file may be made twice. To measure:
//
//	go test -run 'TestRate/PostgreSQL' -rate.files 2000 -rate.processing 2s -rate.workers 4 -v
//	go test -run 'TestRate/SQLite' -rate.files 2000 -rate.processing 2s -v
func TestRate(t *testing.T) { //nolint:tparallel // it measures
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) { //nolint:paralleltest // one after the other
		testRate(t, filepath.Join(t.TempDir(), "jobs.db"), 1)
	})
	t.Run("PostgreSQL", func(t *testing.T) { //nolint:paralleltest // one after the other
		c, err := pgtest.Start()
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, c.Stop()) })
		dsn, err := c.Create()
		require.NoError(t, err)
		testRate(t, dsn, *rateWorkers)
	})
}

func testRate(t *testing.T, dsn string, workers int) {
	t.Helper()
	f := newFleet(t, dsn, *rateFiles, mock.WithProcessingTime(*rateProcessing))
	f.order.Patient, f.order.Workers, f.order.Chunk = true, 32, 500
	f.sockets = f.sockets[:1]
	f.start("receiver a")
	begun := time.Now()
	f.start("web")
	require.Eventually(t, func() bool { f.revive(); return f.processes["web"] == nil }, 10*time.Minute, 10*time.Millisecond)
	t.Logf("%d files enqueued in %v", *rateFiles, time.Since(begun).Round(time.Millisecond))
	begun = time.Now()
	for i := range workers {
		f.start(fmt.Sprintf("worker %d", i))
	}
	require.Eventually(t, func() bool {
		return f.count(`SELECT count(*) FROM verdicts`) == *rateFiles
	}, 30*time.Minute, 50*time.Millisecond)
	took := time.Since(begun)
	requests := len(f.srv.Requests())
	for name := range f.processes {
		f.stop(name)
	}
	t.Logf("%d files by %d workers in %v: %.0f a second, %.1f requests a file; memory: %v", *rateFiles, workers, took.Round(time.Millisecond), float64(*rateFiles)/took.Seconds(), float64(requests)/float64(*rateFiles), f.memory)
	made := map[string]int{}
	for file, err := range f.files.All(t.Context(), &filescan.ListFilesOptions{PerPage: 100}) {
		require.NoError(t, err)
		made[file.Name]++
	}
	assert.Len(t, made, *rateFiles)
	for name, n := range made {
		assert.Equal(t, 1, n, name)
	}
}

var (
	waitingFiles  = flag.Int("waiting.files", 200, "how many files the test of waiting jobs has")
	waitingAge    = flag.Duration("waiting.age", time.Minute, "how long they have been processed")
	waitingDuring = flag.Duration("waiting.during", 6*time.Second, "how long it counts requests")
)

// TestWaiting counts what jobs cost that only wait: requests to the service, memory, and the size of the database. To measure:
//
//	go test -run 'TestWaiting/PostgreSQL' -waiting.files 100000 -waiting.age 1h -waiting.during 2m -v -timeout 1h
func TestWaiting(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		f := newFleet(t, dsn, *waitingFiles, mock.WithProcessingTime(24*time.Hour))
		f.order.Patient, f.order.Workers = true, 32
		f.wait(*waitingAge)
		before := len(f.srv.Requests())
		f.start("worker 0")
		require.Eventually(t, func() bool { return len(f.srv.Requests()) > before }, time.Minute, 10*time.Millisecond)
		begun := time.Now()
		<-time.After(*waitingDuring)
		requests, during := len(f.srv.Requests())-before, time.Since(begun)
		f.stop("worker 0")
		interval := *waitingAge / 8 // between two steps of a file
		perSecond := float64(*waitingFiles) / interval.Seconds()
		steps := f.count(`SELECT sum(CAST(coalesce(metadata ->> 'snoozes', '0') AS INTEGER)) FROM river_job WHERE kind = 'acrcloud_step'`)
		t.Logf("%d files that have been processed for %v: %d requests and %d steps in %v (%.1f and %.1f a second); a look at each would be %.1f; database %d MB; memory %v", *waitingFiles, *waitingAge,
			requests, steps, during.Round(time.Millisecond), float64(requests)/during.Seconds(), float64(steps)/during.Seconds(), perSecond, f.size()>>20, f.memory)
		assert.Less(t, float64(requests), perSecond*during.Seconds()+20, "fewer than one for each step")
		assert.Equal(t, *waitingFiles, f.count(open))
	})
}

// wait makes files that are still processed, and their jobs, the next steps of which are spread over the interval of their age.
func (f *fleet) wait(age time.Duration) {
	t := f.t
	t.Helper()
	require.NoError(t, f.queue.Bind(t.Context()))
	entries := make([]batch.Entry, *waitingFiles)
	all := f.order.items()
	failed := make(chan error, 8)
	var imports sync.WaitGroup
	for part := range 8 {
		imports.Go(func() {
			for i := part; i < len(all); i += 8 {
				file, err := f.files.Import(t.Context(), filescan.AudioURL("https://audio.test/"+all[i].Ref), nil)
				if err != nil {
					failed <- err
					return
				}
				entries[i] = batch.Entry{Schema: 1, Key: all[i].Key, Ref: all[i].Ref, Phase: batch.PhaseWaiting, FileID: file.ID, IntentAt: time.Now().Add(-age)}
			}
		})
	}
	imports.Wait()
	close(failed)
	require.NoError(t, <-failed)
	for some := range slices.Chunk(entries, 500) {
		tx, err := f.store.DB().BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = f.store.AddTx(t.Context(), tx, some)
		require.NoError(t, err)
		require.NoError(t, tx.Commit())
	}
	begun := time.Now()
	n, err := f.queue.Requeue(t.Context())
	require.NoError(t, err)
	assert.Equal(t, *waitingFiles, n)
	t.Logf("%d jobs requeued in %v", n, time.Since(begun).Round(time.Millisecond))
	spread := `UPDATE river_job SET state = 'scheduled', scheduled_at = now() + random() * interval '%d seconds'`
	if f.store.Pool() == nil {
		spread = `UPDATE river_job SET state = 'scheduled', scheduled_at = strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '+' || abs(random() %% %d) || ' seconds')`
	}
	_, err = f.store.DB().ExecContext(t.Context(), fmt.Sprintf(spread, int(age.Seconds()/8)))
	require.NoError(t, err)
}

// size is that of the database in bytes.
func (f *fleet) size() int {
	if f.store.Pool() != nil {
		return f.count(`SELECT pg_database_size(current_database())`)
	}
	return f.count(`SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`)
}

// TestLatency measures the time from a callback to the outcome, while nothing else happens.
func TestLatency(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		const n = 5
		done := make(chan time.Time, n)
		s := newSite(t, dsn, nil, &riverbatch.Config{Done: func(context.Context, *batch.Outcome) error {
			done <- time.Now()
			return nil
		}}, mock.WithProcessingTime(time.Hour))
		s.start(t)
		var times []time.Duration
		for _, item := range items(n) {
			_, err := s.client.Enqueue(t.Context(), item)
			require.NoError(t, err)
			e := s.waiting(t, item.Key)
			exec := `UPDATE river_job SET state = 'scheduled', scheduled_at = '2099-01-01 00:00:00.000' WHERE kind = 'acrcloud_step' AND state = 'available'`
			run(t, s, exec)
			require.NoError(t, s.srv.Complete(e.FileID))
			begun := time.Now()
			require.NoError(t, s.client.Called(context.WithoutCancel(t.Context()), &webhook.Event{Kind: webhook.FileScan, FileID: e.FileID, ContainerID: s.files.ContainerID()}))
			times = append(times, (<-done).Sub(begun))
		}
		slices.Sort(times)
		t.Logf("from callback to outcome: %v to %v, median %v", times[0].Round(time.Millisecond), times[n-1].Round(time.Millisecond), times[n/2].Round(time.Millisecond))
		assert.Less(t, times[0], time.Second)
	})
}
