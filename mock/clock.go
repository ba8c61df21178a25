package mock

import (
	"sync/atomic"
	"time"
)

// A clock is the system's, but for how far it was moved.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time {
	if c == nil {
		return time.Now()
	}
	return time.Now().Add(time.Duration(c.ahead.Load()))
}

// now is the time by the clock of the account's server.
func (a *account) now() time.Time {
	if a == nil {
		return time.Now()
	}
	return a.clock.now()
}

// now is the time by the server's clock.
func (s *Server) now() time.Time { return s.clock.now() }

// Now returns the time by the server's clock: the system's, or that of a testing/synctest bubble, and what [Server.Advance] has added.
func (s *Server) Now() time.Time { return s.now() }

// Advance moves the server's clock forward: what is in process ends if its time has come, and tokens and presigned URLs expire. It is for tests
// that are no testing/synctest bubble, where time can be left to pass. Delays of faults and callbacks are not shortened. A d that is not
// positive does nothing.
func (s *Server) Advance(d time.Duration) {
	if d <= 0 {
		return
	}
	s.lock()
	defer s.mu.Unlock()
	s.clock.ahead.Add(int64(d))
	for _, c := range s.containers {
		s.settleDue(c)
	}
	s.keepNoted()
}
