package audio_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/audio"
)

func tone(rate int, hz, seconds float64) []float32 {
	out := make([]float32, int(seconds*float64(rate)))
	for i := range out {
		out[i] = float32(math.Sin(2 * math.Pi * hz * float64(i) / float64(rate)))
	}
	return out
}

// to8k resamples all of a recording, so many outputs at a time, of no more inputs than they need.
func to8k(rate int, in []float32, piece int64) []float32 {
	r := audio.NewResampler(rate)
	n := r.Outputs(int64(len(in)))
	var out []float32
	for first := int64(0); first < n; first += piece {
		last := min(first+piece, n)
		lo, hi := r.Inputs(first, last)
		lo, hi = min(lo, int64(len(in))), min(hi, int64(len(in)))
		out = append(out, r.Resample(in[lo:hi], lo, first, last)...)
	}
	return out
}

var rates = []int{4000, 6000, 7999, 8000, 8001, 11025, 12000, 16000, 22050, 24000, 32000, 37800, 44056, 44100, 48000, 88200, 96000, 176400, 192000}

// What 8 kHz can carry comes out as it went in: as loud, and at the same time.
func TestResampleKeeps(t *testing.T) {
	t.Parallel()
	for _, rate := range rates {
		t.Run(strconv.Itoa(rate), func(t *testing.T) {
			t.Parallel()
			for _, hz := range []float64{0.01, 100, 440, 1000, 1600, 3000, 3390} {
				if hz > 0.84*float64(rate)/2 {
					continue
				}
				got := to8k(rate, tone(rate, hz, 0.5), 1000)
				require.Len(t, got, 4000)
				want := tone(8000, hz, 0.5)
				for i := 400; i < len(got)-400; i++ { // away from the silence around it
					if math.Abs(float64(got[i]-want[i])) > 0.001 {
						t.Fatalf("%v Hz: sample %d is %v, not %v", hz, i, got[i], want[i])
					}
				}
			}
		})
	}
}

// What it cannot carry is gone, and does not come back as another tone.
func TestResampleRemoves(t *testing.T) {
	t.Parallel()
	for _, rate := range rates {
		t.Run(strconv.Itoa(rate), func(t *testing.T) {
			t.Parallel()
			for _, hz := range []float64{4010, 4500, 5000, 7000, 7900, 8000, 9000, 12000, 15999, 20000, 40000, 80000} {
				if hz >= float64(rate)/2 {
					continue
				}
				got := to8k(rate, tone(rate, hz, 0.5), 1000)
				for i := 400; i < len(got)-400; i++ {
					if math.Abs(float64(got[i])) > 0.0005 { // -66 dB
						t.Fatalf("%v Hz: sample %d is %v", hz, i, got[i])
					}
				}
			}
		})
	}
}

// In which pieces the audio comes makes no difference.
func TestResamplePieces(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{4000, 8000, 22050, 44100, 48000} {
		in := tone(rate, 700, 0.1)
		want := to8k(rate, in, int64(len(in)))
		assert.Len(t, want, 800)
		for _, piece := range []int64{1, 7, 333} {
			assert.Equal(t, want, to8k(rate, in, piece))
		}
	}
	assert.Empty(t, to8k(44100, nil, 1))
}

// BenchmarkResample reports how many times faster than real time it is.
func BenchmarkResample(b *testing.B) {
	for _, rate := range []int{16000, 44100, 48000, 96000, 192000} {
		b.Run(strconv.Itoa(rate), func(b *testing.B) {
			second := tone(rate, 700, 1)
			r := audio.NewResampler(rate)
			for b.Loop() {
				r.Resample(second, 0, 0, r.Outputs(int64(rate)))
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "x-real-time")
		})
	}
}
