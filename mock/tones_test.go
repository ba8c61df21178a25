package mock_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// samplesOf reads what Track.WAV has made.
func samplesOf(wav []byte) []float64 {
	out := make([]float64, 0, len(wav)/2)
	for b := wav[44:]; len(b) >= 2; b = b[2:] {
		out = append(out, float64(int16(binary.LittleEndian.Uint16(b)))/math.MaxInt16) //nolint:gosec // two's complement
	}
	return out
}

// wavOf is a file of 16 bits, mono.
func wavOf(rate int, samples []float64) []byte {
	head := "RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
	out := binary.LittleEndian.AppendUint32([]byte(head), uint32(rate)) //nolint:gosec // a rate
	out = append(out, "\x00\x00\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00"...)
	for _, v := range samples {
		v = max(-1, min(v, 1))
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(v*math.MaxInt16))) //nolint:gosec // two's complement
	}
	return out
}

// converted goes to another rate through a windowed sinc, as players do; its low-pass ends at 0.9 of half the lower rate.
func converted(in []float64, from, to int) []float64 {
	const half, steps = 6, 512
	kernel := [half*steps + 1]float64{1}
	for i := 1; i < len(kernel); i++ {
		x := float64(i) / steps
		kernel[i] = math.Sin(math.Pi*x) / (math.Pi * x) * (0.5 + 0.5*math.Cos(math.Pi*x/half))
	}
	cut := 0.9 * math.Min(1, float64(to)/float64(from))
	out := make([]float64, len(in)*to/from)
	for i := range out {
		at := float64(i) * float64(from) / float64(to)
		for k := max(int(at-half/cut)+1, 0); k < min(int(at+half/cut), len(in)); k++ {
			out[i] += in[k] * cut * kernel[int(math.Abs(at-float64(k))*cut*steps)]
		}
	}
	return out
}

// A window of twelve seconds is recognised wherever it is cut, after it went from 8 to 44.1 kHz and back, quiet or noisy.
func TestWindowsOfTones(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for range 5 {
		w.srv.AddTrack(mock.Track{})
	}
	track := w.srv.AddTrack(mock.Track{Title: "The One"})
	c := w.container(nil)
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // it must be repeatable
	for i := range 3 {
		from := time.Duration(r.Int64N(int64(160 * time.Second)))
		samples := samplesOf(track.WAV(from, from+12*time.Second))
		samples = converted(converted(samples, 8000, 44100), 44100, 8000)
		for j := range samples {
			samples[j] = samples[j]*[]float64{1, 0.05, 0.5}[i] + []float64{0, 0, 0.2}[i]*r.NormFloat64()
		}
		rows := rowsOf(t, w.results(c, wavOf(8000, samples)), "music")
		require.Len(t, rows, 1, "window %d at %v", i, from)
		result := rows[0]["result"].(map[string]any)
		assert.Equal(t, "The One", result["title"])
		begin := result["db_begin_time_offset_ms"].(float64) - result["sample_begin_time_offset_ms"].(float64)
		assert.InDelta(t, float64(from.Milliseconds()), begin, 21, "window %d", i)
		assert.GreaterOrEqual(t, rows[0]["played_duration"], 11.0)
		assert.LessOrEqual(t, rows[0]["played_duration"], 12.0)
	}
}

// Several tracks with silence between them are several rows, in order.
func TestMixes(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	first, second := w.srv.AddTrack(trackOf("First")), w.srv.AddTrack(trackOf("Second"))
	mix := make([]float64, 0, 8000*60)
	silence := make([]float64, 8000*5)
	for _, part := range [][]byte{first.WAV(20*time.Second, 35*time.Second), second.WAV(0, 8*time.Second), first.WAV(0, 5*time.Second)} {
		mix = append(append(mix, silence...), samplesOf(part)...)
	}
	file := w.results(w.container(map[string]any{"music_detection": true}), wavOf(8000, append(mix, silence...)))
	assert.Equal(t, 48.0, file["duration"])
	var got []string
	for _, m := range rowsOf(t, file, "music") {
		r := m["result"].(map[string]any)
		got = append(got, fmt.Sprintf("%v+%v %v from %v", m["offset"], m["played_duration"], r["title"], r["db_begin_time_offset_ms"]))
	}
	assert.Equal(t, []string{"5+15 First from 20000", "25+8 Second from 0", "38+5 First from 0"}, got)
	var labels []string
	for _, s := range rowsOf(t, file, "music_speech") {
		labels = append(labels, fmt.Sprintf("%v%v-%v", s["label"], s["start"], s["end"]))
	}
	assert.Equal(t, []string{"o0-5", "m5-20", "o20-25", "m25-33", "o33-38", "m38-43", "o43-48"}, labels)
}

// More tracks than tones could once count, and a track's last second.
func TestManyTracks(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := mock.Track{}
	for range 5000 {
		track = w.srv.AddTrack(mock.Track{Duration: 2 * time.Hour})
	}
	assert.Equal(t, 4095*time.Second, track.Duration)
	rows := rowsOf(t, w.results(w.container(nil), track.WAV(4089*time.Second, 4095*time.Second)), "music")
	require.Len(t, rows, 1)
	r := rows[0]["result"].(map[string]any)
	assert.Equal(t, track.ACRID, r["acrid"])
	assert.EqualValues(t, 4089_000, r["db_begin_time_offset_ms"])
	assert.EqualValues(t, 4095_000, r["duration_ms"])
}

// What other programs write into the head of a WAV file.
func TestWAVHeads(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(trackOf("x"))
	pcm := track.WAV(0, 5*time.Second)[44:]
	floats := make([]byte, 0, 2*len(pcm))
	for _, v := range samplesOf(track.WAV(0, 5*time.Second)) {
		floats = binary.LittleEndian.AppendUint32(floats, math.Float32bits(float32(v)))
	}
	size := func(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) } //nolint:gosec // small
	const (
		riff = "RIFF\xff\xff\xff\xffWAVE"
		mono = "\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"
	)
	tests := map[string]struct {
		file    string
		seconds float64
	}{
		"plain":                           {riff + "fmt " + size(16) + mono + "data" + size(len(pcm)) + string(pcm), 5},
		"no size":                         {riff + "fmt " + size(16) + mono + "data\x00\x00\x00\x00" + string(pcm), 5},
		"the largest size":                {riff + "fmt " + size(16) + mono + "data\xff\xff\xff\xff" + string(pcm), 5},
		"a size that is too large":        {riff + "fmt " + size(16) + mono + "data" + size(2*len(pcm)) + string(pcm), 5},
		"something after the samples":     {riff + "fmt " + size(16) + mono + "data" + size(len(pcm)) + string(pcm) + "LIST" + size(640) + string(make([]byte, 640)), 5},
		"a long chunk before the samples": {riff + "id3 " + size(300_001) + string(make([]byte, 300_002)) + "fmt " + size(16) + mono + "data" + size(len(pcm)) + string(pcm), 5},
		"extensible": {
			riff + "fmt " + size(40) + "\xfe\xff" + mono[2:] + "\x16\x00\x10\x00\x04\x00\x00\x00\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71" +
				"data" + size(len(pcm)) + string(pcm), 5,
		},
		"floats":           {riff + "fmt " + size(16) + "\x03\x00\x01\x00\x40\x1f\x00\x00\x00\x7d\x00\x00\x04\x00\x20\x00data" + size(len(floats)) + string(floats), 5},
		"not numbers":      {riff + "fmt " + size(16) + "\x03\x00\x01\x00\x40\x1f\x00\x00\x00\x7d\x00\x00\x04\x00\x20\x00data\x00\x00\x00\x00\xff\xff\xff\x7f\xff\xff\xff\x7f", 0},
		"no format":        {riff + "data" + size(len(pcm)) + string(pcm), 0},
		"a short format":   {riff + "fmt " + size(4) + mono[:4] + "data" + size(len(pcm)) + string(pcm), 0},
		"another encoding": {riff + "fmt " + size(16) + "\x07\x00" + mono[2:] + "data" + size(len(pcm)) + string(pcm), 0},
		"no channels":      {riff + "fmt " + size(16) + "\x01\x00\x00\x00" + mono[4:] + "data" + size(len(pcm)) + string(pcm), 0},
		"another container": {
			"RF64" + riff[4:] + "fmt " + size(16) + mono + "data" + size(len(pcm)) + string(pcm), 0,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wire{t: t, srv: w.srv, token: w.token, http: w.http}
			file := w.results(w.cid(), []byte(tt.file))
			assert.Equal(t, tt.seconds, file["duration"])
			if tt.seconds == 0 {
				assert.Equal(t, -1.0, file["state"])
				return
			}
			rows := rowsOf(t, file, "music")
			require.Len(t, rows, 1)
			assert.Equal(t, 5.0, rows[0]["played_duration"])
		})
	}
}

// The tracks that were handed out are the caller's.
func TestTracksAreCopies(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	artists, keys := []string{"Ada Alder"}, map[string]string{"brand": "Acme"}
	track := w.srv.AddTrack(mock.Track{Artists: artists, BucketID: 4711, UserDefined: keys})
	artists[0], keys["brand"] = "changed", "changed"
	rows := rowsOf(t, w.results(w.container(map[string]any{"buckets": []any{4711}}), track.Audio()), "custom_files")
	require.Len(t, rows, 1)
	assert.Equal(t, "Acme", rows[0]["result"].(map[string]any)["brand"])
}

func BenchmarkUploadWAV(b *testing.B) {
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Duration: time.Minute})
	content := wavOf(44100, converted(samplesOf(track.Audio()), 8000, 44100))
	cfg := srv.Config()
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		put(b, srv.Handler(), cfg.BearerToken.Reveal(), cfg.ContainerID, content)
	}
}

// put stores content and makes a file of it, and returns the file.
func put(tb testing.TB, h http.Handler, token string, container int, content []byte) map[string]any {
	tb.Helper()
	path := fmt.Sprintf("/api/fs-containers/%d", container)
	target, _ := serve(tb, h, token, http.MethodGet, path+"/presigned-upload?filename=a.wav", nil)["data"].(map[string]any)
	serve(tb, h, "", http.MethodPut, target["presigned_url"].(string), content)
	record, err := json.Marshal(map[string]any{"data_type": "audio", "key": target["key"], "filename": "a.wav"})
	require.NoError(tb, err)
	made, _ := serve(tb, h, token, http.MethodPost, path+"/files", record)["data"].(map[string]any)
	rows, _ := serve(tb, h, token, http.MethodGet, path+"/files/"+made["id"].(string), nil)["data"].([]any)
	require.Len(tb, rows, 1)
	return rows[0].(map[string]any)
}

// serve asks a handler and returns the JSON of its answer, which must be a success.
func serve(tb testing.TB, h http.Handler, token, method, url string, body []byte) map[string]any {
	tb.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, requestOf(tb, token, method, url, body))
	require.Less(tb, w.Code, 300, "%s %s: %s", method, url, w.Body)
	var v map[string]any
	if w.Body.Len() > 0 {
		require.NoError(tb, json.Unmarshal(w.Body.Bytes(), &v))
	}
	return v
}

// FuzzWAV uploads anything. What is said to be in it can be.
func FuzzWAV(f *testing.F) {
	srv := mock.New(mock.WithSeed(1))
	track := srv.AddTrack(mock.Track{Title: "x"})
	// Short ones: what is interesting about a file is in its first bytes, and making a long one smaller takes all the time there is.
	f.Add(resampled(track.WAV(0, 2050*time.Millisecond), 8000, 1, 8))
	f.Add(wavOf(11025, converted(samplesOf(track.WAV(0, 100*time.Millisecond)), 8000, 11025)))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x12\x00\x00\x00\x03\x00\x01\x00\x40\x1f\x00\x00\x00\x00\x00\x00\x04\x00\x20\x00\x00\x00data\x09\x00\x00\x00abcdefghi"))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEjunk\xff\xff\xff\xfffmt "))
	cfg := srv.Config()
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 32<<10 {
			return
		}
		file := put(t, srv.Handler(), cfg.BearerToken.Reveal(), cfg.ContainerID, content)
		duration := file["duration"].(float64)
		assert.Less(t, duration, 1+float64(len(content))/4000)
		for _, m := range rowsOf(t, file, "music") {
			r := m["result"].(map[string]any)
			assert.Equal(t, track.ACRID, r["acrid"])
			assert.LessOrEqual(t, m["offset"].(float64)+m["played_duration"].(float64), duration+1)
			assert.GreaterOrEqual(t, m["offset"], 0.0)
		}
		serve(t, srv.Handler(), cfg.BearerToken.Reveal(), http.MethodDelete, fmt.Sprintf("/api/fs-containers/%d/files/%s", cfg.ContainerID, file["id"]), nil)
	})
}
