package audio

import (
	"io"
	"sync"
	"time"
)

// A Cutter cuts windows out of a recording as it comes. It keeps what the next window is made of, and no more.
type Cutter struct {
	layout   Layout
	out      Layout     // of the windows
	resample *Resampler // nil: the recording is kept as it is
	length   time.Duration
	every    time.Duration
	emit     func(*Window) bool // false: no more

	index int64 // of the next window
	read  int64 // frames of the recording so far
	ended int64 // the frame, of out, after all windows so far
	last  *Window

	base int64     // the first frame of the recording that is kept
	mono []float32 // down-mixed, if it is resampled
	raw  []byte    // else
	free sync.Pool // of what mono was and is no longer needed for
}

// shortest is what a window must have, and what it must have that no window before it has had. The service is said to make no
// fingerprint of less.
const shortest = time.Second

// NewCutter cuts windows of that length, of which each begins every after the one before. They are resampled to 8 kHz, mono, 16 bits,
// unless keep is set.
func NewCutter(l Layout, keep bool, length, every time.Duration, emit func(*Window) bool) *Cutter {
	c := &Cutter{layout: l, out: l, length: length, every: every, emit: emit}
	if !keep {
		c.out = PCM(WindowRate, 1, 16)
		c.resample = NewResampler(l.Rate)
	}
	return c
}

// WindowBytes is the size of a window as it is sent.
func (c *Cutter) WindowBytes() int64 {
	return int64(len(c.out.Header(0))) + c.out.Frames(c.length)*int64(c.out.FrameBytes())
}

// Cut reads the recording and cuts it, until it ends or no more windows are wanted.
func (c *Cutter) Cut(r io.Reader) error {
	size := c.layout.FrameBytes()
	buf := make([]byte, max(32<<10/size*size, size))
	have, idle := 0, 0
	for {
		n, err := r.Read(buf[have:])
		have += n
		if whole := have / size * size; whole > 0 {
			if !c.add(buf[:whole]) {
				return nil
			}
			have = copy(buf, buf[whole:have])
		}
		switch {
		case err == io.EOF:
			c.finish() // part of a frame at the end is nothing
			return nil
		case err != nil:
			return err
		case n > 0:
			idle = 0
		default:
			const patience = 100
			if idle++; idle == patience {
				return io.ErrNoProgress
			}
		}
	}
}

// bounds are those of the next window, in frames of out, and fresh is the first that no window before it has.
func (c *Cutter) bounds() (start time.Duration, first, fresh, last int64) {
	start = time.Duration(c.index) * c.every
	first = c.out.Frames(start)
	return start, first, max(first, c.ended), first + c.out.Frames(c.length)
}

// inputs are the frames of the recording that frames of out are made of.
func (c *Cutter) inputs(first, last int64) (lo, hi int64) {
	if c.resample == nil {
		return first, last
	}
	return c.resample.Inputs(first, last)
}

// add takes more frames of the recording. It returns false when no more are wanted.
func (c *Cutter) add(data []byte) bool {
	for {
		start, first, fresh, last := c.bounds()
		lo, hi := c.inputs(fresh, last)
		data = c.keep(data, lo, hi)
		if c.read < hi {
			return true
		}
		if !c.cut(start, first, fresh, last) {
			return false
		}
	}
}

// finish cuts what the recording ends with, if there is enough of it that was in no window.
func (c *Cutter) finish() {
	start, first, fresh, last := c.bounds()
	end := c.read
	if c.resample != nil {
		end = c.resample.Outputs(end)
	}
	end = min(end, last)
	if least := c.out.Frames(shortest); end-first >= least && end-c.ended >= least {
		c.cut(start, first, fresh, end)
	}
}

// keep takes the frames from lo to before hi, passes over those before, and returns those after.
func (c *Cutter) keep(data []byte, lo, hi int64) []byte {
	size := int64(c.layout.FrameBytes())
	have := func() int64 { return int64(len(data)) / size }
	if skip := min(lo-c.read, have()); skip > 0 {
		data = data[skip*size:]
		c.read += skip
		c.base = c.read
	}
	take := min(hi-c.read, have())
	if take <= 0 {
		return data
	}
	if c.resample == nil {
		c.raw = append(c.raw, data[:take*size]...)
	} else {
		c.mono = c.layout.downmix(c.mono, data[:take*size])
	}
	c.read += take
	return data[take*size:]
}

// cut hands out a window, and goes on to the next.
func (c *Cutter) cut(start time.Duration, first, fresh, last int64) bool {
	w := &Window{
		Start: start, End: start + time.Duration(last-first)*time.Second/time.Duration(c.out.Rate),
		layout: c.out, resample: c.resample, free: &c.free,
		base: c.base, mono: c.mono, raw: c.raw,
		first: first, fresh: fresh, last: last, ready: make(chan struct{}),
	}
	if first < fresh {
		w.before = c.last
	}
	c.index++
	c.ended, c.last = last, w
	_, _, fresh, last = c.bounds()
	c.forget(c.inputs(fresh, last))
	return c.emit(w)
}

// forget keeps of the frames so far those that the next window needs, beside the window that has them all.
func (c *Cutter) forget(lo, _ int64) {
	lo = min(lo, c.read)
	if c.resample == nil {
		c.raw = append([]byte(nil), c.raw[(lo-c.base)*int64(c.layout.FrameBytes()):]...)
	} else {
		next, _ := c.free.Get().(*[]float32)
		if next == nil {
			next = new([]float32)
		}
		c.mono = append((*next)[:0], c.mono[lo-c.base:]...)
	}
	c.base = lo
}
