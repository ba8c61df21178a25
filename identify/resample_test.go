package identify_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/identify"
)

func tone(rate int, hz, seconds float64) []float32 {
	out := make([]float32, int(seconds*float64(rate)))
	for i := range out {
		out[i] = float32(math.Sin(2 * math.Pi * hz * float64(i) / float64(rate)))
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
				got := identify.To8k(rate, tone(rate, hz, 0.5), 1000)
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
				got := identify.To8k(rate, tone(rate, hz, 0.5), 1000)
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
		want := identify.To8k(rate, in, len(in))
		assert.Len(t, want, 800)
		for _, piece := range []int{1, 7, 333} {
			assert.Equal(t, want, identify.To8k(rate, in, piece))
		}
	}
	assert.Empty(t, identify.To8k(44100, nil, 1))
}

// BenchmarkResample reports how many times faster than real time it is.
func BenchmarkResample(b *testing.B) {
	for _, rate := range []int{16000, 44100, 48000, 96000, 192000} {
		b.Run(strconv.Itoa(rate), func(b *testing.B) {
			second := tone(rate, 700, 1)
			push := identify.Discard(rate)
			n := 0
			for b.Loop() {
				n += push(second)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "x-real-time")
		})
	}
}
