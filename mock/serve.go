package mock

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// serve is the whole service.
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

// drain reads what is left of a short body, as the kernel would take it in on a real connection: a client that is still writing would
// not see the response. A client that waits for "100 Continue" is not asked to go on.
func drain(r *http.Request) {
	if r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, r.Body, 1<<20)
	}
}

// wait is over at once if there is nothing to wait for.
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

// countingBody counts what is read of a request.
type countingBody struct {
	io.ReadCloser
	n atomic.Int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	return n, err
}
