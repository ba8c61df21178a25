package identify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/audio"
	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/ended"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// Windows goes through a recording of any length, such as a WAV file or a radio stream that a decoder writes into a pipe, and identifies
// 12 seconds of it every so often, in constant memory. r is WAV, with any sizes in its header, or raw audio of the format
// WindowsOptions.PCM. WAV may hold whole numbers of 8 to 32 bits, floats, A-law or µ-law. Each window is down-mixed and resampled to
// 8 kHz, mono, 16 bits, which is 192 kB of WAV, unless WindowsOptions.KeepRate is set.
//
// The first window begins at the beginning, each further one WindowsOptions.Every after the one before. The last may be shorter; less
// than a second, or than a second of what no window before it had, is not sent. They come in order, as soon as they are identified.
//
// Each window is one call of [Client.Identify], billed and retried as such. At most WindowsOptions.InFlight windows are sent ahead of the
// one that the loop has not taken yet: that many may be billed in vain when the loop is left.
//
// That a window fails is in Window.Err, and the next window follows. What would fail every window ends the loop with an error and a nil
// Window: rejected credentials ([acrcloud.ErrCredentials]), a used-up quota ([acrcloud.ErrQuotaExceeded]), the end of ctx, a mistake in
// the options ([*acrcloud.ArgumentError]), or a recording that cannot be read or is not WAV ([*acrcloud.SourceError]).
//
// The recording is read in the background, and only as far ahead as the windows that wait. When the loop ends, all of
// this ends, except a Read of r that has not returned: its goroutine ends when it does. r is not closed. The sequence
// can be ranged over once.
//
// If Read of r panics, that is an [*acrcloud.SourceError]. If an option's code panics for a window, such as an observer, the loop panics
// with the same value when it comes to that window.
func (c *Client) Windows(ctx context.Context, r io.Reader, opts *WindowsOptions) iter.Seq2[*Window, error] {
	var used atomic.Bool
	return func(yield func(*Window, error) bool) {
		err := c.usable()
		if err == nil {
			err = opts.check(r)
		}
		if err == nil && used.Swap(true) {
			err = &acrcloud.ArgumentError{Field: "Windows", Problem: "was already ranged over", Remedy: "open the recording again, and call Windows again"}
		}
		if err != nil {
			yield(nil, err)
			return
		}
		w := &windows{client: c, opts: *opts, slots: make(chan struct{}, max(opts.InFlight, 1)), done: make(chan struct{})}
		w.processors = make(chan struct{}, min(cap(w.slots), runtime.GOMAXPROCS(0)))
		w.queue = make(chan *pending, cap(w.slots)) // so that sending to it never waits
		w.run(ctx, r, yield)
	}
}

// windows is one loop over a recording.
type windows struct {
	client *Client
	opts   WindowsOptions
	slots  chan struct{} // one value for each window that was sent and not taken
	queue  chan *pending // in the order of the recording
	failed error         // what ended the reading; to be read after queue was closed
	done   chan struct{} // closed when the reading has ended
	calls  sync.WaitGroup

	processors chan struct{} // one value for each window that is being resampled

	reading atomic.Bool // a Read of the recording is under way
}

// A pending window is being identified.
type pending struct {
	window   Window
	panicked any // the value that an option's code has panicked with
	done     chan struct{}
}

// run is the consumer's side.
func (w *windows) run(parent context.Context, r io.Reader, yield func(*Window, error) bool) {
	ctx, cancel := context.WithCancel(parent)
	defer w.stop()
	defer cancel()
	go w.readAll(ctx, r)
	for {
		p, err := w.next(parent)
		if p == nil {
			if err != nil {
				yield(nil, err)
			}
			return
		}
		if p.panicked != nil {
			panic(p.panicked) //nolint:forbidigo // it is the caller's own, and comes on the caller's goroutine, as with any other request
		}
		if err := p.window.Err; err != nil && isFatal(parent, err) {
			yield(nil, &windowError{p.window.Start, err})
			return
		}
		if !yield(&p.window, nil) {
			return
		}
		<-w.slots
	}
}

// A windowError says at which window a recording had to be given up.
type windowError struct {
	start time.Duration
	err   error
}

func (e *windowError) Error() string {
	return text.Terminal(fmt.Sprintf("acrcloud: window at %v: %s", e.start, strings.TrimPrefix(e.err.Error(), "acrcloud: ")))
}

func (e *windowError) Unwrap() error { return e.err }

// next waits for the next window in order. It returns nil at the end.
func (w *windows) next(ctx context.Context) (*pending, error) {
	select {
	case p, ok := <-w.queue:
		if !ok {
			return nil, w.failed
		}
		<-p.done // soon, if ctx ends
		return p, nil
	case <-ctx.Done():
		return nil, ended.Error(ctx)
	}
}

// isFatal reports whether the next windows would fail alike.
func isFatal(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, acrcloud.ErrCredentials) || errors.Is(err, acrcloud.ErrQuotaExceeded) || errors.Is(err, acrcloud.ErrInvalidArgument)
}

// stop waits for everything that runs for the loop, except a Read of the recording, which cannot be interrupted. It is
// called after the context was cancelled, so no other Read begins.
func (w *windows) stop() {
	if !w.reading.Load() {
		<-w.done
	}
	w.calls.Wait()
}

// readAll is the recording's side.
func (w *windows) readAll(ctx context.Context, r io.Reader) {
	defer close(w.done)
	defer close(w.queue)
	err := errEndedGoroutine
	defer func() {
		switch {
		case err == nil || ctx.Err() != nil:
			w.failed = ended.Error(ctx) // none, unless it was cancelled
		case errors.Is(err, acrcloud.ErrInvalidArgument):
			w.failed = err
		default:
			w.failed = &acrcloud.SourceError{Want: -1, Err: err}
		}
	}()
	err = w.cutAll(ctx, checked.Reader(&guardedReader{ctx: ctx, r: r, reading: &w.reading}))
}

var errEndedGoroutine = errors.New("code that was given to the SDK ended the goroutine that called it (runtime.Goexit)")

func (w *windows) cutAll(ctx context.Context, r io.Reader) error {
	l := w.opts.PCM.layout()
	if w.opts.PCM == (PCMFormat{}) {
		wav, err := audio.OpenWAV(r)
		if err != nil {
			return err
		}
		l, r = wav.Layout, wav
	}
	sent := 0
	cut := audio.NewCutter(l, w.opts.KeepRate, WindowDuration, w.opts.Every, func(window *audio.Window) bool {
		sent++
		return w.identify(ctx, window) && sent != w.opts.MaxWindows
	})
	if n := cut.WindowBytes(); n > MaxSampleBytes {
		return &acrcloud.ArgumentError{
			Field: "WindowsOptions.KeepRate", Problem: fmt.Sprintf("makes windows of %d bytes, where the service takes %d", n, MaxSampleBytes),
			Remedy: "leave it out: 8 kHz are enough",
		}
	}
	return cut.Cut(r)
}

// identify resamples and sends a window, as soon as there is a free slot. It returns false when the loop has ended. Each window has a
// goroutine for both, so that all processors resample; there are no more windows to be resampled than processors, since those are large.
func (w *windows) identify(ctx context.Context, window *audio.Window) bool {
	for _, free := range []chan struct{}{w.slots, w.processors} {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return false
		}
	}
	if ctx.Err() != nil {
		return false
	}
	p := &pending{window: Window{Start: window.Start, End: window.End}, done: make(chan struct{})}
	w.calls.Go(func() {
		defer close(p.done)
		p.window.Err = errEndedGoroutine
		defer func() { p.panicked = recover() }()
		sample := window.WAV()
		<-w.processors
		p.window.Result, p.window.Err = w.client.Identify(ctx, Audio(acrcloud.FromBytes("window.wav", sample)))
	})
	w.queue <- p
	return true
}

// A guardedReader begins no Read after the context has ended, and reports whether one is under way. It is read in a goroutine of the
// SDK's, where a panic would end the program.
type guardedReader struct {
	ctx     context.Context
	r       io.Reader
	reading *atomic.Bool
}

// Read implements [io.Reader].
func (g *guardedReader) Read(p []byte) (n int, err error) {
	g.reading.Store(true)
	defer g.reading.Store(false)
	defer func() {
		if v := recover(); v != nil {
			n, err = 0, fmt.Errorf("panicked while it was read: %v", v)
		}
	}()
	if err := g.ctx.Err(); err != nil {
		return 0, err
	}
	n, err = g.r.Read(p)
	if ended := g.ctx.Err(); ended != nil {
		return 0, ended
	}
	return n, err
}
