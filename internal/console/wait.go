package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// The defaults of a Wait, and its fixed limits.
const (
	minInterval   = 2 * time.Second
	maxInterval   = 30 * time.Second
	waitTimeout   = time.Hour
	notFoundGrace = 30 * time.Second // how long the service may respond with 404 for a thing that it has just created
	maxRetryAfter = 5 * time.Minute  // even if the service asks for more: a thing must not be lost over it
)

// A Wait polls one thing until it is done. The WaitOptions of the clients have the same fields.
//
// The pauses between polls grow from MinInterval to MaxInterval. Temporary failures do not end a Wait, and neither does a
// 404 for a thing that was never seen during the first 30 seconds, nor a success that lacks a thing that was seen, for as long. A Retry-After of the service lengthens a pause, up to
// five minutes.
type Wait[T any] struct {
	Get  func(ctx context.Context) (*T, error) // polls once
	Done func(*T) bool                         // whether the thing is done

	MinInterval, MaxInterval, Timeout time.Duration // 0: the defaults

	Wake    <-chan struct{}  // a value polls at once, and starts again with MinInterval; nil, or closed: none
	OnPoll  func(*T)         // called after each successful poll, unless nil
	OnError func(error)      // called after each failed poll, unless nil
	Lasting func(error) bool // whether a failure ends the wait although it looks temporary; nil: none does

	started    time.Time
	missing    time.Time // since when responses have lacked a thing that was seen; zero: the last one had it
	last       *T        // seen last
	lastErr    error     // of the last poll, if it failed
	retryAfter time.Duration
}

// An ExpiredError ends a Wait whose time is up, or whose context has ended.
type ExpiredError struct {
	Err   error         // of the context; with that of the last poll, if it failed
	After time.Duration // how long the Wait took
}

// Error implements error.
func (e *ExpiredError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *ExpiredError) Unwrap() error { return e.Err }

// Prepare refuses invalid intervals, and sets the defaults.
func (w *Wait[T]) Prepare() error {
	const remedy = "leave it zero for the default"
	switch {
	case w.MinInterval < 0:
		return refuse("WaitOptions.MinInterval", "is negative", remedy)
	case w.MaxInterval < 0:
		return refuse("WaitOptions.MaxInterval", "is negative", remedy)
	case w.Timeout < 0:
		return refuse("WaitOptions.Timeout", "is negative", remedy)
	case w.MaxInterval > 0 && w.MinInterval > w.MaxInterval:
		return refuse("WaitOptions.MinInterval", "is more than MaxInterval", remedy)
	}
	w.MaxInterval = cmp.Or(w.MaxInterval, max(maxInterval, w.MinInterval))
	w.MinInterval = cmp.Or(w.MinInterval, min(minInterval, w.MaxInterval))
	w.Timeout = cmp.Or(w.Timeout, waitTimeout)
	return nil
}

// Run polls until the thing is done, and returns it as it was seen last. Call Prepare first. An [*ExpiredError] ends it
// after the timeout, or when ctx ends; any other error is that of a poll.
func (w *Wait[T]) Run(ctx context.Context) (last *T, err error) {
	w.started = time.Now()
	bounded, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	interval := w.MinInterval
	for {
		done, err := w.poll(bounded)
		switch {
		case bounded.Err() != nil && !done:
			return w.last, w.expired(bounded)
		case err != nil || done:
			return w.last, err
		}
		timer := time.NewTimer(max(interval, w.retryAfter))
		select {
		case <-bounded.Done():
			timer.Stop()
			return w.last, w.expired(bounded)
		case _, open := <-w.Wake:
			timer.Stop()
			if !open {
				w.Wake = nil
			}
			interval = w.MinInterval
		case <-timer.C:
			interval = min(interval*3/2, w.MaxInterval)
		}
	}
}

// poll gets the thing once. It returns only errors that end the wait.
func (w *Wait[T]) poll(ctx context.Context) (done bool, err error) {
	w.retryAfter = 0
	thing, err := w.Get(ctx)
	if err != nil {
		w.lastErr = err
		if w.OnError != nil && ctx.Err() == nil {
			w.OnError(err)
		}
		return false, w.lasting(err)
	}
	w.last, w.lastErr, w.missing = thing, nil, time.Time{}
	if w.OnPoll != nil {
		w.OnPoll(thing)
	}
	return w.Done(thing), nil
}

// lasting returns err unless it may be temporary.
func (w *Wait[T]) lasting(err error) error {
	if errors.Is(err, acrcloud.ErrNotFound) && w.mayReappear(err) {
		return nil
	}
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
		if errors.Is(e, acrcloud.ErrServer) || errors.Is(e, acrcloud.ErrRateLimited) || e.StatusCode == http.StatusRequestTimeout || transport.MayPass(e) {
			w.retryAfter = min(e.RetryAfter, max(maxRetryAfter, w.MaxInterval))
			return nil
		}
		return err
	}
	if _, ok := errors.AsType[*acrcloud.ArgumentError](err); ok || transport.Permanent(err) || w.Lasting != nil && w.Lasting(err) {
		return err
	}
	return nil // the network, the source of tokens, or an invalid response
}

// mayReappear reports whether a thing may only be missing for a moment: it was just created, or a success lacks what was there before.
func (w *Wait[T]) mayReappear(err error) bool {
	if w.last == nil {
		return time.Since(w.started) < notFoundGrace
	}
	if w.missing.IsZero() {
		w.missing = time.Now()
	}
	e, ok := errors.AsType[*acrcloud.APIError](err)
	return ok && e.StatusCode == http.StatusOK && time.Since(w.missing) < notFoundGrace
}

func (w *Wait[T]) expired(ctx context.Context) error {
	err := ctx.Err()
	switch {
	case w.lastErr == nil:
	case errors.Is(w.lastErr, err): // the time was up during a poll, whose error says so
		err = w.lastErr
	default:
		err = fmt.Errorf("%w; the last poll failed: %w", err, w.lastErr)
	}
	return &ExpiredError{Err: err, After: time.Since(w.started)}
}
