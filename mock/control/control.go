package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/mock/scenario"
)

// Path is the prefix of all paths.
const Path = "/_mock/"

// Options configure [New]. nil means the zero Options.
type Options struct {
	// Scenario configures the server at the start, and again after each reset. The same holds for Tracks.
	Scenario *scenario.Scenario
	Tracks   []mock.Track

	Remote bool     // also serve other machines
	Hosts  []string // additional host names of the server; addresses, localhost, and the names by which containers call this machine need not be listed

	// Report writes a page about a file, given the file as the service returns it. Without it the dashboard shows JSON.
	// Package mock does not depend on package report, which can create such pages.
	Report func(w io.Writer, file json.RawMessage) error
}

// A Handler serves the control API of a server. Create one with [New].
type Handler struct {
	srv    *mock.Server
	opts   Options
	routes []route
	cross  *http.CrossOriginProtection
	page   *built

	resetting sync.Mutex
	mu        sync.Mutex
	nextID    int
	outcomes  []injected
	faults    []injected
	callbacks []injected
}

// An injected object can be listed and removed.
type injected struct {
	id     int
	text   json.RawMessage // as it was asked for
	remove func()
}

// New returns a handler for a server, and applies the scenario to the server.
func New(srv *mock.Server, opts *Options) (*Handler, error) {
	if srv == nil {
		return nil, errors.New("control: the server is nil: create one with mock.New")
	}
	page, err := build()
	if err != nil {
		return nil, err
	}
	h := &Handler{srv: srv, routes: routes(), cross: http.NewCrossOriginProtection(), page: page}
	if opts != nil {
		h.opts = *opts
		h.opts.Hosts = slices.Clone(opts.Hosts)
	}
	if err := h.begin(); err != nil {
		return nil, err
	}
	return h, nil
}

// begin applies the scenario and the tracks to the server.
func (h *Handler) begin() error {
	for _, t := range h.opts.Tracks {
		h.srv.AddTrack(t)
	}
	s := h.opts.Scenario
	if s == nil {
		return nil
	}
	for _, t := range s.Tracks {
		h.srv.AddTrack(t.Track)
	}
	rules := make([]mock.Rule, 0, len(s.Files))
	for i := range s.Files { // check all of them first: a scenario is applied completely or not at all
		rule, problem := s.Files[i].Rule(h.srv)
		if problem != nil {
			problem.Field = fmt.Sprintf("files[%d].%s", i, problem.Field)
			return &scenario.Error{Problems: []scenario.Problem{*problem}}
		}
		rules = append(rules, rule)
	}
	for i, rule := range rules {
		remove, err := h.srv.AddRule(rule)
		if err != nil {
			return err
		}
		h.keep(&h.outcomes, s.Files[i].JSON(), remove)
	}
	for i := range s.Faults {
		h.keep(&h.faults, s.FaultJSON(i), h.srv.Inject(s.Faults[i]))
	}
	for i := range s.Callbacks {
		h.keep(&h.callbacks, s.CallbackJSON(i), h.srv.InjectCallback(s.Callbacks[i]))
	}
	return nil
}

// keep records an injected object.
func (h *Handler) keep(list *[]injected, text json.RawMessage, remove func()) injected {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.nextID++
	added := injected{h.nextID, text, remove}
	*list = append(*list, added)
	return added
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.URL.Path == Path+"health" {
		Health(w, r)
		return
	}
	if refused := h.refuse(r); refused != nil {
		refused.write(w)
		return
	}
	found, methods := h.find(r)
	switch {
	case found != nil:
		found.handle(h, w, r)
	case len(methods) > 0:
		w.Header().Set("Allow", strings.Join(methods, ", "))
		problem(http.StatusMethodNotAllowed, "", r.Method+" is not allowed here", "use "+strings.Join(methods, " or ")).write(w)
	default:
		problem(http.StatusNotFound, "", "this path does not exist", "see "+Path+"openapi.json").write(w)
	}
}

// Health returns 200 to everyone, for programs that wait until the server is ready.
func Health(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		problem(http.StatusMethodNotAllowed, "", r.Method+" is not allowed here", "use GET").write(w)
		return
	}
	respond(w, http.StatusOK, map[string]string{"status": "ok"})
}

// refuse returns the failure for a client that may not use the API, or nil.
func (h *Handler) refuse(r *http.Request) *failure {
	if !h.opts.Remote && (!loopback(r.RemoteAddr) || forwarded(r.Header)) {
		return problem(http.StatusForbidden, "", "only programs on the same machine may use the control API", "allow others with --control all or Options.Remote")
	}
	if !h.known(r.Host) {
		return problem(http.StatusForbidden, "", fmt.Sprintf("the host name %q is not allowed", r.Host), "use localhost or an address, or allow the name with --name or Options.Hosts")
	}
	if err := h.cross.Check(r); err != nil {
		return problem(http.StatusForbidden, "", "other web pages may not use the control API", "use the dashboard, or a program")
	}
	return nil
}

func loopback(peer string) bool {
	at, err := netip.ParseAddrPort(peer)
	return err == nil && at.Addr().Unmap().IsLoopback()
}

// forwarded reports whether a proxy or a tunnel states that it forwards a request.
func forwarded(header http.Header) bool {
	return slices.ContainsFunc([]string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"}, func(name string) bool {
		return len(header.Values(name)) > 0
	})
}

// containerHosts are the names of this machine inside containers of Docker and Podman.
var containerHosts = []string{"host.docker.internal", "host.containers.internal"}

// known reports whether a host is an address, or a name that a stranger cannot point to this machine: a web page under
// such a name could impersonate the dashboard (DNS rebinding). Others can take the names of a local network: names
// without a dot, .local, .lan.
func (h *Handler) known(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if _, err := netip.ParseAddr(name); err == nil || name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	return slices.Contains(containerHosts, name) || slices.ContainsFunc(h.opts.Hosts, func(own string) bool { return strings.EqualFold(own, name) })
}
