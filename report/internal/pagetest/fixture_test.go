// Package pagetest_test opens the pages of package report, of the mock's dashboard and of examples/pipeline as their readers do: it parses them
// as a browser does, and looks at them in one. It is a module of its own, so that nobody who uses the SDK gets a browser's driver among the dependencies.
package pagetest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/report"
)

// everything has each thing that a page can show of a file.
const everything = `{"music": [
	{"offset": 10, "played_duration": 60, "score": 92, "time_skew": -0.031, "frequency_skew": 0.02, "result": {"acrid": "aa", "title": "Silver River", "artists": ["Ada Alder", "Hugo Hazel"], "album": {"name": "Lanterns", "upc": "2"}, "label": "Paper Comet", "release_date": "2019-04-12",
		"duration_ms": 240000, "db_begin_time_offset_ms": 1000, "db_end_time_offset_ms": 61000, "external_ids": {"isrc": "QZABC1900017", "upc": "1", "iswc": "T0"}, "genres": ["Pop"],
		"external_metadata": {"spotify": {"track": {"id": "s1"}}, "deezer": {"track": {"id": "1"}}, "apple": {"track": {"id": "2"}}, "youtube": {"vid": "v"}, "musicbrainz": {"track": {"id": "m"}}},
		"rights_claim": [{"rights_owners": [{"name": "Paper Comet", "share_percentage": 75}]}], "works": [{"name": "SILVER RIVER", "creators": [{"name": "Ada", "ipi": 1, "role": "C"}]}]}},
	{"offset": 90, "played_duration": 5, "score": 88, "result": {"acrid": "aa", "title": "Silver River", "label": "Another"}},
	{"offset": "soon", "result": {"title": "Nowhere"}}, 7],
	"cover_songs": [{"offset": 20, "played_duration": 3.5, "result": {"title": "Cover"}}],
	"custom_files": [{"offset": 100, "played_duration": 1, "result": {"title": "Own", "key": "value"}}],
	"ai_detection": [{"prediction": "ai_generated", "ai_probability": 96, "segments": [{"start": 1, "end": 60, "prediction": "human"}]}],
	"music_speech": [{"start": 0, "end": 100, "label": "s"}, {"start": 100, "end": 120, "label": "m"}], "speech": [{"text": "word"}], "more": 1}`

func fileOf(tb testing.TB, name string, seconds float64, results string) *filescan.File {
	tb.Helper()
	f := &filescan.File{Name: name, Duration: seconds, State: filescan.StateReady, Results: &filescan.Results{}}
	require.NoError(tb, json.Unmarshal([]byte(results), f.Results))
	return f
}

func listOf(files ...*filescan.File) iter.Seq2[*filescan.File, error] {
	return func(yield func(*filescan.File, error) bool) {
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
		yield(nil, errors.New("the list ends here"))
	}
}

// reportsOf are reports of every kind, of a file and of what else can be made of its matches.
func reportsOf(files ...*filescan.File) []report.Report {
	var segments []identify.Segment
	var plays []report.Play
	for _, f := range files {
		if f.Results == nil {
			continue
		}
		for i := range f.Results.Music {
			m := &f.Results.Music[i]
			c := identify.Candidate{Kind: identify.KindMusic, Music: &m.Result, Score: 50}
			segments = append(segments, identify.Segment{Start: m.Start(), End: m.End(), Windows: 2, Best: c, Others: []identify.Candidate{c, {Title: m.Result.Title}}})
			plays = append(plays, report.Play{Start: time.Unix(int64(i)*40_000, 0), Length: m.End(), Music: m.Result})
		}
		for i := range f.Results.CustomFiles {
			c := &f.Results.CustomFiles[i]
			segments = append(segments, identify.Segment{Start: c.Start(), End: c.End(), Best: identify.Candidate{Kind: identify.KindCustomFile, Custom: &c.Result}})
			plays = append(plays, report.Play{Kind: report.PlayCustom, Music: acrcloud.Music{Title: c.Result.Title, ACRID: c.Result.ACRID}})
		}
	}
	many := report.Files(listOf(files...), nil)
	many.Title, many.Made = files[0].Name, time.Unix(0, 0)
	rows := many
	rows.Details = -1
	return []report.Report{report.File(files[0], nil), many, rows, report.Recording(segments), report.Day(plays)}
}

func pageOf(tb testing.TB, r report.Report) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := report.HTML(&b, r); err != nil {
		require.EqualError(tb, err, "the list ends here")
	}
	return b.Bytes()
}
