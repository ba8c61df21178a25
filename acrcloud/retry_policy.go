package acrcloud

import "time"

// A RetryPolicy sets how often and how long a call is retried. Which calls are retried depends on their cost: reads after any
// temporary failure; billed calls only if the service cannot have accepted them.
//
// A zero field means its default. Waits are random ("full jitter"): the n-th is between MinWait and MinWait·2ⁿ, at most
// MaxWait. If the service asks for a wait (Retry-After), that is the wait, even beyond MaxWait, as long as all waits of
// the call stay within MaxElapsed. Otherwise the call ends at once with an [*APIError] that has the RetryAfter.
type RetryPolicy struct {
	MaxAttempts        int           // the most attempts of a call; 4. 1 never retries.
	MinWait            time.Duration // the shortest wait; 500 ms
	MaxWait            time.Duration // the longest wait that the service did not ask for; 20 s
	MaxElapsed         time.Duration // all waits between a call's attempts, without those for a rate limiter; 2 min
	RetryServiceErrors bool          // identify only: retry after code 3000. Each attempt may be billed.
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
