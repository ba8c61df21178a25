package mock

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// serve handles all requests.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.ready()
	at := time.Now()
	body := &countingBody{ReadCloser: r.Body}
	r.Body = body
	if s.allowOrigin(w, r) {
		return
	}
	q := s.receive(r)
	f := s.faultFor(q)
	if f != nil && (wait(r.Context(), f.Delay) != nil || f.Lose) {
		s.note(q, at, 0, body.n.Load())
		panic(http.ErrAbortHandler)
	}
	var a *answer
	if f == nil || !f.answers() || f.Process || f.Forget {
		a = s.answer(q)
		if f == nil && q.fault != nil {
			if f = q.fault; wait(r.Context(), f.Delay) != nil || f.Lose {
				s.note(q, at, 0, body.n.Load())
				panic(http.ErrAbortHandler)
			}
		}
	} else {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	drain(r)
	if err := s.kept(q); err != nil {
		f, a = nil, message(http.StatusInternalServerError, err.Error())
	}
	switch {
	case f == nil:
		s.note(q, at, a.status, body.n.Load())
		a.write(w)
	case f.Forget:
		s.note(q, at, 0, body.n.Load())
		panic(http.ErrAbortHandler)
	default:
		status := f.status()
		if !f.answers() {
			status = a.status
		}
		s.note(q, at, status, body.n.Load())
		f.write(w, a)
	}
}

// drain reads the rest of a short body, which the kernel would buffer on a real connection: otherwise a client that is
// still writing would not see the response. A client that waits for "100 Continue" is not told to continue.
func drain(r *http.Request) {
	if r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, r.Body, 1<<20)
	}
}

// wait waits for d, or until ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// A countingBody counts the bytes that are read of a request.
type countingBody struct {
	io.ReadCloser
	n atomic.Int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	return n, err
}
