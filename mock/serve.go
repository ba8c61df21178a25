package mock

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// serve handles all requests.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.ready()
	at := s.now()
	body := &countingBody{ReadCloser: r.Body, keep: s.bodies > 0}
	r.Body = body
	if s.allowOrigin(w, r) {
		return
	}
	q := s.receive(r)
	f := s.faultFor(q)
	if f != nil && (wait(r.Context(), f.Delay) != nil || f.Lose) {
		s.note(q, at, 0, body, "")
		panic(http.ErrAbortHandler)
	}
	var a *response
	if f == nil || !f.responds() || f.Process || f.Forget {
		a = s.respond(q)
		if f == nil && q.fault != nil {
			if f = q.fault; wait(r.Context(), f.Delay) != nil || f.Lose {
				s.note(q, at, 0, body, "")
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
		s.note(q, at, a.status, body, s.said(a.header, string(a.body)))
		a.write(w)
	case f.Forget:
		s.note(q, at, 0, body, "")
		panic(http.ErrAbortHandler)
	default:
		status, said := f.status(), s.said(f.Header, f.Body)
		if !f.responds() {
			status, said = a.status, s.said(a.header, string(a.body))
		}
		s.note(q, at, status, body, said)
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

// said returns a response body in readable form, if bodies are kept.
func (s *Server) said(header http.Header, body string) string {
	if s.bodies == 0 {
		return ""
	}
	return readable(header, []byte(body[:min(len(body), maxBodyKept)]), int64(len(body)))
}

// A countingBody counts the bytes that are read of a request, and keeps the first ones if bodies are kept.
type countingBody struct {
	io.ReadCloser
	n    atomic.Int64
	keep bool
	mu   sync.Mutex // a transport may still read after the request has ended
	head []byte
}

// seen returns the beginning of what was read.
func (b *countingBody) seen() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.head
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	if b.keep {
		b.mu.Lock()
		b.head = append(b.head, p[:min(n, maxBodyKept-len(b.head))]...)
		b.mu.Unlock()
	}
	return n, err
}
