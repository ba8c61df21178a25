package report_test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/report"
)

//go:embed testdata/markup.gohtml
var markupSource string

// FuzzMarkup holds what is written without templates to what html/template makes of the same, byte for byte. Only the plus sign may
// be escaped or not, which is the same to a browser.
func FuzzMarkup(f *testing.F) {
	t, err := report.Template(markupSource)
	require.NoError(f, err)
	f.Add(200.0, []byte(resultsOf(9)))
	f.Add(0.0, []byte(`{"music": [{"offset": -1, "played_duration": 1e300, "score": "high", "result": {"title": "<b>&'\"+", "artists": ["\u202e\u0000", "العربية"], "external_metadata": {"spotify": {"track": {"id": "a'b&c+d (e) é"}}, "youtube": [{"vid": "x&y=z\"'"}]}}}]}`))
	f.Add(30.0, []byte(`{"custom_files": [{"offset": 1, "played_duration": 2, "result": {"title": "", "x<y": {"a": [1]}, "bucket_id": 4}}], "music_speech": [{"start": 1, "end": 3, "label": "<s>"}], "ai_detection": [{"prediction": "ai_generated", "segments": [{"start": 1, "end": 2}]}]}`))
	f.Add(10.0, []byte(`{"cover_songs": [{"offset": 1, "played_duration": 2, "result": {"title": "`+strings.Repeat("long & ", 200)+`"}}, {"offset": 1, "played_duration": 2, "result": {"title": "`+strings.Repeat("long & ", 200)+`", "label": "x"}}]}`))
	f.Fuzz(func(t2 *testing.T, duration float64, results []byte) {
		file := &filescan.File{Name: "a", State: filescan.StateReady, Duration: duration, Results: &filescan.Results{}}
		if json.Unmarshal(results, file.Results) != nil {
			return
		}
		var segments []identify.Segment
		var plays []report.Play
		for i := range file.Results.Music {
			m := &file.Results.Music[i]
			segments = append(segments, identify.Segment{Start: m.Start(), End: m.End(), Best: identify.Candidate{Kind: identify.KindMusic, Music: &m.Result}})
			plays = append(plays, report.Play{Start: time.Unix(int64(i)*5000, 0), Length: m.End(), Music: m.Result})
		}
		for _, v := range report.ViewOf(file, segments, plays) {
			var want bytes.Buffer
			require.NoError(t2, v.ByTemplate(&want, t))
			require.Equal(t2, strings.ReplaceAll(want.String(), "&#43;", "+"), string(v.ByHand()))
		}
	})
}

// FuzzJSON holds JSON in a page to what encoding/json and html/template make of it.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a": [1, {}, [ ], "x\\\"<&>'", null], "b":{"c":true}}`, `[]`, `"\u00fcü"`, `{"a": "\u202e` + "\u202e\xff" + `"}`, `{[}`, "\x00", ``, strings.Repeat("[", 100) + strings.Repeat("]", 100)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := report.JSON(data)
		require.True(t, utf8.ValidString(got))
		require.False(t, strings.ContainsFunc(got, func(r rune) bool {
			return (r < ' ' && !strings.ContainsRune("\n\r\t", r)) || r == 0x7f || unicode.In(r, unicode.Bidi_Control)
		}), "%q", got)
		require.False(t, strings.ContainsAny(got, `<>"'`), "%q", got)
		var want bytes.Buffer
		if !utf8.Valid(data) || json.Indent(&want, text.JSON(data), "", " ") != nil || strings.Contains(want.String(), strings.Repeat(" ", 40)) {
			return
		}
		require.Equal(t, template.HTMLEscapeString(strings.TrimRight(want.String(), " \n\t\r")), got)
	})
}

// BenchmarkMarkup writes what 91 matches need: without templates, and with those that it is held to.
func BenchmarkMarkup(b *testing.B) {
	t, err := report.Template(markupSource)
	require.NoError(b, err)
	v := report.ViewOf(fileOf(b, "upload.mp3", 223, resultsOf(91)), nil, nil)[0]
	b.Run("by hand", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = v.ByHand()
		}
	})
	b.Run("by templates", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := v.ByTemplate(io.Discard, t); err != nil {
				b.Fatal(err)
			}
		}
	})
}
