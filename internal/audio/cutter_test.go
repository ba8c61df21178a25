package audio_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/audio"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
)

// Windows hold the same samples wherever else windows begin: what lies between two of them is not looked at, what two have in common is
// resampled once, and neither changes anything.
func TestCutSameSamples(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{4000, 8000, 11025, 16000, 44100, 48000, 96000} {
		t.Run(strconv.Itoa(rate), func(t *testing.T) {
			t.Parallel()
			const seconds = 62
			wav := sweep(rate, seconds)
			for _, keep := range []bool{false, true} {
				out := 8000
				if keep {
					out = rate
				}
				all, err := windowsOf(bytes.NewReader(wav), windowLength, keep)
				require.NoError(t, err)
				var whole []byte
				for i := range 6 {
					whole = append(whole, all[time.Duration(i)*windowLength]...)
				}
				size := len(whole)
				require.Equal(t, 2*out*seconds, size)
				if keep {
					require.True(t, bytes.Equal(wav[headerBytes:], whole))
				}
				for _, every := range []time.Duration{1500 * time.Millisecond, 7 * time.Second, 12500 * time.Millisecond, 25 * time.Second, 49999 * time.Millisecond} {
					windows, err := windowsOf(bytes.NewReader(wav), every, keep)
					require.NoError(t, err)
					for start, window := range windows {
						first := int(start*time.Duration(out)/time.Second) * 2
						assert.True(t, bytes.Equal(whole[first:first+len(window)], window), "every %v, at %v", every, start)
					}
				}
			}
		})
	}
}

// sweep is WAV with a tone that rises.
func sweep(rate, seconds int) []byte {
	data := make([]byte, 0, 2*rate*seconds)
	for i := range rate * seconds {
		x := float64(i) / float64(rate)
		data = binary.LittleEndian.AppendUint16(data, uint16(int16(20000*math.Sin(x*x*200)))) //nolint:gosec // two's complement
	}
	return fixture.WAV{Format: fixture.WAVFormat(1, 1, rate, 16), Data: data}.Bytes()
}

// Which windows there are depends on what is left at the end: a second, of which no window before it has had anything.
func TestCutAtTheEnd(t *testing.T) {
	t.Parallel()
	tests := []struct {
		milliseconds int
		every        time.Duration
		want         []string
	}{
		{999, 12 * time.Second, nil},
		{1000, 12 * time.Second, []string{"0s-1s"}},
		{12000, 12 * time.Second, []string{"0s-12s"}},
		{12999, 12 * time.Second, []string{"0s-12s"}},
		{13000, 12 * time.Second, []string{"0s-12s", "12s-13s"}},
		{13000, 20 * time.Second, []string{"0s-12s"}},
		{20999, 20 * time.Second, []string{"0s-12s"}},
		{21000, 20 * time.Second, []string{"0s-12s", "20s-21s"}},
		{12999, 5 * time.Second, []string{"0s-12s"}},
		{13000, 5 * time.Second, []string{"0s-12s", "5s-13s"}},
		{17000, 5 * time.Second, []string{"0s-12s", "5s-17s"}},
		{18000, 5 * time.Second, []string{"0s-12s", "5s-17s", "10s-18s"}},
	}
	for _, tt := range tests {
		for _, rate := range []int{8000, 16000, 22050} {
			for _, keep := range []bool{false, true} {
				wav := fixture.WAV{Format: fixture.WAVFormat(1, 2, rate, 16), Data: make([]byte, 4*(tt.milliseconds*rate/1000)), After: []byte{1, 2, 3}}.Bytes()
				readers := []io.Reader{bytes.NewReader(wav)}
				if rate == 8000 { // where nothing is resampled, which takes its time
					readers = append(readers, iotest.HalfReader(bytes.NewReader(wav)))
				}
				for _, r := range readers {
					var got []string
					require.NoError(t, cut(r, tt.every, keep, func(w *audio.Window) {
						got = append(got, fmt.Sprintf("%v-%v", w.Start, w.End))
						size := 2 * int((w.End-w.Start)*8000/time.Second)
						if keep {
							size = 4 * int((w.End-w.Start)*time.Duration(rate)/time.Second)
						}
						sent := len(w.WAV())
						assert.Equal(t, headerBytes+size, sent)
					}))
					assert.Equal(t, tt.want, got, "%d ms at %d Hz", tt.milliseconds, rate)
				}
			}
		}
	}
}

// The header of a window says what is in it.
func TestWindowIsWAV(t *testing.T) {
	t.Parallel()
	for _, format := range [][]byte{fixture.WAVFormat(1, 2, 8000, 16), fixture.Extensible(3, 2, 8000, 32, 32), fixture.WAVFormat(6, 1, 8000, 8)} {
		for _, keep := range []bool{false, true} {
			wav := fixture.WAV{Format: format, Data: make([]byte, 8*16000)}.Bytes()
			require.NoError(t, cut(bytes.NewReader(wav), time.Minute, keep, func(w *audio.Window) {
				got := w.WAV()
				assert.Equal(t, uint32(len(got)-8), binary.LittleEndian.Uint32(got[4:])) //nolint:gosec // small
				want := fixture.WAVFormat(1, 1, 8000, 16)
				if keep {
					want = format
				}
				assert.Equal(t, fixture.Chunk("fmt ", want), got[12:20+len(want)])
				assert.Equal(t, "data", string(got[20+len(want):24+len(want)]))
				assert.Equal(t, uint32(len(got)-28-len(want)), binary.LittleEndian.Uint32(got[24+len(want):])) //nolint:gosec // small
			}))
		}
	}
}

// No more is read than is wanted, and a reader that gets nowhere is given up.
func TestCutStops(t *testing.T) {
	t.Parallel()
	n := 0
	r := bytes.NewReader(make([]byte, 16000*100))
	require.NoError(t, audio.NewCutter(audio.PCM(8000, 1, 16), false, windowLength, 20*time.Second, func(*audio.Window) bool {
		n++
		return n < 3
	}).Cut(r))
	assert.Equal(t, 3, n)
	assert.InDelta(t, 16000*(100-52), r.Len(), 64<<10)
	err := audio.NewCutter(audio.PCM(8000, 1, 16), false, windowLength, 20*time.Second, func(*audio.Window) bool { return true }).Cut(nowhere{})
	require.ErrorIs(t, err, io.ErrNoProgress)
}

type nowhere struct{}

func (nowhere) Read([]byte) (int, error) { return 0, nil }
