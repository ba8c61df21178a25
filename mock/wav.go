package mock

import (
	"encoding/binary"
	"math"
)

// wavHeader is the header of 16-bit mono audio.
func wavHeader(rate, samples int) []byte {
	size := uint32(samples * 2) //nolint:gosec // tracks are short
	h := make([]byte, 0, 44)
	h = append(h, "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, 36+size)
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16)
	h = binary.LittleEndian.AppendUint16(h, 1)
	h = binary.LittleEndian.AppendUint16(h, 1)
	h = binary.LittleEndian.AppendUint32(h, uint32(rate))   //nolint:gosec // a sampling rate
	h = binary.LittleEndian.AppendUint32(h, uint32(rate*2)) //nolint:gosec // a sampling rate
	h = binary.LittleEndian.AppendUint16(h, 2)
	h = binary.LittleEndian.AppendUint16(h, 16)
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, size)
}

// listener is an io.Writer that hears the content of a file as it is uploaded: WAV with integer samples. Whatever it does not
// understand it ignores; nothing is kept.
type listener struct {
	head    []byte // until the data begins
	reading bool
	deaf    bool

	channels, width int
	rate            int
	partial         []byte // of a frame of samples
	frames          int64
	reader          *toneReader
}

// maxHead is how much of a file is searched for its samples.
const maxHead = 64 << 10

// Write implements [io.Writer]. It never fails.
func (l *listener) Write(p []byte) (int, error) {
	n := len(p)
	if !l.reading && !l.deaf {
		l.head = append(l.head, p...)
		p = l.parse()
	}
	if l.reading {
		l.hear(p)
	}
	return n, nil
}

// parse looks for the samples, and returns the first of them.
func (l *listener) parse() []byte {
	h := l.head
	if len(h) < 12 {
		return nil
	}
	if string(h[:4]) != "RIFF" || string(h[8:12]) != "WAVE" {
		l.giveUp()
		return nil
	}
	for at := 12; at+8 <= len(h); {
		id, size := string(h[at:at+4]), int64(binary.LittleEndian.Uint32(h[at+4:]))
		body := h[at+8:]
		if id == "data" {
			if l.width == 0 {
				l.giveUp()
				return nil
			}
			l.reading, l.head = true, nil
			return body
		}
		if id == "fmt " && size >= 16 && len(body) >= 16 && !l.format(body) {
			l.giveUp()
			return nil
		}
		next := int64(at) + 8 + size + size&1
		if next > maxHead {
			l.giveUp()
			return nil
		}
		at = int(next)
	}
	if len(h) > maxHead {
		l.giveUp()
	}
	return nil
}

func (l *listener) format(body []byte) bool {
	kind := binary.LittleEndian.Uint16(body)
	l.channels = int(binary.LittleEndian.Uint16(body[2:]))
	l.rate = int(binary.LittleEndian.Uint32(body[4:]))
	bits := int(binary.LittleEndian.Uint16(body[14:]))
	if (kind != 1 && kind != 0xfffe) || l.channels < 1 || l.channels > 32 || l.rate < 4000 || l.rate > 400_000 || bits%8 != 0 || bits < 8 || bits > 32 {
		return false
	}
	l.width = bits / 8
	l.reader = newToneReader(l.rate)
	return true
}

func (l *listener) giveUp() { l.deaf, l.head = true, nil }

// hear reads samples, mixed down to one channel.
func (l *listener) hear(p []byte) {
	size := l.channels * l.width
	if len(l.partial) > 0 {
		need := min(size-len(l.partial), len(p))
		l.partial = append(l.partial, p[:need]...)
		p = p[need:]
		if len(l.partial) < size {
			return
		}
		l.sample(l.partial)
		l.partial = l.partial[:0]
	}
	for ; len(p) >= size; p = p[size:] {
		l.sample(p[:size])
	}
	l.partial = append(l.partial, p...)
}

func (l *listener) sample(frame []byte) {
	sum := 0.0
	for c := range l.channels {
		sum += decodeSample(frame[c*l.width:], l.width)
	}
	l.frames++
	l.reader.add(sum / float64(l.channels))
}

func decodeSample(b []byte, width int) float64 {
	switch width {
	case 1:
		return (float64(b[0]) - 128) / 128
	case 2:
		return float64(int16(binary.LittleEndian.Uint16(b))) / math.MaxInt16 //nolint:gosec // two's complement
	case 3:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / math.MaxInt32 //nolint:gosec // two's complement
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / math.MaxInt32 //nolint:gosec // two's complement
}

// duration is how long the audio was, in seconds; 0 if that could not be told.
func (l *listener) duration() float64 {
	if l.rate == 0 {
		return 0
	}
	return float64(l.frames) / float64(l.rate)
}

func (l *listener) sightings() []sighting {
	if l.reader == nil {
		return nil
	}
	return l.reader.found
}
