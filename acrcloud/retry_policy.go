package acrcloud

import "time"

// A RetryPolicy says how often and how patiently a call is tried again. What may be tried again at all depends on what the
// call costs: reads after any passing failure; calls that are billed only if the service cannot have accepted them.
//
// A field that is zero takes its default. Waits are random ("full jitter"): the n-th is between MinWait and MinWait·2ⁿ,
// at most MaxWait. A Retry-After of the service is honoured up to MaxWait; beyond it the call ends at once with an
// [*APIError] that carries it.
type RetryPolicy struct {
	MaxAttempts        int           // how many times a request is sent at most; 4. 1 never retries.
	MinWait            time.Duration // the shortest wait; 500 ms
	MaxWait            time.Duration // the longest wait; 20 s
	MaxElapsed         time.Duration // of waiting in all, the rate limiter's included; 2 min
	RetryServiceErrors bool          // identify only: try again after code 3000. Each attempt may be billed.
}

func (p RetryPolicy) validate() error {
	refuse := func(field, problem string) error {
		return &ArgumentError{Field: "RetryPolicy." + field, Problem: problem, Remedy: "leave it zero for the default"}
	}
	switch {
	case p.MaxAttempts < 0:
		return refuse("MaxAttempts", "is negative")
	case p.MinWait < 0:
		return refuse("MinWait", "is negative")
	case p.MaxWait < 0:
		return refuse("MaxWait", "is negative")
	case p.MaxElapsed < 0:
		return refuse("MaxElapsed", "is negative")
	case p.MaxWait > 0 && p.MinWait > p.MaxWait:
		return refuse("MinWait", "is more than MaxWait")
	}
	return nil
}
