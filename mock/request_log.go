package mock

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Request is a request that the server has received, without credentials and content.
type Request struct {
	Number        int64       `json:"number,omitempty"` // 1 is the server's first request
	Time          time.Time   `json:"time"`
	Op            Op          `json:"op,omitempty"` // its operation; empty if it has no route
	Method        string      `json:"method"`
	Host          string      `json:"host"`
	Path          string      `json:"path"`
	Query         string      `json:"query,omitempty"` // of a presigned URL: without the signature
	Header        http.Header `json:"header"`
	BodyBytes     int64       `json:"body_bytes"`              // as far as the server read it
	Status        int         `json:"status"`                  // of the response; 0 if there was none
	Authorization string      `json:"authorization,omitempty"` // its kind, such as "Bearer"; empty if there was none

	// Body and Response are the bodies in a readable form, without secrets and with the size of uploaded content
	// instead of the content. They need [WithRequestBodies].
	Body     string `json:"body,omitempty"`
	Response string `json:"response,omitempty"`
}

// maxRequests is how many requests are kept.
const maxRequests = 10_000

// Requests returns the received requests, the oldest first, at most the last 10,000.
func (s *Server) Requests() []Request {
	s.lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// note records a request.
func (s *Server) note(r *request, at time.Time, status int, body *countingBody, response string) {
	header := r.Header.Clone()
	kind, _, _ := strings.Cut(header.Get("Authorization"), " ")
	if strings.HasPrefix(kind, "ey") || len(kind) > len("Negotiate") {
		kind = redacted // a token without a scheme
	}
	for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie", "Access-Key", "Signature"} {
		header.Del(name)
	}
	said := ""
	if s.bodies > 0 {
		said = readable(r.Header, body.seen(), body.n.Load())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) >= maxRequests {
		for i := range s.requests[:maxRequests/10] {
			s.bodyBytes -= s.requests[i].bodySize()
		}
		s.requests = slices.Delete(s.requests, 0, maxRequests/10)
	}
	s.requestNo++
	s.bodyBytes += int64(len(said) + len(response))
	s.requests = append(s.requests, Request{
		Number: s.requestNo, Body: said, Response: response, Time: at, Op: r.op, Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: queryWithoutSecrets(r.URL), Header: header, BodyBytes: body.n.Load(), Status: status, Authorization: kind,
	})
	s.keepBodies()
}

const redacted = "[redacted]"

// queryWithoutSecrets returns a query without credentials, which clients sometimes put there by mistake. The query of a
// presigned URL is only a signature.
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
