//go:build unix

package riverbatch_test

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

// TestLatency measures the time from a callback to the outcome, while nothing else happens.
func TestLatency(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		const n = 5
		s := newSite(t, dsn, nil, nil, mock.WithProcessingTime(time.Hour))
		s.start(t)
		var times []time.Duration
		for i, item := range items(n) {
			_, err := s.client.Enqueue(t.Context(), item)
			require.NoError(t, err)
			e := s.waiting(t, item.Key)
			exec := `UPDATE river_job SET state = 'scheduled', scheduled_at = '2099-01-01 00:00:00.000' WHERE kind = 'acrcloud_step' AND state = 'available'`
			run(t, s, exec)
			require.NoError(t, s.srv.Complete(e.FileID))
			begun := time.Now()
			require.NoError(t, s.client.Called(context.WithoutCancel(t.Context()), &webhook.Event{Kind: webhook.FileScan, FileID: e.FileID, ContainerID: s.files.ContainerID()}))
			s.ended(t, i+1)
			times = append(times, time.Since(begun))
		}
		slices.Sort(times)
		t.Logf("from callback to outcome: %v to %v, median %v", times[0].Round(time.Millisecond), times[n-1].Round(time.Millisecond), times[n/2].Round(time.Millisecond))
		assert.Less(t, times[0], time.Second)
	})
}
