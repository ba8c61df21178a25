package mock

import (
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// A Fault makes requests fail. Of the faults that match a request and are not used up, only the first applies.
//
//	srv.Inject(mock.Fault{Op: mock.OpCreateFile, Times: 1, Status: 503, RetryAfter: time.Second})
//	srv.Inject(mock.Fault{Op: mock.OpListFiles, Body: "<html>Log in</html>"})
//	srv.Inject(mock.Fault{Op: mock.OpStore, Skip: 1, Lose: true})
//
// A refusal although the file was created, and a success that reports an error:
//
//	srv.Inject(mock.Fault{Op: mock.OpCreateFile, Times: 1, Process: true, Status: 429, RetryAfter: time.Second})
//	srv.Inject(mock.Fault{Op: mock.OpDeleteFile, Body: `{"error":"The file is in use."}`})
type Fault struct {
	Op     Op     // the operation of the requests; empty: any
	Method string // their method; empty: any
	Path   string // their path, in which * is one segment, such as "/api/fs-containers/*/files"; empty: any

	Skip  int // how many matching requests are skipped first
	Times int // how many are affected then; 0: all

	Delay time.Duration // before anything else happens

	Lose    bool // the connection is lost before the request is processed
	Forget  bool // the request is processed, then the connection is lost
	Process bool // the request is processed, then gets the response below

	Status     int           // of the response in place of the normal one, 200 to 999; 0 with a response below: 200
	Body       string        // of that response
	BodyBytes  int64         // or that many bytes of filling
	Header     http.Header   // of that response
	RetryAfter time.Duration // as a header, in whole seconds
	Gzip       bool          // the response is compressed, even if the client did not ask for it
	Truncate   bool          // the response ends halfway
}

type fault struct {
	Fault
	seen int
}

// Inject applies a fault to requests until remove is called.
func (s *Server) Inject(f Fault) (remove func()) {
	s.lock()
	defer s.mu.Unlock()
	f.Header = f.Header.Clone()
	added := &fault{Fault: f}
	s.faults = append(s.faults, added)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for i, other := range s.faults {
			if other == added {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
				return
			}
		}
	}
}

// faultFor returns the fault that applies to a request, or nil.
func (s *Server) faultFor(r *request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if (f.Method != "" && f.Method != r.Method) || (f.Op != "" && f.Op != r.op) {
			continue
		}
		if ok, err := path.Match(f.Path, r.URL.Path); f.Path != "" && (err != nil || !ok) {
			continue
		}
		f.seen++
		if f.seen > f.Skip && (f.Times == 0 || f.seen <= f.Skip+f.Times) {
			return &f.Fault
		}
	}
	return nil
}

// responds reports whether the fault has its own response.
func (f *Fault) responds() bool {
	return f.Status != 0 || f.Body != "" || f.BodyBytes > 0 || f.RetryAfter > 0 || f.Header != nil
}

// status is the status of its response. Invalid ones become 500, since net/http would panic.
func (f *Fault) status() int {
	switch {
	case f.Status == 0:
		return http.StatusOK
	case f.Status < http.StatusOK || f.Status > 999:
		return http.StatusInternalServerError
	}
	return f.Status
}

// write sends the fault's response, or damages the normal one.
func (f *Fault) write(w http.ResponseWriter, right *response) {
	var body io.Reader
	var size int64
	status := f.status()
	if f.responds() {
		body, size = strings.NewReader(f.Body), int64(len(f.Body))
		if f.BodyBytes > 0 {
			body, size = io.LimitReader(filling{}, f.BodyBytes), f.BodyBytes
		}
		for name, values := range f.Header {
			w.Header()[http.CanonicalHeaderKey(name)] = values
		}
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", contentTypeOf(f.Body))
		}
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
		}
	} else {
		status, body, size = right.status, strings.NewReader(string(right.body)), int64(len(right.body))
		maps.Copy(w.Header(), right.header)
	}
	switch {
	case f.Truncate && size == 0: // only the header can be cut off
		panic(http.ErrAbortHandler)
	case f.Gzip:
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Del("Content-Length")
		w.WriteHeader(status)
		z := gzip.NewWriter(w)
		_, _ = io.Copy(z, body)
		_ = z.Close()
		return
	case status != http.StatusNoContent && status != http.StatusNotModified:
		w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	}
	w.WriteHeader(status)
	if !f.Truncate {
		_, _ = io.Copy(w, body)
		return
	}
	_, _ = io.CopyN(w, body, size/2)
	if flusher, ok := w.(http.Flusher); ok {
		flusher.Flush()
	}
	panic(http.ErrAbortHandler)
}

func contentTypeOf(body string) string {
	switch {
	case strings.HasPrefix(body, "<?xml"):
		return "application/xml"
	case strings.HasPrefix(body, "<"):
		return "text/html; charset=UTF-8"
	}
	return "application/json"
}

// filling is endless text.
type filling struct{}

func (filling) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '.'
	}
	return len(p), nil
}
