package audio

import (
	"encoding/binary"
	"io"
	"time"
)

// Expand decodes one byte of G.711.
func Expand(b byte, mu bool) int32 {
	if mu {
		return expandMuLaw(b)
	}
	return expandALaw(b)
}

// Decode reads WAV as identification does: one window after the other of 8 kHz, mono.
func Decode(r io.Reader) ([]int16, error) {
	var out []int16
	err := cut(r, 12*time.Second, func(w *Window) {
		for b := w.WAV()[HeaderBytes:]; len(b) > 0; b = b[2:] {
			out = append(out, int16(binary.LittleEndian.Uint16(b))) //nolint:gosec // two's complement
		}
	})
	return out, err
}

// Cut returns the windows of a WAV file, 8 kHz and mono, by the time at which they begin.
func Cut(r io.Reader, every time.Duration) (map[time.Duration][]byte, error) {
	windows := map[time.Duration][]byte{}
	err := cut(r, every, func(w *Window) { windows[w.Start] = w.WAV()[HeaderBytes:] })
	return windows, err
}

func cut(r io.Reader, every time.Duration, emit func(*Window)) error {
	wav, err := OpenWAV(r)
	if err != nil {
		return err
	}
	return NewCutter(wav.Layout, false, 12*time.Second, every, func(w *Window) bool {
		emit(w)
		return true
	}).Cut(wav)
}
