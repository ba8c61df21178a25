package batch

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// states knows which files are still being processed. It reads the list of files in that state, a hundred per request,
// since polling each file would be thousands of requests per second in a large run. A file on the list is being
// processed. A file that is missing may be done, but the list may also lag, be cut off, or ignore the filter: then the
// file itself is fetched.
type states struct {
	files    *filescan.Files
	min, max time.Duration
	ctx      context.Context //nolint:containedctx // of the readings, which serve several steps
	stop     func()          // ends the running reading

	mu       sync.Mutex
	wanted   map[string]*wanted // files that jobs wait for, by id
	life     time.Duration      // how long files are processed, on average
	lag      time.Duration      // the observed delay until new files appear on the list
	finished bool               // some files finished since the last reading

	reading  chan struct{} // closed when the running reading ends; nil: none is running
	round    int           // of the last reading
	started  time.Time     // when it began
	failures int           // of readings in a row
	failed   error         // the last of them
	panicked any           // what the last reading panicked with
	since    time.Time     // the first of them
	interval time.Duration // between two readings
	next     time.Time     // not before
}

// A wanted is a file that a job waits for.
type wanted struct {
	since time.Time
	asked time.Time
	round int           // of the last reading that listed it
	pause time.Duration // before the file itself is fetched again
	look  time.Time     // not before
}

const (
	statePage    = 100
	perPage      = 250 * time.Millisecond // of interval for each page: a long list is read less often
	lookShare    = 10                     // readings during the usual life of a file
	spareRows    = 1000                   // on the list, beyond twice the number waited for, before reading stops
	forgotten    = 100                    // longest intervals without a question, before a file is dropped
	maxFailures  = 3                      // of readings, before the list counts as unusable
	readDeadline = 2 * time.Minute
)

func newStates(files *filescan.Files, minimum, maximum time.Duration) *states {
	s := &states{files: files, min: minimum, max: maximum, interval: minimum, wanted: map[string]*wanted{}}
	ctx, cancel := context.WithCancel(context.Background())
	s.ctx, s.stop = ctx, func() {
		cancel()
		s.mu.Lock()
		reading := s.reading
		s.mu.Unlock()
		if reading != nil {
			<-reading
		}
	}
	return s
}

// add records a new file, and returns when to check it.
func (s *states) add(id string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.want(id)
	return s.spread(s.min)
}

func (s *states) want(id string) *wanted {
	w := s.wanted[id]
	if w == nil {
		w = &wanted{since: time.Now(), pause: s.min}
		s.wanted[id] = w
	}
	w.asked = time.Now()
	return w
}

// forget removes a file that is done.
func (s *states) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.wanted[id]
	if w == nil {
		return
	}
	delete(s.wanted, id)
	s.finished = true
	if life := time.Since(w.since); s.life == 0 {
		s.life = life
	} else {
		s.life += (life - s.life) / 8
	}
}

// looked records that the file itself was fetched and is still being processed, and returns when to check again.
func (s *states) looked(id string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.want(id)
	// It is being processed, but is not on the list. Most likely the list lags: then it does not help for files as new
	// as this one.
	s.lag = max(s.lag, min(s.started.Sub(w.since), max(s.life/4, s.min)))
	w.look = time.Now().Add(w.pause)
	after := w.pause
	w.pause = min(w.pause*3/2, s.max)
	return after
}

// busy reports whether a file is assumed to be still processed, and when to check again.
func (s *states) busy(ctx context.Context, id string) (after time.Duration, busy bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.want(id)
	if s.reading != nil || !time.Now().Before(s.next) { // once: with a tiny interval the next reading is due already
		if s.reading == nil {
			s.reading = make(chan struct{})
			go s.read(s.ctx, 2*len(s.wanted)+spareRows)
		}
		reading := s.reading
		s.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-reading:
		}
		s.mu.Lock()
		if s.panicked != nil {
			panic(s.panicked) //nolint:forbidigo // it is the caller's own, who must see it
		}
		if ctx.Err() != nil {
			return 0, true
		}
	}
	now := time.Now()
	switch {
	case w.round == s.round && s.round != 0, // it is on the list
		w.since.After(s.started.Add(-s.lag)): // it is too new to be on the list
		return s.spread(s.next.Sub(now)), true
	case w.look.After(now):
		return w.look.Sub(now), true
	}
	return 0, false
}

// spread keeps jobs that wait for the same reading from asking at the same moment.
func (s *states) spread(d time.Duration) time.Duration {
	return max(d, 0) + rand.N(s.min/8+1) //nolint:gosec // no secret depends on it
}

// read reads the list once, for all waiting jobs, up to limit rows.
func (s *states) read(ctx context.Context, limit int) {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	started := time.Now()
	onList, rows, panicked, failed := s.list(ctx, limit)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.panicked = panicked
	if failed == nil {
		s.failures = 0
	} else if s.failures++; s.failures == 1 {
		s.since = started
	}
	s.failed = failed
	if failed == nil || s.failures >= maxFailures {
		s.round++
		s.started = started
		for _, id := range onList {
			if w := s.wanted[id]; w != nil {
				w.round = s.round
			}
		}
	}
	switch {
	case s.finished:
		s.interval = s.life / lookShare
	default:
		s.interval = s.interval * 3 / 2
	}
	s.finished = false
	for id, w := range s.wanted {
		if time.Since(w.asked) > forgotten*s.max {
			delete(s.wanted, id) // another process finished it
		}
	}
	s.interval = max(s.min, min(max(s.interval, time.Duration(rows/statePage)*perPage), s.max))
	s.next = time.Now().Add(s.interval)
	close(s.reading)
	s.reading = nil
}

// list reads up to limit rows, and returns the wanted files among them. A panic of an option's code is returned for those who wait.
func (s *states) list(ctx context.Context, limit int) (wanted []string, rows int, panicked any, err error) {
	defer func() { panicked = recover() }()
	state := filescan.StateProcessing
	for file, failed := range s.files.All(ctx, &filescan.ListFilesOptions{State: &state, PerPage: statePage}) {
		if failed != nil {
			return wanted, rows, nil, failed
		}
		if rows++; !file.State.Done() && s.wants(file.ID) {
			wanted = append(wanted, file.ID)
		}
		if rows == limit {
			break // files of other programs, or the filter does not work: keep what was read so far
		}
	}
	return wanted, rows, nil, nil
}

func (s *states) wants(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wanted[id] != nil
}

// trouble returns the error of the last of several failed readings in a row and the time of the first, or nil.
func (s *states) trouble() (since time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failures < maxFailures {
		return time.Time{}, nil
	}
	return s.since, s.failed
}
