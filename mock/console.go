package mock

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
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
	if f != nil && (wait(r.Context(), f.Delay) != nil || f.Lose) {
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
		status := f.status()
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

// A route is an endpoint of the Console API. Its handler is called without the lock.
type route struct {
	op      Op
	method  string
	path    *regexp.Regexp
	files   bool // it belongs on the host of the container's region
	handler func(s *Server, r *http.Request, args []string) *answer
}

// The prefix /api is documented; that nothing answers without it is assumed.
var routes = []route{
	{OpCreateContainer, http.MethodPost, regexp.MustCompile(`^/api/fs-containers$`), false, (*Server).createContainer},
	{OpListContainers, http.MethodGet, regexp.MustCompile(`^/api/fs-containers$`), false, (*Server).listContainers},
	{OpGetContainer, http.MethodGet, regexp.MustCompile(`^/api/fs-containers/([^/]+)$`), false, (*Server).getContainer},
	{OpUpdateContainer, http.MethodPut, regexp.MustCompile(`^/api/fs-containers/([^/]+)$`), false, (*Server).updateContainer},
	{OpDeleteContainer, http.MethodDelete, regexp.MustCompile(`^/api/fs-containers/([^/]+)$`), false, (*Server).deleteContainer},
	{OpPresign, http.MethodGet, regexp.MustCompile(`^/api/fs-containers/([^/]+)/presigned-upload$`), true, (*Server).presign},
	{OpListFiles, http.MethodGet, regexp.MustCompile(`^/api/fs-containers/([^/]+)/files$`), true, (*Server).listFiles},
	{OpCreateFile, http.MethodPost, regexp.MustCompile(`^/api/fs-containers/([^/]+)/files$`), true, (*Server).createFile},
	{OpGetFile, http.MethodGet, regexp.MustCompile(`^/api/fs-containers/([^/]+)/files/([^/]+)$`), true, (*Server).getFiles},
	{OpDeleteFile, http.MethodDelete, regexp.MustCompile(`^/api/fs-containers/([^/]+)/files/([^/]+)$`), true, (*Server).deleteFiles},
	{OpRescanFile, http.MethodPut, regexp.MustCompile(`^/api/fs-containers/([^/]+)/files/([^/]+)/rescan$`), true, (*Server).rescanFiles},
}

// answer finds the endpoint.
func (s *Server) answer(r *http.Request) *answer {
	if a := s.identification(r); a != nil {
		return a
	}
	if isStore(r) {
		return s.store(r)
	}
	found, args, otherMethod := find(r)
	switch {
	case otherMethod:
		return message(http.StatusMethodNotAllowed, "The "+r.Method+" method is not supported for this route.")
	case found.handler == nil:
		return message(http.StatusNotFound, "Not Found")
	}
	account, refused := s.admit(r)
	if refused != nil {
		return refused
	}
	r = r.WithContext(context.WithValue(r.Context(), accountKey{}, account))
	if refused := s.checkContainer(r, found, args); refused != nil {
		return refused
	}
	return found.handler(s, r, args)
}

type accountKey struct{}

// accountOf is whose token came with an admitted request.
func accountOf(r *http.Request) int {
	account, _ := r.Context().Value(accountKey{}).(int)
	return account
}

// find returns the route of a request, and the ids in its path. There is none if the path is unknown, or has other methods only.
func find(r *http.Request) (found route, args []string, otherMethod bool) {
	if !consoleAPI.on(r.Host) {
		return route{}, nil, false
	}
	for _, route := range routes {
		args := route.path.FindStringSubmatch(r.URL.Path)
		if args == nil {
			continue
		}
		if route.method == r.Method {
			return route, args[1:], false
		}
		otherMethod = true
	}
	return route{}, nil, otherMethod
}

// checkContainer refuses a container of another account, and one on the host of another region. The message has been seen; its status is
// not known, and assumed to be 400. Files on a main host are an old way that still works. Containers are known to be shown and listed on
// their region's host, too; that new ones are made on a main host only is assumed.
func (s *Server) checkContainer(r *http.Request, route route, args []string) *answer {
	region := hostRegion(r)
	if len(args) == 0 {
		if region != "" && r.Method != http.MethodGet {
			return message(http.StatusNotFound, "Not Found")
		}
		return nil // a list of the region's own
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch c := s.container(args[0]); {
	case c == nil, c.AccountID == accountOf(r) && (region == "" || region == c.Region):
		return nil
	case route.files:
		return message(http.StatusBadRequest, "Invalid Container")
	}
	return message(http.StatusNotFound, "Not Found")
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
