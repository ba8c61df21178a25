package report_test

import (
	"io"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/report"
)

// peak is the largest heap while n files are written, above what there was before.
func peak(t *testing.T, n int, write func(report.Report) error) uint64 {
	t.Helper()
	f := fileOf(t, "upload.mp3", 223, resultsOf(2))
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most := heap(), uint64(0)
	r := report.Files(func(yield func(*filescan.File, error) bool) {
		for i := range n {
			if i%(n/10) == 0 {
				most = max(most, heap())
			}
			if !yield(f, nil) {
				return
			}
		}
	}, nil)
	require.NoError(t, write(r))
	return max(most, before) - before
}

// TestReportMemory is about what is kept. The spool takes a mebibyte before it becomes a file, so that the lower number of files
// is one that has filled it.
//
//nolint:paralleltest // the heap belongs to the whole program
func TestReportMemory(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	for name, write := range map[string]func(report.Report) error{
		"a page": func(r report.Report) error { return report.HTML(io.Discard, r) },
		"text":   func(r report.Report) error { return report.Text(io.Discard, r, nil) },
		"pages":  func(r report.Report) error { return report.Dir(filepath.Join(t.TempDir(), "report"), r) },
	} {
		few, many := 300, 1500
		if name == "a page" {
			few, many = 4000, 12_000 // rows of the table are small
		}
		small, large := peak(t, few, write), peak(t, many, write)
		t.Logf("%s: %d bytes with %d files, %d with %d", name, small, few, large, many)
		assert.Less(t, large, small+small/2+1<<20, name)
	}
}
