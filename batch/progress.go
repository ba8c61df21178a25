package batch

import (
	"sync"
	"time"
)

// Progress is the progress of a run.
type Progress struct {
	Items     int64 // taken from the sequence so far
	Earlier   int64 // of them, those whose outcome an earlier run has delivered
	Total     int64 // Options.Total
	Uploading int   // jobs whose content is being sent, or whose file is being created
	Waiting   int   // jobs whose file is being processed, or that wait for a retry
	Done      int64 // outcomes with results, of this run
	Failed    int64 // outcomes without results, of this run
	Resumed   int64 // of both, those of jobs that an earlier run began
	Billed    int64 // billed requests of this run

	Bytes     int64 // content sent by this run
	PerSecond float64
	Left      time.Duration // the estimated time to the last outcome; 0 if Total is not set

	// Trouble is set while requests have been failing in a row, since TroubleSince. The run then sends one request at a
	// time until the service recovers.
	Trouble      error
	TroubleSince time.Time
}

// A tally keeps the counts, and reports each change.
type tally struct {
	report  func(Progress)
	trouble func() (since time.Time, err error)
	started time.Time

	mu    sync.Mutex
	p     Progress
	again int64 // delivered outcomes of jobs that ended in an earlier run
}

// delivered counts an outcome. One that an earlier run has left is an outcome of this run: its item does not count as
// one of an earlier run, whether it came before or is still to come.
func (t *tally) delivered(d delivery) {
	t.change(func(p *Progress) {
		p.count(d.outcome)
		if d.earlier {
			t.again++
		}
	})
}

// change applies f to the counts, and reports them.
func (t *tally) change(f func(*Progress)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(&t.p)
	if t.report == nil {
		return
	}
	p := t.p
	p.Earlier = max(0, p.Earlier-t.again)
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
