package filescan_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// faulty is a network and a service in front of another one that fail in every way in which real ones do, on sockets. It shares no code
// with package mock.
type faulty struct {
	next  http.Handler
	share float64 // of requests that meet with a fault

	mu     sync.Mutex
	random *rand.Rand
	deck   []int          // faults of the next creating requests
	met    map[string]int // how often each fault was met by a creating request
}

func newFaulty(next http.Handler, seed uint64, share float64) *faulty {
	return &faulty{next: next, share: share, random: rand.New(rand.NewPCG(seed, 1)), met: map[string]int{}} //nolint:gosec // not a secret
}

// A fault handles a request in place of the service. n chooses among its kinds.
type fault struct {
	name string
	do   func(f *faulty, w http.ResponseWriter, r *http.Request, n int)
}

// The faults. "After" is after the service has processed the request.
var faults = []fault{
	{"dropped before", func(_ *faulty, w http.ResponseWriter, _ *http.Request, _ int) { hangUp(w) }},
	{"dropped in the middle", func(_ *faulty, w http.ResponseWriter, r *http.Request, _ int) {
		_, _ = io.CopyN(io.Discard, r.Body, max(r.ContentLength/2, 0))
		hangUp(w)
	}},
	{"dropped after", func(f *faulty, w http.ResponseWriter, r *http.Request, _ int) {
		f.process(r)
		hangUp(w)
	}},
	{"5xx before", func(_ *faulty, w http.ResponseWriter, r *http.Request, n int) {
		_, _ = io.Copy(io.Discard, r.Body)
		serverError(w, n)
	}},
	{"5xx after", func(f *faulty, w http.ResponseWriter, r *http.Request, n int) {
		f.process(r)
		serverError(w, n)
	}},
	{"refused before", func(_ *faulty, w http.ResponseWriter, r *http.Request, n int) {
		_, _ = io.Copy(io.Discard, r.Body)
		refusal(w, n)
	}},
	{"refused after", func(f *faulty, w http.ResponseWriter, r *http.Request, n int) {
		f.process(r)
		refusal(w, n)
	}},
	{"HTML before", func(_ *faulty, w http.ResponseWriter, r *http.Request, _ int) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "<!doctype html><title>Log in to the hotel's network</title>")
	}},
	{"HTML after", func(f *faulty, w http.ResponseWriter, r *http.Request, _ int) {
		f.process(r)
		_, _ = io.WriteString(w, "<!doctype html><title>Oops</title>")
	}},
	{"nothing after", func(f *faulty, w http.ResponseWriter, r *http.Request, _ int) {
		f.process(r)
		w.WriteHeader(http.StatusOK)
	}},
	{"truncated", func(f *faulty, w http.ResponseWriter, r *http.Request, _ int) {
		resp := f.process(r)
		w.Header().Set("Content-Length", strconv.Itoa(max(resp.Body.Len(), 2)))
		w.WriteHeader(resp.Code)
		_, _ = w.Write(resp.Body.Bytes()[:resp.Body.Len()/2])
		panic(http.ErrAbortHandler)
	}},
	{"stalled before", func(f *faulty, w http.ResponseWriter, r *http.Request, n int) {
		<-time.After(time.Duration(n) * time.Millisecond)
		f.next.ServeHTTP(w, r) // also if nobody waits for it any more
	}},
	{"stalled after", func(f *faulty, w http.ResponseWriter, r *http.Request, n int) {
		resp := f.process(r)
		<-time.After(time.Duration(n) * time.Millisecond)
		w.WriteHeader(resp.Code)
		_, _ = w.Write(resp.Body.Bytes())
	}},
}

// maxStall is longer than the soak's clients wait for a response.
const maxStall = 1500

// ServeHTTP implements [http.Handler].
func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	n := -1
	if f.random.Float64() < f.share {
		n = f.random.IntN(len(faults))
		if opOf(r) == opCreate {
			n = f.deal()
			f.met[faults[n].name]++
		}
	}
	kind := f.random.IntN(maxStall)
	f.mu.Unlock()
	if n < 0 {
		f.next.ServeHTTP(w, r)
		return
	}
	faults[n].do(f, w, r, kind)
}

// deal returns the fault of a creating request. Each of them comes once before any comes again, so that a short run meets all.
func (f *faulty) deal() int {
	if len(f.deck) == 0 {
		f.deck = f.random.Perm(len(faults))
	}
	n := f.deck[0]
	f.deck = f.deck[1:]
	return n
}

// process has the service process a request, and keeps the response.
func (f *faulty) process(r *http.Request) *httptest.ResponseRecorder {
	resp := httptest.NewRecorder()
	f.next.ServeHTTP(resp, r)
	return resp
}

// missing returns the faults that no creating request has met with.
func (f *faulty) missing() (names []string) {
	for _, fault := range faults {
		if f.met[fault.name] == 0 {
			names = append(names, fault.name)
		}
	}
	return names
}

func (f *faulty) String() string {
	var total int
	for _, n := range f.met {
		total += n
	}
	return fmt.Sprintf("%d faults of creating requests: %v", total, f.met)
}

func hangUp(w http.ResponseWriter) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = conn.Close()
	}
}

func serverError(w http.ResponseWriter, n int) {
	codes := []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusRequestTimeout}
	w.WriteHeader(codes[n%len(codes)])
	_, _ = io.WriteString(w, "<html><h1>Error</h1></html>")
}

func refusal(w http.ResponseWriter, n int) {
	codes := []int{http.StatusTooManyRequests, http.StatusServiceUnavailable}
	code := codes[n%len(codes)]
	if code == http.StatusServiceUnavailable || n%3 == 0 {
		w.Header().Set("Retry-After", "0")
	}
	w.WriteHeader(code)
}

// pick chooses one.
func pick[T any](random *rand.Rand, choices ...T) T { return choices[random.IntN(len(choices))] }
