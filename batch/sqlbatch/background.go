package sqlbatch

import (
	"context"
	"sync"
)

// A background runs what a store does between calls, such as renewing claims. It ends with the store. The zero value is
// usable.
type background struct {
	mu     sync.Mutex
	closed bool
	ctx    context.Context //nolint:containedctx // of the running functions
	cancel context.CancelFunc
	all    sync.WaitGroup
}

// run runs f in a goroutine with a context that ends when the store is closed. It returns false if the store is already
// closed.
func (b *background) run(f func(ctx context.Context)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	if b.ctx == nil {
		b.ctx, b.cancel = context.WithCancel(context.Background())
	}
	ctx := b.ctx
	b.all.Go(func() { f(ctx) })
	return true
}

func (b *background) close() {
	b.mu.Lock()
	b.closed = true
	if b.cancel != nil {
		b.cancel()
	}
	b.mu.Unlock()
	b.all.Wait()
}
