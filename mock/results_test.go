package mock_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// silenceOf is that many seconds of it, as samples.
func silenceOf(seconds int) []float64 { return make([]float64, 8000*seconds) }

// withSilence is a stretch of a track that begins some seconds into a file.
func withSilence(seconds int, wav []byte, after int) []byte {
	return wavOf(8000, append(append(silenceOf(seconds), samplesOf(wav)...), silenceOf(after)...))
}

// Offsets of traverse rows count from the window in which they begin, those of derivative works from the beginning of the file.
func TestOffsets(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(trackOf("x"))
	own := w.srv.AddTrack(mock.Track{Title: "own", Duration: time.Minute, BucketID: 51})
	content := func(t mock.Track) []byte { return withSilence(14, t.WAV(20*time.Second, 45*time.Second), 5) }
	for name, tt := range map[string]struct {
		settings map[string]any
		list     string
		track    mock.Track
		want     [5]float64 // db begin and end, sample begin and end, play
	}{
		"traverse":              {map[string]any{}, "music", track, [5]float64{20_000, 26_000, 4_000, 10_000, 26_000}},
		"shorter windows":       {map[string]any{"policy": map[string]any{"type": "traverse", "rec_length": 4}}, "music", track, [5]float64{20_000, 22_000, 2_000, 4_000, 22_000}},
		"windows of no length":  {map[string]any{"policy": map[string]any{"type": "traverse", "rec_length": 0}}, "music", track, [5]float64{20_000, 26_000, 4_000, 10_000, 26_000}},
		"windows of any length": {map[string]any{"policy": map[string]any{"type": "points", "rec_length": "x"}}, "music", track, [5]float64{20_000, 26_000, 4_000, 10_000, 26_000}},
		"a long window":         {map[string]any{"policy": map[string]any{"type": "traverse", "rec_length": 100}}, "music", track, [5]float64{20_000, 45_000, 14_000, 39_000, 50_000}},
		"a bucket of one's own": {map[string]any{"buckets": []any{51}}, "custom_files", own, [5]float64{20_000, 26_000, 4_000, 10_000, 26_000}},
		"derivative works":      {map[string]any{"deepright": true}, "music", track, [5]float64{20_000, 45_000, 14_000, 39_000, 30_000}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wire{t: t, srv: w.srv, token: w.token, http: w.http}
			file := w.results(w.container(tt.settings), content(tt.track))
			rows := rowsOf(t, file, tt.list)
			require.Len(t, rows, 1)
			assert.InDelta(t, 14, rows[0]["offset"], 0.1)
			assert.InDelta(t, 25, rows[0]["played_duration"], 0.1)
			result := rows[0]["result"].(map[string]any)
			for i, field := range []string{"db_begin_time_offset_ms", "db_end_time_offset_ms", "sample_begin_time_offset_ms", "sample_end_time_offset_ms", "play_offset_ms"} {
				assert.InDelta(t, tt.want[i], result[field], 25, field)
			}
			assert.Equal(t, 44.0, file["duration"])
		})
	}
}

// Rows have what real ones have, now and then, and the same each time; empty lists for objects are rare, and among derivative works only.
func TestRowsAreAsRealOnes(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	const tracks = 36
	for i := range tracks {
		w.srv.AddTrack(mock.Track{Title: fmt.Sprint("t", i), Artists: []string{"Ada Alder", "Hugo Hazel"}, Data: fmt.Appendf(nil, "track %d", i), Duration: time.Minute})
	}
	count := func(deepright bool, list string) (have map[string]int, emptyLists map[string]int) {
		have, emptyLists = map[string]int{}, map[string]int{}
		c := w.container(map[string]any{"engine": 3, "deepright": deepright})
		for i := range tracks {
			content := fmt.Appendf(nil, "track %d", i)
			first, again := rowsOf(t, w.results(c, content), list), rowsOf(t, w.results(c, content), list)
			require.Equal(t, first, again)
			result := first[0]["result"].(map[string]any)
			for field, value := range result {
				have[field]++
				switch value := value.(type) {
				case []any:
					if len(value) == 0 {
						emptyLists[field]++
					}
				case map[string]any:
					for name := range value {
						have[field+"."+name]++
					}
				}
			}
			have["engine_type "+fmt.Sprint(first[0]["engine_type"])]++
			if result["sample_end_time_offset_ms"] != float64(60_000) {
				have["a fraction of a millisecond"]++
			}
		}
		return have, emptyLists
	}
	have, empty := count(false, "music")
	for _, field := range []string{
		"title", "acrid", "artists", "album", "album.name", "label", "release_date", "duration_ms", "score", "result_from", "play_offset_ms", "external_ids.isrc", "external_ids.upc",
		"external_metadata.spotify", "external_metadata.deezer", "external_metadata.apple", "external_metadata.youtube", "distributors",
	} {
		assert.Equal(t, tracks, have[field], field)
	}
	for _, field := range []string{"genres", "contributors", "works", "langs", "language", "external_ids.iswc"} {
		assert.Positive(t, have[field], field)
		assert.Less(t, have[field], tracks, field)
	}
	assert.Equal(t, map[string]int{"distributors": tracks * 3 / 4}, empty)

	have, empty = count(true, "music")
	assert.Equal(t, map[string]int{"distributors": tracks * 3 / 4, "external_ids": 4, "external_metadata": 4}, empty)
	assert.Equal(t, tracks/2, have["engine_type 1"])
	assert.Equal(t, tracks/2, have["engine_type 3"])
	assert.Equal(t, tracks/2, have["score"])
	assert.Equal(t, tracks/2, have["result_from"])
	assert.Equal(t, tracks/2, have["play_offset_ms"])
	assert.Equal(t, tracks/4, have["a fraction of a millisecond"])

	have, _ = count(true, "cover_songs")
	for _, field := range []string{"acrid", "score", "play_offset_ms", "db_begin_time_offset_ms", "sample_end_time_offset_ms", "result_from"} {
		assert.Zero(t, have[field], field)
	}
	assert.Equal(t, tracks, have["engine_type 2"])
	have, _ = count(false, "cover_songs")
	assert.Equal(t, tracks, have["acrid"])
	assert.Zero(t, have["score"])
	assert.Equal(t, tracks, have["engine_type <nil>"])
}

// Names on other services are those of the track, and artists have roles, ids and languages.
func TestRowsInDetail(t *testing.T) {
	t.Parallel()
	w := newWire(t, mock.WithSeed(1))
	track := w.srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder", "Hugo Hazel"}, Album: "Rivers", Data: []byte("x")})
	result := rowsOf(t, w.results(w.container(nil), []byte("x")), "music")[0]["result"].(map[string]any)
	spotify := result["external_metadata"].(map[string]any)["spotify"].(map[string]any)
	assert.Equal(t, "Silver River", spotify["track"].(map[string]any)["name"])
	assert.Len(t, spotify["track"].(map[string]any)["id"], 22)
	assert.Equal(t, "Rivers", spotify["album"].(map[string]any)["name"])
	assert.Equal(t, "Hugo Hazel", spotify["artists"].([]any)[1].(map[string]any)["name"])
	assert.Len(t, result["external_metadata"].(map[string]any)["youtube"].(map[string]any)["vid"], 11)
	artists := result["artists"].([]any)
	assert.Equal(t, []any{"MainArtist"}, artists[0].(map[string]any)["roles"])
	assert.Equal(t, []any{"FeaturedArtist"}, artists[1].(map[string]any)["roles"])
	assert.Equal(t, []any{map[string]any{"code": "en", "name": "Ada Alder"}}, artists[0].(map[string]any)["langs"])
	work := result["works"].([]any)[0].(map[string]any)
	assert.Equal(t, "SILVER RIVER", work["name"])
	creator := work["creators"].([]any)[0].(map[string]any)
	assert.Equal(t, []any{creator["name"].(string) + " " + creator["last_name"].(string)}, result["contributors"].(map[string]any)["composers"])
	assert.Equal(t, track.UPC, result["external_ids"].(map[string]any)["upc"])
}

// What cannot be heard has no AI detection, and by option fails everywhere.
func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	mp3 := []byte(strings.Repeat("\xFF\xFB\x90\x00"+strings.Repeat("\x00", 413), 100))
	for name, tt := range map[string]struct {
		opts           []mock.Option
		text, ai, real float64 // states: of a text, of a text with AI detection, of an MP3 file with it
	}{
		"as it is":      {nil, -1, -2, 1},
		"by option, -2": {[]mock.Option{mock.WithUnreadableState(-2)}, -2, -2, 1},
		"by option, -3": {[]mock.Option{mock.WithUnreadableState(-3)}, -3, -3, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, tt.opts...)
			known := w.srv.AddTrack(mock.Track{Data: []byte("text that is a track")})
			plain, flagged := w.container(nil), w.container(map[string]any{"ai_detection": true})
			engine5 := w.container(map[string]any{"engine": 5, "buckets": []any{}})
			for _, content := range [][]byte{[]byte("just a text"), nil, wavOf(8000, silenceOf(5))} {
				assert.Equal(t, tt.text, w.results(plain, content)["state"])
				for _, c := range []string{flagged, engine5} {
					file := w.results(c, content)
					assert.Equal(t, tt.ai, file["state"])
					assert.Nil(t, file["results"])
				}
			}
			for _, c := range []string{flagged, engine5} {
				file := w.results(c, mp3)
				assert.Equal(t, tt.real, file["state"])
				assert.Equal(t, 3.0, file["duration"])
				assert.Len(t, rowsOf(t, file, "ai_detection"), 1)
			}
			whole := w.results(plain, known.Data)
			assert.Equal(t, 1.0, whole["state"])
			assert.Equal(t, known.Duration.Seconds(), whole["duration"], "a file that is a track is as long")
			r := w.send("POST", regionHost+engine5+"/files", `{"data_type":"audio_url","url":"https://a.test/b.mp3"}`)
			rows := w.send("GET", regionHost+engine5+"/files/"+r.data(t)["id"].(string), nil).rows(t)
			assert.Equal(t, 1.0, rows[0]["state"], "what the service fetches is not looked at")
			body, contentType := form(t, "file", "a.fp", []byte("any fingerprint"), "data_type", "fingerprint")
			r = w.send("POST", regionHost+plain+"/files", body, "Content-Type", contentType)
			rows = w.send("GET", regionHost+plain+"/files/"+r.data(t)["id"].(string), nil).rows(t)
			assert.Equal(t, -1.0, rows[0]["state"])
		})
	}
}

// A scan is made with the settings that its container had when it began.
func TestSettingsDuringAScan(t *testing.T) {
	t.Parallel()
	w := newWire(t, mock.WithProcessingTime(time.Hour))
	track := w.srv.AddTrack(trackOf("x"))
	c := w.container(map[string]any{"engine": 1})
	id := w.upload(c, track.Audio())
	require.Equal(t, 200, w.send("PUT", mainHost+c, `{"engine":2,"music_detection":true}`).status)
	get := func() map[string]any {
		require.NoError(t, w.srv.Complete(id))
		return w.send("GET", regionHost+c+"/files/"+id, nil).rows(t)[0]
	}
	file := get()
	assert.Equal(t, 1.0, file["engine"])
	assert.Contains(t, file["results"], "music")
	assert.NotContains(t, file["results"], "cover_songs")
	assert.Equal(t, 0.0, file["music_detected"])
	w.send("PUT", regionHost+c+"/files/"+id+"/rescan", nil)
	file = get()
	assert.Equal(t, 2.0, file["engine"])
	assert.Contains(t, file["results"], "cover_songs")
	assert.NotContains(t, file["results"], "music")
	assert.Equal(t, 1.0, file["music_detected"])
}
