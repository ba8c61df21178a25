package transport

import (
	"context"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

// qpsPause is how long a client is silent after code 3015, too many requests per second.
const qpsPause = time.Second

// A pause keeps all calls of a client from sending until it is over.
type pause struct {
	mu    sync.Mutex
	until time.Time
}

func (p *pause) extend(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) {
		p.until = until
	}
}

func (p *pause) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until.IsZero() {
		return 0
	}
	return time.Until(p.until)
}

// wait returns when the pause is over, with whatever was added to it meanwhile.
func (p *pause) wait(ctx context.Context) error {
	for d := p.left(); d > 0; d = p.left() {
		timer := time.NewTimer(d)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ended.Error(ctx)
		case <-timer.C:
		}
	}
	return nil
}
