package mock

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Request is one that the server has seen. It holds no credential and no content.
type Request struct {
	Time          time.Time
	Op            Op // what it asked for; empty if for nothing that there is
	Method        string
	Host          string
	Path          string
	Query         string // of a presigned URL: without the signature
	Header        http.Header
	BodyBytes     int64  // as far as the server has read it
	Status        int    // of the answer; 0 if it was withheld
	Authorization string // its kind, such as "Bearer"; empty if there was none
}

// maxRequests is how many are remembered.
const maxRequests = 10_000

// Requests returns what the server has been asked, the oldest first; the last 10,000 at most.
func (s *Server) Requests() []Request {
	s.lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// note remembers a request.
func (s *Server) note(r *request, at time.Time, status int, read int64) {
	header := r.Header.Clone()
	kind, _, _ := strings.Cut(header.Get("Authorization"), " ")
	header.Del("Authorization")
	query := r.URL.RawQuery
	if strings.HasPrefix(r.URL.Path, storagePath) {
		query = ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) >= maxRequests {
		s.requests = slices.Delete(s.requests, 0, maxRequests/10)
	}
	s.requests = append(s.requests, Request{
		Time: at, Op: r.op, Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: query, Header: header, BodyBytes: read, Status: status, Authorization: kind,
	})
}
