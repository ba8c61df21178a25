package mock

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// A route is a call of the Console API. Its handler is called without the server's lock, after the token is checked.
type route struct {
	op       Op
	method   string
	pattern  string // {name} is one segment, which the handler gets from PathValue
	scope    string // the group of scopes; a token needs one of them
	regional bool   // it is served by the host of its container's region
	handler  func(*Server, *request) *response
}

// consoleRoutes returns all calls of the Console API that the server has. Each noun has a table in its own file. The
// prefix /api is documented; it is assumed that paths without it do not exist.
func consoleRoutes() []route {
	return slices.Concat(containerRoutes(), fileRoutes(), bucketRoutes(), bucketFileRoutes(), liveChannelRoutes(), dedupFileRoutes(),
		projectRoutes(), streamProjectRoutes(), streamRoutes(), channelProjectRoutes(), channelRoutes(), historicalRoutes(), unknownRoutes(), billingRoutes(), trackRoutes())
}

// slashes matches double slashes, which one client sends before the path.
var slashes = regexp.MustCompile(`/{2,}`)

// canonical returns a path as the service reads it: clients send double and trailing slashes.
func canonical(path string) string {
	if strings.Contains(path, "//") {
		path = slashes.ReplaceAllString(path, "/")
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	return path
}

// A request is a request that is being served, with its route and operation.
type request struct {
	*http.Request

	place   place
	path    string // canonical
	op      Op     // empty: no operation of the server
	route   *route // of the Console API
	methods bool   // the path exists, for other methods only
	account *account
	fault   *Fault // of the rule that applies
}

// receive finds the operation of a request.
func (s *Server) receive(r *http.Request) *request {
	q := &request{Request: r, place: placeOf(r.Host), path: canonical(r.URL.Path)}
	if p, ok := r.Context().Value(placeKey{}).(place); ok && !q.place.public {
		q.place = p
	}
	switch {
	case q.path == identifyPath && q.place.has(identification):
		q.op = OpIdentify
	case strings.HasPrefix(r.URL.Path, storagePath) && q.place.has(storage):
		q.op = OpStore
	case q.place.has(consoleAPI):
		q.find(s.routes)
	}
	return q
}

// find looks the path up in the Console API.
func (q *request) find(routes []route) {
	for i := range routes {
		if !matches(routes[i].pattern, q.path) {
			continue
		}
		if routes[i].method == q.Method {
			q.route, q.op, q.methods = &routes[i], routes[i].op, false
			q.setPathValues()
			return
		}
		q.methods = true
	}
}

// matches reports whether a path matches a pattern.
func matches(pattern, path string) bool {
	for {
		want, restOfPattern, more := strings.Cut(pattern, "/")
		have, restOfPath, moreToo := strings.Cut(path, "/")
		if (want != have && !strings.HasPrefix(want, "{")) || (want != "" && have == "") || more != moreToo {
			return false
		}
		if !more {
			return true
		}
		pattern, path = restOfPattern, restOfPath
	}
}

func (q *request) setPathValues() {
	values := strings.Split(q.path, "/")
	for i, name := range strings.Split(q.route.pattern, "/") {
		if strings.HasPrefix(name, "{") {
			q.SetPathValue(strings.Trim(name, "{}"), values[i])
		}
	}
}

// elsewhere reports whether the path exists on another host, or with the prefix that clients forget.
func (q *request) elsewhere(routes []route) bool {
	return q.path == identifyPath || strings.HasPrefix(q.URL.Path, storagePath) || slices.ContainsFunc(routes, func(r route) bool {
		return matches(r.pattern, q.path) || matches(r.pattern, "/api"+q.path)
	})
}

// respond passes a request to its handler.
func (s *Server) respond(q *request) *response {
	switch {
	case s.failed != nil:
		return message(http.StatusInternalServerError, s.failed.Error())
	case q.op == OpIdentify:
		return s.identification(q)
	case q.op == OpStore:
		return s.store(q)
	case q.methods:
		return message(http.StatusMethodNotAllowed, "The "+q.Method+" method is not supported for this route.")
	case q.route == nil && q.elsewhere(s.routes):
		return message(http.StatusNotFound, "Not Found")
	}
	if q.place.has(consoleAPI) {
		if refused := s.admit(q); refused != nil {
			return refused
		}
	}
	if q.route == nil {
		return message(http.StatusNotImplemented, "mock: this server does not implement "+q.Method+" "+q.path+"; the service may have it")
	}
	return q.route.handler(s, q)
}
