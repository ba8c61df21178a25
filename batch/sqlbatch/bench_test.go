package sqlbatch_test

import (
	"database/sql"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
)

const savers = 512

// BenchmarkSave saves from many goroutines at the same time; BenchmarkSaveBare runs the same statements in groups of the same size, with no
// more around them.
func BenchmarkSave(b *testing.B) {
	for name, dsn := range dsns {
		b.Run(name, func(b *testing.B) {
			s := open(b, dsn(b))
			addJobs(b, s, savers)
			each := b.N/savers + 1
			var all sync.WaitGroup
			b.ResetTimer()
			for i := range savers {
				all.Go(func() {
					e, err := s.Load(b.Context(), strconv.Itoa(i))
					for range each {
						if err == nil {
							e, err = s.Save(b.Context(), e)
						}
					}
					assert.NoError(b, err)
				})
			}
			all.Wait()
			b.ReportMetric(float64(each*savers)/b.Elapsed().Seconds(), "saves/s")
		})
	}
}

func BenchmarkSaveBare(b *testing.B) {
	path := dsns["SQLite"](b)
	s := open(b, path)
	addJobs(b, s, savers)
	db, err := sql.Open("sqlite", path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	require.NoError(b, err)
	defer func() { _ = db.Close() }()
	each := b.N/savers + 1
	b.ResetTimer()
	for range each {
		tx, err := db.BeginTx(b.Context(), nil)
		require.NoError(b, err)
		for i := range savers {
			_, err := tx.ExecContext(b.Context(), `UPDATE acrcloud_jobs SET phase = ?, rev = rev + 1, file_id = ?, failure = ?, entry = ?, result = ?, updated_at = ?
				WHERE name = ? AND rev = rev`, "new", nil, nil, `{"schema":0,"key":"","phase":"","rev":0}`, nil, time.Now().UnixMilli(), strconv.Itoa(i))
			require.NoError(b, err)
		}
		require.NoError(b, tx.Commit())
	}
	b.ReportMetric(float64(each*savers)/b.Elapsed().Seconds(), "saves/s")
}

func addJobs(tb testing.TB, s *sqlbatch.Store, n int) {
	tb.Helper()
	const atOnce = 5000
	for first := 0; first < n; first += atOnce {
		var entries []batch.Entry
		for i := first; i < min(first+atOnce, n); i++ {
			entries = append(entries, batch.Entry{Key: strconv.Itoa(i), Phase: batch.PhaseNew, Ref: fmt.Sprintf("/recordings/%d.wav", i)})
		}
		_, err := s.Add(tb.Context(), entries)
		require.NoError(tb, err)
	}
}

// BenchmarkOpen measures the begin of a run over a million open jobs: opening the database, binding it, and the first claim.
func BenchmarkOpen(b *testing.B) {
	path := dsns["SQLite"](b)
	s, err := sqlbatch.Open(b.Context(), path)
	require.NoError(b, err)
	addJobs(b, s, 1_000_000)
	require.NoError(b, s.Close())
	var opening, claiming time.Duration
	for b.Loop() {
		started := time.Now()
		s, err := sqlbatch.Open(b.Context(), path)
		require.NoError(b, err)
		require.NoError(b, s.Bind(b.Context(), 7))
		_, err = s.Backlog(b.Context())
		require.NoError(b, err)
		opening += time.Since(started)
		started = time.Now()
		keys, err := s.Claim(b.Context(), 64, time.Hour)
		require.NoError(b, err)
		require.Len(b, keys, 64)
		claiming += time.Since(started)
		require.NoError(b, s.Close())
	}
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(opening.Milliseconds())/float64(b.N), "ms-resume")
	b.ReportMetric(float64(claiming.Milliseconds())/float64(b.N), "ms-claim")
	b.ReportMetric(float64(memory.HeapAlloc)/(1<<20), "MiB-live")
}
