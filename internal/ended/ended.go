// Package ended says why a context has ended.
package ended

import (
	"context"
	"errors"
	"fmt"
)

// Error returns an error that matches both the context's own error and its cause, or nil if the context has not ended.
func Error(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
