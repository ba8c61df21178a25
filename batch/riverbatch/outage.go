package riverbatch

import (
	"math/rand/v2"
	"sync"
	"time"
)

// An outage is assumed after several consecutive failures, of any jobs. Then steps are postponed without counting an
// attempt, and one step at a time probes whether the outage is over.
type outage struct {
	mu       sync.Mutex
	failures int       // consecutive
	until    time.Time // of the next probe
	trying   bool      // a probe is running
}

const (
	outageFailures = 3
	shortestPause  = time.Second
	longestPause   = time.Minute
)

// wait returns how long to postpone a step before it starts. Zero means that it may start.
func (o *outage) wait() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failures < outageFailures {
		return 0
	}
	if left := time.Until(o.until); left > 0 {
		return spread(left)
	}
	o.trying, o.until = true, time.Now().Add(o.pause()) // this one probes
	return 0
}

// note records the end of a step, and returns how long to postpone one that failed. Zero means that its error counts as
// an attempt. A step that did nothing proves nothing.
func (o *outage) note(err error, moved bool) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case err == nil && moved:
		o.failures = 0
		return 0
	case err == nil:
		return 0
	}
	if left := time.Until(o.until); left > 0 && o.failures >= outageFailures && !o.trying {
		return spread(left) // it had started before the outage was found
	}
	o.trying = false
	if o.failures++; o.failures < outageFailures {
		return 0
	}
	o.until = time.Now().Add(o.pause())
	return spread(time.Until(o.until))
}

func (o *outage) pause() time.Duration {
	return min(shortestPause<<min(o.failures-outageFailures, 10), longestPause)
}

// spread keeps waiting jobs from starting all at once.
func spread(d time.Duration) time.Duration {
	return d + rand.N(d/2+time.Second) //nolint:gosec // no security depends on it
}
