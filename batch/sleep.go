package batch

import (
	"context"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

// sleep waits unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ended.Error(ctx)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ended.Error(ctx)
	case <-t.C:
		return nil
	}
}
