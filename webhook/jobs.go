package webhook

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A job is an event on its way to the function.
type job struct {
	event   *Event
	key     string          // claimed; empty if nothing is
	ctx     context.Context // it goes with the event through the queue
	cancel  context.CancelFunc
	dropped bool // Shutdown has given it back

	answered chan struct{} // closed when answer is set
	answer   Reason        // what its sender is told in the end, even if that has hung up
}

// jobs are those that are not done. The zero value is empty and open.
type jobs struct {
	mu      sync.Mutex
	closed  bool
	open    map[*job]struct{}
	claimed map[string]*job // by key, those without an answer
	waiting []*job          // of a queue
	working int             // workers that run
	drained chan struct{}   // closed when closed and nothing is open
}

// begin adds a job, unless Shutdown was called.
func (q *jobs) begin(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	if q.open == nil {
		q.open = map[*job]struct{}{}
	}
	q.open[j] = struct{}{}
	return true
}

// end takes a job away. Its context is left for the caller to end.
func (q *jobs) end(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.open, j)
	if q.closed && len(q.open) == 0 && q.drained != nil {
		close(q.drained)
		q.drained = nil
	}
}

// claim notes that the job's event is being handled.
func (q *jobs) claim(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.claimed == nil {
		q.claimed = map[string]*job{}
	}
	j.answered = make(chan struct{})
	q.claimed[j.key] = j
}

// claimant is the job whose event of that key is being handled by this process, or nil.
func (q *jobs) claimant(key string) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.claimed[key]
}

// settle tells those who wait for it what became of a claimed job. Only the first time counts.
func (q *jobs) settle(j *job, answer Reason) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.claimed[j.key] == j {
		delete(q.claimed, j.key)
		j.answer = answer
		close(j.answered)
	}
}

// enqueue gives a job to a worker. Workers come when there is work and go when there is none, so that an idle queue holds nothing.
func (q *jobs) enqueue(j *job, workers, depth int, run func(*job)) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case j.dropped:
		return false
	case q.working < workers:
		q.working++
		go q.work(j, run)
	case len(q.waiting) < depth:
		q.waiting = append(q.waiting, j)
	default:
		return false
	}
	return true
}

func (q *jobs) work(j *job, run func(*job)) {
	for ; j != nil; j = q.next() {
		run(j)
		q.end(j)
		j.cancel()
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

// isClosed reports whether Shutdown was called.
func (q *jobs) isClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

// close refuses further jobs and returns a channel that is closed when none is open any more.
func (q *jobs) close() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	if len(q.open) == 0 {
		done := make(chan struct{})
		close(done)
		return done
	}
	if q.drained == nil {
		q.drained = make(chan struct{})
	}
	return q.drained
}

// abandon empties the queue and returns what is still open; none of it is returned twice.
func (q *jobs) abandon() (waiting, running []*job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting, q.waiting = q.waiting, nil
	for _, j := range waiting {
		j.dropped = true
		delete(q.open, j)
	}
	for j := range q.open {
		if !j.dropped {
			j.dropped = true
			running = append(running, j)
		}
	}
	if len(q.open) == 0 && q.drained != nil {
		close(q.drained)
		q.drained = nil
	}
	return waiting, running
}

// A ShutdownError says that events were left over when the time for [Handler.Shutdown] was up. Their senders think they have been
// received; the files can still be found by polling.
type ShutdownError struct {
	Events []*Event // those that waited first, in their order, then those the function was busy with, which it may have completed
	Err    error    // of the context
}

// Error says how many events were left.
func (e *ShutdownError) Error() string {
	return text.Terminal(fmt.Sprintf("acrcloud: %d callback events were not handled before the handler was shut down: %v", len(e.Events), e.Err))
}

// Unwrap returns the context's error.
func (e *ShutdownError) Unwrap() error { return e.Err }

// Shutdown refuses new events, with 503, and waits until those that were accepted are done. When ctx ends first it gives up the rest
// and returns them in a [*ShutdownError]: what waited in the queue is released and not handed over any more, and the contexts of
// running calls end. Events are returned once, even if Shutdown is called again.
func (h *Handler) Shutdown(ctx context.Context) error {
	if h == nil {
		return nil
	}
	select {
	case <-h.jobs.close():
		return nil
	case <-ctx.Done():
	}
	waiting, running := h.jobs.abandon()
	e := &ShutdownError{Err: context.Cause(ctx)}
	var failed []error
	for _, j := range waiting {
		failed = append(failed, h.release(j, ReasonShutdown))
		j.cancel()
		e.Events = append(e.Events, j.event)
	}
	for _, j := range running {
		j.cancel()
		e.Events = append(e.Events, j.event)
	}
	if len(e.Events) == 0 {
		return nil
	}
	if err := errors.Join(failed...); err != nil {
		e.Err = fmt.Errorf("%w; %w", e.Err, err)
	}
	return e
}

// runNow calls the function while the sender waits. A function that does not return in time goes on without it: the event stays
// claimed until it does.
func (h *Handler) runNow(j *job) (Reason, error) {
	type result struct {
		reason Reason
		err    error
	}
	done := make(chan result, 1)
	ctx, cancel := context.WithTimeout(j.ctx, h.callbackTimeout)
	go func() {
		defer j.cancel() // last: it must not look like a shutdown
		defer cancel()
		reason, err := h.invoke(ctx, j)
		h.jobs.end(j)
		done <- result{reason, err}
	}()
	select {
	case res := <-done:
		return res.reason, res.err
	case <-ctx.Done():
	}
	select {
	case res := <-done:
		return res.reason, res.err
	default:
		return timedOut(ctx), fmt.Errorf("the function is still running: %w", ctx.Err())
	}
}

// runQueued calls the function for an event that was answered already.
func (h *Handler) runQueued(j *job) {
	d := Delivery{Time: time.Now()}
	d.describe(j.event)
	ctx, cancel := context.WithTimeout(j.ctx, h.callbackTimeout)
	defer cancel()
	d.Reason, d.Err = h.invoke(ctx, j)
	d.Duration = time.Since(d.Time)
	h.observe(d)
}

// timedOut tells a timeout from a shutdown.
func timedOut(ctx context.Context) Reason {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ReasonTimeout
	}
	return ReasonShutdown
}

// invoke calls the function and settles the claim by how it ended, also if it panics or ends its goroutine.
func (h *Handler) invoke(ctx context.Context, j *job) (reason Reason, err error) {
	reason, err = h.guarded(ctx, j.event)
	switch {
	case reason == ReasonDone:
		return reason, h.commit(j)
	case reason == ReasonFailed && ctx.Err() != nil:
		reason = timedOut(ctx)
	}
	return reason, errors.Join(err, h.release(j, reason))
}

func (h *Handler) guarded(ctx context.Context, event *Event) (reason Reason, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		reason = ReasonPanicked // unless it returns
		defer func() {
			if v := recover(); v != nil {
				err = fmt.Errorf("the function panicked: %v", v)
			}
		}()
		err = errors.New("the function ended its goroutine")
		if err = h.call(ctx, event); err != nil {
			reason = ReasonFailed
			return
		}
		reason = ReasonDone
	}()
	<-done
	return reason, err
}
