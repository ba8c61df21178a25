package mock_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

func trackOf(title string) mock.Track {
	return mock.Track{Title: title, Artists: []string{"Ada Alder"}, Duration: time.Minute}
}

func rowsOf(t *testing.T, file map[string]any, list string) []map[string]any {
	t.Helper()
	results, ok := file["results"].(map[string]any)
	require.True(t, ok, "%v", file)
	var rows []map[string]any
	for _, r := range results[list].([]any) {
		rows = append(rows, r.(map[string]any))
	}
	return rows
}

func TestAddTrackFillsIn(t *testing.T) {
	t.Parallel()
	a, b := mock.New(mock.WithSeed(7)), mock.New(mock.WithSeed(7))
	first, second := a.AddTrack(mock.Track{}), a.AddTrack(mock.Track{})
	assert.Equal(t, first, b.AddTrack(mock.Track{}))
	assert.NotEqual(t, first.ACRID, second.ACRID)
	assert.Len(t, first.ACRID, 32)
	assert.NotEmpty(t, first.Title)
	assert.NotEmpty(t, first.Artists)
	assert.Len(t, first.ISRC, 12)
	assert.Len(t, first.UPC, 13)
	assert.Equal(t, 3*time.Minute, first.Duration)
	assert.Equal(t, a.Config().ContainerID, b.Config().ContainerID)
	assert.NotEqual(t, a.Config().ContainerID, mock.New().Config().ContainerID)
	assert.Len(t, first.Audio(), 44+2*8000*180)
	assert.Len(t, first.WAV(-time.Second, time.Hour), 44+2*8000*180)
	assert.Len(t, first.WAV(time.Minute, time.Second), 44)
}

// What each setting of a container yields for the same file, which has one track of the music bucket and one of an own.
func TestContainerSettings(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	song := w.srv.AddTrack(trackOf("Silver River"))
	own := w.srv.AddTrack(mock.Track{Title: "My Jingle", Duration: time.Minute, BucketID: 4711, UserDefined: map[string]string{"brand_name": "Acme", "artists": "Someone"}})
	content := append(song.WAV(10*time.Second, 30*time.Second), own.WAV(0, 10*time.Second)[44:]...)
	binary.LittleEndian.PutUint32(content[40:], uint32(len(content)-44)) //nolint:gosec // small
	both := []any{23, 4711}
	tests := []struct {
		name     string
		settings map[string]any
		state    float64
		music    int // -1: no such list
		covers   int
		custom   int
	}{
		{"engine 1", map[string]any{"engine": 1, "buckets": both}, 1, 1, -1, 1},
		{"engine 2", map[string]any{"engine": 2, "buckets": both}, 1, -1, 1, -1},
		{"engine 3", map[string]any{"engine": 3, "buckets": both}, 1, 1, 1, 1},
		{"engine 1, own bucket only", map[string]any{"engine": 1, "buckets": []any{4711}}, 1, 0, -1, 1},
		{"engine 1 without a bucket", map[string]any{"engine": 1, "buckets": []any{}}, -1, 0, -1, 0},
		{"engine 3 without a bucket", map[string]any{"engine": 3, "buckets": []any{}}, -1, 0, 0, 0},
		{"engine 5", map[string]any{"engine": 5, "buckets": []any{}}, 1, -1, -1, -1},
		{"engine 4", map[string]any{"engine": 4, "buckets": []any{}}, -1, -1, -1, -1},
		{"derivative works", map[string]any{"engine": 3, "deepright": 1}, 1, 1, 1, 0},
		{"with AI detection", map[string]any{"engine": 1, "ai_detection": true}, 1, 1, -1, 0},
		{"with music detection", map[string]any{"engine": 1, "music_detection": true}, 1, 1, -1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &wire{t: t, srv: w.srv, token: w.token, http: w.http}
			file := w.results(w.container(tt.settings), content)
			assert.Equal(t, tt.state, file["state"])
			assert.Equal(t, 30.0, file["duration"])
			results := file["results"].(map[string]any)
			for list, n := range map[string]int{"music": tt.music, "cover_songs": tt.covers, "custom_files": tt.custom} {
				if n < 0 {
					assert.NotContains(t, results, list)
					continue
				}
				assert.Len(t, results[list], n, list)
			}
			switch tt.name {
			case "engine 1":
				m := rowsOf(t, file, "music")[0]
				assert.Equal(t, 0.0, m["offset"])
				assert.Equal(t, 20.0, m["played_duration"])
				r := m["result"].(map[string]any)
				assert.Equal(t, song.Title, r["title"])
				assert.Equal(t, song.ACRID, r["acrid"])
				assert.Equal(t, 100.0, r["score"])
				assert.Equal(t, 10_000.0, r["db_begin_time_offset_ms"])
				assert.Equal(t, map[string]any{"isrc": song.ISRC, "upc": song.UPC}, r["external_ids"])
				assert.NotContains(t, m, "score")
				c := rowsOf(t, file, "custom_files")[0]
				assert.Equal(t, 20.0, c["offset"])
				own := c["result"].(map[string]any)
				assert.Equal(t, "Acme", own["brand_name"], "the user's keys are among its own")
				assert.Equal(t, "Someone", own["artists"])
				assert.Equal(t, "4711", own["bucket_id"])
			case "engine 2":
				m := rowsOf(t, file, "cover_songs")[0]
				assert.NotContains(t, m, "score")
				assert.NotContains(t, m["result"], "score")
			case "engine 5", "with AI detection":
				assert.Equal(t, "human", rowsOf(t, file, "ai_detection")[0]["prediction"])
			case "derivative works":
				m := rowsOf(t, file, "music")[0]
				assert.Equal(t, "1", m["engine_type"])
				assert.Greater(t, m["score"], m["result"].(map[string]any)["score"])
				assert.Equal(t, 30.0, m["file_duration"])
				cover := rowsOf(t, file, "cover_songs")[0]
				assert.Equal(t, "2", cover["engine_type"])
				assert.NotContains(t, cover["result"], "acrid")
			case "with music detection":
				assert.Equal(t, 1.0, file["music_detected"])
				assert.Equal(t, "m", rowsOf(t, file, "music_speech")[0]["label"])
			}
		})
	}
}

// resampled is a WAV file of another rate, width and number of channels.
func resampled(wav []byte, rate, channels, bits int) []byte {
	in := wav[44:]
	sample := func(i int) float64 {
		if i < 0 || 2*i+1 >= len(in) {
			return 0
		}
		return float64(int16(binary.LittleEndian.Uint16(in[2*i:]))) / 32768 //nolint:gosec // two's complement
	}
	n := len(in) / 2 * rate / 8000
	var data bytes.Buffer
	for i := range n {
		at := float64(i) * 8000 / float64(rate)
		whole := math.Floor(at)
		v := sample(int(whole))*(1-at+whole) + sample(int(whole)+1)*(at-whole)
		for range channels {
			switch bits {
			case 8:
				data.WriteByte(byte(128 + 127*v))
			default:
				var b [4]byte
				binary.LittleEndian.PutUint32(b[:], uint32(int32(v*math.MaxInt32))) //nolint:gosec // two's complement
				data.Write(b[4-bits/8:])
			}
		}
	}
	head := append([]byte("RIFF\x00\x00\x00\x00WAVEjunk\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00\x01\x00"), byte(channels), 0) //nolint:gosec // one or two
	head = binary.LittleEndian.AppendUint32(head, uint32(rate))                                                                  //nolint:gosec // a rate
	head = binary.LittleEndian.AppendUint32(head, 0)
	head = append(head, 0, 0, byte(bits), 0) //nolint:gosec // at most 32
	return append(append(head, "data\xff\xff\xff\xff"...), data.Bytes()...)
}

// A stretch of a track is recognised at the right offset, wherever it is cut and however it was resampled.
func TestTonesAreRecognised(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for range 40 {
		w.srv.AddTrack(mock.Track{})
	}
	track := w.srv.AddTrack(mock.Track{Title: "The One", Duration: 20 * time.Minute})
	c := w.container(map[string]any{"engine": 1})
	formats := []struct{ rate, channels, bits int }{{8000, 1, 16}, {8000, 1, 8}, {11025, 2, 16}, {16000, 1, 24}, {22050, 1, 32}, {44100, 2, 16}, {48000, 2, 24}}
	for i, f := range formats {
		from := time.Duration(i)*137*time.Second + time.Duration(i)*173*time.Millisecond
		file := w.results(c, resampled(track.WAV(from, from+12*time.Second), f.rate, f.channels, f.bits))
		rows := rowsOf(t, file, "music")
		require.Len(t, rows, 1, "%+v", f)
		r := rows[0]["result"].(map[string]any)
		assert.Equal(t, "The One", r["title"])
		begin := r["db_begin_time_offset_ms"].(float64) - r["sample_begin_time_offset_ms"].(float64)
		assert.InDelta(t, float64(from.Milliseconds()), begin, 60, "%+v", f)
		assert.GreaterOrEqual(t, rows[0]["played_duration"], 10.0)
	}
}

func TestNothingIsRecognised(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(mock.Track{Data: []byte("the bytes of an mp3")})
	c := w.container(map[string]any{"engine": 3})
	for name, content := range map[string][]byte{
		"silence":          append(track.WAV(0, 0), make([]byte, 200_000)...),
		"garbage":          bytes.Repeat([]byte("garbage "), 1000),
		"other bytes":      []byte("the bytes of an mp4"),
		"one second":       track.WAV(0, time.Second),
		"another server's": mock.New().AddTrack(mock.Track{}).WAV(0, 0),
		"half a header":    track.WAV(0, time.Minute)[:30],
		"empty":            nil,
	} {
		file := w.results(c, content)
		assert.Equal(t, -1.0, file["state"], name)
		assert.Empty(t, rowsOf(t, file, "music"), name)
	}
	known := w.results(c, []byte("the bytes of an mp3"))
	assert.Equal(t, 1.0, known["state"])
	assert.Equal(t, w.results(c, []byte("the bytes of an mp3"))["results"], known["results"], "always the same")
}

func TestProcessing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, mock.WithProcessingTime(10*time.Second))
		track := w.srv.AddTrack(trackOf("x"))
		c := w.cid()
		id := w.upload(c, track.Audio())
		get := func(id string) map[string]any { return w.send("GET", regionHost+c+"/files/"+id, nil).rows(t)[0] }
		assert.Equal(t, 0.0, get(id)["state"])
		assert.Nil(t, get(id)["results"])
		time.Sleep(9 * time.Second) //nolint:forbidigo // the clock of the bubble
		assert.Equal(t, 0.0, get(id)["state"])
		time.Sleep(time.Second) //nolint:forbidigo // the clock of the bubble
		done := get(id)
		assert.Equal(t, 1.0, done["state"])
		assert.Equal(t, 60.0, done["duration"])
		assert.Greater(t, done["updated_at"], done["created_at"])

		w.send("PUT", regionHost+c+"/files/"+id+"/rescan", nil)
		assert.Equal(t, 0.0, get(id)["state"])
		require.NoError(t, w.srv.Complete(id))
		assert.Equal(t, 1.0, get(id)["state"])
		require.Error(t, w.srv.Complete("none"))
	})
}

func TestOnScan(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(trackOf("x"))
	var seen mock.Upload
	outcome := mock.Outcome{}
	w.srv.OnScan(func(u mock.Upload) mock.Outcome {
		seen = u
		return outcome
	})
	file := w.results(w.cid(), track.Audio())
	assert.Equal(t, 1.0, file["state"])
	assert.Equal(t, "a.wav", seen.Name)
	assert.Equal(t, "audio", seen.DataType)
	assert.EqualValues(t, len(track.Audio()), seen.Size)
	assert.Len(t, seen.SHA256, 64)
	assert.Equal(t, []mock.Track{track}, seen.Recognised)

	outcome = mock.Outcome{State: new(-3), Detail: "cannot decode", Duration: 5 * time.Second}
	file = w.results(w.cid(), track.Audio())
	assert.Equal(t, -3.0, file["state"])
	assert.Equal(t, "cannot decode", file["detail"])
	assert.Equal(t, 5.0, file["duration"])
	assert.Nil(t, file["results"])

	outcome = mock.Outcome{Results: json.RawMessage(`{"speech":[{"text":"hello"}]}`)}
	file = w.results(w.container(map[string]any{"engine": 4, "buckets": []any{}}), []byte("x"))
	assert.Equal(t, 1.0, file["state"])
	assert.Equal(t, map[string]any{"speech": []any{map[string]any{"text": "hello"}}}, file["results"])
	w.srv.OnScan(nil)
	assert.Equal(t, -1.0, w.results(w.cid(), []byte("x"))["state"])
}

// What a script is told, and what it leaves as it would be without.
func TestWhatAScriptSees(t *testing.T) {
	t.Parallel()
	w := newWire(t, mock.WithProcessingTime(time.Hour))
	first, second := w.srv.AddTrack(trackOf("First")), w.srv.AddTrack(trackOf("Second"))
	var mix []float64
	for _, part := range [][]byte{first.WAV(0, 5*time.Second), second.WAV(0, 5*time.Second), first.WAV(20*time.Second, 25*time.Second)} {
		mix = append(append(mix, samplesOf(part)...), silenceOf(1)...)
	}
	var seen mock.Upload
	w.srv.OnScan(func(u mock.Upload) mock.Outcome {
		seen = u
		return mock.Outcome{Duration: 3 * time.Second}
	})
	c := w.container(map[string]any{"music_detection": true})
	id := w.upload(c, wavOf(8000, mix))
	require.Equal(t, 200, w.send("PUT", mainHost+c, `{"engine":3}`).status)
	require.NoError(t, w.srv.Complete(id))
	assert.Equal(t, []mock.Track{first, second}, seen.Recognised, "each once")
	assert.Equal(t, 1, seen.Engine, "that of the beginning")
	assert.Equal(t, fmt.Sprint("/api/fs-containers/", seen.ContainerID), c)
	file := w.send("GET", regionHost+c+"/files/"+id, nil).rows(t)[0]
	assert.Equal(t, 1.0, file["state"])
	assert.Equal(t, 3.0, file["duration"])
	assert.Len(t, rowsOf(t, file, "music"), 3)
	for _, s := range rowsOf(t, file, "music_speech") {
		assert.LessOrEqual(t, s["end"], 3.0, "no later than the file")
	}
}

// Where music is looked for and is not found, the file says so, and that is not a result.
func TestNoMusic(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	c := w.container(map[string]any{"music_detection": true})
	file := w.results(c, wavOf(8000, silenceOf(5)))
	assert.Equal(t, -1.0, file["state"])
	assert.Equal(t, 2.0, file["music_detected"])
	assert.Equal(t, []map[string]any{{"start": 0.0, "end": 5.0, "label": "o"}}, rowsOf(t, file, "music_speech"))
	file = w.results(c, []byte("no audio"))
	assert.Equal(t, 0.0, file["music_detected"], "not known")
	assert.Empty(t, rowsOf(t, file, "music_speech"))
}

// Two whole seconds of a track are enough, which any three seconds have.
func TestTheShortestPassage(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(trackOf("x"))
	for _, tt := range []struct {
		from, length time.Duration
		state        float64
	}{{0, 2 * time.Second, 1}, {10 * time.Second, 1500 * time.Millisecond, -1}, {9500 * time.Millisecond, 3 * time.Second, 1}, {9500 * time.Millisecond, 1800 * time.Millisecond, -1}} {
		assert.Equal(t, tt.state, w.results(w.cid(), track.WAV(tt.from, tt.from+tt.length))["state"], tt)
	}
}

// Files end in the order in which their time comes, whatever their own.
func TestFilesInProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, mock.WithProcessingTime(time.Minute))
		var done []string
		w.srv.OnScan(func(u mock.Upload) mock.Outcome {
			done = append(done, u.Name)
			return mock.Outcome{}
		})
		c := w.cid()
		var ids []string
		for range 4 {
			ids = append(ids, fillWith(t, w, c, 5)...)
			<-time.After(10 * time.Second) // of the bubble
		}
		w.send("PUT", regionHost+c+"/files/"+ids[0]+","+ids[7]+"/rescan", nil)
		w.send("DELETE", regionHost+c+"/files/"+ids[1]+","+ids[19], nil)
		for _, want := range []struct{ wait, done, pending int }{{20, 3, 15}, {10, 7, 11}, {10, 12, 6}, {9, 12, 6}, {1, 16, 2}, {9, 16, 2}, {1, 18, 0}} {
			<-time.After(time.Duration(want.wait) * time.Second) // of the bubble
			_, total := w.names(c, "state=0")
			assert.Equal(t, want.pending, total)
			assert.Len(t, done, want.done)
		}
	})
}
