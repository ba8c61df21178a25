package mock

import (
	"math"
	"sync/atomic"
	"time"
)

// A clock is the system's clock plus the time by which it was advanced.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time {
	if c == nil {
		return time.Now()
	}
	return time.Now().Add(time.Duration(c.ahead.Load()))
}

// now returns the time of the account's server.
func (a *account) now() time.Time {
	if a == nil {
		return time.Now()
	}
	return a.clock.now()
}

// now returns the server's time.
func (s *Server) now() time.Time { return s.clock.now() }

// Now returns the server's time: that of the system, or of a testing/synctest bubble, plus what [Server.Advance] has
// added.
func (s *Server) Now() time.Time { return s.now() }

// Advance moves the server's clock forward. Processing ends if its time has come, and tokens and presigned URLs expire.
// Use it in tests outside of testing/synctest bubbles, within which time can simply pass. It does not shorten the
// delays of faults and callbacks. If d is not positive, it does nothing.
func (s *Server) Advance(d time.Duration) {
	if d <= 0 {
		return
	}
	s.lock()
	defer s.mu.Unlock()
	ahead := s.clock.ahead.Load()
	s.clock.ahead.Store(ahead + min(int64(d), math.MaxInt64-ahead)) // 292 years at most
	for _, c := range s.containers {
		s.settleDue(c)
	}
	s.keepNoted()
}
