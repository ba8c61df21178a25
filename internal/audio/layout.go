// Package audio reads WAV and raw audio, cuts windows out of it, and resamples them to 8 kHz. It reads bytes and sends nothing.
package audio

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"
)

// A Layout says how the samples of a recording are written.
type Layout struct {
	Rate     int // frames per second
	Channels int
	Width    int // bytes of a sample of one channel

	coding coding
	format []byte // the WAV format chunk that says so; nil for plain PCM
}

type coding int

const (
	integers coding = iota // unsigned for one byte, signed for more; little-endian
	floats
	aLaw
	muLaw
)

// The bounds of what makes sense as audio and fits the fields of a WAV header.
const (
	MaxRate     = 1_536_000
	MaxChannels = 64
)

// HeaderBytes is the size of the WAV header of plain PCM.
const HeaderBytes = 44

// PCM is the layout of whole numbers: unsigned for 8 bits, signed for more.
func PCM(rate, channels, bits int) Layout {
	return Layout{Rate: rate, Channels: channels, Width: bits / 8}
}

// FrameBytes is the size of one sample of every channel.
func (l Layout) FrameBytes() int { return l.Channels * l.Width }

// Frames is how many frames there are in that time, rounded down.
func (l Layout) Frames(d time.Duration) int64 {
	whole, rest := int64(d/time.Second), int64(d%time.Second)
	return whole*int64(l.Rate) + rest*int64(l.Rate)/int64(time.Second)
}

// same reports whether samples of both layouts can follow each other.
func (l Layout) same(other Layout) bool {
	return l.Rate == other.Rate && l.Channels == other.Channels && l.Width == other.Width && l.coding == other.coding
}

// Header is the header of a WAV file with that many bytes of samples, less than 4 GiB.
func (l Layout) Header(dataBytes int64) []byte {
	format := l.format
	if format == nil {
		format = l.plainFormat()
	}
	const around = 4 + 8 + 8                                             // WAVE, and the heads of both chunks
	size := uint32(min(dataBytes, math.MaxUint32-maxFormatChunk-around)) //nolint:gosec // bounded
	n := uint32(len(format))                                             //nolint:gosec // bounded
	h := append(make([]byte, 0, around+8+len(format)), "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, around+n+size)
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, n)
	h = append(h, format...)
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, size)
}

// plainFormat is the format chunk of plain PCM.
func (l Layout) plainFormat() []byte {
	f := binary.LittleEndian.AppendUint16(make([]byte, 0, 16), formatPCM)
	f = binary.LittleEndian.AppendUint16(f, uint16(l.Channels))            //nolint:gosec // checked
	f = binary.LittleEndian.AppendUint32(f, uint32(l.Rate))                //nolint:gosec // checked
	f = binary.LittleEndian.AppendUint32(f, uint32(l.Rate*l.FrameBytes())) //nolint:gosec // checked
	f = binary.LittleEndian.AppendUint16(f, uint16(l.FrameBytes()))        //nolint:gosec // checked
	return binary.LittleEndian.AppendUint16(f, uint16(8*l.Width))          //nolint:gosec // checked
}

// The format numbers of a WAV header.
const (
	formatPCM        = 1
	formatFloat      = 3
	formatALaw       = 6
	formatMuLaw      = 7
	formatExtensible = 0xFFFE
)

// The bounds on a WAV format chunk: a shorter one says too little, and a longer one is not read to its end.
const (
	minFormatChunk = 14
	maxFormatChunk = 64
	extensibleSize = 26 // up to and with the number of the format that is extended
)

// parseFormat reads a format chunk. Samples may be written with more bytes than they have bits. Then the size of a frame says so, if
// the number of bytes in a second agrees with it.
func parseFormat(b []byte) (Layout, error) {
	b = slices.Clone(b[:len(b)&^1])
	kind := binary.LittleEndian.Uint16(b)
	l := Layout{
		Channels: int(binary.LittleEndian.Uint16(b[2:])),
		Rate:     int(binary.LittleEndian.Uint32(b[4:])),
		format:   b,
	}
	second, frame, bits := binary.LittleEndian.Uint32(b[8:]), int(binary.LittleEndian.Uint16(b[12:])), 0
	if len(b) >= 16 {
		bits = int(binary.LittleEndian.Uint16(b[14:]))
	}
	if kind == formatExtensible && len(b) >= extensibleSize {
		kind = binary.LittleEndian.Uint16(b[24:])
	}
	if l.Channels < 1 || l.Channels > MaxChannels || l.Rate < 1 || l.Rate > MaxRate {
		return Layout{}, fmt.Errorf("is a damaged WAV: it claims %d channels of %d Hz", l.Channels, l.Rate)
	}
	l.Width = (bits + 7) / 8
	if bits == 0 || frame > l.FrameBytes() && frame%l.Channels == 0 && int64(second) == int64(l.Rate)*int64(frame) {
		l.Width = frame / l.Channels
	}
	ok := false
	switch kind {
	case formatPCM, formatExtensible: // the latter without saying what it extends
		ok = l.Width >= 1 && l.Width <= 4
	case formatFloat:
		l.coding, ok = floats, l.Width == 4 || l.Width == 8
	case formatALaw:
		l.coding, ok = aLaw, l.Width == 1
	case formatMuLaw:
		l.coding, ok = muLaw, l.Width == 1
	}
	if !ok {
		return Layout{}, fmt.Errorf("is WAV with coding %#x of %d bits, which is not supported: convert it to PCM", kind, 8*l.Width)
	}
	return l, nil
}
