package transport

import (
	"context"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

// qpsPause is how long a client is silent after code 3015, too many requests per second.
const qpsPause = time.Second

// The gaps between the calls that a pause lets go on. How many requests per second a project may send is not known, so the gap grows
// until the service refuses no more, and shrinks with each call.
const (
	firstGap = qpsPause / 8
	leastGap = 10 * time.Millisecond // a smaller one is none
)

// A pause keeps all calls of a client from sending until it is over. Then it lets one go on after the other: if all went on at the same
// moment, most of them would be refused again.
type pause struct {
	mu    sync.Mutex
	until time.Time
	next  time.Time     // when the next call may go on
	gap   time.Duration // between that call and the one after it
}

// refused begins a pause. Refusals of calls that were sent before it began are the same refusal.
func (p *pause) refused() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if !now.Before(p.until) {
		p.gap = min(max(2*p.gap, firstGap), qpsPause)
	}
	p.until = now.Add(qpsPause)
	p.next = p.until
}

// left is how long nobody may send.
func (p *pause) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return until(p.until)
}

// until is the time until then, 0 if it is past or was never set.
func until(then time.Time) time.Duration {
	if then.IsZero() {
		return 0
	}
	return max(time.Until(then), 0)
}

// take lets a call go on, or returns how long it has to wait before it asks again. spread says that calls go on one after the other.
func (p *pause) take(spread bool) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !spread {
		return until(p.until)
	}
	if d := until(p.next); d > 0 {
		return d
	}
	if p.gap > 0 {
		p.next = time.Now().Add(p.gap)
		if p.gap -= p.gap / 20; p.gap < leastGap {
			p.gap = 0
		}
	}
	return 0
}

// wait returns when it is the call's turn, after whatever was added to the pause meanwhile.
func (p *pause) wait(ctx context.Context, spread bool) error {
	for d := p.take(spread); d > 0; d = p.take(spread) {
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
