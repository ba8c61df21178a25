package transport

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// requestBody is a request's body during one attempt. It is opened by its first Read: the library makes one body more than it sends.
type requestBody struct {
	attempt *attempt
	done    chan struct{} // closed when the transport is done with it

	mu     sync.Mutex // Close may come while a Read is under way
	src    io.ReadCloser
	closed bool

	sent atomic.Int64
}

func (a *attempt) newBody() *requestBody {
	b := &requestBody{attempt: a, done: make(chan struct{})}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bodies = append(a.bodies, b)
	return b
}

// Read implements [io.Reader]. It runs in a goroutine of net/http's, where a panic of the caller's code would end the program.
func (b *requestBody) Read(p []byte) (n int, err error) {
	defer func() { err = recovered(recover(), err) }()
	src, err := b.open()
	if err != nil {
		return 0, err
	}
	n, err = src.Read(p)
	if n > 0 {
		b.attempt.body.Store(b)
		b.attempt.progress(int64(n), b.sent.Add(int64(n)))
	}
	return n, err
}

func (b *requestBody) open() (io.Reader, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, io.ErrClosedPipe
	}
	if b.src == nil {
		src, err := b.attempt.call.req.Body.Open(b.attempt.context())
		if err != nil {
			return nil, err
		}
		b.src = src
	}
	return b.src, nil
}

// Close implements [io.Closer].
func (b *requestBody) Close() (err error) {
	defer func() { err = recovered(recover(), err) }()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	close(b.done)
	if b.src == nil {
		return nil
	}
	return b.src.Close()
}

// recovered makes an error of a panic; without one it returns err.
func recovered(panicked any, err error) error {
	if panicked == nil {
		return err
	}
	return &acrcloud.SourceError{Want: -1, Err: fmt.Errorf("panicked while it was read: %v", panicked)}
}

// progress counts n more bytes that were handed to the connection; they make sent of this body. The transport may read on in another
// goroutine after the attempt has ended; that is not reported any more.
func (a *attempt) progress(n, sent int64) {
	a.sent.Add(n)
	f := a.call.req.Body.OnSent
	if f == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended && sent > a.reported { // a redirect sends the same bytes again
		a.reported = sent
		f(a.n, sent)
	}
}
