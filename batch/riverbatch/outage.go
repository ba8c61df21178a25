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
}

const (
	outageFailures = 3
	shortestPause  = time.Second
	longestPause   = time.Minute
)

// wait returns how long to postpone a step before it starts, and whether the step is a probe. Zero means that it may
// start. Each step that may start ends with a call of note.
func (o *outage) wait() (pause time.Duration, probe bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failures < outageFailures {
		return 0, false
	}
	if left := time.Until(o.until); left > 0 {
		return spread(left), false
	}
	o.until = time.Now().Add(o.pause()) // the others wait for this one
	return 0, true
}

// note records the end of a step, and returns how long to postpone one that failed. Zero means that its error counts as
// an attempt. A step that did nothing proves nothing, and after a probe of that kind the next step probes at once.
func (o *outage) note(probe bool, err error, moved bool) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case err == nil && moved:
		o.failures = 0
		return 0
	case err == nil && probe:
		o.until = time.Time{}
		return 0
	case err == nil:
		return 0
	}
	if left := time.Until(o.until); left > 0 && o.failures >= outageFailures && !probe {
		return spread(left) // it had started before the outage was found
	}
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
