package acrcloud

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

// interruptible makes Read return when the context ends, even if the source's Read does not: net/http waits for the
// body's Read before it gives up a request. A separate goroutine reads the source; it ends with Close or with the
// source's last Read.
type interruptible struct {
	ctx  context.Context
	ask  chan struct{} // one value for each Read of the source
	stop chan struct{} // closed by Close
	once sync.Once
	got  chan readResult // the results; buffered, so that an abandoned one does not block
	buf  []byte          // the source's, not to be touched while it is read into
	rest []byte          // of buf, not delivered yet
	err  error           // of the source
}

type readResult struct {
	n   int
	err error
}

func newInterruptible(ctx context.Context, src io.Reader) *interruptible {
	r := &interruptible{ctx: ctx, ask: make(chan struct{}), stop: make(chan struct{}), got: make(chan readResult, 1), buf: make([]byte, 64<<10)}
	go r.run(src)
	return r
}

func (r *interruptible) run(src io.Reader) {
	for {
		select {
		case <-r.ask:
		case <-r.stop:
			return
		}
		if !r.deliver(src) {
			return
		}
	}
}

// deliver makes one Read of the source, and hands over what came of it, also where the source panics or ends this goroutine. It returns
// false then: nothing is known of the source's state.
func (r *interruptible) deliver(src io.Reader) (ok bool) {
	got := readResult{err: errEndedGoroutine}
	defer func() {
		got.err = recovered(recover(), got.err)
		r.got <- got
	}()
	got.n, got.err = src.Read(r.buf)
	return true
}

var errEndedGoroutine = errors.New("ended the goroutine that read it (runtime.Goexit)")

// Read implements [io.Reader].
func (r *interruptible) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.rest)
	if r.rest = r.rest[n:]; len(r.rest) == 0 {
		return n, r.err
	}
	return n, nil
}

func (r *interruptible) fill() error {
	select {
	case r.ask <- struct{}{}:
	case <-r.stop:
		r.err = io.ErrClosedPipe
		return r.err
	case <-r.ctx.Done():
		r.err = ended.Error(r.ctx)
		return r.err
	}
	select {
	case got := <-r.got:
		r.rest, r.err = r.buf[:got.n], got.err
		return nil
	case <-r.stop:
		r.err = io.ErrClosedPipe
		return r.err
	case <-r.ctx.Done():
		r.err = ended.Error(r.ctx) // the buffer belongs to the source from now on
		return r.err
	}
}

// Close ends the goroutine, once the source's Read has returned.
func (r *interruptible) Close() { r.once.Do(func() { close(r.stop) }) }
