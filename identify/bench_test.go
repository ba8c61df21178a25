package identify_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// plainIdentify is what a careful program does without an SDK.
func plainIdentify(ctx context.Context, url, key string, secret acrcloud.Secret, sample []byte) (*identify.Result, error) {
	now := time.Now()
	buf := bytes.NewBuffer(make([]byte, 0, len(sample)+2048))
	w := multipart.NewWriter(buf)
	var err error
	for _, field := range [][2]string{
		{"access_key", key},
		{"data_type", "audio"},
		{"signature_version", "1"},
		{"signature", identify.Sign(key, secret, identify.DataAudio, now)},
		{"timestamp", strconv.FormatInt(now.Unix(), 10)},
		{"sample_bytes", strconv.Itoa(len(sample))},
	} {
		err = errors.Join(err, w.WriteField(field[0], field[1]))
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", `form-data; name="sample"; filename="sample"`)
	header.Set("Content-Type", "application/octet-stream")
	part, failed := w.CreatePart(header)
	if err := errors.Join(err, failed); err != nil {
		return nil, err
	}
	_, _ = part.Write(sample)
	if err := w.Close(); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(buf.Bytes()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	var result identify.Result
	if err := jsonv2.Unmarshal(body, &result); err != nil {
		return nil, err
	}
	return &result, nil
}

// BenchmarkIdentify sends 192 kB to a server in another process, in turn through the SDK and by hand. The metrics are the SDK's time and
// allocated bytes, as shares of those of the careful program without it.
func BenchmarkIdentify(b *testing.B) {
	cfg := configAt(startServers(b).fast)
	client, err := identify.New(cfg)
	require.NoError(b, err)
	sample := mock.New().AddTrack(mock.Track{}).WAV(0, identify.WindowDuration)
	src := identify.Audio(acrcloud.FromBytes("sample.wav", sample))
	url, key := cfg.IdentifyHost+"/v1/identify", cfg.IdentifyAccessKey.Reveal()
	ours := func() {
		r, err := client.Identify(b.Context(), src)
		require.NoError(b, err)
		require.Len(b, r.Music, 1)
	}
	theirs := func() {
		r, err := plainIdentify(b.Context(), url, key, cfg.IdentifyAccessSecret, sample)
		require.NoError(b, err)
		require.Len(b, r.Music, 1)
	}
	for range 20 { // warm up
		ours()
		theirs()
	}
	measure := func(f func()) (time.Duration, uint64) {
		const rounds = 10 // so that reading the statistics does not count
		before, start := allocated(), time.Now()
		for range rounds {
			f()
		}
		return time.Since(start) / rounds, (allocated() - before) / rounds
	}
	var ourTime, theirTime time.Duration
	var ourBytes, theirBytes uint64
	for b.Loop() {
		d, n := measure(theirs)
		theirTime, theirBytes = theirTime+d, theirBytes+n
		d, n = measure(ours)
		ourTime, ourBytes = ourTime+d, ourBytes+n
	}
	b.ReportMetric(float64(ourTime)/float64(theirTime), "time/by-hand")
	b.ReportMetric(float64(ourBytes)/float64(theirBytes), "bytes/by-hand")
	b.ReportMetric(float64(ourTime.Microseconds())/float64(b.N), "sdk-µs")
	b.ReportMetric(float64(ourBytes)/float64(b.N), "sdk-B")
}

// watchHeap reports the most memory in use until stop is called.
func watchHeap() (stop func() uint64) {
	done := make(chan struct{})
	var most uint64
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			case <-done:
				return
			}
		}
	})
	return func() uint64 {
		close(done)
		wg.Wait()
		return most
	}
}

// hours is that much WAV, made as it is read, of a track that the mock knows.
func hours(n int, second []byte) io.Reader {
	readers := make([]io.Reader, 0, 1+n*3600)
	readers = append(readers, bytes.NewReader(fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 16), DataSize: new(uint32(0xFFFFFFFF))}.Bytes()))
	for range n * 3600 {
		readers = append(readers, bytes.NewReader(second))
	}
	return io.MultiReader(readers...)
}

// BenchmarkWindows goes through an hour of WAV, 8 windows at a time, against servers that take 50 ms: "of-ideal" is its rate as a share of
// 8 windows in 50 ms, "heap-B" the most memory in use.
func BenchmarkWindows(b *testing.B) {
	at := startServers(b)
	track := mock.New(mock.WithSeed(mockSeed)).AddTrack(mock.Track{Title: "Song", Duration: time.Hour})
	second := track.WAV(0, time.Second)[44:]
	stereo := make([]byte, 44100*4)
	for _, bb := range []struct {
		name, address string
		recording     func(hours int) (io.Reader, identify.PCMFormat)
		hours         int
	}{
		{"8kHz", at.slow, func(n int) (io.Reader, identify.PCMFormat) { return hours(n, second), identify.PCMFormat{} }, 1},
		{"8kHz-4h", at.slow, func(n int) (io.Reader, identify.PCMFormat) { return hours(n, second), identify.PCMFormat{} }, 4},
		{"8kHz-mock", at.mock, func(n int) (io.Reader, identify.PCMFormat) { return hours(n, second), identify.PCMFormat{} }, 1},
		{"44.1kHz-stereo", at.slow, func(n int) (io.Reader, identify.PCMFormat) {
			return io.LimitReader(&loop{stereo, 0}, int64(n)*3600*44100*4), identify.PCMFormat{SampleRate: 44100, Channels: 2, BitsPerSample: 16}
		}, 1},
	} {
		b.Run(bb.name, func(b *testing.B) {
			client, err := identify.New(configAt(bb.address))
			require.NoError(b, err)
			const inFlight = 8
			windows := 0
			stop := watchHeap()
			for b.Loop() {
				r, format := bb.recording(bb.hours)
				for w, err := range client.Windows(b.Context(), r, &identify.WindowsOptions{Every: 10 * time.Second, InFlight: inFlight, PCM: format}) {
					require.NoError(b, err)
					require.NoError(b, w.Err)
					windows++
				}
			}
			assert.Equal(b, b.N*bb.hours*360, windows)
			ideal := latency * time.Duration(windows) / inFlight
			b.ReportMetric(float64(ideal)/float64(b.Elapsed()), "of-ideal")
			b.ReportMetric(float64(stop()), "heap-B")
		})
	}
}

// loop repeats what it holds.
type loop struct {
	data []byte
	at   int
}

func (l *loop) Read(p []byte) (int, error) {
	n := copy(p, l.data[l.at:])
	l.at = (l.at + n) % len(l.data)
	return n, nil
}

// An identification does not copy the sample.
//
//nolint:paralleltest // it measures what the whole program allocates
func TestIdentifyMemory(t *testing.T) {
	client, err := identify.New(configAt(startServers(t).fast))
	require.NoError(t, err)
	sample := identify.Audio(acrcloud.FromBytes("sample.wav", make([]byte, 4_000_000)))
	_, err = client.Identify(t.Context(), sample)
	require.NoError(t, err)
	before := allocated()
	_, err = client.Identify(t.Context(), sample)
	require.NoError(t, err)
	assert.Less(t, allocated()-before, uint64(400_000))
}
