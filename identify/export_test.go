package identify

import (
	"encoding/binary"
	"io"
	"time"
)

// Signature is tested with the vectors of the protocol.
var Signature = signature

// Expand decodes one byte of G.711.
func Expand(b byte, mu bool) int32 {
	if mu {
		return expandMuLaw(b)
	}
	return expandALaw(b)
}

// To8k resamples mono audio, given in pieces of that size.
func To8k(rate int, samples []float32, piece int) []float32 {
	r := newResampler(rate)
	var out []float32
	for len(samples) > 0 {
		n := min(piece, len(samples))
		r.push(samples[:n])
		samples = samples[n:]
		out = r.pull(out, 1<<62)
	}
	r.end()
	return r.pull(out, 1<<62)
}

// Discard resamples without keeping anything.
func Discard(rate int) func(samples []float32) int {
	r := newResampler(rate)
	out := make([]float32, 0, 1<<16)
	return func(samples []float32) int {
		r.push(samples)
		out = r.pull(out[:0], 1<<62)
		return len(out)
	}
}

// Decode reads WAV as Windows does: one window after the other of 8 kHz, mono.
func Decode(r io.Reader) ([]int16, error) {
	l, size, err := readWAV(r)
	if err != nil {
		return nil, err
	}
	if size >= 0 {
		r = io.LimitReader(r, size)
	}
	var out []int16
	err = cutFrames(r, newCutter(l, false, WindowLength, func(_, _ time.Duration, sample []byte) bool {
		for b := sample[wavHeaderBytes:]; len(b) > 0; b = b[2:] {
			out = append(out, int16(binary.LittleEndian.Uint16(b))) //nolint:gosec // two's complement
		}
		return true
	}))
	return out, err
}

// Cut returns the windows of a WAV file, 8 kHz and mono, by the time at which they begin.
func Cut(r io.Reader, every time.Duration) (map[time.Duration][]byte, error) {
	l, _, err := readWAV(r)
	if err != nil {
		return nil, err
	}
	windows := map[time.Duration][]byte{}
	err = cutFrames(r, newCutter(l, false, every, func(start, _ time.Duration, sample []byte) bool {
		windows[start] = sample[wavHeaderBytes:]
		return true
	}))
	return windows, err
}
