package webhook

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// A panicError is what became of a call of foreign code that panicked. Foreign code is what the options and the caller bring.
type panicError struct {
	what  string
	value any
}

func (e *panicError) Error() string {
	if e.value == nil {
		return e.what + " ended its goroutine"
	}
	return fmt.Sprintf("%s panicked: %v", e.what, e.value)
}

// protect calls f and returns its panic as an error.
func protect(what string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{what, v}
		}
	}()
	return f()
}

// within calls f in a separate goroutine, so that its panic becomes an error, and f can be abandoned when ctx ends,
// even if f ignores that. What f returns later goes to late, unless that is nil.
func within[T any](ctx context.Context, what string, f func(context.Context) (T, error), late func(T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	var decided atomic.Bool // who is first: f with its result, or the end of ctx
	go func() {
		var res result
		finished := false
		defer func() {
			if !finished { // it panicked, or ended its goroutine
				res.err = &panicError{what, recover()}
			}
			if decided.CompareAndSwap(false, true) {
				done <- res
			} else if late != nil && res.err == nil {
				late(res.value)
			}
		}()
		res.value, res.err = f(ctx)
		finished = true
	}()
	select {
	case res := <-done:
		return res.value, res.err
	case <-ctx.Done():
	}
	if decided.CompareAndSwap(false, true) {
		var none T
		return none, fmt.Errorf("%s did not return in time: %w", what, ctx.Err())
	}
	res := <-done
	return res.value, res.err
}

// reasonOf returns [ReasonPanicked] for a panic, and otherwise the reason that goes with the error.
func reasonOf(err error, otherwise Reason) Reason {
	if _, panicked := errors.AsType[*panicError](err); panicked {
		return ReasonPanicked
	}
	return otherwise
}
