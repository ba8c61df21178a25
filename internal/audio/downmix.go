package audio

import (
	"encoding/binary"
	"math"
)

// downmix appends the average of all channels of each frame in data, which is whole frames, to out: -1 to 1 each.
func (l Layout) downmix(out []float32, data []byte) []float32 {
	switch {
	case l.coding == integers && l.Width == 2 && l.Channels == 1:
		for ; len(data) >= 2; data = data[2:] {
			out = append(out, float32(int16(binary.LittleEndian.Uint16(data)))*(1.0/32768)) //nolint:gosec // two's complement
		}
		return out
	case l.coding == integers && l.Width == 2 && l.Channels == 2:
		for ; len(data) >= 4; data = data[4:] {
			both := int32(int16(binary.LittleEndian.Uint16(data))) + int32(int16(binary.LittleEndian.Uint16(data[2:]))) //nolint:gosec // two's complement
			out = append(out, float32(both)*(1.0/65536))
		}
		return out
	}
	share := 1 / float32(l.Channels)
	for size := l.FrameBytes(); len(data) >= size; data = data[size:] {
		sum := float32(0)
		for c := range l.Channels {
			sum += l.sample(data[c*l.Width:])
		}
		out = append(out, sum*share)
	}
	return out
}

// sample decodes one sample: -1 to 1.
func (l Layout) sample(b []byte) float32 {
	switch {
	case l.coding == floats && l.Width == 4:
		return finite(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	case l.coding == floats:
		return finite(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	case l.coding == aLaw:
		return float32(expandALaw(b[0])) * (1.0 / 32768)
	case l.coding == muLaw:
		return float32(expandMuLaw(b[0])) * (1.0 / 32768)
	case l.Width == 1:
		return (float32(b[0]) - 128) * (1.0 / 128)
	case l.Width == 2:
		return float32(int16(binary.LittleEndian.Uint16(b))) * (1.0 / 32768) //nolint:gosec // two's complement
	case l.Width == 3:
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

// appendPCM16 appends samples of -1 to 1 as 16 bits each, and cuts what is too loud for them.
func appendPCM16(out []byte, samples []float32) []byte {
	for _, x := range samples {
		n := int16(min(max(math.RoundToEven(float64(x)*32768), math.MinInt16), math.MaxInt16))
		out = binary.LittleEndian.AppendUint16(out, uint16(n)) //nolint:gosec // two's complement
	}
	return out
}
