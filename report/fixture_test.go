package report_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// fileOf reads a file whose results are the JSON.
func fileOf(tb testing.TB, name string, seconds float64, results string) *filescan.File {
	tb.Helper()
	f := &filescan.File{ID: "0f0e0d0c-1111-4222-8333-444455556666", Name: name, Duration: seconds, State: filescan.StateReady, Results: &filescan.Results{}}
	require.NoError(tb, json.Unmarshal([]byte(results), f.Results))
	return f
}

// row is a match in the shape of derivative works detection.
func row(n int, offset, played float64) string {
	return fmt.Sprintf(`{"offset": %g, "played_duration": %g, "type": "traverse", "engine_type": "1", "score": %d, "time_skew": %g, "frequency_skew": -0.008, "file_duration": 223,
		"result": {"acrid": "%032x", "title": "Silver River %d", "artists": [{"name": "Ada Alder", "roles": ["MainArtist"]}, {"name": "Hugo Hazel"}], "album": {"name": "Northern Lanterns %d"},
		"label": "Paper Comet Records", "release_date": "2019-04-12", "duration_ms": 240000, "score": 15, "db_begin_time_offset_ms": 14440, "db_end_time_offset_ms": 163500,
		"sample_begin_time_offset_ms": 0, "sample_end_time_offset_ms": 148165.64262986183, "play_offset_ms": 24320, "external_ids": {"isrc": "QZABC19%05d", "upc": "0012345678905"},
		"external_metadata": {"spotify": {"track": {"id": "0exampleTrackOfRiver%02d"}}, "deezer": {"track": {"id": "%d"}}, "apple": {"track": {"id": "%d"}}}, "distributors": ["UMG"]}}`,
		offset, played, 52+n%49, float64(n%9-4)/100, n, n, n%12, n, n%100, 100000000+n, 1400000000+n)
}

// resultsOf has so many matches, a fourth of them covers, as JSON.
func resultsOf(matches int) string {
	var music, covers []string
	for n := range matches {
		text := row(n, float64(n*7%200), 10+float64(n*13%60))
		if n%4 == 3 {
			covers = append(covers, text)
		} else {
			music = append(music, text)
		}
	}
	return `{"music": [` + strings.Join(music, ",") + `], "cover_songs": [` + strings.Join(covers, ",") + `]}`
}

// listOf is an iterator of files.
func listOf(files ...*filescan.File) iter.Seq2[*filescan.File, error] {
	return func(yield func(*filescan.File, error) bool) {
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
	}
}
