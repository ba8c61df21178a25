package identify

import (
	"encoding/binary"
	"math"
)

// downmix appends the average of all channels of each frame in data, which is whole frames, to out: -1 to 1 each.
func (l layout) downmix(out []float32, data []byte) []float32 {
	switch {
	case l.coding == integers && l.width == 2 && l.channels == 1:
		for ; len(data) >= 2; data = data[2:] {
			out = append(out, float32(int16(binary.LittleEndian.Uint16(data)))*(1.0/32768)) //nolint:gosec // two's complement
		}
		return out
	case l.coding == integers && l.width == 2 && l.channels == 2:
		for ; len(data) >= 4; data = data[4:] {
			both := int32(int16(binary.LittleEndian.Uint16(data))) + int32(int16(binary.LittleEndian.Uint16(data[2:]))) //nolint:gosec // two's complement
			out = append(out, float32(both)*(1.0/65536))
		}
		return out
	}
	share := 1 / float32(l.channels)
	for size := l.frameBytes(); len(data) >= size; data = data[size:] {
		sum := float32(0)
		for c := range l.channels {
			sum += l.sample(data[c*l.width:])
		}
		out = append(out, sum*share)
	}
	return out
}

// sample decodes one sample: -1 to 1.
func (l layout) sample(b []byte) float32 {
	switch {
	case l.coding == floats && l.width == 4:
		return finite(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	case l.coding == floats:
		return finite(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	case l.coding == aLaw:
		return float32(expandALaw(b[0])) * (1.0 / 32768)
	case l.coding == muLaw:
		return float32(expandMuLaw(b[0])) * (1.0 / 32768)
	case l.width == 1:
		return (float32(b[0]) - 128) * (1.0 / 128)
	case l.width == 2:
		return float32(int16(binary.LittleEndian.Uint16(b))) * (1.0 / 32768) //nolint:gosec // two's complement
	case l.width == 3:
		return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) * (1.0 / (1 << 31)) //nolint:gosec // two's complement
	}
	return float32(int32(binary.LittleEndian.Uint32(b))) * (1.0 / (1 << 31)) //nolint:gosec // two's complement
}

// finite keeps what is no number, and what is far too loud, from spoiling everything around it.
func finite(x float64) float32 {
	const loudest = 8
	if math.IsNaN(x) {
		return 0
	}
	return float32(min(max(x, -loudest), loudest))
}

// expandALaw is the decoder of G.711.
func expandALaw(b byte) int32 {
	b ^= 0x55
	magnitude, exponent := int32(b&0x0F)<<4+8, b>>4&7
	if exponent > 0 {
		magnitude = (magnitude + 0x100) << (exponent - 1)
	}
	if b&0x80 == 0 {
		return -magnitude
	}
	return magnitude
}

// expandMuLaw is the decoder of G.711.
func expandMuLaw(b byte) int32 {
	b = ^b
	const bias = 0x84
	magnitude := (int32(b&0x0F)<<3+bias)<<(b>>4&7) - bias
	if b&0x80 != 0 {
		return -magnitude
	}
	return magnitude
}
