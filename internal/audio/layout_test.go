package audio_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/audio"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
)

// formatWith changes 16 bits of a format, and 32 for the bytes in a second.
func formatWith(format []byte, second uint32, frame uint16) []byte {
	f := bytes.Clone(format)
	binary.LittleEndian.PutUint32(f[8:], second)
	binary.LittleEndian.PutUint16(f[12:], frame)
	return f
}

// Formats that contradict themselves are read as players read them.
func TestOddFormats(t *testing.T) {
	t.Parallel()
	extensibleFloat := fixture.Extensible(3, 1, 8000, 32, 32)
	tests := []struct {
		name                  string
		format                []byte
		rate, channels, width int
	}{
		{"no bits, and another number of bytes in a second", formatWith(fixture.WAVFormat(1, 1, 8000, 16)[:14], 1, 2), 8000, 1, 2},
		{"a frame that the channels do not divide", formatWith(fixture.WAVFormat(1, 2, 8000, 16), 7*8000, 7), 8000, 2, 2},
		{"12 bits, and another number of bytes in a second", formatWith(fixture.WAVFormat(1, 1, 8000, 12), 1, 2), 8000, 1, 2},
		{"as many channels as are possible", fixture.WAVFormat(1, audio.MaxChannels, 8000, 16), 8000, audio.MaxChannels, 2},
		{"the highest rate that is possible", fixture.WAVFormat(1, 1, audio.MaxRate, 16), audio.MaxRate, 1, 2},
		{"extended by no more than its number", extensibleFloat[:26], 8000, 1, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, err := audio.OpenWAV(bytes.NewReader(fixture.WAV{Format: tt.format, Data: loud(100)}.Bytes()))
			require.NoError(t, err)
			assert.Equal(t, []int{tt.rate, tt.channels, tt.width}, []int{w.Layout.Rate, w.Layout.Channels, w.Layout.Width})
		})
	}
	data := ramp(4, 1, func(b []byte, x float64) { binary.LittleEndian.PutUint32(b, math.Float32bits(float32(x))) })
	got, err := decode(bytes.NewReader(fixture.WAV{Format: extensibleFloat[:26], Data: data}.Bytes()))
	require.NoError(t, err)
	assert.InDelta(t, -16384, got[0], 1, "the number that it extends is that of floats")
}

// The sizes of files, and what follows them.
func TestOddSizes(t *testing.T) {
	t.Parallel()
	mono8, mono16 := fixture.WAVFormat(1, 1, 8000, 8), fixture.WAVFormat(1, 1, 8000, 16)
	integers, floats := fixture.WAVFormat(1, 1, 8000, 32), fixture.WAVFormat(3, 1, 8000, 32)
	data := loud(100)
	ds64 := func(size uint64, more int) []byte {
		b := binary.LittleEndian.AppendUint64(make([]byte, 8), size)
		return fixture.Chunk("ds64", append(b, make([]byte, more)...))
	}
	standIn := new(uint32(math.MaxUint32))
	list := fixture.Chunk("LIST", bytes.Repeat([]byte{0x7F}, 20))
	large := loud(200_000)
	bound := loud(200)
	cut := append([]byte("data\xe8\x03\x00\x00"), bound...) // claims 1000 bytes
	tests := []struct {
		name string
		wav  fixture.WAV
		want []byte
		says string
	}{
		{"RF64 whose data has its size", fixture.WAV{RIFF: "RF64", Before: ds64(1<<40, 12), Format: mono16, Data: data, After: list}, data, ""},
		{"RF64 with the shortest ds64", fixture.WAV{RIFF: "RF64", Before: ds64(100, 0), Format: mono16, Data: data, DataSize: standIn, After: list}, data, ""},
		{"RF64 of odd size, padded", fixture.WAV{RIFF: "RF64", Before: ds64(99, 12), Format: mono8, Data: data[:99], DataSize: standIn, After: append([]byte{0}, fixture.Chunk("abcd", make([]byte, 8))...)}, data[:99], ""},
		{"a byte after samples of even size", fixture.WAV{Format: mono8, Data: data, After: []byte{9}}, append(bytes.Clone(data), 9), ""},
		{"a large file behind", fixture.WAV{Format: mono16, Data: data, After: fixture.WAV{Format: mono16, Data: large, RIFFSize: 200_036}.Bytes()}, append(bytes.Clone(data), large...), ""},
		{"a file behind whose size is wrong", fixture.WAV{Format: mono16, Data: data, After: fixture.WAV{Format: mono16, Data: bound, RIFFSize: 60_000}.Bytes()}, append(bytes.Clone(data), bound...), ""},
		{"RF64 of even size, and an unknown chunk", fixture.WAV{RIFF: "RF64", Before: ds64(100, 12), Format: mono16, Data: data, DataSize: standIn, After: fixture.Chunk("abcd", make([]byte, 'A'))}, data, ""},
		{"a file of another coding behind", fixture.WAV{Format: integers, Data: data, After: fixture.WAV{Format: floats, Data: data}.Bytes()}, nil, "written in another way"},
		{"a file behind samples of odd size", fixture.WAV{Format: mono8, Data: data[:99], After: append([]byte{0}, fixture.WAV{Before: fixture.Chunk("abcd", make([]byte, 'A')), Format: mono8, Data: data}.Bytes()...)}, append(bytes.Clone(data[:99]), data...), ""},
		{"more samples, cut off", fixture.WAV{Format: mono16, Data: data, After: cut}, append(bytes.Clone(data), bound...), ""},
		{"two unknown chunks", fixture.WAV{Format: mono16, Data: data, After: append(fixture.Chunk("abcd", []byte("1234")), fixture.Chunk("efgh", []byte("5678"))...)}, data, ""},
		{"a known chunk without padding before it", fixture.WAV{Before: append(bytes.TrimSuffix(fixture.Chunk("abcd", []byte("xyz")), []byte{0}), fixture.Chunk("LIST", make([]byte, 0x4142))...), Format: mono16, Data: data}, data, ""},
		{"a long format", fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 16, bytes.Repeat([]byte{0xFE}, 99)...), Data: data}, data, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := samples(t, tt.wav.Bytes())
			if tt.says != "" {
				require.ErrorContains(t, err, tt.says)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}
