package audio_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/audio"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
)

func TestTail(t *testing.T) {
	t.Parallel()
	mono16, stereo16 := fixture.WAVFormat(1, 1, 8000, 16), fixture.WAVFormat(1, 2, 8000, 16)
	second := ramp(2, 1, int16s)
	wide := fixture.WAVFormat(1, 64, 8000, 32) // a frame is larger than a header
	tests := []struct {
		name string
		wav  fixture.WAV
		d    time.Duration
		most int
		want []byte
		says string
	}{
		{"the end", fixture.WAV{Format: mono16, Data: second}, time.Second / 8, 1 << 20, second[14000:], ""},
		{"all of it", fixture.WAV{Format: mono16, Data: second}, time.Minute, 1 << 20, second, ""},
		{"exactly as much as is allowed", fixture.WAV{Format: mono16, Data: second}, time.Second, 16000 + headerBytes, second, ""},
		{"a byte too much", fixture.WAV{Format: mono16, Data: second}, time.Second, 16000 + headerBytes - 1, nil, "more than 16043 bytes"},
		{"too much, in frames larger than a header", fixture.WAV{Format: wide, Data: loud(20 * 256)}, time.Minute, 10*256 + 100, nil, "more than 2660 bytes"},
		{"part of a frame at the end", fixture.WAV{Format: stereo16, Data: append(bytes.Clone(second), 1, 2, 3), DataSize: new(uint32)}, time.Second / 8, 1 << 20, second[12000:], ""},
		{"a format of odd size", fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 16, 0), Data: second}, time.Second / 8, 1 << 20, second[14000:], ""},
		{"no duration", fixture.WAV{Format: mono16, Data: second}, 0, 1 << 20, nil, "is no duration"},
		{"no samples", fixture.WAV{Format: mono16}, time.Second, 1 << 20, nil, "no samples"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wav, err := audio.Tail(t.Context(), bytes.NewReader(tt.wav.Bytes()), tt.d, tt.most)
			if tt.says != "" {
				require.ErrorContains(t, err, tt.says)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, len(wav)-8, int(binary.LittleEndian.Uint32(wav[4:])), "the file's size is right")
			assert.Zero(t, binary.LittleEndian.Uint32(wav[16:])%2, "its format needs no padding")
			got, err := samples(t, wav)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := audio.Tail(ctx, bytes.NewReader(fixture.WAV{Format: mono16, Data: second}.Bytes()), time.Second, 1<<20)
	require.ErrorIs(t, err, context.Canceled)
}

func TestWindowBytes(t *testing.T) {
	t.Parallel()
	c := audio.NewCutter(audio.PCM(44100, 2, 16), false, windowLength, windowLength, nil)
	assert.Equal(t, int64(headerBytes+2*12*8000), c.WindowBytes())
}
