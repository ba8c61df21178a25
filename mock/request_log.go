package mock

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Request is one that the server has seen. It holds no credential and no content.
type Request struct {
	Time          time.Time   `json:"time"`
	Op            Op          `json:"op,omitempty"` // what it asked for; empty if for nothing that there is
	Method        string      `json:"method"`
	Host          string      `json:"host"`
	Path          string      `json:"path"`
	Query         string      `json:"query,omitempty"` // of a presigned URL: without the signature
	Header        http.Header `json:"header"`
	BodyBytes     int64       `json:"body_bytes"`              // as far as the server has read it
	Status        int         `json:"status"`                  // of the response; 0 if it was withheld
	Authorization string      `json:"authorization,omitempty"` // its kind, such as "Bearer"; empty if there was none
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
	if strings.HasPrefix(kind, "ey") || len(kind) > len("Negotiate") {
		kind = redacted // a token without its kind
	}
	for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie", "Access-Key", "Signature"} {
		header.Del(name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) >= maxRequests {
		s.requests = slices.Delete(s.requests, 0, maxRequests/10)
	}
	s.requests = append(s.requests, Request{
		Time: at, Op: r.op, Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: queryWithoutSecrets(r.URL), Header: header, BodyBytes: read, Status: status, Authorization: kind,
	})
}

const redacted = "[redacted]"

// queryWithoutSecrets is a query, in which clients put credentials by mistake. That of a presigned URL is nothing but a signature.
func queryWithoutSecrets(u *url.URL) string {
	if strings.HasPrefix(u.Path, storagePath) {
		return ""
	}
	pairs := strings.Split(u.RawQuery, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if isSecretName(name) && value != "" || strings.HasPrefix(value, "eyJ") {
			pairs[i] = name + "=" + redacted
		}
	}
	return strings.Join(pairs, "&")
}

// isSecretName reports whether a field of that name is a credential.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"token", "secret", "signature", "password", "access_key", "access-key", "accesskey", "api_key", "apikey"}, func(part string) bool {
		return strings.Contains(name, part)
	})
}
