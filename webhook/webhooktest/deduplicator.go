// Package webhooktest has the tests that every [webhook.Deduplicator] must pass. Call [Deduplicator] in a test of your own:
//
//	func TestDeduplicator(t *testing.T) {
//		webhooktest.Deduplicator(t, func(t *testing.T) (here, there webhook.Deduplicator) {
//			database := newDatabase(t)
//			return mystore.Open(database), mystore.Open(database)
//		})
//	}
package webhooktest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/musicchartsai/acrcloud-go/webhook"
)

// Deduplicator tests a Deduplicator by what [webhook.Deduplicator] promises. open makes an empty store for one test and returns two
// Deduplicators of it, as two processes would have them, or the same one twice if it serves one process only. With -race it finds races,
// too.
func Deduplicator(t *testing.T, open func(t *testing.T) (here, there webhook.Deduplicator)) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*suite)
	}{
		{"claim", (*suite).claim}, {"commit", (*suite).commit}, {"release", (*suite).release}, {"keys", (*suite).keys},
		{"claims at the same time", (*suite).claimsAtOnce}, {"releases at the same time", (*suite).releasesAtOnce},
		{"ended context", (*suite).endedContext}, {"handlers", (*suite).handlers},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			here, there := open(t)
			test.run(&suite{T: t, here: here, there: there})
		})
	}
}

type suite struct {
	*testing.T
	here, there webhook.Deduplicator
}

// A claim is what Claim has returned.
type claim string

const (
	claimed    claim = "claimed"
	committed  claim = "committed"
	inProgress claim = "in progress"
)

// is claims a key, and says what is wrong if that does not come out as it should.
func (s *suite) is(d webhook.Deduplicator, key string, want claim) {
	s.Helper()
	ok, err := d.Claim(s.Context(), key)
	got := committed
	switch {
	case ok && err == nil:
		got = claimed
	case !ok && errors.Is(err, webhook.ErrInProgress):
		got = inProgress
	case err != nil:
		s.Fatalf("Claim of %.40q: %v, %v", key, ok, err)
	}
	if got != want {
		s.Fatalf("Claim of %.40q: it is %s, and should be %s", key, got, want)
	}
}

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) claim() {
	s.is(s.here, "a", claimed)
	s.is(s.here, "a", inProgress)
	s.is(s.there, "a", inProgress)
	s.is(s.there, "b", claimed)
	s.is(s.here, "b", inProgress)
}

func (s *suite) commit() {
	s.is(s.here, "a", claimed)
	s.must(s.here.Commit(s.Context(), "a"))
	for range 2 {
		s.is(s.here, "a", committed)
		s.is(s.there, "a", committed)
	}
	s.must(s.here.Commit(s.Context(), "a"))
	s.is(s.there, "a", committed)
}

func (s *suite) release() {
	s.must(s.here.Release(s.Context(), "never claimed"))
	s.is(s.here, "a", claimed)
	s.must(s.here.Release(s.Context(), "a"))
	s.is(s.there, "a", claimed)
	s.is(s.here, "a", inProgress)
	s.must(s.there.Release(s.Context(), "a"))
	s.is(s.there, "a", claimed)
	s.must(s.there.Commit(s.Context(), "a"))
	s.is(s.here, "a", committed)
}

// keys are such as a store may stumble over: an event's key holds text of its sender.
func (s *suite) keys() {
	long := strings.Repeat("x", 1<<20)
	keys := []string{"a", "A", "a ", " a", "%_\\*?'\";--", "Käse 音楽 🎵", "not UTF-8 \xff\xfe", "not UTF-8 \xff\xff", "line\nbreak\x00", "line\nbreak\x00\x00", long, long + "y", "file/7/../1"}
	for _, key := range keys {
		s.is(s.here, key, claimed)
	}
	for i, key := range keys {
		s.is(s.there, key, inProgress)
		if i%2 == 0 {
			s.must(s.here.Commit(s.Context(), key))
		} else {
			s.must(s.here.Release(s.Context(), key))
		}
	}
	for i, key := range keys {
		want := claimed
		if i%2 == 0 {
			want = committed
		}
		s.is(s.there, key, want)
	}
}

// Of many that claim a key at the same time one gets it, each time.
func (s *suite) claimsAtOnce() {
	const keys, each = 20, 8
	var all sync.WaitGroup
	var got [keys]atomic.Int32
	for i := range each {
		d := s.here
		if i%2 == 1 {
			d = s.there
		}
		all.Go(func() {
			for k := range keys {
				ok, err := d.Claim(s.Context(), strconv.Itoa(k))
				switch {
				case ok && err == nil:
					got[k].Add(1)
				case !ok && errors.Is(err, webhook.ErrInProgress):
				default:
					s.Errorf("Claim at the same time as others: %v, %v", ok, err)
				}
			}
		})
	}
	all.Wait()
	for k := range keys {
		if n := got[k].Load(); n != 1 {
			s.Errorf("key %d was claimed %d times", k, n)
		}
	}
}

// A key goes from one to the other, and never to two.
func (s *suite) releasesAtOnce() {
	const each, times = 4, 10
	var all sync.WaitGroup
	var holders, total atomic.Int32
	for i := range each {
		d := s.here
		if i%2 == 1 {
			d = s.there
		}
		all.Go(func() {
			for n := 0; n < times && s.Context().Err() == nil; {
				ok, err := d.Claim(s.Context(), "a")
				switch {
				case ok && err == nil:
					n++
					total.Add(1)
					if holders.Add(1) != 1 {
						s.Error("the key was claimed twice at a time")
					}
					holders.Add(-1)
					if err := d.Release(s.Context(), "a"); err != nil {
						s.Errorf("Release: %v", err)
						return
					}
				case !ok && errors.Is(err, webhook.ErrInProgress):
					<-time.After(time.Millisecond)
				default:
					s.Errorf("Claim while others release: %v, %v", ok, err)
					return
				}
			}
		})
	}
	all.Wait()
	if total.Load() != each*times {
		s.Errorf("the key was claimed %d times, and should have been %d times", total.Load(), each*times)
	}
}

// A call whose context has ended either fails, or has happened.
func (s *suite) endedContext() {
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	ok, err := s.here.Claim(ctx, "a")
	if ok != (err == nil) {
		s.Fatalf("Claim with a context that has ended: %v, %v", ok, err)
	}
	if !ok {
		s.is(s.here, "a", claimed)
	}
	if err := s.here.Commit(ctx, "a"); err != nil {
		s.must(s.here.Commit(s.Context(), "a"))
	}
	s.is(s.there, "a", committed)
	s.is(s.here, "b", claimed)
	if err := s.here.Release(ctx, "b"); err != nil {
		s.must(s.here.Release(s.Context(), "b"))
	}
	s.is(s.there, "b", claimed)
}

// Two handlers get the same event at the same time: one of them handles it, and both respond with what has become of it.
func (s *suite) handlers() {
	for i, fails := range []bool{false, true} {
		var calls atomic.Int32
		begun, end := make(chan struct{}, 2), make(chan struct{})
		function := func(context.Context, *webhook.Event) error {
			first := calls.Add(1) == 1
			begun <- struct{}{}
			<-end
			if first && fails {
				return errors.New("the first call fails")
			}
			return nil
		}
		body := fmt.Sprintf(`{"file_id":"file-%d","state":1,"cid":7,"results":{"music":[{"result":{"title":"a"}}]}}`, i)
		statuses := make(chan int, 2)
		for _, d := range []webhook.Deduplicator{s.here, s.there} {
			h, err := webhook.NewHandler(function, webhook.WithoutAuthentication(), webhook.WithDeduplicator(d))
			s.must(err)
			go func() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequestWithContext(s.Context(), http.MethodPost, "/", strings.NewReader(body)))
				statuses <- w.Code
			}()
		}
		<-begun
		<-time.After(100 * time.Millisecond) // so that the other one has asked
		if calls.Load() != 1 || len(statuses) != 0 {
			s.Fatalf("while the event is being handled: %d calls, %d responses", calls.Load(), len(statuses))
		}
		close(end)
		first, second := <-statuses, <-statuses
		wantCalls, wantStatus := int32(1), http.StatusOK
		if fails { // the one whose call has failed says so, and the other one handles the event
			wantCalls, wantStatus = 2, http.StatusInternalServerError
		}
		if calls.Load() != wantCalls || max(first, second) != wantStatus || min(first, second) != http.StatusOK {
			s.Errorf("a first call that fails: %v; then there are %d calls, status %d and %d", fails, calls.Load(), first, second)
		}
	}
}
