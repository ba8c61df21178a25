package mock

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A Server is an ACRCloud in memory. Make one with [New]. It is safe for concurrent use.
type Server struct {
	processing time.Duration
	listLag    time.Duration
	seed       uint64
	callbacks  http.RoundTripper

	memory http.RoundTripper

	mu         sync.Mutex
	random     *rand.Rand
	account    int // the number of the server's own
	suspended  bool
	tokens     map[string]Token
	token      string // that of Config
	projects   []project
	storageKey []byte       // signs URLs
	containers []*container // in the order of their creation
	defaultID  int          // of the ready-made container
	nextID     int
	buckets    []bucket // of the account's own, as far as they were named
	tracks     []Track
	hashes     map[[sha256.Size]byte]int // of Track.Data, to the track's number
	uploads    map[string]*object        // by key
	stored     []string                  // the keys, the oldest first
	onScan     func(Upload) Outcome
	onIdentify func(Identification) IdentifyOutcome
	faults     []*fault
	requests   []Request
	deliveries []Delivery

	callbackFaults []*callbackFault
	held           []*held // callbacks that are to come after the next one

	http   *http.Server       // after Start
	stop   context.CancelFunc // of the requests to it
	base   string             // of the listener
	closed bool
}

// New makes a server with one account, which has one container in eu-west-1 that looks for recordings and covers in bucket 23, "ACRCloud
// Music". It starts nothing: use [Server.HTTPClient], or [Server.Start] for a real listener.
func New(opts ...Option) *Server {
	s := &Server{
		seed:      rand.Uint64(),                            //nolint:gosec // not a secret
		callbacks: &http.Transport{DisableKeepAlives: true}, // no connection outlives a callback
		hashes:    map[[sha256.Size]byte]int{},
		uploads:   map[string]*object{},
		tokens:    map[string]Token{},
	}
	for _, o := range opts {
		if o != nil {
			o(s)
		}
	}
	s.random = rand.New(rand.NewPCG(s.seed, 0)) //nolint:gosec // it must be repeatable
	s.account = 1000 + s.random.IntN(9000)
	s.newProject(acrcloud.EUWest1)
	s.token = s.issue(Token{})
	s.storageKey = []byte(hexadecimal(s.random, 40))
	s.nextID = 10_000 + s.random.IntN(9_000_000)
	s.memory = s.pipes()
	s.addContainer(&container{
		AccountID: s.account, Name: "default", Region: acrcloud.EUWest1, AudioType: "linein", Engine: 3, Buckets: []bucket{musicBucket()},
		Policy: map[string]any{"type": "traverse", "interval": 0, "rec_length": 10},
	})
	s.defaultID = s.containers[0].ID
	return s
}

// Start makes the server listen on a loopback address, for other processes and languages: one address for everything. It returns the
// base URL. A server that listens already returns the same again.
func (s *Server) Start() (baseURL string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return "", errors.New("mock: the server is closed")
	case s.http != nil:
		return s.base, nil
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // listening on loopback does not wait
	if err != nil {
		return "", fmt.Errorf("mock: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s.base, s.stop = "http://"+ln.Addr().String(), stop
	s.http = &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: time.Minute, ErrorLog: silent(),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	go func() { _ = s.http.Serve(ln) }()
	return s.base, nil
}

// Close ends the listener, if there is one, and the connections to it; callbacks that have not been sent yet are dropped.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	srv := s.http
	s.mu.Unlock()
	if srv == nil {
		return nil
	}
	s.stop() // what a fault holds up, too
	return srv.Close()
}

// Handler returns the service as a handler, for a server of your own. Requests to the public host names are served as the host would;
// any other host serves everything.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// Config returns a configuration with credentials that are accepted, and the ready-made container. After [Server.Start] it points to the
// listener.
func (s *Server) Config() acrcloud.Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	cfg := s.identifyConfig(s.projects[0])
	cfg.BaseURL, cfg.BearerToken, cfg.ContainerID = s.base, acrcloud.NewSecret(s.token), s.defaultID
	return cfg
}

// Options returns what a client needs to reach this server: the in-memory HTTP client, unless the server listens.
func (s *Server) Options() []acrcloud.Option {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.base != "" {
		return nil
	}
	return []acrcloud.Option{acrcloud.WithHTTPClient(s.HTTPClient())}
}

// OnScan has f decide how each scan ends; nil goes back to recognising tracks. f is called when a file is done processing, one call at a
// time, and must not call the server. If f panics, the file ends in state -3 with the panic as its detail.
func (s *Server) OnScan(f func(Upload) Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onScan = f
}

// Complete ends the processing of a file now.
func (s *Server) Complete(fileID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.file(fileID)
	if f == nil {
		return fmt.Errorf("mock: there is no file %q", fileID)
	}
	s.finish(f)
	return nil
}

// finish ends the processing of a file now. It is called with the lock held.
func (s *Server) finish(f *file) {
	if !f.settled {
		f.readyAt = time.Now().UnixNano()
		s.settle(f)
	}
}

// uuid invents a file id.
func (s *Server) uuid() string {
	h := hexadecimal(s.random, 32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:]
}

func (s *Server) addContainer(c *container) {
	c.ID = s.nextID
	s.nextID++
	now := time.Now()
	c.created, c.updated = now, now
	s.containers = append(s.containers, c)
}

func (s *Server) container(id string) *container {
	n, err := strconv.Atoi(id)
	if err != nil {
		return nil
	}
	i := slices.IndexFunc(s.containers, func(c *container) bool { return c.ID == n })
	if i < 0 {
		return nil
	}
	return s.containers[i]
}

func (s *Server) file(id string) *file {
	for _, c := range s.containers {
		if f := c.file(id); f != nil {
			return f
		}
	}
	return nil
}
