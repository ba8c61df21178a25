package identify

import (
	"encoding/binary"
	"math"
	"time"
)

// A cutter cuts windows out of a recording as it comes. It keeps one window and a little more.
type cutter struct {
	layout   layout
	out      layout     // of the windows
	resample *resampler // nil: the recording is kept as it is
	every    time.Duration
	emit     func(start, end time.Duration, sample []byte) bool // false: no more

	index int64     // of the next window
	read  int64     // frames of the recording so far
	mono  []float32 // scratch

	kept  []byte // frames of out, of which the first is number base
	base  int64
	ended int64 // the last frame of a window so far
}

// shortest is what a window must have, and what it must have that no window before it has had. The service is said to make no
// fingerprint of less.
const shortest = time.Second

func newCutter(l layout, keep bool, every time.Duration, emit func(start, end time.Duration, sample []byte) bool) *cutter {
	c := &cutter{layout: l, out: l, every: every, emit: emit}
	if !keep {
		c.out = pcmLayout(PCMFormat{SampleRate: windowRate, Channels: 1, BitsPerSample: 16})
		c.resample = newResampler(l.rate)
	}
	return c
}

// windowBytes is the size of a window as it is sent.
func (c *cutter) windowBytes() int64 {
	frames := c.frame(WindowLength)
	return int64(len(c.out.header(0))) + frames*int64(c.out.frameBytes())
}

// frame is the number of the frame, of out, at that time.
func (c *cutter) frame(at time.Duration) int64 { return PCMFormat{SampleRate: c.out.rate}.frames(at) }

func (c *cutter) bounds() (start time.Duration, first, last int64) {
	start = time.Duration(c.index) * c.every
	first = c.frame(start)
	return start, first, first + c.frame(WindowLength)
}

// end is the number of the frame after the last one kept.
func (c *cutter) end() int64 { return c.base + int64(len(c.kept)/c.out.frameBytes()) }

// add takes more frames of the recording. It returns false when no more are wanted.
func (c *cutter) add(data []byte) bool {
	pushed := false
	for {
		start, first, last := c.bounds()
		c.discard(first)
		if c.resample != nil {
			if !pushed {
				c.push(data)
				pushed = true
			}
			c.pull(last)
		} else {
			data = c.keep(data, last)
		}
		if c.end() < last {
			return true
		}
		if !c.cut(start, first, last) {
			return false
		}
	}
}

// finish cuts what the recording ends with, if there is enough of it that was in no window.
func (c *cutter) finish() {
	start, first, last := c.bounds()
	if c.resample != nil {
		c.discard(first)
		c.resample.end()
		c.pull(last)
	}
	end, least := min(c.end(), last), c.frame(shortest)
	if end-first >= least && end-c.ended >= least {
		c.cut(start, first, end)
	}
}

// cut hands out a window, and goes on to the next.
func (c *cutter) cut(start time.Duration, first, last int64) bool {
	size := int64(c.out.frameBytes())
	data := c.kept[(first-c.base)*size : (last-c.base)*size]
	header := c.out.header(int64(len(data)))
	sample := append(append(make([]byte, 0, len(header)+len(data)), header...), data...)
	c.index++
	c.ended = last
	length := time.Duration(last-first) * time.Second / time.Duration(c.out.rate)
	return c.emit(start, start+length, sample)
}

// discard forgets the frames before that one, also those that are still to come.
func (c *cutter) discard(first int64) {
	size := int64(c.out.frameBytes())
	if drop := min(first-c.base, int64(len(c.kept))/size); drop > 0 {
		c.kept = c.kept[:copy(c.kept, c.kept[drop*size:])]
		c.base += drop
	}
	if len(c.kept) == 0 && first > c.base {
		c.base = first
		if c.resample != nil {
			c.resample.skipTo(first)
		}
	}
}

// keep takes frames as they are, up to one of them, and returns the rest.
func (c *cutter) keep(data []byte, last int64) []byte {
	size := int64(c.layout.frameBytes())
	if skip := min(c.end()-c.read, int64(len(data))/size); skip > 0 {
		data = data[skip*size:]
		c.read += skip
	}
	take := min(last-c.read, int64(len(data))/size)
	if take > 0 && c.read == c.end() {
		c.kept = append(c.kept, data[:take*size]...)
		data = data[take*size:]
		c.read += take
	}
	return data
}

// push gives frames to the resampler, unless they lie between two windows.
func (c *cutter) push(data []byte) {
	frames := int64(len(data) / c.layout.frameBytes())
	c.read += frames
	if c.resample.pass(c.read, frames) {
		return
	}
	c.mono = c.layout.downmix(c.mono[:0], data)
	c.resample.push(c.mono)
}

// pull takes from the resampler what comes before that frame.
func (c *cutter) pull(last int64) {
	c.mono = c.resample.pull(c.mono[:0], last)
	for _, x := range c.mono {
		c.kept = binary.LittleEndian.AppendUint16(c.kept, uint16(quantise(x))) //nolint:gosec // two's complement
	}
}

// quantise makes 16 bits of a sample, and cuts what is too loud for them.
func quantise(x float32) int16 {
	return int16(min(max(math.RoundToEven(float64(x)*32768), math.MinInt16), math.MaxInt16))
}
