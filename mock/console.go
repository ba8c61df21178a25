package mock

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// serve is the whole service.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	body := &countingBody{ReadCloser: r.Body}
	r.Body = body
	f := s.faultFor(r)
	if f != nil && f.Delay > 0 && wait(r.Context(), f.Delay) != nil {
		panic(http.ErrAbortHandler)
	}
	if f != nil && f.Lose {
		s.note(r, at, 0, body.n.Load())
		panic(http.ErrAbortHandler)
	}
	var a *answer
	if f == nil || !f.answers() || f.Process || f.Forget {
		a = s.answer(r)
	} else {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	drain(r)
	switch {
	case f == nil:
		s.note(r, at, a.status, body.n.Load())
		a.write(w)
	case f.Forget:
		s.note(r, at, 0, body.n.Load())
		panic(http.ErrAbortHandler)
	default:
		status := f.Status
		if !f.answers() {
			status = a.status
		}
		s.note(r, at, status, body.n.Load())
		f.write(w, a)
	}
}

// drain reads what is left of a short body, as the kernel would take it in on a real connection: a client that is still writing would
// not see the answer. A client that waits for "100 Continue" is not asked to go on.
func drain(r *http.Request) {
	if r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, r.Body, 1<<20)
	}
}

func wait(ctx context.Context, d time.Duration) error {
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

// A route is an endpoint of the Console API. Its handler is called with the lock held, but for those that read an upload.
type route struct {
	method  string
	path    *regexp.Regexp
	files   bool // it belongs on the host of the container's region
	handler func(s *Server, r *http.Request, args []string) *answer
}

var routes = []route{
	{http.MethodPost, regexp.MustCompile(`^/api/fs-containers$`), false, (*Server).createContainer},
	{http.MethodGet, regexp.MustCompile(`^/api/fs-containers$`), false, (*Server).listContainers},
	{http.MethodGet, regexp.MustCompile(`^/api/fs-containers/([^/]+)$`), false, (*Server).getContainer},
	{http.MethodPut, regexp.MustCompile(`^/api/fs-containers/([^/]+)$`), false, (*Server).updateContainer},
	{http.MethodDelete, regexp.MustCompile(`^/api/fs-containers/([^/]+)$`), false, (*Server).deleteContainer},
	{http.MethodGet, regexp.MustCompile(`^/api/fs-containers/([^/]+)/presigned-upload$`), true, (*Server).presign},
	{http.MethodGet, regexp.MustCompile(`^/api/fs-containers/([^/]+)/files$`), true, (*Server).listFiles},
	{http.MethodPost, regexp.MustCompile(`^/api/fs-containers/([^/]+)/files$`), true, (*Server).createFile},
	{http.MethodGet, regexp.MustCompile(`^/api/fs-containers/([^/]+)/files/([^/]+)$`), true, (*Server).getFiles},
	{http.MethodDelete, regexp.MustCompile(`^/api/fs-containers/([^/]+)/files/([^/]+)$`), true, (*Server).deleteFiles},
	{http.MethodPut, regexp.MustCompile(`^/api/fs-containers/([^/]+)/files/([^/]+)/rescan$`), true, (*Server).rescanFiles},
}

// answer finds the endpoint.
func (s *Server) answer(r *http.Request) *answer {
	if a := s.identification(r); a != nil {
		return a
	}
	if strings.HasPrefix(r.URL.Path, storagePath) {
		return s.store(r)
	}
	allowed := false
	for _, route := range routes {
		args := route.path.FindStringSubmatch(r.URL.Path)
		if args == nil {
			continue
		}
		if route.method != r.Method {
			allowed = true
			continue
		}
		if refused := s.admit(r); refused != nil {
			return refused
		}
		if refused := s.checkHost(r, route, args[1:]); refused != nil {
			return refused
		}
		return route.handler(s, r, args[1:])
	}
	if allowed {
		return message(http.StatusMethodNotAllowed, "The "+r.Method+" method is not supported for this route.")
	}
	return message(http.StatusNotFound, "Not Found")
}

// checkHost refuses a container on the host of another region. The message has been seen; its status is not known, and assumed to be 400.
// Files on a main host are an old way that still works.
func (s *Server) checkHost(r *http.Request, route route, args []string) *answer {
	region, public := regionOf(r.Host)
	if !public || region == "" {
		return nil
	}
	if len(args) == 0 {
		if r.Method != http.MethodGet {
			return message(http.StatusNotFound, "Not Found")
		}
		return nil // a list of the region's own
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.container(args[0]); c != nil && c.Region != region {
		if !route.files {
			return message(http.StatusNotFound, "Not Found")
		}
		return message(http.StatusBadRequest, "Invalid Container")
	}
	return nil
}

// hostRegion is the only region that a host knows, or none.
func hostRegion(r *http.Request) acrcloud.Region {
	region, _ := regionOf(r.Host)
	return region
}

// readJSON reads the body of a request; a body that is no object counts as an empty one.
func readJSON(r *http.Request) map[string]any {
	var body map[string]any
	dec := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
	dec.UseNumber()
	if dec.Decode(&body) != nil || body == nil {
		return map[string]any{}
	}
	return body
}
