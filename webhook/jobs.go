package webhook

import (
	"context"
	"sync"
)

// A job is an event on its way to the function.
type job struct {
	event   *Event          // as posted, then as fetched
	key     string          // empty if the event has no duplicates
	claimed bool            // from the Deduplicator
	trouble error           // an error for the observer that does not end the event
	ctx     context.Context // it goes with the event through the queue
	cancel  context.CancelFunc
	placed  bool // it has a place in the queue
	dropped bool // Shutdown has given it back

	settled  chan struct{} // closed when response is set
	response Reason        // the response to its sender, even if the sender has hung up
}

// jobs are those that are not done. The zero value is empty and open.
type jobs struct {
	mu      sync.Mutex
	closed  bool
	open    map[*job]struct{}
	leaders map[string]*job // by key: the first job of each event, until it has been handled
	waiting []*job          // in the queue
	places  int             // of the queue that are taken, by what waits and by what the workers do
	working int             // workers that run
	drained chan struct{}   // closed when closed and nothing is open
}

// begin adds a job for the event, or returns nil after Shutdown was called. The job continues when ctx ends, because
// the sender may not post the event again.
func (q *jobs) begin(ctx context.Context, event *Event) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil
	}
	j := &job{event: event, key: event.Key(), settled: make(chan struct{})}
	j.ctx, j.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if q.open == nil {
		q.open = map[*job]struct{}{}
	}
	q.open[j] = struct{}{}
	return j
}

// end takes a job away.
func (q *jobs) end(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j.cancel()
	delete(q.open, j)
	if j.placed {
		j.placed = false
		q.places--
	}
	q.drain()
}

// drain informs Shutdown when nothing is open any more.
func (q *jobs) drain() {
	if len(q.open) == 0 && q.drained != nil {
		close(q.drained)
		q.drained = nil
	}
}

// lead makes j the first job of its event, unless there is one already, which it returns.
func (q *jobs) lead(j *job) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	if leader := q.leaders[j.key]; leader != nil {
		return leader
	}
	if q.leaders == nil {
		q.leaders = map[string]*job{}
	}
	q.leaders[j.key] = j
	return nil
}

// settle informs the duplicates of a leading job about its end. Only the first response counts.
func (q *jobs) settle(j *job, response Reason) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.settleLocked(j, response)
}

func (q *jobs) settleLocked(j *job, response Reason) {
	if q.leaders[j.key] != j {
		return
	}
	if response != ReasonQueued { // until it leaves the queue, its duplicates are known to be queued, too
		delete(q.leaders, j.key)
	}
	if j.response == "" {
		j.response = response
		close(j.settled)
	}
}

// replace sets the event of a job.
func (q *jobs) replace(j *job, event *Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j.event = event
}

// reserve takes a place in the queue, if fewer than limit are taken. The job has it until its end.
func (q *jobs) reserve(j *job, limit int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.places >= limit {
		return false
	}
	q.places++
	j.placed = true
	return true
}

// enqueue gives a job that has a place to a worker, which settles it as queued, unless Shutdown has given it back. Workers come when
// there is work and go when there is none, so that an idle queue holds nothing.
func (q *jobs) enqueue(j *job, workers int, run func(*job)) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case j.dropped:
		return false
	case q.working < workers:
		q.working++
		go q.work(j, run)
	default:
		q.waiting = append(q.waiting, j)
	}
	q.settleLocked(j, ReasonQueued)
	return true
}

func (q *jobs) work(j *job, run func(*job)) {
	for ; j != nil; j = q.next() {
		run(j)
		q.end(j)
	}
}

// next returns the job that has waited longest; without one the worker ends.
func (q *jobs) next() *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.working--
		q.waiting = nil
		return nil
	}
	j := q.waiting[0]
	q.waiting[0] = nil
	q.waiting = q.waiting[1:]
	return j
}

// close refuses further jobs and returns a channel that is closed when none is open any more.
func (q *jobs) close() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	if q.drained == nil {
		q.drained = make(chan struct{})
	}
	drained := q.drained
	q.drain()
	return drained
}

// abandon empties the queue, ends the contexts of the jobs that are open, and returns those that waited and the events of all. None
// is returned twice.
func (q *jobs) abandon() (waiting []*job, events []*Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting, q.waiting = q.waiting, nil
	for _, j := range waiting {
		delete(q.open, j)
		j.dropped = true
		events = append(events, j.event)
	}
	for j := range q.open {
		if !j.dropped {
			j.dropped = true
			j.cancel()
			events = append(events, j.event)
		}
	}
	q.drain()
	return waiting, events
}
