package identify_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/identify"
)

// A wavFile is a WAV file with whatever is wrong with it.
type wavFile struct {
	riff     string // "RIFF"
	riffSize uint32
	format   []byte
	before   []byte // chunks before the data
	dataSize *uint32
	data     []byte
	after    []byte
}

//nolint:gosec // small numbers, and two's complement
func (w wavFile) bytes() []byte {
	if w.riff == "" {
		w.riff = "RIFF"
	}
	out := append([]byte(w.riff), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(out[4:], w.riffSize)
	out = append(out, "WAVE"...)
	out = append(out, w.before...)
	if w.format != nil {
		out = append(out, chunk("fmt ", w.format)...)
	}
	size := uint32(len(w.data))
	if w.dataSize != nil {
		size = *w.dataSize
	}
	out = append(out, "data"...)
	out = binary.LittleEndian.AppendUint32(out, size)
	return append(append(out, w.data...), w.after...)
}

//nolint:gosec // small numbers, and two's complement
func chunk(id string, data []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(data)))
	out = append(out, data...)
	if len(data)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

//nolint:gosec // small numbers, and two's complement
func wavFormat(kind, channels, rate, bits int, more ...byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(kind))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	frame := channels * ((bits + 7) / 8)
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*frame))
	b = binary.LittleEndian.AppendUint16(b, uint16(frame))
	return append(binary.LittleEndian.AppendUint16(b, uint16(bits)), more...)
}

// extensible is a format whose number stands further behind.
//
//nolint:gosec // small numbers, and two's complement
func extensible(kind, channels, rate, bits, valid int) []byte {
	more := append([]byte{22, 0, byte(valid), 0, 3, 0, 0, 0, byte(kind), 0}, "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"...)
	return wavFormat(0xFFFE, channels, rate, bits, more...)
}

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
	mono16 := wavFormat(1, 1, 8000, 16)
	data := ramp(2, 1, int16s)
	list := chunk("LIST", []byte("INFOISFT\x05\x00\x00\x00tool\x00")) // of odd size
	ds64 := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, 1<<40), uint64(len(data)))
	ds64 = chunk("ds64", append(ds64, make([]byte, 12)...))
	tests := []struct {
		name string
		wav  wavFile
	}{
		{"plain", wavFile{format: mono16, data: data}},
		{"whole file's size", wavFile{format: mono16, data: data, riffSize: math.MaxUint32}},
		{"size 0", wavFile{format: mono16, data: data, dataSize: new(uint32)}},
		{"size of ffmpeg", wavFile{format: mono16, data: data, dataSize: new(uint32(math.MaxUint32))}},
		{"size of sox", wavFile{format: mono16, data: data, dataSize: new(uint32(0x7FFFF000))}},
		{"size of arecord", wavFile{format: mono16, data: data, dataSize: new(uint32(0x80000000))}},
		{"size less a header", wavFile{format: mono16, data: data, dataSize: new(uint32(math.MaxUint32 - 44))}},
		{"size beyond the end", wavFile{format: mono16, data: data, dataSize: new(uint32(1 << 30))}},
		{"chunks around", wavFile{format: mono16, before: append(chunk("JUNK", make([]byte, 100)), list...), data: data, after: chunk("id3 ", bytes.Repeat([]byte{0x7F}, 1000))}},
		{"no padding", wavFile{format: mono16, before: bytes.TrimSuffix(chunk("abcd", []byte("xyz")), []byte{0}), data: data}},
		{"half a frame at the end", wavFile{format: mono16, data: append(bytes.Clone(data), 7), dataSize: new(uint32)}},
		{"long format", wavFile{format: wavFormat(1, 1, 8000, 16, make([]byte, 200)...), data: data}},
		{"format without bits", wavFile{format: mono16[:14], data: data}},
		{"RF64", wavFile{riff: "RF64", before: ds64, format: mono16, data: data, dataSize: new(uint32(math.MaxUint32)), after: chunk("LIST", bytes.Repeat([]byte{0x7F}, 1000))}},
		{"short ds64", wavFile{riff: "RF64", before: chunk("ds64", make([]byte, 8)), format: mono16, data: data, dataSize: new(uint32(math.MaxUint32))}},
		{"BW64 without ds64", wavFile{riff: "BW64", format: mono16, data: data, dataSize: new(uint32(math.MaxUint32))}},
		{"extensible", wavFile{format: extensible(1, 1, 8000, 16, 16), data: data}},
		{"cut extensible", wavFile{format: wavFormat(0xFFFE, 1, 8000, 16), data: data}},
		{"stereo", wavFile{format: wavFormat(1, 2, 8000, 16), data: ramp(2, 2, int16s)}},
		{"8 bits", wavFile{format: wavFormat(1, 1, 8000, 8), data: ramp(1, 1, func(b []byte, x float64) { b[0] = byte(128 + math.Floor(x*128)) })}},
		{"24 bits of six channels", wavFile{format: extensible(1, 6, 8000, 24, 24), data: ramp(3, 6, func(b []byte, x float64) {
			n := uint32(int32(x * (1 << 23)))
			b[0], b[1], b[2] = byte(n), byte(n>>8), byte(n>>16)
		})}},
		{"20 bits in 24", wavFile{format: extensible(1, 1, 8000, 20, 20), data: ramp(3, 1, func(b []byte, x float64) {
			n := uint32(int32(x * (1 << 23)))
			b[0], b[1], b[2] = byte(n)&0xF0, byte(n>>8), byte(n>>16)
		})}},
		{"32 bits", wavFile{format: wavFormat(1, 1, 8000, 32), data: ramp(4, 1, func(b []byte, x float64) { binary.LittleEndian.PutUint32(b, uint32(int32(x*(1<<31)))) })}},
		{"24 bits in 32", wavFile{format: func() []byte {
			f := wavFormat(1, 1, 8000, 32)
			binary.LittleEndian.PutUint16(f[14:], 24)
			return f
		}(), data: ramp(4, 1, func(b []byte, x float64) { binary.LittleEndian.PutUint32(b, uint32(int32(x*(1<<31)))) })}},
		{"wrong frame size", wavFile{format: func() []byte {
			f := wavFormat(1, 1, 8000, 16)
			binary.LittleEndian.PutUint16(f[12:], 4)
			return f
		}(), data: data}},
		{"float", wavFile{format: wavFormat(3, 1, 8000, 32), data: ramp(4, 1, func(b []byte, x float64) { binary.LittleEndian.PutUint32(b, math.Float32bits(float32(x))) })}},
		{"extensible float", wavFile{format: extensible(3, 2, 8000, 32, 32), data: ramp(4, 2, func(b []byte, x float64) { binary.LittleEndian.PutUint32(b, math.Float32bits(float32(x))) })}},
		{"double", wavFile{format: wavFormat(3, 1, 8000, 64), data: ramp(8, 1, func(b []byte, x float64) { binary.LittleEndian.PutUint64(b, math.Float64bits(x)) })}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wav := tt.wav.bytes()
			got, err := identify.Decode(bytes.NewReader(wav))
			require.NoError(t, err)
			require.Len(t, got, 8000)
			tolerance := 1.0
			if tt.name == "8 bits" {
				tolerance = 256
			}
			for _, i := range []int{0, 1, 1000, 4000, 7999} {
				assert.InDelta(t, float64(i-4000)/8000*32768, float64(got[i]), tolerance)
			}
			slow, err := identify.Decode(iotest.OneByteReader(bytes.NewReader(wav)))
			require.NoError(t, err)
			assert.Equal(t, got, slow)
		})
	}
}

func TestReadWAVRefuses(t *testing.T) {
	t.Parallel()
	mono16 := wavFormat(1, 1, 8000, 16)
	tests := []struct {
		name string
		wav  []byte
		says string
	}{
		{"empty", nil, "not WAV"},
		{"mp3", []byte("ID3\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "not WAV"},
		{"avi", []byte("RIFF\x00\x00\x00\x00AVI LIST"), "not WAV"},
		{"big-endian", wavFile{riff: "RIFX", format: mono16}.bytes(), "big-endian"},
		{"no data", wavFile{format: mono16}.bytes()[:36], "no samples"},
		{"skips to the end", wavFile{before: append([]byte("LIST\xff\xff\xff\xff"), 1, 2, 3), format: mono16}.bytes(), "no samples"},
		{"data before format", wavFile{data: []byte{1, 2}}.bytes(), "before their format"},
		{"short format", wavFile{format: mono16[:12]}.bytes(), "too short"},
		{"no channels", wavFile{format: wavFormat(1, 0, 8000, 16)}.bytes(), "0 channels"},
		{"many channels", wavFile{format: wavFormat(1, 9999, 8000, 16)}.bytes(), "9999 channels"},
		{"no rate", wavFile{format: wavFormat(1, 1, 0, 16)}.bytes(), "0 Hz"},
		{"mp3 inside", wavFile{format: wavFormat(0x55, 1, 44100, 0, make([]byte, 14)...)}.bytes(), "0x55"},
		{"adpcm", wavFile{format: wavFormat(2, 1, 44100, 4)}.bytes(), "0x2"},
		{"128 bits", wavFile{format: wavFormat(1, 1, 8000, 128)}.bytes(), "128 bits"},
		{"no bits", wavFile{format: make([]byte, 16)}.bytes(), "channels"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := identify.Decode(bytes.NewReader(tt.wav))
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
	got, err := identify.Decode(bytes.NewReader(wavFile{format: wavFormat(3, 1, 8000, 32), data: data}.bytes()))
	require.NoError(t, err)
	assert.Equal(t, []int16{0, 32767, -32768, 32767}, got[:4])
}

// The values of ITU-T G.711.
func TestG711(t *testing.T) {
	t.Parallel()
	for b, want := range map[byte]int32{0x00: -32124, 0x80: 32124, 0x7F: 0, 0xFF: 0, 0xFE: 8, 0x7E: -8, 0xF0: 120, 0x70: -120} {
		assert.Equal(t, want, identify.Expand(b, true), "µ-law %#x", b)
	}
	for b, want := range map[byte]int32{0xD5: 8, 0x55: -8, 0xAA: 32256, 0x2A: -32256, 0x80: 5504, 0x00: -5504} {
		assert.Equal(t, want, identify.Expand(b, false), "A-law %#x", b)
	}
	for _, kind := range []int{6, 7} {
		got, err := identify.Decode(bytes.NewReader(wavFile{format: wavFormat(kind, 1, 8000, 8), data: bytes.Repeat([]byte{0xD5}, 8000)}.bytes()))
		require.NoError(t, err)
		assert.Len(t, got, 8000)
	}
}

func FuzzWAV(f *testing.F) {
	data := ramp(2, 1, int16s)
	for _, w := range []wavFile{
		{format: wavFormat(1, 1, 8000, 16), data: data[:200]},
		{format: wavFormat(1, 2, 44100, 24), data: data[:900], before: chunk("LIST", []byte("odd")), after: []byte("id3 ")},
		{format: extensible(3, 1, 48000, 32, 32), data: data[:400], dataSize: new(uint32)},
		{riff: "RF64", before: chunk("ds64", make([]byte, 28)), format: wavFormat(7, 1, 11025, 8), data: data[:300], dataSize: new(uint32(math.MaxUint32))},
	} {
		f.Add(w.bytes())
	}
	f.Fuzz(func(t *testing.T, wav []byte) {
		if len(wav) > 1<<16 {
			return
		}
		all, err := identify.Decode(bytes.NewReader(wav))
		pieces, errPieces := identify.Decode(iotest.HalfReader(bytes.NewReader(wav)))
		assert.Equal(t, err == nil, errPieces == nil)
		assert.Equal(t, all, pieces)
		if len(all) > len(wav)*windowsPerByte {
			t.Errorf("%d samples of %d bytes", len(all), len(wav))
		}
	})
}

// windowsPerByte bounds what a byte can become: a sample of a recording of 1 Hz is a second.
const windowsPerByte = 8000
