package report_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/report"
)

func hundred(tb testing.TB) []*filescan.File {
	tb.Helper()
	files := make([]*filescan.File, 0, 100)
	for n := range 100 {
		files = append(files, fileOf(tb, fmt.Sprintf("upload %d.mp3", n), 223, resultsOf(20)))
	}
	return files
}

func TestAPageOfAHundredFilesIsSmall(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	require.NoError(t, report.HTML(&page, report.Files(listOf(hundred(t)...), nil)))
	assert.Less(t, page.Len(), 2_000_000)
	t.Logf("%d bytes", page.Len())
}

// BenchmarkHTML writes pages: 100 files with 20 matches each, and one file with 91.
func BenchmarkHTML(b *testing.B) {
	for _, bb := range []struct {
		name  string
		files []*filescan.File
	}{
		{"100 files of 20 matches", hundred(b)},
		{"one file of 91 matches", []*filescan.File{fileOf(b, "upload.mp3", 223, resultsOf(91))}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := report.HTML(io.Discard, report.Files(listOf(bb.files...), nil)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
