package mock

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// callbackTimeout limits one callback. How long the service waits is not known.
const callbackTimeout = 30 * time.Second

// reorderTimeout is how long a reordered callback is held back if no other follows.
const reorderTimeout = 10 * time.Second

// Redeliver sends the callback of a finished file again, without any [CallbackFault], and returns after its response.
func (s *Server) Redeliver(fileID string) error {
	s.lock()
	f := s.files[fileID]
	if f == nil {
		s.mu.Unlock()
		return fmt.Errorf("mock: file %q does not exist", fileID)
	}
	s.settle(f)
	c := f.container
	switch {
	case !f.settled:
		s.mu.Unlock()
		return fmt.Errorf("mock: file %q is not done: call Complete first", fileID)
	case c.CallbackURL == "":
		s.mu.Unlock()
		return fmt.Errorf("mock: container %d has no callback URL: set one first", c.ID)
	}
	p := postingOf(f, &CallbackFault{})
	s.mu.Unlock()
	return s.deliver(p).Err
}

// A posting is a callback to be sent.
type posting struct {
	fileID      string
	streamID    string // of a monitoring callback
	url         string
	body        []byte
	contentType string
	copies      int
	slow        time.Duration
}

// postingOf returns the callback of a file.
func postingOf(f *file, plan *CallbackFault) posting {
	p := posting{fileID: f.id, url: f.container.CallbackURL, copies: plan.Copies, slow: plan.Slow}
	p.body, p.contentType = Callback{
		FileID: f.id, State: f.state, ContainerID: f.container.ID, Name: f.name, Results: f.results(), Shape: plan.Shape,
	}.Body()
	return p
}

// A held is a callback to be sent after the next one.
type held struct{ posting }

// callback sends the callback of a finished file in the background. The lock must be held.
func (s *Server) callback(f *file) {
	plan := f.plan
	f.plan = nil
	if plan == nil {
		plan = s.planCallback()
	}
	if f.container.CallbackURL == "" || plan.Lose {
		return
	}
	p := postingOf(f, plan)
	switch {
	case plan.Early:
		s.mu.Unlock()
		s.send(p)
		s.mu.Lock()
	case plan.Delay > 0:
		time.AfterFunc(plan.Delay, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.dispatch(p, plan.Reorder)
		})
	default:
		s.dispatch(p, plan.Reorder)
	}
}

// early ends the processing of a file whose callback must precede the response to its upload. The lock must be held; it
// is released while the callback is sent.
func (s *Server) early(f *file) {
	if f.plan == nil || !f.plan.Early {
		return
	}
	s.finish(f)
}

// keepForLater keeps the callback of a rescan from being early.
func (f *file) keepForLater() {
	if f.plan != nil {
		f.plan.Early = false
	}
}

// dispatch sends a callback now, and after it those that were waiting for the next one; or holds it back as one of
// those. The lock must be held.
func (s *Server) dispatch(p posting, reorder bool) {
	if s.closed {
		return
	}
	if reorder {
		h := &held{posting: p}
		time.AfterFunc(reorderTimeout, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if i := slices.Index(s.held, h); i >= 0 && !s.closed {
				s.held = slices.Delete(s.held, i, i+1)
				go s.send(h.posting)
			}
		})
		s.held = append(s.held, h)
		return
	}
	overtaken := s.held
	s.held = nil
	go func() {
		s.send(p)
		for _, h := range overtaken {
			s.send(h.posting)
		}
	}()
}

// send sends a callback once or several times.
func (s *Server) send(p posting) {
	for range 1 + p.copies {
		s.mu.Lock()
		closed := s.closed
		s.mu.Unlock()
		if closed {
			return
		}
		s.deliver(p)
	}
}

// deliver sends a callback and records the delivery. It has its own timeout, because callbacks do not depend on a
// request.
//
//nolint:contextcheck,nolintlint // so it has a context of its own; seen where New is called, in other packages
func (s *Server) deliver(p posting) Delivery {
	ctx, cancel := context.WithTimeout(context.Background(), callbackTimeout+p.slow)
	defer cancel()
	d := Delivery{FileID: p.fileID, StreamID: p.streamID, Time: s.now(), Body: p.body}
	d.Status, d.Err = s.post(ctx, p)
	s.delivered(d)
	return d
}

// post sends a callback. It recovers from a panic of the transport, which the program could not catch.
func (s *Server) post(ctx context.Context, p posting) (status int, err error) {
	about := "file " + p.fileID
	if p.streamID != "" {
		about = "stream " + p.streamID
	}
	defer func() {
		if v := recover(); v != nil {
			status, err = 0, fmt.Errorf("mock: callback of %s: the transport panicked: %v", about, v)
		}
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(p.body))
	if err != nil {
		return 0, fmt.Errorf("mock: the callback URL of %s cannot be requested", about)
	}
	if p.slow > 0 {
		req.Body, req.GetBody = io.NopCloser(newSlowReader(p.body, p.slow, ctx.Done())), nil
	}
	req.Header.Set("Content-Type", p.contentType)
	resp, err := s.callbacks.RoundTrip(req)
	if err != nil {
		return 0, fmt.Errorf("mock: callback of %s: %w", about, err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, nil
}
