package mock

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// A route is a call of the Console API. Its handler is called without the server's lock, after the token was checked.
type route struct {
	op       Op
	method   string
	pattern  string // in which {name} stands for one segment, which the handler gets from PathValue
	scope    string // the group of scopes, of which a token needs one
	regional bool   // it belongs on the host of its container's region
	handler  func(*Server, *request) *answer
}

// consoleRoutes are all calls of the Console API that the server has: a table for each noun, which stands in the noun's own file. The prefix
// /api is documented; that nothing answers without it is assumed.
func consoleRoutes() []route {
	return slices.Concat(containerRoutes(), fileRoutes(), bucketRoutes(), bucketFileRoutes(), liveChannelRoutes(), dedupFileRoutes(),
		projectRoutes(), streamProjectRoutes(), streamRoutes(), channelProjectRoutes(), channelRoutes(), historicalRoutes(), unknownRoutes(), billingRoutes(), trackRoutes())
}

// slashes are what one client puts two of before the path.
var slashes = regexp.MustCompile(`/{2,}`)

// canonical is a path as the service reads it: clients double slashes, and put one at the end.
func canonical(path string) string {
	if strings.Contains(path, "//") {
		path = slashes.ReplaceAllString(path, "/")
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	return path
}

// A request is one that is being served, with what the server has found out about it.
type request struct {
	*http.Request

	place   place
	path    string // canonical
	op      Op     // empty: nothing that the server has
	route   *route // of the Console API
	methods bool   // the path is there, for other methods only
	account *account
	fault   *Fault // what a rule has go wrong with it
}

// receive finds out what a request is for.
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

// matches reports whether a path is of a pattern.
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

// elsewhere reports whether the server has the path on another host, or with the prefix that clients forget.
func (q *request) elsewhere(routes []route) bool {
	return q.path == identifyPath || strings.HasPrefix(q.URL.Path, storagePath) || slices.ContainsFunc(routes, func(r route) bool {
		return matches(r.pattern, q.path) || matches(r.pattern, "/api"+q.path)
	})
}

// answer has a request answered by what it is for.
func (s *Server) answer(q *request) *answer {
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
