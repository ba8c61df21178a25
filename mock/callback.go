package mock

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// A Delivery is a callback that was sent, or tried.
type Delivery struct {
	FileID string
	Time   time.Time
	Status int   // of the answer; 0 if none came
	Err    error // why none came; it does not name the URL, which may carry a secret
	Body   []byte
}

// callbackTimeout bounds one callback. How long the service waits is not known.
const callbackTimeout = 30 * time.Second

// maxDeliveries is how many are remembered.
const maxDeliveries = 10_000

// Deliveries returns the callbacks sent so far, in the order of their answers; the last 10,000 at most.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.deliveries)
}

// Redeliver sends the callback of a file that is done again, and returns when it was answered.
func (s *Server) Redeliver(fileID string) error {
	s.mu.Lock()
	f := s.file(fileID)
	if f == nil {
		s.mu.Unlock()
		return fmt.Errorf("mock: there is no file %q", fileID)
	}
	s.settle(f)
	c := s.container(strconv.Itoa(f.cid))
	switch {
	case !f.settled:
		s.mu.Unlock()
		return fmt.Errorf("mock: file %q is not done", fileID)
	case c.CallbackURL == "":
		s.mu.Unlock()
		return fmt.Errorf("mock: container %d has no callback URL", c.ID)
	}
	url, body := c.CallbackURL, f.callbackBody()
	s.mu.Unlock()
	return s.deliver(fileID, url, body).Err
}

// callback sends what the service sends when a file is done, in the background. It is called with the lock held.
func (s *Server) callback(c *container, f *file) {
	if c.CallbackURL == "" {
		return
	}
	url, body := c.CallbackURL, f.callbackBody()
	go s.deliver(f.id, url, body)
}

// callbackBody is bare, and calls the id file_id.
func (f *file) callbackBody() []byte {
	body, _ := json.Marshal(map[string]any{ //nolint:errchkjson // plain values
		"file_id": f.id, "state": f.state, "cid": f.cid, "name": f.name, "results": f.results,
	})
	return body
}

func (s *Server) deliver(fileID, url string, body []byte) Delivery {
	ctx, cancel := context.WithTimeout(context.Background(), callbackTimeout)
	defer cancel()
	d := Delivery{FileID: fileID, Time: time.Now(), Body: body}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		d.Err = fmt.Errorf("mock: the callback URL of file %s cannot be requested", fileID)
	} else {
		req.Header.Set("Content-Type", "application/json")
		resp, err := s.callbacks.RoundTrip(req)
		if err != nil {
			d.Err = fmt.Errorf("mock: callback of file %s: %w", fileID, err)
		} else {
			_ = resp.Body.Close()
			d.Status = resp.StatusCode
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.deliveries) >= maxDeliveries {
		s.deliveries = slices.Delete(s.deliveries, 0, maxDeliveries/10)
	}
	s.deliveries = append(s.deliveries, d)
	return d
}
