// Package ended says why a context has ended, and waits until it does.
package ended

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Error returns an error that matches both the context's own error and its cause, or nil if the context has not ended.
func Error(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// Sleep waits, unless ctx ends first: then it returns [Error].
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return Error(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return Error(ctx)
	case <-timer.C:
		return nil
	}
}
