package audio

import (
	"sync"
	"time"
)

// A Window is a stretch of a recording that a [Cutter] has cut out.
type Window struct {
	Start, End time.Duration // in the recording

	layout   Layout // as it is sent
	resample *Resampler
	free     *sync.Pool

	base int64 // the first frame of the recording in mono or raw
	mono []float32
	raw  []byte

	first, fresh, last int64         // frames as they are sent; those from fresh on are in no window before
	before             *Window       // has those from first to before fresh; nil if there are none
	ready              chan struct{} // closed when samples are there
	samples            []byte
}

// WAV resamples the window and writes it as WAV. Windows that overlap share what they have in common, so it must be called once for each
// window; calls may run at the same time.
func (w *Window) WAV() []byte {
	defer close(w.ready)
	frame := w.layout.FrameBytes()
	size := int(w.last-w.first) * frame
	header := w.layout.Header(int64(size))
	wav := make([]byte, len(header)+int(w.fresh-w.first)*frame, len(header)+size)
	copy(wav, header)
	if w.resample == nil {
		skip := int(w.fresh-w.base) * frame
		wav = append(wav, w.raw[skip:skip+int(w.last-w.fresh)*frame]...)
		w.raw = nil
	} else {
		wav = appendPCM16(wav, w.resample.Resample(w.mono, w.base, w.fresh, w.last))
		mono := w.mono
		w.mono = nil
		w.free.Put(&mono)
	}
	w.samples = wav[len(header):]
	if w.before != nil {
		<-w.before.ready
		copy(w.samples[:int(w.fresh-w.first)*frame], w.before.samples[int(w.first-w.before.first)*frame:])
		w.before = nil
	}
	return wav
}
