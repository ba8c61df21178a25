package webhook

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// defaultCallbackTimeout is how long the function may take. How long the service waits for a response is not known.
const defaultCallbackTimeout = 30 * time.Second

// An outcome is how a call of the function has ended.
type outcome struct {
	reason Reason
	err    error
}

// start calls the function in a separate goroutine, because it may panic, end its goroutine, or not return in time.
func (h *Handler) start(ctx context.Context, event *Event) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		res := outcome{reason: ReasonPanicked}
		returned := false
		defer func() {
			if !returned {
				res.err = &panicError{"the function", recover()}
			}
			done <- res
		}()
		res.err = h.call(ctx, event)
		returned = true
		switch {
		case res.err == nil:
			res.reason = ReasonDone
		case ctx.Err() != nil:
			res.reason = endOf(ctx)
		default:
			res.reason = ReasonFailed
		}
	}()
	return done
}

// endOf distinguishes a timeout from a shutdown.
func endOf(ctx context.Context) Reason {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ReasonTimeout
	}
	return ReasonShutdown
}

// deliver hands the event to the function: now, while the sender waits, or through the queue.
func (h *Handler) deliver(j *job) (Reason, error) {
	trouble := j.trouble
	switch {
	case j.ctx.Err() != nil: // Shutdown has returned the event
		return h.finish(j, ReasonShutdown, nil)
	case h.workers == 0:
		return h.runNow(j)
	case !h.jobs.enqueue(j, h.workers, h.runQueued):
		return h.finish(j, ReasonShutdown, nil)
	}
	return ReasonQueued, trouble
}

// runNow calls the function while the sender waits, for as long as the function has.
func (h *Handler) runNow(j *job) (Reason, error) {
	ctx, cancel := context.WithTimeout(j.ctx, h.callbackTimeout)
	done := h.start(ctx, j.event)
	select {
	case res := <-done:
		cancel()
		return h.finish(j, res.reason, res.err)
	case <-ctx.Done():
	}
	select {
	case res := <-done: // it has seen the end of the context
		cancel()
		return h.finish(j, res.reason, res.err)
	default:
	}
	// The function continues without the sender; the event stays claimed until it returns.
	go func() {
		defer cancel()
		res := <-done
		_, _ = h.finish(j, res.reason, res.err)
	}()
	return endOf(ctx), errors.Join(j.trouble, fmt.Errorf("the function is still running: %w", ctx.Err()))
}

// runQueued calls the function for an event whose response was sent already.
func (h *Handler) runQueued(j *job) {
	d := newDelivery(j.ctx)
	d.describe(j.event)
	ctx, cancel := context.WithTimeout(j.ctx, h.callbackTimeout)
	defer cancel()
	res := <-h.start(ctx, j.event)
	reason, err := h.settle(j, res.reason)
	h.observe(d, reason, errors.Join(res.err, err))
}

// finish settles a job that is not in the queue, and takes it away.
func (h *Handler) finish(j *job, reason Reason, err error) (Reason, error) {
	defer h.jobs.end(j)
	reason, failed := h.settle(j, reason)
	return reason, errors.Join(j.trouble, err, failed)
}
