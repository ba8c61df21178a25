package webhook

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// storeTimeout bounds each call of the Deduplicator.
const storeTimeout = 10 * time.Second

// claim claims the event for this job. A reason means that the event is a duplicate, or that the job cannot continue.
func (h *Handler) claim(ctx context.Context, j *job) (Reason, error) {
	if j.key == "" {
		return "", nil
	}
	if leader := h.jobs.lead(j); leader != nil {
		return h.join(ctx, leader)
	}
	claimed, err := h.await(j)
	switch {
	case err != nil && j.ctx.Err() != nil:
		return ReasonShutdown, nil //nolint:nilerr // the reason says it
	case errors.Is(err, ErrInProgress):
		return ReasonInProgress, err
	case reasonOf(err, "") == ReasonPanicked:
		return ReasonPanicked, err
	case err != nil: // to lose an event is worse than to handle it twice
		j.trouble = fmt.Errorf("the Deduplicator could not claim the event: %w", err)
		return "", nil
	case !claimed:
		return ReasonDuplicate, nil
	}
	j.claimed = true
	return "", nil
}

// How often another process's event is asked for.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = time.Second
)

// await claims the event of a job. One that another process is handling it awaits, for as long as a call of the function may take: it is
// a duplicate if that process commits it, and this job's if that process fails or dies.
func (h *Handler) await(j *job) (bool, error) {
	timer := time.NewTimer(h.callbackTimeout)
	defer timer.Stop()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		claimed, err := h.storeClaim(j.ctx, j.key)
		if !errors.Is(err, ErrInProgress) {
			return claimed, err
		}
		again := time.NewTimer(pause)
		select {
		case <-again.C:
		case <-timer.C:
			again.Stop()
			return false, err
		case <-j.ctx.Done():
			again.Stop()
			return false, j.ctx.Err()
		}
	}
}

// join waits for what becomes of an event that another request has brought already: as long as that can fail, its duplicate must not
// get a success response.
func (h *Handler) join(ctx context.Context, leader *job) (Reason, error) {
	timer := time.NewTimer(h.callbackTimeout)
	defer timer.Stop()
	select {
	case <-leader.settled:
		if leader.response.ok() {
			return ReasonDuplicate, nil
		}
		return leader.response, errors.New("it is a duplicate of an event that was not handled")
	case <-timer.C:
		return ReasonInProgress, errors.New("it is a duplicate of an event that is still being handled")
	case <-ctx.Done():
		return ReasonDuplicate, fmt.Errorf("the sender has hung up: %w", context.Cause(ctx))
	}
}

// settle commits the claim of a job that is done and releases that of any other, and then responds to its duplicates.
func (h *Handler) settle(j *job, reason Reason) (_ Reason, err error) {
	defer func() { h.jobs.settle(j, reason) }()
	if !j.claimed {
		return reason, nil
	}
	if reason == ReasonDone {
		err = h.store(j, "commit the event, which is done", h.deduplicator.Commit)
		if reasonOf(err, reason) == ReasonDone {
			return reason, err
		}
		reason = ReasonPanicked // then the event is new again
	}
	return reason, errors.Join(err, h.store(j, "release the event", h.deduplicator.Release))
}

// store calls a method of the Deduplicator for a job that may have been cancelled.
func (*Handler) store(j *job, what string, f func(context.Context, string) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.ctx), storeTimeout)
	defer cancel()
	_, err := within(ctx, "the Deduplicator", func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx, j.key) }, nil)
	if err != nil {
		return fmt.Errorf("the Deduplicator could not %s: %w", what, err)
	}
	return nil
}

// storeClaim claims a key. A claim that arrives too late is released, because it would never be committed.
func (h *Handler) storeClaim(ctx context.Context, key string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return within(ctx, "the Deduplicator", func(ctx context.Context) (bool, error) { return h.deduplicator.Claim(ctx, key) }, func(claimed bool) {
		if claimed {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
			defer cancel()
			_ = protect("the Deduplicator", func() error { return h.deduplicator.Release(ctx, key) })
		}
	})
}
