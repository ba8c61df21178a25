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

// Path is where everything is.
const Path = "/_mock/"

// Options are those of [New]. nil stands for none.
type Options struct {
	// Scenario is what the server is to do from the start, and again after each reset; Tracks are known likewise.
	Scenario *scenario.Scenario
	Tracks   []mock.Track

	Remote bool     // peers on other machines are served, too
	Hosts  []string // names that the server is called by, other than addresses, localhost, and what containers call this machine

	// Report writes a page that shows a file, which it gets as the service shows it. Without it the dashboard shows JSON. Package mock knows no
	// reports; package report makes them.
	Report func(w io.Writer, file json.RawMessage) error
}

// A Handler steers a server. Make one with [New].
type Handler struct {
	srv    *mock.Server
	opts   Options
	routes []route
	cross  *http.CrossOriginProtection
	page   *built

	mu        sync.Mutex
	nextID    int
	outcomes  []injected
	faults    []injected
	callbacks []injected
}

// An injected thing can be listed, and removed.
type injected struct {
	id     int
	text   json.RawMessage // as it was asked for
	remove func()
}

// New makes a handler for a server, and has the server do what the scenario says.
func New(srv *mock.Server, opts *Options) (*Handler, error) {
	if srv == nil {
		return nil, errors.New("control: there is no server: give one that mock.New has made")
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

// begin has the server know and do what it is to from the start.
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
	for i := range s.Files { // all of them first: a scenario is followed whole, or not at all
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

// keep remembers what can be removed.
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
		problem(http.StatusMethodNotAllowed, "", r.Method+" is not possible here", "use "+strings.Join(methods, " or ")).write(w)
	default:
		problem(http.StatusNotFound, "", "there is nothing here", "see "+Path+"openapi.json").write(w)
	}
}

// Health answers that the server is there, to anybody: for what waits until it is.
func Health(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		problem(http.StatusMethodNotAllowed, "", r.Method+" is not possible here", "use GET").write(w)
		return
	}
	respond(w, http.StatusOK, map[string]string{"status": "ok"})
}

// refuse turns away who has no business here.
func (h *Handler) refuse(r *http.Request) *failure {
	if !h.opts.Remote && (!loopback(r.RemoteAddr) || forwarded(r.Header)) {
		return problem(http.StatusForbidden, "", "only this machine may do this", "start it so that others may, with --control all or Options.Remote")
	}
	if !h.known(r.Host) {
		return problem(http.StatusForbidden, "", fmt.Sprintf("the host name %q is not known here", r.Host), "use localhost or an address, or allow the name with --name or Options.Hosts")
	}
	if err := h.cross.Check(r); err != nil {
		return problem(http.StatusForbidden, "", "another web page may not do this", "use the dashboard, or a program")
	}
	return nil
}

func loopback(peer string) bool {
	at, err := netip.ParseAddrPort(peer)
	return err == nil && at.Addr().Unmap().IsLoopback()
}

// forwarded reports whether a proxy or a tunnel says that it passes on the request of somebody else.
func forwarded(header http.Header) bool {
	return slices.ContainsFunc([]string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"}, func(name string) bool {
		return len(header.Values(name)) > 0
	})
}

// containerHosts are the names of this machine inside containers, of Docker and of Podman.
var containerHosts = []string{"host.docker.internal", "host.containers.internal"}

// known reports whether a host is an address, or a name that no stranger can have lead here: a web page under such a name would pass for
// the dashboard (DNS rebinding). Names of a local network are among those that somebody else can take: a name without a dot, .local, .lan.
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
