package filescan_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

var (
	soakFiles   = flag.Int("soak.files", 500, "how many files each run of the soak uploads")
	soakSeeds   = flag.Uint64("soak.seeds", 1, "how many seeds the soak runs with")
	soakWorkers = flag.Int("soak.workers", 200, "how many callers the soak has at a time")
	soakFaults  = flag.Float64("soak.faults", 0.2, "the share of requests that meet with a fault")
)

// TestSoak uploads many files over a network and to a service that fail in every way, and looks at what the service has then:
//
//   - lost: a caller got neither its file nor an error that says that the outcome is unknown, or got a file that does not exist;
//   - doubled: two files were made, and billed, of one content;
//   - wrong: a caller got the file of another content.
//
// None of that may happen, with unique names and without. Without, callers may be told that the outcome is unknown. A long run:
//
//	go test ./filescan -run Soak -timeout 2h -soak.files 10000 -soak.seeds 3 -v
func TestSoak(t *testing.T) {
	t.Parallel()
	for seed := range *soakSeeds {
		for _, unique := range []bool{true, false} {
			t.Run(fmt.Sprintf("seed %d, unique names %v", seed+1, unique), func(t *testing.T) {
				t.Parallel()
				runSoak(t, seed+1, unique)
			})
		}
	}
}

func runSoak(t *testing.T, seed uint64, unique bool) {
	t.Helper()
	lag := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // not a secret
	service := newTruth("")
	service.lag = func() time.Duration { return time.Duration(lag.IntN(1500)) * time.Millisecond } // it is asked under a lock
	net := newFaulty(service, seed, *soakFaults)
	srv := httptest.NewServer(net)
	service.base = srv.URL
	s := &soak{t: t, seed: seed, unique: unique, service: service, callers: map[string]*caller{}}
	for range 3 { // processes, as it were
		transport := &http.Transport{MaxIdleConnsPerHost: *soakWorkers}
		t.Cleanup(transport.CloseIdleConnections)
		c, err := filescan.New(acrcloud.Config{BaseURL: srv.URL, BearerToken: acrcloud.NewSecret(testToken), ContainerID: 7},
			acrcloud.WithHTTPClient(&http.Client{Transport: transport}), acrcloud.WithAttemptTimeout(time.Second), acrcloud.WithStallTimeout(time.Second),
			acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 5, MinWait: 2 * time.Millisecond, MaxWait: 200 * time.Millisecond}))
		require.NoError(t, err)
		s.clients = append(s.clients, c)
	}
	started := time.Now()
	callers := make(chan int)
	var wg sync.WaitGroup
	for range *soakWorkers {
		wg.Go(func() {
			for i := range callers {
				s.caller(i).run(t.Context())
			}
		})
	}
	for i := range *soakFiles {
		callers <- i
	}
	close(callers)
	wg.Wait()
	srv.Close() // and so the service is done with what was stalled
	s.judge(net, time.Since(started))
}

// soak is one run.
type soak struct {
	t       *testing.T
	seed    uint64
	unique  bool
	service *truth
	clients []*filescan.Client

	mu                         sync.Mutex
	callers                    map[string]*caller // by the hash of their content
	got, unknown, resumed, cut int
	tries                      int
	lost, wrong                []string
}

// history is what happened to a caller.
func (s *soak) history(hash string) string {
	c := s.callers[hash]
	return c.id + ": " + strings.Join(c.calls, "; then ")
}

func (s *soak) note(n *int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*n++
}

// judge compares what callers got with what the service has.
func (s *soak) judge(net *faulty, took time.Duration) {
	s.t.Helper()
	var doubled []string
	made := map[string]int{}
	for _, f := range s.service.files {
		if made[f.hash]++; made[f.hash] == 2 {
			doubled = append(doubled, s.history(f.hash))
		}
	}
	s.t.Logf("seed %d, unique names %v: %d files in %v: lost %d, doubled %d, wrong %d; %d got theirs, %d unknown, %d resumed, %d calls were given up, %d calls; %d made; %v",
		s.seed, s.unique, *soakFiles, took.Round(time.Second), len(s.lost), len(doubled), len(s.wrong), s.got, s.unknown, s.resumed, s.cut, s.tries, len(s.service.files), net)
	assert.Empty(s.t, s.lost, "lost")
	assert.Empty(s.t, doubled, "doubled")
	assert.Empty(s.t, s.wrong, "wrong")
	assert.Equal(s.t, *soakFiles, s.got+s.unknown)
	assert.Empty(s.t, net.missing(), "faults that no creating request has met")
	if s.unique {
		assert.Zero(s.t, s.unknown)
		assert.Len(s.t, s.service.files, *soakFiles)
	}
}

// A caller wants one file scanned.
type caller struct {
	*soak
	id      string
	random  *rand.Rand
	content []byte
	opts    filescan.UploadOptions
	url     string // to import it from; empty: it is uploaded

	ticket []byte           // as it is stored
	last   *filescan.Client // that may have sent the creating request
	unsure bool             // whether it has
	calls  []string         // and how they ended
}

func (s *soak) caller(i int) *caller {
	random := rand.New(rand.NewPCG(s.seed, uint64(1000+i))) //nolint:gosec // not a secret
	c := &caller{soak: s, random: random, id: fmt.Sprintf("%d-%d", s.seed, i)}
	c.content = []byte("the recording of caller " + c.id)
	c.opts = filescan.UploadOptions{UniqueName: s.unique, Method: pick(random, filescan.Auto, filescan.Auto, filescan.Multipart)}
	c.opts.Name = fmt.Sprintf("song %d.mp3", random.IntN(1+*soakFiles/5))
	if s.unique {
		c.opts.Name = "key " + c.id + ".mp3"
	}
	if random.IntN(10) == 0 {
		c.url = "https://cdn.test/" + c.id
		c.content = []byte(c.url)
	}
	c.opts.OnTicket = func(_ context.Context, ticket filescan.Ticket) (err error) {
		c.ticket, err = json.Marshal(ticket)
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callers[hashOf(c.content)] = c
	return c
}

const maxTries = 40

func (c *caller) run(ctx context.Context) {
	for range maxTries {
		c.note(&c.tries)
		began := time.Now()
		patient, cancel := c.patience(ctx)
		file, err := c.try(patient)
		over := err != nil && c.isOver(patient, err)
		cancel()
		c.calls = append(c.calls, fmt.Sprintf("%v after %v: %v", c.opts.Method, time.Since(began).Round(time.Millisecond), err))
		switch {
		case err == nil:
			c.check(file)
			return
		case over:
			c.note(&c.unknown)
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost = append(c.lost, c.history(hashOf(c.content)))
}

// patience is how long the caller waits for a call.
func (c *caller) patience(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.random.IntN(6) > 0 {
		return context.WithCancel(ctx)
	}
	c.note(&c.cut)
	return context.WithTimeout(ctx, time.Duration(c.random.IntN(500))*time.Millisecond)
}

// try makes one call.
func (c *caller) try(ctx context.Context) (*filescan.File, error) {
	client := pick(c.random, c.clients...)
	if c.ticket != nil { // the request may have been sent, so another process goes on
		var ticket filescan.Ticket
		if err := json.Unmarshal(c.ticket, &ticket); err != nil {
			return nil, err
		}
		c.note(&c.resumed)
		return client.Files(7).Resume(ctx, ticket)
	}
	if c.unsure { // there is no ticket: the client remembers what it has sent
		client = c.last
	}
	c.last = client
	if c.url != "" {
		return client.Files(7).Import(ctx, filescan.AudioURL(c.url), &filescan.ImportOptions{Name: c.opts.Name, UniqueName: c.unique})
	}
	return client.Files(7).Upload(ctx, acrcloud.FromBytes("song.mp3", c.content), &c.opts)
}

// isOver notes what a failure says, and reports whether the caller has to leave it at that.
func (c *caller) isOver(ctx context.Context, err error) bool {
	switch {
	case errors.Is(err, acrcloud.ErrNotFound), errors.Is(err, acrcloud.ErrInvalid):
		c.ticket, c.unsure = nil, false // there is neither a file nor content to make it of: once more from the start
		return false
	case c.unique:
		c.unsure = c.unsure || errors.Is(err, acrcloud.ErrOutcomeUnknown) || ctx.Err() != nil
		return false
	case c.url != "" || c.opts.Method == filescan.Multipart: // there is nothing to resume
		over := errors.Is(err, acrcloud.ErrOutcomeUnknown) || ctx.Err() != nil && (c.url != "" || c.ticket != nil)
		c.ticket = nil
		return over
	}
	stopped, ok := errors.AsType[*filescan.UploadError](err)
	return ok && len(stopped.Candidates) > 0
}

// check looks at a file that the caller got.
func (c *caller) check(file *filescan.File) {
	c.service.mu.Lock()
	truth := c.service.files[file.ID]
	c.service.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case truth == nil:
		c.lost = append(c.lost, "no file "+file.ID+" for "+c.history(hashOf(c.content)))
	case truth.hash != hashOf(c.content):
		c.wrong = append(c.wrong, file.ID+" for "+c.history(hashOf(c.content)))
	default:
		c.got++
	}
}
