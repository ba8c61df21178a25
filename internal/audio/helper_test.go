package audio_test

import (
	"encoding/binary"
	"io"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/audio"
)

const (
	windowLength = 12 * time.Second
	headerBytes  = 44
)

// decode reads WAV as identification does: one window after the other of 8 kHz, mono.
func decode(r io.Reader) ([]int16, error) {
	var out []int16
	err := cut(r, windowLength, false, func(w *audio.Window) {
		for b := w.WAV()[headerBytes:]; len(b) > 0; b = b[2:] {
			out = append(out, int16(binary.LittleEndian.Uint16(b))) //nolint:gosec // two's complement
		}
	})
	return out, err
}

// windowsOf returns the windows of a WAV file, without their headers, by the time at which they begin. All of them are resampled at the
// same time.
func windowsOf(r io.Reader, every time.Duration, keep bool) (map[time.Duration][]byte, error) {
	var mu sync.Mutex
	var running sync.WaitGroup
	windows := map[time.Duration][]byte{}
	err := cut(r, every, keep, func(w *audio.Window) {
		running.Go(func() {
			wav := w.WAV()
			mu.Lock()
			defer mu.Unlock()
			windows[w.Start] = wav[headerBytes:]
		})
	})
	running.Wait()
	return windows, err
}

func cut(r io.Reader, every time.Duration, keep bool, emit func(*audio.Window)) error {
	wav, err := audio.OpenWAV(r)
	if err != nil {
		return err
	}
	return audio.NewCutter(wav.Layout, keep, windowLength, every, func(w *audio.Window) bool {
		emit(w)
		return true
	}).Cut(wav)
}
