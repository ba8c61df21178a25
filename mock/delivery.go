package mock

import (
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"
)

// A Delivery is a callback that the mock has sent, or tried to send. (webhook.Delivery is the receiver's view.) In
// JSON, its body is text if it is valid UTF-8, otherwise Base64 in "body_base64".
type Delivery struct {
	Number   int64     // 1 is the first of the server
	FileID   string    // of File Scanning
	StreamID string    // of Broadcast Monitoring
	Time     time.Time // when it was sent
	Status   int       // of the response; 0 if there is none
	Err      error     // why there is no response; without the URL, which may carry a secret
	Body     []byte
}

// MarshalJSON implements [json.Marshaler].
func (d Delivery) MarshalJSON() ([]byte, error) {
	v := struct {
		Number   int64     `json:"number,omitempty"`
		FileID   string    `json:"file_id,omitempty"`
		StreamID string    `json:"stream_id,omitempty"`
		Time     time.Time `json:"time"`
		Status   int       `json:"status"`
		Err      string    `json:"error,omitempty"`
		Body     *string   `json:"body,omitempty"`
		Bytes    []byte    `json:"body_base64,omitempty"`
	}{Number: d.Number, FileID: d.FileID, StreamID: d.StreamID, Time: d.Time, Status: d.Status}
	if d.Err != nil {
		v.Err = d.Err.Error()
	}
	if utf8.Valid(d.Body) {
		v.Body = new(string(d.Body))
	} else {
		v.Bytes = d.Body
	}
	return json.Marshal(v)
}

// maxDeliveries is how many deliveries are kept.
const maxDeliveries = 10_000

// Deliveries returns the callbacks sent so far, in the order of their responses, at most the last 10,000.
func (s *Server) Deliveries() []Delivery {
	s.lock()
	defer s.mu.Unlock()
	return slices.Clone(s.deliveries)
}

// delivered records a callback.
func (s *Server) delivered(d Delivery) {
	s.lock()
	defer s.mu.Unlock()
	if len(s.deliveries) >= maxDeliveries {
		s.deliveries = slices.Delete(s.deliveries, 0, maxDeliveries/10)
	}
	s.deliveryNo++
	d.Number = s.deliveryNo
	s.deliveries = append(s.deliveries, d)
}
