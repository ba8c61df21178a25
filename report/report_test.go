package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/report"
)

func pageOf(tb testing.TB, r report.Report) string {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, report.HTML(&b, r))
	return b.String()
}

// shown is what a reader sees of a page, roughly.
func shown(page string) string {
	_, body, _ := strings.Cut(page, "<body>")
	body, _, _ = strings.Cut(body, "<script>")
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "))), " ")
}

func TestFileSaysWhyAndWhose(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		file    *filescan.File
		rules   *filescan.Rules
		want    []string
		without []string
	}{
		{
			"music", fileOf(t, "song.mp3", 223, `{"music": [`+row(1, 48.3, 92.4)+`]}`), nil,
			[]string{
				"song.mp3", "length 3:43", "High risk", "The strongest evidence: similar to a recording, with a confidence of 53 out of 100. 92.4 s of 223 s (41 %) match what is known.",
				"Tempo or pitch altered music.altered \"Silver River 1\" by Ada Alder, Hugo Hazel at 48.3 to 140.7 s", "Silver River 1 by Ada Alder, Hugo Hazel",
				"Northern Lanterns 1 · label Paper Comet Records · released 2019-04-12", "ISRC QZABC1900001 · UPC 0012345678905 · ACRID 00000000000000000000000000000001", "Spotify Deezer Apple Music",
				"92.4 s, 41 % of the file", "1 0:48.3 to 2:20.7 92.4 s 53 % 0:14.4 to 2:43.5 of 4:00 3 % faster, 0.8 % lower", "The results as JSON", "Distributors UMG",
			}, []string{"Note."},
		},
		{
			"a cover", fileOf(t, "a", 200, `{"cover_songs": [{"offset": 0, "played_duration": 148.2, "result": {"title": "Paper Lantern", "artists": ["The Inventors"], "album": {"name": null}, "external_ids": []}}]}`), nil,
			[]string{"High risk", "a cover of a composition", "cover.extent", "Paper Lantern by The Inventors", "Covers have no similarity", "0:00 to 2:28.2 148.2 s – – –"}, []string{"released"},
		},
		{
			"an own file", fileOf(t, "a", 30, `{"custom_files": [{"offset": 1, "played_duration": 20, "time_skew": 0.02, "frequency_skew": 0, "result": {"title": "Spring", "bucket_id": 4711, "audio_id": "3", "customer": "Meadow", "booking": 7, "score": 99}}]}`), nil,
			[]string{"audio of your own bucket", "Own files", "bucket 4711 · audio 3", "customer Meadow", "booking 7", "custom.exact", "99 %", "2 % slower"}, []string{"Could not be read"},
		},
		{
			"a machine", fileOf(t, "a", 181, `{"ai_detection": [{"start": 0, "end": 180.5, "prediction": "ai_generated", "ai_probability": 96.3, "likely_source": "suno", "stem": "original", "source_probabilities": [{"source": "udio", "probability": 91.2}]}, {"prediction": "no_vocals", "stem": "vocals", "segments": [{"start": 3, "end": 9, "prediction": "human"}]}]}`), nil,
			[]string{"AI-generated music", "ai.high", "whole mix 0:00 to 3:00.5 AI-generated 96.3 % suno udio 91.2 %", "vocals whole file no vocals", "vocals 0:03 to 0:09 human-made", "AI detection"}, nil,
		},
		{
			"speech", fileOf(t, "a", 60, `{"music_speech": [{"start": 0, "end": 20, "label": "s"}, {"start": 20, "end": 60, "label": "ms"}], "speech": [{"text": "spoken words"}]}`), nil,
			[]string{"0:00 to 0:20 20 s speech", "0:20 to 1:00 40 s music and speech", "Passages as the service sent them: 1", "spoken words"}, nil,
		},
		{
			"allowed and short", fileOf(t, "a", 223, `{"music": [`+row(1, 0, 100)+`,`+row(2, 10, 1)+`]}`), &filescan.Rules{Allow: filescan.AllowList{ISRC: []string{"QZABC1900001"}}},
			[]string{"No risk found", "On the allow-list match.allowed", "Too short to count match.short", "Nothing relevant was found."}, nil,
		},
		{"nothing", &filescan.File{Name: "birds.wav", State: filescan.StateNoResults}, nil, []string{"No risk found", "length not known"}, []string{"Note.", "Timeline", "JSON"}},
		{"failed", &filescan.File{Name: "a", State: filescan.StateFailed, Detail: "no <audio>"}, nil, []string{"No verdict", "The scan failed, with state -2. The service says: no <audio> The content of the file is not known.", "file.state"}, nil},
		{"not done", &filescan.File{Name: "a"}, nil, []string{"No verdict", "The scan is not finished: its state is 0 (processing)."}, nil},
		{"without its results", &filescan.File{Name: "a", State: filescan.StateReady}, nil, []string{"they are missing here: list the files with their results."}, nil},
		{
			"unread", fileOf(t, "a", 9, `{"music": [7, "eight"], "ai_detection": {"prediction": [1]}, "lyrics": [1]}`), nil,
			[]string{"Note. 2 rows of music could not be read and are missing here.", "The results have members that this page does not show: lyrics.", `"eight"`}, nil,
		},
		{
			"an odd row", fileOf(t, "a", 90, `{"music": [{"offset": "soon", "played_duration": 10, "result": {"title": "T", "duration_ms": "long"}}]}`), nil,
			[]string{"Its place in the file is not known.", "Could not be read: offset.", "Could not be read: duration_ms.", "1 match has no known place in the file.", "place not known"}, nil,
		},
		{
			"rights and works", fileOf(t, "a", 90, `{"music": [{"offset": 0, "played_duration": 10, "result": {"title": "T", "rights_claim": [{"distributor": {"name": "Comet"}, "rights_owners": [{"name": "Ada", "share_percentage": 75.5}, {"name": "Hugo"}], "rights_claim_policy": "monetize", "territories": ["DE", "FR"]}],
				"works": [{"name": "T", "iswc": "T0", "id": "9", "creators": [{"name": "Ines", "last_name": "Ivy", "ipi": 100000002, "role": "Composer"}], "works": [{"code": "55", "agency": {"code": "GEMA"}}]}], "contributors": {"composers": ["Ines Ivy"], "lyricists": ["Birch"]}, "lyrics": {"copyrights": ["Words Ltd"]}, "release_by_territories": [{"territories": ["JP"], "release_date": "2006-10-17"}]}}]}`), nil,
			[]string{"Rights Ada 75.5 % · Hugo · distributed by Comet · policy monetize · in DE, FR", "Work T · ISWC T0 · id 9 · by Ines Ivy (Composer, IPI 100000002) · GEMA 55", "Composers Ines Ivy", "Lyricists Birch", "Lyrics Words Ltd", "Released 2006-10-17 · in JP"}, nil,
		},
		{
			"what lies outside", fileOf(t, "a", 60, `{"music": [{"offset": -5, "played_duration": 10, "result": {"title": "T", "acrid": "1"}}, {"offset": 55, "played_duration": 30, "result": {"title": "U", "acrid": "2"}}, {"offset": 90, "played_duration": 30, "result": {"title": "V", "acrid": "3"}}, {"offset": 5, "played_duration": -3, "result": {"title": "W", "acrid": "4"}}]}`), nil,
			[]string{"\u22120:05 to 0:05", "It begins before the file does.", "It ends after the file does.", "It lies after the end of the file.", "Its length is negative."}, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := shown(pageOf(t, report.File(tt.file, tt.rules)))
			for _, want := range tt.want {
				assert.Contains(t, text, want)
			}
			for _, without := range tt.without {
				assert.NotContains(t, text, without)
			}
		})
	}
}

func TestMatchesOfARecordingAreGrouped(t *testing.T) {
	t.Parallel()
	other := strings.Replace(row(1, 100, 10), "Paper Comet Records", "Another Label", 1)
	f := fileOf(t, "a", 200, `{"music": [`+strings.Join([]string{row(1, 0, 20), row(2, 0, 5), row(1, 10, 20), other}, ",")+`]}`)
	page := pageOf(t, report.File(f, nil))
	assert.Equal(t, 2, strings.Count(page, `scope="rowgroup"`))
	text := shown(page)
	assert.Contains(t, text, "40 s, 20 % of the file, in 3 places", "overlaps count once")
	assert.Contains(t, text, "2 recordings in 4 places.")
	assert.Contains(t, text, "label Another Label", "what one match says differently is not lost")
}

// A drawn bar.
type drawn struct{ x, y, width float64 }

func barsOf(page string) []drawn {
	var bars []drawn
	for _, m := range regexp.MustCompile(`<a href="#[^"]*"><svg x="([^"]*)%" y="([^"]*)" width="([^"]*)%"`).FindAllStringSubmatch(page, -1) {
		x, _ := strconv.ParseFloat(m[1], 64)
		y, _ := strconv.ParseFloat(m[2], 64)
		width, _ := strconv.ParseFloat(m[3], 64)
		bars = append(bars, drawn{x, y, width})
	}
	return bars
}

func TestBarsAreWhereTheMatchesAre(t *testing.T) {
	t.Parallel()
	at := func(offset, played float64) filescan.Match {
		return filescan.Match{Offset: offset, PlayedDuration: played, Result: acrcloud.Music{Title: "T"}}
	}
	tests := []struct {
		name     string
		duration float64
		matches  []filescan.Match
		want     []drawn
	}{
		{"inside", 200, []filescan.Match{at(50, 20)}, []drawn{{25, 1, 10}}},
		{"side by side", 100, []filescan.Match{at(0, 50), at(50, 50)}, []drawn{{0, 1, 50}, {50, 1, 50}}},
		{"overlapping", 100, []filescan.Match{at(0, 60), at(50, 50)}, []drawn{{0, 1, 60}, {50, 19, 50}}},
		{"too short to be seen", 1000, []filescan.Match{at(500, 0.1)}, []drawn{{50, 1, 0.3}}},
		{"before the beginning", 100, []filescan.Match{at(-50, 60)}, []drawn{{0, 1, 10}}},
		{"behind the end", 100, []filescan.Match{at(150, 60)}, []drawn{{99.7, 1, 0.3}}},
		{"over the end", 100, []filescan.Match{at(90, 60)}, []drawn{{90, 1, 10}}},
		{"of a file of unknown length", 0, []filescan.Match{at(0, 10), at(30, 10)}, []drawn{{0, 1, 25}, {75, 1, 25}}},
		{"without a length", 0, []filescan.Match{at(0, 0)}, []drawn{{0, 1, 100}}},
		{"nowhere", 100, []filescan.Match{at(math.NaN(), 1), at(math.Inf(1), 1), at(1, math.Inf(-1)), at(1, math.NaN()), at(1e300, 1)}, nil},
		{"an endless file", math.Inf(1), []filescan.Match{at(0, 5e8)}, []drawn{{0, 1, 50}}},
		{"a negative length", -3, []filescan.Match{at(10, 10)}, []drawn{{50, 1, 50}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := &filescan.File{State: filescan.StateReady, Duration: tt.duration, Results: &filescan.Results{Music: tt.matches}}
			assert.Equal(t, tt.want, barsOf(pageOf(t, report.File(f, nil))))
		})
	}
}

func TestBarsNeverCoverEachOther(t *testing.T) {
	t.Parallel()
	results := &filescan.Results{}
	for n := range 300 {
		results.Music = append(results.Music, filescan.Match{Offset: float64(n * 37 % 300), PlayedDuration: 20 + float64(n*13%97), Result: acrcloud.Music{ACRID: strconv.Itoa(n)}})
	}
	page := pageOf(t, report.File(&filescan.File{State: filescan.StateReady, Duration: 300, Results: results}, nil))
	pieces := strings.Split(page, `<svg class="m" height=`)[1:]
	require.Greater(t, len(pieces), 1, "what does not fit on a page of paper is in several pieces")
	seen := 0
	for _, piece := range pieces {
		bars := barsOf(piece)
		seen += len(bars)
		for i, a := range bars {
			assert.LessOrEqual(t, a.x+a.width, 100.001)
			for _, b := range bars[:i] {
				assert.False(t, a.y == b.y && a.x < b.x+b.width-0.011 && b.x < a.x+a.width-0.011, "%v covers %v", a, b)
			}
		}
	}
	assert.Equal(t, 300, seen)
}

// sinister is what somebody may have put into a title.
const sinister = "<script>alert(1)</script>\" onload='x' & \u202eevil\x00\x1b[2J\x07\u2028\xff"

func TestNothingHostileGetsThrough(t *testing.T) {
	t.Parallel()
	artists := make([]acrcloud.Artist, 10_000)
	for i := range artists {
		artists[i].Name = fmt.Sprintf("artist %d", i)
	}
	long := strings.Repeat("long title ", 1000) + "its end"
	f := &filescan.File{Name: sinister, ID: sinister, Detail: sinister, State: filescan.StateReady, Duration: 10, Results: &filescan.Results{Music: []filescan.Match{
		{PlayedDuration: 9, Result: acrcloud.Music{
			Title: sinister, Label: sinister, ReleaseDate: sinister, ACRID: sinister, Album: acrcloud.Album{Name: sinister, UPC: sinister}, Artists: []acrcloud.Artist{{Name: sinister}},
			ExternalIDs: acrcloud.ExternalIDs{ISRC: []string{sinister}},
			ExternalMetadata: acrcloud.ExternalMetadata{
				Spotify: []acrcloud.Listing{{Track: acrcloud.ListingItem{ID: "\"><script>javascript:alert(1)//../../.."}}}, YouTube: []acrcloud.YouTubeVideo{{VID: "javascript:alert(1)"}},
			},
		}},
		{PlayedDuration: 9, Result: acrcloud.Music{Title: long, Artists: artists}},
		{PlayedDuration: 9, Result: acrcloud.Music{Title: "שיר חדש", Artists: []acrcloud.Artist{{Name: "أغنية"}}}},
	}}}
	r := report.Files(listOf(f, f), nil)
	r.Title = sinister
	page := pageOf(t, r)
	assert.Equal(t, 1, strings.Count(page, "<script>"))
	assert.NotContains(t, page, "<script>alert")
	assert.Contains(t, page, "&lt;script&gt;alert(1)&lt;/script&gt;&#34; onload=&#39;x&#39; &amp; \\u202eevil\\x00\\x1b[2J\\x07\\u2028\\xff")
	for _, c := range []string{"\u202e", "\x00", "\x1b", "\x07", "\u2028", "\xff"} {
		assert.NotContains(t, page, c)
	}
	assert.Contains(t, page, long, "nothing is cut")
	for _, i := range []int{0, 5000, 9999} {
		assert.Contains(t, page, fmt.Sprintf("artist %d", i), "nothing is cut")
	}
	assert.Contains(t, page, "\u2068שיר חדש\u2069", "text from right to left stays apart")
	for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		assert.Regexp(t, `^(#[a-z0-9-]+|https://(open\.spotify\.com/track|www\.youtube\.com/watch\?v=)[^<>"' ]*)$`, m[1])
	}

	var terminal bytes.Buffer
	require.NoError(t, report.Text(&terminal, r, nil))
	for _, c := range []string{"\u202e", "\x00", "\x1b", "\x07", "\u2028", "\xff", "\u2068"} {
		assert.NotContains(t, terminal.String(), c)
	}
	assert.Contains(t, terminal.String(), "artist 9999")
	assert.Contains(t, terminal.String(), "its end")
}

func TestPolicyAdmitsThePageOnly(t *testing.T) {
	t.Parallel()
	page := pageOf(t, report.File(&filescan.File{}, nil))
	policy := html.UnescapeString(regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	assert.Contains(t, policy, "default-src 'none'; ")
	for _, tag := range []string{"style", "script"} {
		_, content, _ := strings.Cut(page, "<"+tag+">")
		content, _, _ = strings.Cut(content, "</"+tag+">")
		sum := sha256.Sum256([]byte(content))
		assert.Contains(t, policy, tag+"-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	assert.NotContains(t, strings.ReplaceAll(page, "data-v", ""), " style=")

	parts, err := report.Fragment(report.File(&filescan.File{}, nil))
	require.NoError(t, err)
	for content, hash := range map[string]string{string(parts.Style): parts.StyleHash, string(parts.Script): parts.ScriptHash} {
		sum := sha256.Sum256([]byte(content))
		assert.Equal(t, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'", hash)
	}
	assert.True(t, strings.HasPrefix(string(parts.Body), `<div class="acr">`) && strings.HasSuffix(string(parts.Body), "</div>"))
	assert.NotContains(t, string(parts.Body), "<h1")
}

func TestReportsThatCannotBeMade(t *testing.T) {
	t.Parallel()
	wrong := report.Files(listOf(), &filescan.Rules{MinSeconds: new(-1.0)})
	negative := report.Recording(nil)
	negative.Length = -time.Second
	for field, r := range map[string]report.Report{"report": {}, "files": report.Files(nil, nil), "min_seconds": wrong, "Report.Length": negative} {
		var b bytes.Buffer
		var argument *acrcloud.ArgumentError
		require.ErrorAs(t, report.HTML(&b, r), &argument)
		assert.Equal(t, field, argument.Field)
		require.ErrorAs(t, report.Text(&b, r, nil), &argument)
		require.ErrorAs(t, report.Dir(filepath.Join(t.TempDir(), "new"), r), &argument)
		_, err := report.Fragment(r)
		require.ErrorAs(t, err, &argument)
		assert.Empty(t, b.String())
	}
	var argument *acrcloud.ArgumentError
	require.ErrorAs(t, report.Text(&bytes.Buffer{}, report.Day(nil), &report.TextOptions{Width: 20}), &argument)
	assert.Equal(t, "TextOptions.Width", argument.Field)
}

var errLost = errors.New("the connection is lost")

func incomplete(tb testing.TB) report.Report {
	tb.Helper()
	f := fileOf(tb, "first.mp3", 60, resultsOf(2))
	return report.Files(func(yield func(*filescan.File, error) bool) {
		_ = yield(f, nil) && yield(nil, nil) && yield(nil, errLost)
	}, nil)
}

func TestAListThatEndsEarlyIsShown(t *testing.T) {
	t.Parallel()
	const says = "Because of an error, only 1 file is shown."
	var b bytes.Buffer
	require.ErrorIs(t, report.HTML(&b, incomplete(t)), errLost)
	assert.Contains(t, shown(b.String()), says)
	assert.Contains(t, b.String(), "first.mp3")
	assert.NotContains(t, b.String(), errLost.Error(), "a page goes to strangers")

	b.Reset()
	require.ErrorIs(t, report.Text(&b, incomplete(t), nil), errLost)
	assert.Contains(t, b.String(), "Incomplete: because of an error, only 1 file is shown.")

	parts, err := report.Fragment(incomplete(t))
	require.ErrorIs(t, err, errLost)
	assert.Contains(t, string(parts.Body), "first.mp3")

	dir := t.TempDir()
	require.ErrorIs(t, report.Dir(dir, incomplete(t)), errLost)
	index, err := os.ReadFile(filepath.Join(dir, "index.html"))
	require.NoError(t, err)
	assert.Contains(t, shown(string(index)), says)
}

// An iterator that panics leaves no temporary file behind.
func TestAListThatPanics(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	files := make([]*filescan.File, 40)
	for i := range files {
		files[i] = fileOf(t, strings.Repeat("a", 40_000), 60, resultsOf(1))
	}
	panicking := func(yield func(*filescan.File, error) bool) {
		for _, f := range files {
			yield(f, nil)
		}
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.NotEmpty(t, entries, "it is too little for a temporary file")
		panic(errLost)
	}
	require.Panics(t, func() { _ = report.HTML(io.Discard, report.Files(panicking, nil)) })
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

// broken is a writer that fails.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errLost }

func TestErrorsOfWritingAreReturned(t *testing.T) {
	t.Parallel()
	f := fileOf(t, "a", 60, resultsOf(50))
	require.ErrorIs(t, report.HTML(broken{}, report.File(f, nil)), errLost)
	require.ErrorIs(t, report.Text(broken{}, report.File(f, nil), nil), errLost)
}

func TestManyFiles(t *testing.T) {
	t.Parallel()
	files := []*filescan.File{
		fileOf(t, "one.mp3", 223, resultsOf(8)), fileOf(t, "two.mp3", 223, resultsOf(8)), nil, {Name: "three.mp3", State: filescan.StateNoResults}, {Name: "four.mp3", State: filescan.StateError},
	}
	r := report.Files(listOf(files...), nil)
	r.Details = 1
	page := pageOf(t, r)
	text := shown(page)
	for _, want := range []string{
		"4 files · 7:26 of audio · 16 matches", "2 High risk 50 %", "1 No risk found 25 %", "1 No verdict 25 %", "Most matched recordings", "Silver River 0 by Ada Alder, Hugo Hazel 2", "Paper Comet Records 2",
		"16 matches", "1 file of 4 follows in full below the table. The others have only their rows.",
	} {
		assert.Contains(t, text, want)
	}
	assert.Equal(t, 1, strings.Count(page, `<section class="file"`))
	assert.Equal(t, 1, strings.Count(page, `<th scope="row"><a href="#a1">`))

	r.Details = -1
	assert.NotContains(t, pageOf(t, r), `<section class="file"`)
}

func TestCountsStayRightWithoutEnd(t *testing.T) {
	t.Parallel()
	often := `{"offset": 0, "played_duration": 60, "result": {"title": "Often", "acrid": "often"}}`
	r := report.Files(func(yield func(*filescan.File, error) bool) {
		for n := range 5000 {
			rows := fmt.Sprintf(`{"offset": 0, "played_duration": 60, "result": {"title": "Once %d", "acrid": "%d"}}`, n, n)
			if n%50 == 0 {
				rows += "," + often
			}
			if !yield(fileOf(t, "a", 60, `{"music": [`+rows+`]}`), nil) {
				return
			}
		}
	}, nil)
	r.Details = -1
	text := shown(pageOf(t, r))
	_, top, _ := strings.Cut(text, "Recording Files In all ")
	assert.Regexp(t, `^Often (at least )?\d+ `, top)
}

func TestDir(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "report")
	f := fileOf(t, "../../etc/passwd <b>", 223, resultsOf(3))
	r := report.Files(listOf(f, &filescan.File{Name: "two"}), nil)
	r.Title = "Uploads"
	require.NoError(t, report.Dir(dir, r))
	index, err := os.ReadFile(filepath.Join(dir, "index.html"))
	require.NoError(t, err)
	assert.Contains(t, string(index), `<a href="files/000001.html">../../etc/passwd &lt;b&gt;</a>`)
	assert.Contains(t, string(index), `<a href="files/000002.html">two</a>`)
	assert.NotContains(t, string(index), `<section class="file"`)
	first, err := os.ReadFile(filepath.Join(dir, "files", "000001.html"))
	require.NoError(t, err)
	assert.Contains(t, string(first), `<a href="../index.html">All files</a>`)
	assert.Contains(t, string(first), "<title>../../etc/passwd &lt;b&gt; – Uploads</title>")
	assert.Contains(t, string(first), "The results as JSON")

	var argument *acrcloud.ArgumentError
	require.ErrorAs(t, report.Dir(dir, r), &argument)
	assert.Equal(t, "dir", argument.Field)
}

func TestHandler(t *testing.T) {
	t.Parallel()
	page := pageOf(t, report.File(fileOf(t, "a", 60, resultsOf(2)), nil))
	tests := []struct {
		name, method string
		find         func(*http.Request) (report.Report, error)
		status       int
		body         string
		failed       error
	}{
		{"a page", http.MethodGet, func(*http.Request) (report.Report, error) {
			return report.File(fileOf(t, "a", 60, resultsOf(2)), nil), nil
		}, 200, page, nil},
		{"its head", http.MethodHead, func(*http.Request) (report.Report, error) { return report.File(&filescan.File{}, nil), nil }, 200, "", nil},
		{"another method", http.MethodPost, nil, 405, "Use GET to read a report.\n", nil},
		{"no such file", http.MethodGet, func(*http.Request) (report.Report, error) {
			return report.Report{}, fmt.Errorf("%w: secret", acrcloud.ErrNotFound)
		}, 404, "This report does not exist.\n", acrcloud.ErrNotFound},
		{"an error", http.MethodGet, func(*http.Request) (report.Report, error) { return report.Report{}, errLost }, 500, "The report cannot be made.\n", errLost},
		{"an empty report", http.MethodGet, func(*http.Request) (report.Report, error) { return report.Report{}, nil }, 500, "The report cannot be made.\n", acrcloud.ErrInvalidArgument},
		{"no function", http.MethodGet, nil, 500, "The report cannot be made.\n", acrcloud.ErrInvalidArgument},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var failed error
			w := httptest.NewRecorder()
			report.Handler(tt.find, func(_ *http.Request, err error) { failed = err }).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), tt.method, "/", http.NoBody))
			assert.Equal(t, tt.status, w.Code)
			assert.Equal(t, tt.body, w.Body.String())
			require.ErrorIs(t, failed, tt.failed)
			if tt.status == 200 {
				assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
				assert.Contains(t, w.Header().Get("Content-Security-Policy"), "frame-ancestors 'self'")
				assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			}
		})
	}
	w := httptest.NewRecorder()
	report.Handler(func(*http.Request) (report.Report, error) { return incomplete(t), nil }, nil).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
	assert.Equal(t, 500, w.Code)
	assert.Contains(t, w.Body.String(), "first.mp3")
}

func TestRecording(t *testing.T) {
	t.Parallel()
	song := &acrcloud.Music{ACRID: "1", Title: "Silver River", Artists: []acrcloud.Artist{{Name: "Ada Alder"}}}
	own := &acrcloud.CustomFile{Title: "Jingle", BucketID: "7"}
	segments := []identify.Segment{
		{Start: 0, End: 90 * time.Second, Windows: 3, Best: identify.Candidate{Kind: identify.KindMusic, ACRID: "1", Title: "Silver River", Score: 98, Music: song}, Others: []identify.Candidate{{Title: "Copy", Artists: []string{"Birch"}, Music: &acrcloud.Music{Title: "Copy", Artists: []acrcloud.Artist{{Name: "Birch"}}}}}},
		{Start: 100 * time.Second, End: 112 * time.Second, Windows: 1, Best: identify.Candidate{Kind: identify.KindCustomFile, Title: "Jingle", Score: 80, Custom: own}},
	}
	r := report.Recording(segments)
	r.Length = 200 * time.Second
	page := pageOf(t, r)
	assert.Equal(t, []drawn{{0, 1, 45}, {50, 1, 6}}, barsOf(page))
	for _, want := range []string{"length 3:20 · 2 segments · recognised 51 %", "Recognised in 3 windows.", "Or, at the same time: Copy · by Birch", "Own files", "bucket 7", "98 %"} {
		assert.Contains(t, shown(page), want)
	}
	assert.NotContains(t, page, `class="verdict`)
	assert.Contains(t, shown(pageOf(t, report.Recording(nil))), "Nothing was recognised.")
}

func TestDay(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	song := acrcloud.Music{Title: "Silver River", ACRID: "1", Label: "Paper Comet", Score: new(97.0)}
	at := func(hour, minute int) time.Time { return time.Date(2026, 10, 25, hour, minute, 0, 0, berlin) } // the day has 25 hours
	r := report.Day([]report.Play{
		{Start: at(9, 50), Length: 20 * time.Minute, Music: song},
		{Start: at(0, 0), Length: 15 * time.Minute, Music: song},
		{Start: at(23, 45), Length: 1000 * time.Hour, Kind: report.PlayCustom, Music: acrcloud.Music{Title: "Jingle"}},
		{Start: at(24, 30), Music: song},
	})
	r.Location = berlin
	page := pageOf(t, r)
	text := shown(page)
	assert.Equal(t, 25+24, strings.Count(page, `<div class="lane">`))
	assert.Equal(t, 2, strings.Count(page, "<p>02:00</p></p>")+strings.Count(page, "<p>02:00</p>")-1, "02:00 comes twice on that day")
	for _, want := range []string{"2026-10-25", "2026-10-26", "4 plays", "Silver River 3", "09:50:00 20:00 97 % Silver River", "times in Europe/Berlin", "00:30:00 – 97 %"} {
		assert.Contains(t, text, want)
	}
	want := []drawn{{0, 1, 25}, {83.33, 1, 16.67}, {0, 1, 16.67}, {75, 1, 25}, {0, 1, 100}, {50, 19, 0.3}}
	for range 23 { // the jingle goes on through the next day
		want = append(want, drawn{0, 1, 100})
	}
	assert.Equal(t, want, barsOf(page))
	assert.Contains(t, shown(pageOf(t, report.Day(nil))), "0 plays")
}

// Pages that are made at the same time share memory one after the other, and nothing else.
func TestPagesAtTheSameTime(t *testing.T) {
	t.Parallel()
	var want []string
	var reports []report.Report
	for n := range 6 { // from one match to more than is kept in memory
		var files []*filescan.File
		for i := range 1 + n*30 {
			files = append(files, fileOf(t, fmt.Sprintf("upload %d-%d.mp3", n, i), 223, resultsOf(1+n*4)))
		}
		r := report.Files(listOf(files...), nil)
		r.Details = len(files)
		reports = append(reports, r)
		page := pageOf(t, r)
		want = append(want, page)
		at := 0
		for i := range files {
			next := strings.Index(page[at:], fmt.Sprintf(`<section class="file" id="a%d"`, i+1))
			require.Positive(t, next, "each file is there, and in order")
			at += next
		}
		assert.True(t, strings.HasSuffix(page, "</html>\n"))
	}
	assert.Greater(t, len(want[5]), 3<<20)
	var all sync.WaitGroup
	for range 3 {
		for n, r := range reports {
			all.Go(func() {
				var page bytes.Buffer
				err := report.HTML(&page, r)
				assert.NoError(t, err)                                            //nolint:testifylint // require ends only its own goroutine
				assert.True(t, want[n] == page.String(), "page %d is another", n) //nolint:testifylint // it is too long to be shown
			})
		}
	}
	all.Wait()
}

// A play that continues after midnight is whole: on both dates, if there are both.
func TestDayPlayAtMidnight(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 23, 54, 0, 0, time.UTC)
	late := report.Play{Start: start, Length: 12 * time.Minute, Music: acrcloud.Music{Title: "Silver River"}}
	next := report.Play{Start: start.Add(12 * time.Minute), Length: 3 * time.Minute, Music: acrcloud.Music{Title: "Copper Creek"}}
	both := pageOf(t, report.Day([]report.Play{late, next}))
	assert.Equal(t, []drawn{{90, 1, 10}, {0, 1, 10}, {10, 1, 5}}, barsOf(both))
	for _, want := range []string{
		`href="#d1-1"><svg x="90%" y="1" width="10%"><title>23:54:00: Silver River, continues after midnight</title><rect/><text>Silver River →</text>`,
		`href="#d1-1"><svg x="0%" y="1" width="10%"><title>23:54:00: Silver River, since the day before</title><rect/><text>→ Silver River</text>`,
	} {
		assert.Contains(t, both, want)
	}
	assert.Contains(t, shown(both), "23:54:00 12:00, until 2026-01-02 00:06:00")
	assert.Contains(t, shown(both), "2 plays")
	late.Start, late.Length = start.Add(4*time.Minute), 3*time.Minute
	short := pageOf(t, report.Day([]report.Play{late}))
	assert.Contains(t, short, `<text class="n">→</text>`)
	late.Length = 2 * time.Minute
	exact := pageOf(t, report.Day([]report.Play{late, next}))
	assert.NotContains(t, exact, "→", "it ends at midnight")
	next.Start = next.Start.AddDate(0, 0, 1)
	late.Length = time.Hour
	assert.Equal(t, []drawn{{96.67, 1, 3.33}, {10, 1, 5}}, barsOf(pageOf(t, report.Day([]report.Play{late, next}))), "the day after the next one has nothing of it")
	var b bytes.Buffer
	late.Start, late.Length, next.Start = start, 12*time.Minute, next.Start.AddDate(0, 0, -1)
	require.NoError(t, report.Text(&b, report.Day([]report.Play{late, next}), nil))
	assert.Contains(t, b.String(), "23:00  ······················································██████\n")
	assert.Contains(t, b.String(), "00:00  █████████···")
}

func TestText(t *testing.T) {
	t.Parallel()
	f := fileOf(t, "song.mp3", 200, `{"music": [`+row(1, 50, 100)+`], "music_speech": [{"start": 0, "end": 100, "label": "m"}], "ai_detection": [{"prediction": "human", "ai_probability": 3}]}`)
	var b bytes.Buffer
	require.NoError(t, report.Text(&b, report.File(f, nil), nil))
	for _, want := range []string{
		"HIGH RISK", "··········████████████████████··········  53 % Silver River 1 – Ada Alder, Hugo…\n", "0:00", "3:20", "music.altered", "ISRC QZABC1900001", "Spotify https://open.spotify.com/track/0exampleTrackOfRiver01",
		"▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒····················  music\n", "AI probability 3 %", "1. 0:50 to 2:30 · similarity 53 %",
	} {
		assert.Contains(t, b.String(), want)
	}
	assert.NotContains(t, b.String(), "\x1b")
	b.Reset()
	require.NoError(t, report.Text(&b, report.Files(listOf(f, f), nil), &report.TextOptions{Color: true, Width: 120}))
	assert.Contains(t, b.String(), "\x1b[31mHIGH RISK\x1b[0m")
	assert.Contains(t, b.String(), "Overview")
	b.Reset()
	require.NoError(t, report.Text(&b, report.Day([]report.Play{{Start: time.Date(2026, 1, 1, 0, 30, 0, 0, time.UTC), Length: 10 * time.Minute, Music: acrcloud.Music{Title: "Silver River"}}}), nil))
	assert.Contains(t, b.String(), "00:00  ······························██████████····················\n")
	b.Reset()
	require.NoError(t, report.Text(&b, report.Recording(nil), nil))
	assert.Contains(t, b.String(), "Nothing was recognised.")
}
