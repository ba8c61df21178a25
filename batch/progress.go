package batch

import (
	"sync"
	"time"
)

// Progress is how far a run has come.
type Progress struct {
	Items     int64 // taken from the sequence so far
	Earlier   int64 // of them, those whose jobs had ended when they were taken: in an earlier run, as a rule
	Total     int64 // Options.Total
	Uploading int   // jobs whose content is being sent or whose file is being made
	Waiting   int   // jobs whose file is being processed, or that wait for another try
	Done      int64 // outcomes with results, of this run
	Failed    int64 // outcomes without
	Resumed   int64 // of both, those of jobs that an earlier run had begun
	Billed    int64 // requests that bill, sent by this run

	Bytes     int64 // content sent by this run
	PerSecond float64
	Left      time.Duration // until the last outcome, if it goes on like this; 0 where Total is not known

	// Trouble is set while requests fail one after the other, since TroubleSince: the run sends one at a time then, and sits it out.
	Trouble      error
	TroubleSince time.Time
}

// A tally counts, and reports each change.
type tally struct {
	report  func(Progress)
	trouble func() (since time.Time, err error)
	started time.Time

	mu sync.Mutex
	p  Progress
}

// change applies f to the counts and reports them.
func (t *tally) change(f func(*Progress)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(&t.p)
	if t.report == nil {
		return
	}
	p := t.p
	p.TroubleSince, p.Trouble = t.trouble()
	finished := p.Done + p.Failed
	if elapsed := time.Since(t.started).Seconds(); elapsed > 0 {
		p.PerSecond = float64(finished) / elapsed
	}
	if left := p.Total - finished - p.Earlier; p.PerSecond > 0 && left > 0 {
		p.Left = time.Duration(float64(left) / p.PerSecond * float64(time.Second))
	}
	t.report(p)
}
