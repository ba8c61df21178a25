package mock

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A Server is an in-memory ACRCloud. Create one with [New]; the zero Server is one without options. It is safe for
// concurrent use.
type Server struct {
	options

	once   sync.Once
	clock  clock
	failed error // of the options

	routes []route
	memory http.RoundTripper

	mu         sync.Mutex
	random     *rand.Rand
	own        *account // the server's own
	music      *bucket  // the service's own
	accounts   map[int]*account
	suspended  bool // the server's own account
	tokens     map[string]Token
	token      string             // that of Config
	projects   []*project         // of all accounts
	first      *project           // that of Config
	storageKey []byte             // signs URLs
	containers map[int]*container // of all accounts
	files      map[string]*file   // of all containers
	defaultID  int                // of the ready-made container
	nextID     int
	tracks     []*Track                     // which are not modified
	hashes     map[[sha256.Size]byte]int    // of Track.Data, to the track's number
	stored     map[string]*content          // by key
	storedKeys []string                     // the oldest first
	plays      map[string]map[string][]Play // that were added, by stream and day
	onPlays    func(streamID string, day time.Time) []Play
	seeded     uint64 // the seed of all invented data
	onScan     func(Upload) Outcome
	onIdentify func(Identification) IdentifyOutcome
	rules      []*rule
	faults     []*fault
	requests   []Request
	deliveries []Delivery
	requestNo  int64 // of the last request
	deliveryNo int64 // of the last delivery
	bodyBytes  int64 // kept of requests

	callbackFaults []*callbackFault
	held           []*held // callbacks to be sent after the next one

	state    *stateFile // nil: nothing is kept
	restored int        // the number of restored tracks

	listening *listening // after Start
	closed    bool
}

// New returns a server with one account and one container in eu-west-1, which looks for recordings and covers in bucket
// 23, "ACRCloud Music". It does not listen: use [Server.HTTPClient], or [Server.Start] for a listener. A nil Option is
// ignored.
func New(opts ...Option) *Server {
	s := &Server{}
	var failed []error
	for _, o := range opts {
		if o != nil {
			failed = append(failed, o.apply(&s.options))
		}
	}
	s.failed = errors.Join(failed...)
	s.ready()
	return s
}

// Err returns the error of the server's options, or nil. Requests to a server with an error get status 500 and its
// text, so that a wrong configuration is noticed.
func (s *Server) Err() error { return s.failed }

// ready initialises a zero Server.
func (s *Server) ready() {
	s.once.Do(func() {
		seed := rand.Uint64() //nolint:gosec // not a secret
		if s.seed != nil {
			seed = *s.seed
		}
		s.seeded, s.plays = seed, map[string]map[string][]Play{}
		s.random = rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // it must be repeatable
		s.accounts, s.containers, s.files = map[int]*account{}, map[int]*container{}, map[string]*file{}
		s.tokens, s.hashes, s.stored = map[string]Token{}, map[[sha256.Size]byte]int{}, map[string]*content{}
		if s.callbacks == nil {
			s.callbacks = &http.Transport{DisableKeepAlives: true} // no connection outlives a callback
		}
		began := time.Date(2013, time.July, 1, 0, 0, 0, 0, time.UTC) // invented
		s.music = &bucket{id: musicBucketID, name: "ACRCloud Music", kind: bucketFile, region: "eu-west-1", netType: 1, created: began, updated: began}
		s.own = s.accountOf(1000 + s.random.IntN(9000))
		s.token = s.issue(Token{}, s.options.token.Reveal())
		s.storageKey = []byte(hexadecimal(s.random, 40))
		s.nextID = 10_000 + s.random.IntN(9_000_000)
		if s.containerID > 0 {
			s.nextID = s.containerID
		}
		s.routes, s.memory = consoleRoutes(), s.pipes()
		s.defaultID = s.nextID
		s.nextID++
		s.addReadyMade(s.defaultID)
		first := s.newProject(acrcloud.EUWest1)
		if !s.accessKey.IsZero() {
			first.accessKey, first.accessSecret = s.accessKey.Reveal(), s.accessPass.Reveal()
		}
		s.first = first
		if s.statePath != "" && s.failed == nil {
			s.failed = s.openState(s.statePath)
		}
	})
}

// addReadyMade adds the container that a server starts with.
func (s *Server) addReadyMade(id int) {
	s.addContainerAs(id, s.own, &settings{
		Name: "default", Region: acrcloud.EUWest1, AudioType: "linein", Engine: 3, Buckets: []*bucket{s.music},
		Policy: map[string]any{"type": "traverse", "interval": 0, "rec_length": 10},
	})
}

// lock locks the server, and initialises a zero one. Every exported method begins with it.
func (s *Server) lock() {
	s.ready()
	s.mu.Lock()
}

// Handler returns the service as a handler for your own server. Requests with a public host name are served as by that
// host; any other host serves everything.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// Config returns a configuration with valid credentials and the ready-made container. After [Server.Start], it points
// to the listener.
func (s *Server) Config() acrcloud.Config {
	s.lock()
	defer s.mu.Unlock()
	cfg := s.identifyConfig(s.first)
	cfg.BearerToken, cfg.ContainerID = acrcloud.NewSecret(s.token), s.defaultID
	if s.listening != nil {
		cfg.BaseURL = s.listening.main
	}
	return cfg
}

// Options returns the options that a client needs to reach this server: the in-memory HTTP client, unless the server
// listens.
func (s *Server) Options() []acrcloud.Option {
	s.lock()
	defer s.mu.Unlock()
	if s.listening != nil {
		return nil
	}
	return []acrcloud.Option{acrcloud.WithHTTPClient(s.HTTPClient())}
}

// OnScan makes f decide the result of each scan; nil returns to recognising tracks. f is called when processing ends,
// by one goroutine at a time, and must not call the server. If f panics, the file ends in state -3 with the panic as
// its detail.
func (s *Server) OnScan(f func(Upload) Outcome) {
	s.lock()
	defer s.mu.Unlock()
	s.onScan = f
}

// Complete ends the processing of a file now.
func (s *Server) Complete(fileID string) error {
	s.lock()
	defer s.mu.Unlock()
	f := s.files[fileID]
	if f == nil {
		return fmt.Errorf("mock: file %q does not exist", fileID)
	}
	s.finish(f)
	s.keepNoted()
	return nil
}

// uuid invents a file id.
func (s *Server) uuid() string {
	h := hexadecimal(s.random, 32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:]
}

// Close closes the listener and its connections, if there are any. Callbacks that have not been sent yet are dropped. A
// closed server cannot be started again.
func (s *Server) Close() error {
	s.lock()
	s.closed = true
	l := s.listening
	err := s.closeState()
	s.mu.Unlock()
	if l == nil {
		return err
	}
	return errors.Join(err, l.close())
}
