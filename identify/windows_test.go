package identify_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// played lists what was recognised, as "start-end: title at play offset".
func played(t *testing.T, c *identify.Client, r io.Reader, opts *identify.WindowsOptions) []string {
	t.Helper()
	var list []string
	for w, err := range c.Windows(t.Context(), r, opts) {
		require.NoError(t, err)
		require.NoError(t, w.Err)
		text := []string{fmt.Sprintf("%v-%v", w.Start, w.End)}
		for _, m := range w.Result.Music {
			text = append(text, fmt.Sprintf("%s at %.1f", m.Title, float64(*m.PlayOffsetMS)/1000))
		}
		list = append(list, strings.Join(text, ": "))
	}
	return list
}

func TestWindows(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Song", Duration: time.Minute})
	c := mockClient(t, srv)
	wav := track.WAV(0, 45*time.Second)
	tests := []struct {
		name string
		opts identify.WindowsOptions
		want []string
	}{
		{"apart", identify.WindowsOptions{Every: 20 * time.Second}, []string{"0s-12s: Song at 12.0", "20s-32s: Song at 32.0", "40s-45s: Song at 45.0"}},
		{"side by side", identify.WindowsOptions{Every: 12 * time.Second, InFlight: 4}, []string{"0s-12s: Song at 12.0", "12s-24s: Song at 24.0", "24s-36s: Song at 36.0", "36s-45s: Song at 45.0"}},
		{"overlapping", identify.WindowsOptions{Every: 8 * time.Second}, []string{"0s-12s: Song at 12.0", "8s-20s: Song at 20.0", "16s-28s: Song at 28.0", "24s-36s: Song at 36.0", "32s-44s: Song at 44.0", "40s-45s: Song at 45.0"}},
		{"not all", identify.WindowsOptions{Every: 15 * time.Second, MaxWindows: 2}, []string{"0s-12s: Song at 12.0", "15s-27s: Song at 27.0"}},
		{"one", identify.WindowsOptions{Every: time.Hour}, []string{"0s-12s: Song at 12.0"}},
		{"fractions", identify.WindowsOptions{Every: 22500 * time.Millisecond}, []string{"0s-12s: Song at 12.0", "22.5s-34.5s: Song at 34.5"}},
		{"too little at the end", identify.WindowsOptions{Every: 44500 * time.Millisecond}, []string{"0s-12s: Song at 12.0"}},
	}
	for _, tt := range tests {
		for _, keep := range []bool{false, true} {
			t.Run(fmt.Sprint(tt.name, keep), func(t *testing.T) {
				t.Parallel()
				opts := tt.opts
				opts.KeepRate = keep
				assert.Equal(t, tt.want, played(t, c, bytes.NewReader(wav), &opts))
				assert.Equal(t, tt.want, played(t, c, iotest.HalfReader(bytes.NewReader(wav)), &opts))
				opts.PCM = identify.PCMFormat{SampleRate: 8000, Channels: 1, BitsPerSample: 16}
				assert.Equal(t, tt.want, played(t, c, bytes.NewReader(wav[44:]), &opts))
			})
		}
	}
}

func TestWindowsOfNothing(t *testing.T) {
	t.Parallel()
	c := mockClient(t, mock.New())
	assert.Empty(t, played(t, c, bytes.NewReader(mock.New().AddTrack(mock.Track{}).WAV(0, 0)), &identify.WindowsOptions{Every: time.Minute}))
	assert.Empty(t, played(t, c, bytes.NewReader(nil), &identify.WindowsOptions{Every: time.Minute, PCM: identify.PCMFormat{SampleRate: 8000, Channels: 1, BitsPerSample: 16}}))
}

func TestWindowsRefuses(t *testing.T) {
	t.Parallel()
	wav := bytes.NewReader(nil)
	tests := []struct {
		name   string
		client *identify.Client
		r      io.Reader
		opts   *identify.WindowsOptions
		field  string
	}{
		{"no options", nil, wav, nil, "WindowsOptions.Every"},
		{"no interval", nil, wav, &identify.WindowsOptions{}, "WindowsOptions.Every"},
		{"negative interval", nil, wav, &identify.WindowsOptions{Every: -time.Second}, "WindowsOptions.Every"},
		{"mistaken unit", nil, wav, &identify.WindowsOptions{Every: 30}, "WindowsOptions.Every"},
		{"negative windows", nil, wav, &identify.WindowsOptions{Every: time.Second, MaxWindows: -1}, "WindowsOptions.MaxWindows"},
		{"negative in flight", nil, wav, &identify.WindowsOptions{Every: time.Second, InFlight: -1}, "WindowsOptions.InFlight"},
		{"everything in flight", nil, wav, &identify.WindowsOptions{Every: time.Second, InFlight: math.MaxInt}, "WindowsOptions.InFlight"},
		{"half a format", nil, wav, &identify.WindowsOptions{Every: time.Second, PCM: identify.PCMFormat{Channels: 1}}, "WindowsOptions.PCM.SampleRate"},
		{"nil reader", nil, nil, &identify.WindowsOptions{Every: time.Second}, "r"},
		{"zero client", &identify.Client{}, wav, &identify.WindowsOptions{Every: time.Second}, "Client"},
		{"too large", nil, zeros{}, &identify.WindowsOptions{Every: time.Second, KeepRate: true, PCM: identify.PCMFormat{SampleRate: 96000, Channels: 2, BitsPerSample: 24}}, "WindowsOptions.KeepRate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := tt.client
			if c == nil {
				c, _ = newService(t, code(1001))
			}
			n := 0
			for w, err := range c.Windows(t.Context(), tt.r, tt.opts) {
				n++
				assert.Nil(t, w)
				e, ok := errors.AsType[*acrcloud.ArgumentError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, tt.field, e.Field)
			}
			assert.Equal(t, 1, n)
		})
	}
}

func TestWindowsOnce(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	windows := mockClient(t, srv).Windows(t.Context(), bytes.NewReader(srv.AddTrack(mock.Track{}).WAV(0, 12*time.Second)), &identify.WindowsOptions{Every: time.Minute})
	for range 2 {
		for _, err := range windows {
			if err != nil {
				require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
			}
		}
	}
	assert.Len(t, srv.Requests(), 1)
}

// minutes is a recording of so many minutes.
func minutes(srv *mock.Server, n int) []byte {
	return srv.AddTrack(mock.Track{Duration: time.Hour}).WAV(0, time.Duration(n)*time.Minute)
}

func TestWindowsFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code  int
		fatal error
		item  error
	}{
		{code: 3001, fatal: acrcloud.ErrCredentials},
		{code: 3014, fatal: acrcloud.ErrCredentials},
		{code: 3003, fatal: acrcloud.ErrQuotaExceeded},
		{code: 3013, fatal: acrcloud.ErrQuotaExceeded},
		{code: 2004, item: acrcloud.ErrBadSample},
		{code: 3000, item: acrcloud.ErrServer},
		{code: 3015, item: acrcloud.ErrRateLimited},
	}
	for _, tt := range tests {
		t.Run(strconv.Itoa(tt.code), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := mock.New()
				fault := mock.IdentifyFault(tt.code)
				fault.Skip, fault.Times = 1, 1
				srv.Inject(fault)
				c := mockClient(t, srv, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
				var seen []error
				var last error
				for w, err := range c.Windows(t.Context(), bytes.NewReader(minutes(srv, 2)), &identify.WindowsOptions{Every: 30 * time.Second}) {
					if last = err; err == nil {
						assert.Equal(t, w.Err == nil, w.Result != nil)
						seen = append(seen, w.Err)
					}
				}
				if tt.fatal != nil {
					require.ErrorIs(t, last, tt.fatal)
					assert.ErrorContains(t, last, "30s")
					assert.Equal(t, []error{nil}, seen)
					assert.Len(t, srv.Requests(), 2)
					return
				}
				require.NoError(t, last)
				require.Len(t, seen, 4)
				require.ErrorIs(t, seen[1], tt.item)
				assert.NoError(t, errors.Join(seen[0], seen[2], seen[3]))
			})
		})
	}
}

func TestWindowsOfABrokenRecording(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	wav := minutes(srv, 1)
	broken := errors.New("the disk is on fire")
	tests := []struct {
		name    string
		r       io.Reader
		windows int
		is      error
	}{
		{"not WAV", bytes.NewReader([]byte("ID3\x04 this is music of another kind")), 0, nil},
		{"empty", bytes.NewReader(nil), 0, nil},
		{"ends in its header", bytes.NewReader(wav[:30]), 0, nil},
		{"breaks in its header", io.MultiReader(bytes.NewReader(wav[:30]), iotest.ErrReader(broken)), 0, broken},
		{"breaks off", io.MultiReader(bytes.NewReader(wav[:44+40*16000]), iotest.ErrReader(broken)), 1, broken},
		{"gets nowhere", io.MultiReader(bytes.NewReader(wav[:44+40*16000]), stuck{}), 1, io.ErrNoProgress},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n := 0
			var last error
			for _, err := range mockClient(t, srv).Windows(t.Context(), tt.r, &identify.WindowsOptions{Every: 30 * time.Second}) {
				if last = err; err == nil {
					n++
				}
			}
			_, ok := errors.AsType[*acrcloud.SourceError](last)
			require.True(t, ok, "%v", last)
			assert.Equal(t, tt.windows, n)
			if tt.is != nil {
				assert.ErrorIs(t, last, tt.is)
			}
		})
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// A stream that goes on for ever: the loop takes what it wants, and nothing goes on when it is left.
func TestWindowsOfALiveStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := mock.New()
		wav := minutes(srv, 10)
		r, w := io.Pipe()
		var radio sync.WaitGroup
		defer radio.Wait()
		defer r.Close()   //nolint:errcheck // never fails
		radio.Go(func() { // in real time
			for len(wav) > 0 {
				n := min(len(wav), 16000)
				if _, err := w.Write(wav[:n]); err != nil {
					return
				}
				wav = wav[n:]
				timer := time.NewTimer(time.Second)
				<-timer.C
			}
		})
		start := time.Now()
		n := 0
		for window, err := range mockClient(t, srv).Windows(t.Context(), r, &identify.WindowsOptions{Every: 30 * time.Second, InFlight: 3}) {
			require.NoError(t, err)
			assert.InDelta(t, window.End.Seconds(), time.Since(start).Seconds(), 1.5, "as soon as it was heard")
			if n++; n == 3 {
				break
			}
		}
		synctest.Wait()
		assert.Len(t, srv.Requests(), 3)
	})
}

// The context ends the loop even while the recording is silent.
func TestWindowsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := mock.New()
		r, w := io.Pipe()
		defer w.Close() //nolint:errcheck // never fails
		go func() { _, _ = w.Write(minutes(srv, 1)[:44+16000*15]) }()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		n := 0
		var last error
		for _, err := range mockClient(t, srv).Windows(ctx, r, &identify.WindowsOptions{Every: 20 * time.Second}) {
			if last = err; err == nil {
				n++
			}
		}
		require.ErrorIs(t, last, context.DeadlineExceeded)
		assert.Equal(t, 1, n)

		enough := errors.New("enough of it")
		cancelled, stop := context.WithCancelCause(t.Context())
		silent, other := io.Pipe()
		defer other.Close() //nolint:errcheck // never fails
		time.AfterFunc(time.Minute, func() { stop(enough) })
		for _, err := range mockClient(t, srv).Windows(cancelled, silent, &identify.WindowsOptions{Every: 20 * time.Second}) {
			last = err
		}
		require.ErrorIs(t, last, context.Canceled)
		require.ErrorIs(t, last, enough)
		cancelled, stop = context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { stop(enough) })
		_, err := mockClient(t, srv).Identify(cancelled, identify.Audio(acrcloud.FromReader("silence", silent, -1)))
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, enough)
	})
}

// No more windows are sent than were asked for, and no more at a time.
func TestWindowsInFlight(t *testing.T) {
	t.Parallel()
	for _, inFlight := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			srv := mock.New()
			wav := minutes(srv, 5)
			var running, most, calls atomic.Int32
			c := newClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
				n := running.Add(1)
				defer running.Add(-1)
				most.Store(max(most.Load(), n))
				i := calls.Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
				timer := time.NewTimer(time.Second / time.Duration(i)) // the later, the sooner
				<-timer.C
				return code(1001)(r)
			}))
			n := 0
			for w, err := range c.Windows(t.Context(), bytes.NewReader(wav), &identify.WindowsOptions{Every: 30 * time.Second, InFlight: inFlight}) {
				require.NoError(t, err)
				assert.Equal(t, time.Duration(n)*30*time.Second, w.Start, "in order")
				synctest.Wait()
				if n++; n == 4 {
					assert.LessOrEqual(t, int(calls.Load()), n+inFlight-1)
					break
				}
			}
			synctest.Wait()
			assert.LessOrEqual(t, int(most.Load()), inFlight)
			assert.LessOrEqual(t, int(calls.Load()), 4+inFlight-1)
			assert.Zero(t, running.Load())
		})
	}
}

// A recording that goes on behind the size in its header is identified to its end, whether its length is known or not.
func TestWindowsBeyondTheSizeInTheHeader(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	wav := srv.AddTrack(mock.Track{Title: "Song", Duration: time.Minute}).WAV(0, 36*time.Second)
	binary.LittleEndian.PutUint32(wav[40:], 12*16000)
	want := []string{"0s-12s: Song at 12.0", "12s-24s: Song at 24.0", "24s-36s: Song at 36.0"}
	for _, r := range []io.Reader{bytes.NewReader(wav), iotest.HalfReader(bytes.NewReader(wav)), iotest.OneByteReader(bytes.NewReader(wav))} {
		assert.Equal(t, want, played(t, mockClient(t, srv), r, &identify.WindowsOptions{Every: 12 * time.Second}))
	}
	got, err := readSource(t, identify.Trim(acrcloud.FromBytes("long.wav", wav), time.Second))
	require.NoError(t, err)
	assert.Equal(t, wav[len(wav)-16000:], got[44:])
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Code of the caller's that runs in a goroutine of the SDK's does not end the program there.
func TestWindowsPanics(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	wav := minutes(srv, 2)
	boom := func() { panic("boom") }
	observe := acrcloud.WithObserver(func(acrcloud.Attempt) { boom() })
	tests := map[string]struct {
		r       io.Reader
		options []acrcloud.Option
		windows int    // that come before it
		panics  bool   // in the loop
		says    string // else
	}{
		"the reader at once":     {r: readerFunc(func([]byte) (int, error) { panic("boom") }), says: "panicked while it was read: boom"},
		"the reader on the way":  {r: io.MultiReader(bytes.NewReader(wav[:44+40*16000]), readerFunc(func([]byte) (int, error) { panic("boom") })), windows: 1, says: "boom"},
		"the reader exits":       {r: readerFunc(func([]byte) (int, error) { runtime.Goexit(); return 0, nil }), says: "runtime.Goexit"},
		"the reader counts more": {r: readerFunc(func(p []byte) (int, error) { return len(p) + 1, nil }), says: "returned"},
		"the reader counts less": {r: io.MultiReader(bytes.NewReader(wav[:44]), readerFunc(func([]byte) (int, error) { return -1, nil })), says: "returned -1"},
		"an observer":            {r: bytes.NewReader(wav), options: []acrcloud.Option{observe}, panics: true},
		"a limiter":              {r: bytes.NewReader(wav), options: []acrcloud.Option{acrcloud.WithRateLimiter(limiterFunc(func(context.Context) error { boom(); return nil }))}, panics: true},
		"a transport":            {r: bytes.NewReader(wav), options: []acrcloud.Option{acrcloud.WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { boom(); return nil, nil })})}, panics: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // it fails where a goroutine is left
				n := 0
				var last error
				loop := func() {
					for _, err := range mockClient(t, srv, tt.options...).Windows(t.Context(), tt.r, &identify.WindowsOptions{Every: 30 * time.Second, InFlight: 2}) {
						if last = err; err == nil {
							n++
						}
					}
				}
				if tt.panics {
					assert.PanicsWithValue(t, "boom", loop)
				} else {
					loop()
					_, ok := errors.AsType[*acrcloud.SourceError](last)
					require.True(t, ok, "%v", last)
					require.ErrorContains(t, last, tt.says)
				}
				assert.Equal(t, tt.windows, n)
			})
		})
	}
}

// An option's code that ends the goroutine of a window fails that window.
func TestWindowsGoexit(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	c := mockClient(t, srv, acrcloud.WithObserver(func(acrcloud.Attempt) { runtime.Goexit() }))
	n := 0
	for w, err := range c.Windows(t.Context(), bytes.NewReader(minutes(srv, 1)), &identify.WindowsOptions{Every: 30 * time.Second}) {
		require.NoError(t, err)
		require.ErrorContains(t, w.Err, "runtime.Goexit")
		assert.Nil(t, w.Result)
		n++
	}
	assert.Equal(t, 2, n)
}

type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context) error { return f(ctx) }
