package mock

import (
	"encoding/binary"
	"math"
)

// wavHeader returns the header of 16-bit mono audio.
func wavHeader(rate, samples int) []byte {
	size := uint32(samples * 2) //nolint:gosec // tracks are short
	h := make([]byte, 0, 44)
	h = append(h, "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, 36+size)
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16)
	h = binary.LittleEndian.AppendUint16(h, formatPCM)
	h = binary.LittleEndian.AppendUint16(h, 1)
	h = binary.LittleEndian.AppendUint32(h, uint32(rate))   //nolint:gosec // a sampling rate
	h = binary.LittleEndian.AppendUint32(h, uint32(rate*2)) //nolint:gosec // a sampling rate
	h = binary.LittleEndian.AppendUint16(h, 2)
	h = binary.LittleEndian.AppendUint16(h, 16)
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, size)
}

// The encodings of samples in a WAV file.
const (
	formatPCM        = 1
	formatFloat      = 3
	formatExtensible = 0xfffe // says further on which it is
)

// A listener is an io.Writer that analyses a file while it is uploaded: WAV with integer or float samples. It ignores
// other content, and keeps nothing. Everything after the header counts as samples, since the size in the header is
// often wrong.
type listener struct {
	head    []byte // of the chunk, as far as it has arrived
	skip    int64  // bytes until the next chunk
	begun   bool   // the file is a WAV file
	reading bool   // samples
	deaf    bool

	channels, width int
	float           bool
	rate            int
	partial         []byte // of a frame of samples
	frames          int64
	reader          *toneReader
}

// Write implements [io.Writer]. It never fails.
func (l *listener) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && !l.deaf {
		switch {
		case l.skip > 0:
			skipped := min(l.skip, int64(len(p)))
			l.skip -= skipped
			p = p[skipped:]
		case l.reading:
			l.hear(p)
			return n, nil
		default:
			p = l.parse(p)
		}
	}
	return n, nil
}

// need collects the header of a chunk, up to size bytes, and returns the rest of p. ok reports whether the header is
// complete.
func (l *listener) need(p []byte, size int) (rest []byte, ok bool) {
	missing := min(max(size-len(l.head), 0), len(p))
	l.head = append(l.head, p[:missing]...)
	return p[missing:], len(l.head) >= size
}

// parse reads the header of a file or chunk, and returns the rest of p.
func (l *listener) parse(p []byte) []byte {
	if !l.begun {
		rest, ok := l.need(p, 12)
		if ok {
			l.begun = string(l.head[:4]) == "RIFF" && string(l.head[8:12]) == "WAVE"
			l.deaf, l.head = !l.begun, l.head[:0]
		}
		return rest
	}
	rest, ok := l.need(p, 8)
	if !ok {
		return rest
	}
	size := int64(binary.LittleEndian.Uint32(l.head[4:]))
	switch string(l.head[:4]) {
	case "data":
		l.reading, l.deaf = true, l.width == 0
		return rest
	case "fmt ":
		body := int(min(size, 26))
		if rest, ok = l.need(rest, 8+body); !ok {
			return rest
		}
		l.deaf = !l.format(l.head[8:])
		size -= int64(body)
	}
	l.skip, l.head = size+size&1, l.head[:0]
	return rest
}

func (l *listener) format(body []byte) bool {
	if len(body) < 16 {
		return false
	}
	kind := binary.LittleEndian.Uint16(body)
	if kind == formatExtensible && len(body) >= 26 {
		kind = binary.LittleEndian.Uint16(body[24:])
	}
	l.channels = int(binary.LittleEndian.Uint16(body[2:]))
	l.rate = int(binary.LittleEndian.Uint32(body[4:]))
	bits := int(binary.LittleEndian.Uint16(body[14:]))
	l.float = kind == formatFloat
	switch {
	case l.channels < 1 || l.channels > 32 || l.rate < 4000 || l.rate > 400_000:
		return false
	case kind == formatPCM && (bits == 8 || bits == 16 || bits == 24 || bits == 32), l.float && bits == 32:
	default:
		return false
	}
	l.width = bits / 8
	l.reader = newToneReader(l.rate)
	return true
}

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
	if l.channels == 1 && l.width == 2 && l.reader.thin == 1 {
		p = l.hearPlain(p)
	}
	for ; len(p) >= size; p = p[size:] {
		l.sample(p[:size])
	}
	l.partial = append(l.partial, p...)
}

// hearPlain is hear for 16 bits, one channel and a low rate, which most samples have. Identifications spend much of
// their time here. It returns the rest of p.
func (l *listener) hearPlain(p []byte) []byte {
	for len(p) >= 2 {
		room := l.reader.frame[l.reader.fill:]
		n := min(len(room), len(p)/2)
		for i := range room[:n] {
			room[i] = float64(int16(binary.LittleEndian.Uint16(p[2*i:]))) / math.MaxInt16 //nolint:gosec // two's complement
		}
		p = p[2*n:]
		l.frames += int64(n)
		l.reader.filled(n)
	}
	return p
}

func (l *listener) sample(frame []byte) {
	sum := 0.0
	for c := range l.channels {
		sum += l.decode(frame[c*l.width:])
	}
	l.frames++
	l.reader.add(sum / float64(l.channels))
}

// decode reads one sample, between -1 and 1.
func (l *listener) decode(b []byte) float64 {
	switch {
	case l.float:
		v := float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
		if math.IsNaN(v) {
			return 0
		}
		return max(-1, min(v, 1))
	case l.width == 1:
		return (float64(b[0]) - 128) / 128
	case l.width == 2:
		return float64(int16(binary.LittleEndian.Uint16(b))) / math.MaxInt16 //nolint:gosec // two's complement
	case l.width == 3:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / math.MaxInt32 //nolint:gosec // two's complement
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / math.MaxInt32 //nolint:gosec // two's complement
}

// duration is the length of the audio in seconds; 0 if unknown.
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
