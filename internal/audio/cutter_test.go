package audio_test

import (
	"bytes"
	"encoding/binary"

	"math"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/audio"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
)

// What lies between two windows is not looked at, and that changes nothing in them.
func TestCutGaps(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{8000, 11025, 16000, 44100, 48000, 96000} {
		t.Run(strconv.Itoa(rate), func(t *testing.T) {
			t.Parallel()
			const seconds = 62
			data := make([]byte, 0, 2*rate*seconds)
			for i := range rate * seconds {
				x := float64(i) / float64(rate)
				data = binary.LittleEndian.AppendUint16(data, uint16(int16(20000*math.Sin(x*x*200)))) //nolint:gosec // two's complement
			}
			wav := fixture.WAV{Format: fixture.WAVFormat(1, 1, rate, 16), Data: data}.Bytes()
			all, err := audio.Cut(bytes.NewReader(wav), 12*time.Second)
			require.NoError(t, err)
			var whole []byte
			for i := range 6 {
				whole = append(whole, all[time.Duration(i)*12*time.Second]...)
			}
			require.Len(t, whole, 2*8000*seconds)
			for _, every := range []time.Duration{7 * time.Second, 12500 * time.Millisecond, 25 * time.Second, 49999 * time.Millisecond} {
				windows, err := audio.Cut(bytes.NewReader(wav), every)
				require.NoError(t, err)
				for start, window := range windows {
					first := int(start*8000/time.Second) * 2
					assert.True(t, bytes.Equal(whole[first:first+len(window)], window), "every %v, at %v", every, start)
				}
			}
		})
	}
}
