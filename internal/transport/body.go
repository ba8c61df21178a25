package transport

import (
	"io"
	"sync"
)

// requestBody is a request's body during one attempt. It is opened by its first Read: the engine makes one body more than it
// sends.
type requestBody struct {
	call    *call
	attempt *attempt

	mu     sync.Mutex // Close may come while a Read is under way
	src    io.ReadCloser
	closed bool
}

func (c *call) newBody() *requestBody {
	b := &requestBody{call: c}
	c.bodies.add(b)
	return b
}

// bodies are the bodies that were made for an attempt. The transport closes what it was given, but may do so late.
type bodies struct {
	mu   sync.Mutex
	made []*requestBody
}

func (b *bodies) add(body *requestBody) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made = append(b.made, body)
}

func (b *bodies) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, body := range b.made {
		_ = body.Close()
	}
	b.made = nil
}

// Read implements [io.Reader].
func (b *requestBody) Read(p []byte) (int, error) {
	src, err := b.open()
	if err != nil {
		return 0, err
	}
	n, err := src.Read(p)
	if n > 0 {
		b.attempt.progress(int64(n))
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
		a := b.call.attempt.Load()
		src, err := b.call.req.Body.Open(a.context())
		if err != nil {
			return nil, err
		}
		b.src, b.attempt = src, a
	}
	return b.src, nil
}

// Close implements [io.Closer].
func (b *requestBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.src == nil {
		b.closed = true
		return nil
	}
	b.closed = true
	return b.src.Close()
}

// progress counts bytes that were handed to the connection. The transport may read on in another goroutine after the attempt
// has ended; that is not reported any more.
func (a *attempt) progress(n int64) {
	sent := a.sent.Add(n)
	f := a.call.req.Body.OnSent
	if f == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended {
		f(a.n, sent)
	}
}
