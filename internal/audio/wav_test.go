package audio_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/audio"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
)

// ramp is a second of 8 kHz in 16 bits.
func ramp(width, channels int, write func(b []byte, x float64)) []byte {
	var out []byte
	for i := range 8000 {
		for range channels {
			b := make([]byte, width)
			write(b, float64(i-4000)/8000)
			out = append(out, b...)
		}
	}
	return out
}

//nolint:gosec // small numbers, and two's complement
func int16s(b []byte, x float64) { binary.LittleEndian.PutUint16(b, uint16(int16(x*32768))) }

//nolint:gosec // small numbers, and two's complement
func TestReadWAV(t *testing.T) {
	t.Parallel()
	mono16 := fixture.WAVFormat(1, 1, 8000, 16)
	data := ramp(2, 1, int16s)
	list := fixture.Chunk("LIST", []byte("INFOISFT\x05\x00\x00\x00tool\x00")) // of odd size
	ds64 := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, 1<<40), uint64(len(data)))
	ds64 = fixture.Chunk("ds64", append(ds64, make([]byte, 12)...))
	tests := []struct {
		name string
		wav  fixture.WAV
	}{
		{"plain", fixture.WAV{Format: mono16, Data: data}},
		{"whole file's size", fixture.WAV{Format: mono16, Data: data, RIFFSize: math.MaxUint32}},
		{"size 0", fixture.WAV{Format: mono16, Data: data, DataSize: new(uint32)}},
		{"size of ffmpeg", fixture.WAV{Format: mono16, Data: data, DataSize: new(uint32(math.MaxUint32))}},
		{"size of sox", fixture.WAV{Format: mono16, Data: data, DataSize: new(uint32(0x7FFFF000))}},
		{"size of arecord", fixture.WAV{Format: mono16, Data: data, DataSize: new(uint32(0x80000000))}},
		{"size less a header", fixture.WAV{Format: mono16, Data: data, DataSize: new(uint32(math.MaxUint32 - 44))}},
		{"size beyond the end", fixture.WAV{Format: mono16, Data: data, DataSize: new(uint32(1 << 30))}},
		{"chunks around", fixture.WAV{Format: mono16, Before: append(fixture.Chunk("JUNK", make([]byte, 100)), list...), Data: data, After: fixture.Chunk("id3 ", bytes.Repeat([]byte{0x7F}, 1000))}},
		{"no padding", fixture.WAV{Format: mono16, Before: bytes.TrimSuffix(fixture.Chunk("abcd", []byte("xyz")), []byte{0}), Data: data}},
		{"half a frame at the end", fixture.WAV{Format: mono16, Data: append(bytes.Clone(data), 7), DataSize: new(uint32)}},
		{"long format", fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 16, make([]byte, 200)...), Data: data}},
		{"format without bits", fixture.WAV{Format: mono16[:14], Data: data}},
		{"RF64", fixture.WAV{RIFF: "RF64", Before: ds64, Format: mono16, Data: data, DataSize: new(uint32(math.MaxUint32)), After: fixture.Chunk("LIST", bytes.Repeat([]byte{0x7F}, 1000))}},
		{"short ds64", fixture.WAV{RIFF: "RF64", Before: fixture.Chunk("ds64", make([]byte, 8)), Format: mono16, Data: data, DataSize: new(uint32(math.MaxUint32))}},
		{"BW64 without ds64", fixture.WAV{RIFF: "BW64", Format: mono16, Data: data, DataSize: new(uint32(math.MaxUint32))}},
		{"extensible", fixture.WAV{Format: fixture.Extensible(1, 1, 8000, 16, 16), Data: data}},
		{"cut extensible", fixture.WAV{Format: fixture.WAVFormat(0xFFFE, 1, 8000, 16), Data: data}},
		{"stereo", fixture.WAV{Format: fixture.WAVFormat(1, 2, 8000, 16), Data: ramp(2, 2, int16s)}},
		{"8 bits", fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 8), Data: ramp(1, 1, func(b []byte, x float64) { b[0] = byte(128 + math.Floor(x*128)) })}},
		{"24 bits of six channels", fixture.WAV{Format: fixture.Extensible(1, 6, 8000, 24, 24), Data: ramp(3, 6, func(b []byte, x float64) {
			n := uint32(int32(x * (1 << 23)))
			b[0], b[1], b[2] = byte(n), byte(n>>8), byte(n>>16)
		})}},
		{"20 bits in 24", fixture.WAV{Format: fixture.Extensible(1, 1, 8000, 20, 20), Data: ramp(3, 1, func(b []byte, x float64) {
			n := uint32(int32(x * (1 << 23)))
			b[0], b[1], b[2] = byte(n)&0xF0, byte(n>>8), byte(n>>16)
		})}},
		{"32 bits", fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 32), Data: ramp(4, 1, func(b []byte, x float64) { binary.LittleEndian.PutUint32(b, uint32(int32(x*(1<<31)))) })}},
		{"24 bits in 32", fixture.WAV{Format: func() []byte {
			f := fixture.WAVFormat(1, 1, 8000, 32)
			binary.LittleEndian.PutUint16(f[14:], 24)
			return f
		}(), Data: ramp(4, 1, func(b []byte, x float64) { binary.LittleEndian.PutUint32(b, uint32(int32(x*(1<<31)))) })}},
		{"wrong frame size", fixture.WAV{Format: func() []byte {
			f := fixture.WAVFormat(1, 1, 8000, 16)
			binary.LittleEndian.PutUint16(f[12:], 4)
			return f
		}(), Data: data}},
		{"float", fixture.WAV{Format: fixture.WAVFormat(3, 1, 8000, 32), Data: ramp(4, 1, func(b []byte, x float64) { binary.LittleEndian.PutUint32(b, math.Float32bits(float32(x))) })}},
		{"extensible float", fixture.WAV{Format: fixture.Extensible(3, 2, 8000, 32, 32), Data: ramp(4, 2, func(b []byte, x float64) { binary.LittleEndian.PutUint32(b, math.Float32bits(float32(x))) })}},
		{"double", fixture.WAV{Format: fixture.WAVFormat(3, 1, 8000, 64), Data: ramp(8, 1, func(b []byte, x float64) { binary.LittleEndian.PutUint64(b, math.Float64bits(x)) })}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wav := tt.wav.Bytes()
			got, err := decode(bytes.NewReader(wav))
			require.NoError(t, err)
			require.Len(t, got, 8000)
			tolerance := 1.0
			if tt.name == "8 bits" {
				tolerance = 256
			}
			for _, i := range []int{0, 1, 1000, 4000, 7999} {
				assert.InDelta(t, float64(i-4000)/8000*32768, float64(got[i]), tolerance)
			}
			slow, err := decode(iotest.OneByteReader(bytes.NewReader(wav)))
			require.NoError(t, err)
			assert.Equal(t, got, slow)
		})
	}
}

func TestReadWAVRefuses(t *testing.T) {
	t.Parallel()
	mono16 := fixture.WAVFormat(1, 1, 8000, 16)
	tests := []struct {
		name string
		wav  []byte
		says string
	}{
		{"empty", nil, "not WAV"},
		{"mp3", []byte("ID3\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "not WAV"},
		{"avi", []byte("RIFF\x00\x00\x00\x00AVI LIST"), "not WAV"},
		{"big-endian", fixture.WAV{RIFF: "RIFX", Format: mono16}.Bytes(), "big-endian"},
		{"no data", fixture.WAV{Format: mono16}.Bytes()[:36], "no samples"},
		{"skips to the end", fixture.WAV{Before: append([]byte("LIST\xff\xff\xff\xff"), 1, 2, 3), Format: mono16}.Bytes(), "no samples"},
		{"data before format", fixture.WAV{Data: []byte{1, 2}}.Bytes(), "before their format"},
		{"short format", fixture.WAV{Format: mono16[:12]}.Bytes(), "too short"},
		{"no channels", fixture.WAV{Format: fixture.WAVFormat(1, 0, 8000, 16)}.Bytes(), "0 channels"},
		{"many channels", fixture.WAV{Format: fixture.WAVFormat(1, 9999, 8000, 16)}.Bytes(), "9999 channels"},
		{"no rate", fixture.WAV{Format: fixture.WAVFormat(1, 1, 0, 16)}.Bytes(), "0 Hz"},
		{"mp3 inside", fixture.WAV{Format: fixture.WAVFormat(0x55, 1, 44100, 0, make([]byte, 14)...)}.Bytes(), "0x55"},
		{"adpcm", fixture.WAV{Format: fixture.WAVFormat(2, 1, 44100, 4)}.Bytes(), "0x2"},
		{"128 bits", fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 128)}.Bytes(), "128 bits"},
		{"no bits", fixture.WAV{Format: make([]byte, 16)}.Bytes(), "channels"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := decode(bytes.NewReader(tt.wav))
			require.ErrorContains(t, err, tt.says)
		})
	}
}

func TestNotFinite(t *testing.T) {
	t.Parallel()
	data := ramp(4, 1, func(b []byte, x float64) {
		f := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e30}[int(x*8000+4000)%4]
		binary.LittleEndian.PutUint32(b, math.Float32bits(float32(f)))
	})
	got, err := decode(bytes.NewReader(fixture.WAV{Format: fixture.WAVFormat(3, 1, 8000, 32), Data: data}.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, []int16{0, 32767, -32768, 32767}, got[:4])
}

// The values of ITU-T G.711.
func TestG711(t *testing.T) {
	t.Parallel()
	for b, want := range map[byte]int32{0x00: -32124, 0x80: 32124, 0x7F: 0, 0xFF: 0, 0xFE: 8, 0x7E: -8, 0xF0: 120, 0x70: -120} {
		assert.Equal(t, want, audio.Expand(b, true), "µ-law %#x", b)
	}
	for b, want := range map[byte]int32{0xD5: 8, 0x55: -8, 0xAA: 32256, 0x2A: -32256, 0x80: 5504, 0x00: -5504} {
		assert.Equal(t, want, audio.Expand(b, false), "A-law %#x", b)
	}
	for _, kind := range []int{6, 7} {
		got, err := decode(bytes.NewReader(fixture.WAV{Format: fixture.WAVFormat(kind, 1, 8000, 8), Data: bytes.Repeat([]byte{0xD5}, 8000)}.Bytes()))
		require.NoError(t, err)
		assert.Len(t, got, 8000)
	}
}

func FuzzWAV(f *testing.F) {
	data := ramp(2, 1, int16s)
	for _, w := range []fixture.WAV{
		{Format: fixture.WAVFormat(1, 1, 8000, 16), Data: data[:200]},
		{Format: fixture.WAVFormat(1, 2, 44100, 24), Data: data[:300], Before: fixture.Chunk("LIST", []byte("odd")), After: []byte("id3 ")},
		{Format: fixture.Extensible(3, 1, 48000, 32, 32), Data: data[:400], DataSize: new(uint32)},
		{RIFF: "RF64", Before: fixture.Chunk("ds64", make([]byte, 28)), Format: fixture.WAVFormat(7, 1, 11025, 8), Data: data[:300], DataSize: new(uint32(math.MaxUint32))},
	} {
		f.Add(w.Bytes())
	}
	f.Fuzz(func(t *testing.T, wav []byte) {
		if len(wav) > 4<<10 { // smaller ones show the same, and are made smaller in no time
			return
		}
		all, err := decode(bytes.NewReader(wav))
		pieces, errPieces := decode(iotest.HalfReader(bytes.NewReader(wav)))
		assert.Equal(t, err == nil, errPieces == nil)
		assert.Equal(t, all, pieces)
		if len(all) > len(wav)*windowsPerByte {
			t.Errorf("%d samples of %d bytes", len(all), len(wav))
		}
	})
}

// windowsPerByte bounds what a byte can become: a sample of a recording of 1 Hz is a second.
const windowsPerByte = 8000
