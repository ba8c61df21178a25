// Package batchtest has the tests that every [batch.Store] must pass. Call [Store] in your own test:
//
//	func TestStore(t *testing.T) {
//		batchtest.Store(t, func(t *testing.T) batch.Store { return mystore.Open(t.TempDir()) })
//	}
package batchtest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// Store tests that a store keeps the promises of [batch.Store], and of [batch.Lister], [batch.Backlog] and
// [batch.Renewer] if it implements them. open makes an empty store for one test, and closes it with t.Cleanup. Run it
// with -race to find races, too.
func Store(t *testing.T, open func(t *testing.T) batch.Store) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*suite)
	}{
		{"add", (*suite).add}, {"load", (*suite).load}, {"save", (*suite).save}, {"every field", (*suite).everyField},
		{"save at the same time", (*suite).saveAtOnce}, {"add at the same time", (*suite).addAtOnce}, {"claim", (*suite).claim},
		{"claim at the same time", (*suite).claimAtOnce}, {"lease", (*suite).lease}, {"later", (*suite).later}, {"renew", (*suite).renew}, {"mark", (*suite).mark},
		{"bind", (*suite).bind}, {"bind at the same time", (*suite).bindAtOnce}, {"backlog", (*suite).backlog}, {"entries", (*suite).entries}, {"ended context", (*suite).endedContext},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(&suite{T: t, store: open(t)})
		})
	}
}

type suite struct {
	*testing.T
	store batch.Store
}

// keys are keys that a store may mishandle.
func keys() []string {
	return []string{"a.wav", "A.wav", "a b/c.wav", "%_\\*?'\";--", "Käse 音楽 🎵", "not UTF-8 \xff\xfe", "line\nbreak\x00", "~41", " ", "_", "__"}
}

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) fresh(keys ...string) {
	s.Helper()
	entries := make([]batch.Entry, len(keys))
	for i, key := range keys {
		entries[i] = batch.Entry{Key: key, Phase: batch.PhaseNew, Due: time.Now().Add(time.Duration(i)*time.Second - time.Hour)}
	}
	n, err := s.store.Add(s.Context(), entries)
	s.must(err)
	if n != len(keys) {
		s.Fatalf("Add added %d of %d new entries", n, len(keys))
	}
}

func (s *suite) entry(key string) batch.Entry {
	s.Helper()
	e, err := s.store.Load(s.Context(), key)
	s.must(err)
	return e
}

func (s *suite) add() {
	s.fresh(keys()...)
	for _, key := range keys() {
		if e := s.entry(key); e.Key != key || e.Rev != 1 || e.Phase != batch.PhaseNew {
			s.Errorf("after Add of %q: %+v", key, e)
		}
	}
	changed := s.entry("a.wav")
	changed.Phase, changed.FileID = batch.PhaseWaiting, "1"
	saved, err := s.store.Save(s.Context(), changed)
	s.must(err)
	n, err := s.store.Add(s.Context(), []batch.Entry{{Key: "a.wav", Phase: batch.PhaseNew}, {Key: "new", Phase: batch.PhaseNew, Ref: "first"}, {Key: "new", Phase: batch.PhaseNew, Ref: "second"}})
	s.must(err)
	if n != 1 {
		s.Errorf("Add added %d entries, not 1, of an existing key and one that is given twice", n)
	}
	s.same(s.entry("a.wav"), saved)
	if e := s.entry("new"); e.Ref != "first" {
		s.Errorf("of two entries with one key the first one is not kept: %+v", e)
	}
	if n, err := s.store.Add(s.Context(), nil); n != 0 || err != nil {
		s.Errorf("Add without entries: %d, %v", n, err)
	}
}

func (s *suite) load() {
	s.fresh("a")
	for _, key := range []string{"b", "A", "", "a "} {
		if e, err := s.store.Load(s.Context(), key); !errors.Is(err, batch.ErrNoEntry) {
			s.Errorf("Load of the missing key %q: %+v, %v", key, e, err)
		}
	}
}

func (s *suite) save() {
	s.fresh("a")
	first := s.entry("a")
	first.Phase, first.Attempt = batch.PhaseIntent, 1
	first.Due = time.Now().Add(time.Hour) // only Add reads it
	second, err := s.store.Save(s.Context(), first)
	s.must(err)
	if second.Rev != first.Rev+1 {
		s.Errorf("Rev after a save is %d; before, it was %d", second.Rev, first.Rev)
	}
	if !second.Due.IsZero() {
		s.Errorf("an entry that was saved is Due at %v", second.Due)
	}
	s.same(s.entry("a"), second)
	for _, rev := range []uint64{0, first.Rev, second.Rev + 1} {
		stale := second
		stale.Rev, stale.Phase = rev, batch.PhaseFailed
		if _, err := s.store.Save(s.Context(), stale); !errors.Is(err, batch.ErrConflict) {
			s.Errorf("Save of revision %d while %d is stored: %v", rev, second.Rev, err)
		}
	}
	s.same(s.entry("a"), second)
	if _, err := s.store.Save(s.Context(), batch.Entry{Key: "b", Phase: batch.PhaseNew, Rev: 1}); !errors.Is(err, batch.ErrNoEntry) {
		s.Errorf("Save of a missing entry: %v", err)
	}
}

func (s *suite) everyField() {
	s.fresh("k")
	e := s.entry("k")
	now := time.Now()
	e.Schema, e.Trace = 1, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	e.Ref, e.Version, e.Phase, e.Attempt, e.IntentAt = "/path \u2028 to.wav", `"etag"`, batch.PhaseFailed, 3, now
	e.Ticket = filescan.Ticket{ContainerID: 7, Filename: "a.wav", Name: "k", DataType: filescan.Audio, Key: "stored/1", Time: now, UniqueName: true}
	e.Container, e.Lost, e.Resend = 7, 2, true
	e.FileID, e.Called, e.AddedBy, e.BilledBy = "6b1e2c1a-0000-4000-8000-000000000001", true, "run-1", "run"
	e.Result = json.RawMessage(`{"failure":{"kind":"scan","error":{"text":"null \u0000 and \ud83c\udfb5 and ` + "🎵" + `"}},"file":{"n":1e3,"n":1.0}}`)
	saved, err := s.store.Save(s.Context(), e)
	s.must(err)
	e.Rev++
	s.same(saved, e)
	s.same(s.entry("k"), e)
}

// same compares two entries; times are equal if they are the same instant.
func (s *suite) same(got, want batch.Entry) {
	s.Helper()
	g, err := json.Marshal(got)
	s.must(err)
	for _, t := range []*time.Time{&got.IntentAt, &got.Ticket.Time, &want.IntentAt, &want.Ticket.Time} {
		if !t.IsZero() {
			*t = t.UTC().Round(0)
		}
	}
	if string(got.Result) != string(want.Result) {
		s.Errorf("Result is not kept byte by byte:\n%s\n%s", got.Result, want.Result)
	}
	w, err := json.Marshal(want)
	s.must(err)
	if g2, _ := json.Marshal(got); string(g2) != string(w) {
		s.Errorf("the entry is\n%s, not\n%s", g, w)
	}
}

func (s *suite) saveAtOnce() {
	const savers, saves = 8, 10
	s.fresh("a")
	var all sync.WaitGroup
	for range savers {
		all.Go(func() {
			for done := 0; done < saves; {
				e, err := s.store.Load(s.Context(), "a")
				if err != nil {
					s.Error(err)
					return
				}
				e.Attempt++
				switch _, err := s.store.Save(s.Context(), e); {
				case err == nil:
					done++
				case !errors.Is(err, batch.ErrConflict):
					s.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if e := s.entry("a"); e.Attempt != savers*saves || e.Rev != savers*saves+1 {
		s.Errorf("%d saves succeeded, but %d have an effect, in %d revisions: one has overwritten another", savers*saves, e.Attempt, e.Rev)
	}
}

func (s *suite) addAtOnce() {
	const adders, entries = 8, 50
	var all sync.WaitGroup
	counts := make([]int, adders)
	for i := range adders {
		all.Go(func() {
			var some []batch.Entry
			for k := range entries {
				some = append(some, batch.Entry{Key: strconv.Itoa((k + 7*i) % entries), Phase: batch.PhaseNew, AddedBy: strconv.Itoa(i)})
			}
			n, err := s.store.Add(s.Context(), some)
			if err != nil {
				s.Error(err)
			}
			counts[i] = n
		})
	}
	all.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	if total != entries {
		s.Errorf("%d entries were added %d times", entries, total)
	}
}

func (s *suite) claimed(n int, lease time.Duration) []string {
	s.Helper()
	keys, err := s.store.Claim(s.Context(), n, lease)
	s.must(err)
	return keys
}

func (s *suite) claim() {
	if keys := s.claimed(10, time.Hour); len(keys) != 0 {
		s.Errorf("Claim from an empty store: %q", keys)
	}
	all := keys()
	s.fresh(all...)
	_, err := s.store.Add(s.Context(), []batch.Entry{{Key: "not yet", Phase: batch.PhaseNew, Due: time.Now().Add(time.Hour)}})
	s.must(err)
	var got []string
	for range all {
		got = append(got, s.claimed(2, time.Hour)...)
	}
	if !slices.Equal(got, all) {
		s.Errorf("Claim returned\n%q, not\n%q: the longest due must come first, and each once", got, all)
	}
}

func (s *suite) claimAtOnce() {
	const claimers, jobs = 8, 200
	names := make([]string, jobs)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	s.fresh(names...)
	var all sync.WaitGroup
	var mu sync.Mutex
	got := map[string]int{}
	for range claimers {
		all.Go(func() {
			for {
				keys, err := s.store.Claim(s.Context(), 7, time.Hour)
				if err != nil {
					s.Error(err)
					return
				}
				if len(keys) == 0 {
					return
				}
				mu.Lock()
				for _, key := range keys {
					got[key]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(got) != jobs {
		s.Errorf("%d of %d jobs were claimed", len(got), jobs)
	}
	for key, n := range got {
		if n != 1 {
			s.Errorf("job %s was claimed %d times within its lease", key, n)
		}
	}
}

// lease tests that a job is handed out again after its lease.
func (s *suite) lease() {
	s.fresh("a")
	if keys := s.claimed(1, time.Millisecond); len(keys) != 1 {
		s.Fatalf("Claim returned %q", keys)
	}
	for end := time.Now().Add(10 * time.Second); ; {
		if keys := s.claimed(1, time.Hour); len(keys) == 1 {
			break
		}
		if time.Now().After(end) {
			s.Fatal("the job is not handed out again after its lease")
		}
	}
	if keys := s.claimed(1, time.Hour); len(keys) != 0 {
		s.Errorf("%q is handed out within its lease", keys)
	}
}

func (s *suite) later() {
	s.fresh("a", "b")
	ctx := s.Context()
	s.must(s.store.Later(ctx, "a", time.Now().Add(time.Hour)))
	s.must(s.store.Later(ctx, "b", time.Time{}))
	if keys := s.claimed(10, time.Hour); len(keys) != 0 {
		s.Errorf("%q are handed out, but one is due in an hour, and the other is not in the queue", keys)
	}
	s.must(s.store.Later(ctx, "a", time.Now().Add(-time.Second)))
	s.must(s.store.Later(ctx, "b", time.Now().Add(-time.Minute)))
	if keys := s.claimed(10, time.Hour); !slices.Equal(keys, []string{"b", "a"}) {
		s.Errorf("%q are handed out, not b and a", keys)
	}
	if err := s.store.Later(ctx, "c", time.Now()); !errors.Is(err, batch.ErrNoEntry) {
		s.Errorf("Later of a missing job: %v", err)
	}
	before := s.entry("a")
	s.must(s.store.Later(ctx, "a", time.Time{}))
	s.same(s.entry("a"), before)
}

func (s *suite) renew() {
	r, ok := s.store.(batch.Renewer)
	if !ok {
		return
	}
	names := keys()
	for i := range 1200 {
		names = append(names, strconv.Itoa(i))
	}
	s.fresh(names...)
	s.must(s.store.Later(s.Context(), "a.wav", time.Time{}))
	s.must(r.Renew(s.Context(), append(names[:len(names)-1:len(names)-1], "unknown", ""), time.Now().Add(time.Hour)))
	if got := s.claimed(10, time.Hour); !slices.Equal(got, names[len(names)-1:]) {
		s.Errorf("after Renew of all but %q, %q are due", names[len(names)-1], got)
	}
	s.must(r.Renew(s.Context(), names, time.Now().Add(-time.Minute)))
	if got := s.claimed(len(names)+1, time.Hour); len(got) != len(names)-1 || slices.Contains(got, "a.wav") {
		s.Errorf("after Renew %d of %d are due, not all but the one that is no longer in the queue", len(got), len(names))
	}
	s.must(r.Renew(s.Context(), nil, time.Now()))
}

func (s *suite) mark() {
	m, ok := s.store.(batch.Marker)
	if !ok {
		return
	}
	all := keys()
	s.fresh(all...)
	expect := func(run string, keys []string, want ...int) {
		s.Helper()
		again, err := m.Mark(s.Context(), run, keys)
		s.must(err)
		if !slices.Equal(again, want) {
			s.Errorf("Mark of %q by %s: %v had been marked, not %v", keys, run, again, want)
		}
	}
	before := s.entry("a.wav")
	expect("one", []string{all[1], all[0], all[1]}, 2)
	expect("one", []string{all[3], all[0], all[2], all[1]}, 1, 3)
	expect("two", all)
	expect("two", []string{all[4]}, 0)
	expect("one", []string{all[4]})
	expect("one", nil)
	s.same(s.entry("a.wav"), before)
}

func (s *suite) bind() {
	b, ok := s.store.(batch.Binder)
	if !ok {
		return
	}
	for range 2 {
		s.must(b.Bind(s.Context(), 7))
	}
	if err := b.Bind(s.Context(), 8); !errors.Is(err, batch.ErrOtherContainer) {
		s.Errorf("Bind to a second container: %v", err)
	}
	s.must(b.Bind(s.Context(), 7))
}

func (s *suite) bindAtOnce() {
	b, ok := s.store.(batch.Binder)
	if !ok {
		return
	}
	const binders = 8
	errs := make(chan error)
	for i := range binders {
		go func() { errs <- b.Bind(s.Context(), 100+i) }()
	}
	bound := 0
	for range binders {
		switch err := <-errs; {
		case err == nil:
			bound++
		case !errors.Is(err, batch.ErrOtherContainer):
			s.Error(err)
		}
	}
	if bound != 1 {
		s.Errorf("%d containers were bound at the same time, not 1", bound)
	}
}

func (s *suite) backlog() {
	b, ok := s.store.(batch.Backlog)
	if !ok {
		return
	}
	expect := func(want int64) {
		s.Helper()
		if n, err := b.Backlog(s.Context()); n != want || err != nil {
			s.Errorf("Backlog is %d, %v, not %d", n, err, want)
		}
	}
	expect(0)
	s.fresh("a", "b", "c")
	s.claimed(1, time.Hour)
	expect(3)
	s.must(s.store.Later(s.Context(), "a", time.Time{}))
	s.must(s.store.Later(s.Context(), "a", time.Time{}))
	expect(2)
	s.must(s.store.Later(s.Context(), "a", time.Now()))
	expect(3)
}

func (s *suite) entries() {
	l, ok := s.store.(batch.Lister)
	if !ok {
		return
	}
	const jobs = 450
	phases := []batch.Phase{batch.PhaseNew, batch.PhaseIntent, batch.PhaseWaiting, batch.PhaseDone, batch.PhaseFailed}
	for i := range jobs {
		s.fresh(strconv.Itoa(i))
		e := s.entry(strconv.Itoa(i))
		e.Phase = phases[i%len(phases)]
		_, err := s.store.Save(s.Context(), e)
		s.must(err)
	}
	seen := map[string]bool{}
	for e, err := range l.Entries(s.Context()) {
		s.must(err)
		seen[e.Key] = true
		e.Attempt++
		_, err = s.store.Save(s.Context(), e) // meanwhile
		s.must(err)
	}
	if len(seen) != jobs {
		s.Errorf("Entries lists %d of %d", len(seen), jobs)
	}
	n := 0
	for e, err := range l.Entries(s.Context(), batch.PhaseDone, batch.PhaseFailed) {
		s.must(err)
		if n++; !e.Phase.Finished() || e.Attempt != 1 {
			s.Errorf("Entries of the finished phases lists %+v", e)
		}
	}
	if n != jobs*2/5 {
		s.Errorf("Entries lists %d finished entries of %d", n, jobs*2/5)
	}
	for _, err := range l.Entries(s.Context()) {
		s.must(err)
		break
	}
}

func (s *suite) endedContext() {
	s.fresh("a")
	before := s.entry("a")
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	_, addErr := s.store.Add(ctx, []batch.Entry{{Key: "b", Phase: batch.PhaseNew}})
	_, loadErr := s.store.Load(ctx, "a")
	_, saveErr := s.store.Save(ctx, before)
	_, claimErr := s.store.Claim(ctx, 1, time.Hour)
	for name, err := range map[string]error{"Add": addErr, "Load": loadErr, "Save": saveErr, "Claim": claimErr, "Later": s.store.Later(ctx, "a", time.Time{})} {
		if !errors.Is(err, context.Canceled) {
			s.Errorf("%s with an ended context: %v", name, err)
		}
	}
	s.same(s.entry("a"), before)
	if keys := s.claimed(10, time.Hour); !slices.Equal(keys, []string{"a"}) {
		s.Errorf("after calls with an ended context, %q are due, not a", keys)
	}
}
