package mock

import (
	"os"
	"testing"
)

// FillState has the state be written to a device that is full, until empty is called.
func (s *Server) FillState(t *testing.T) (empty func()) {
	t.Helper()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	swap := func(f *os.File) *os.File {
		s.lock()
		defer s.mu.Unlock()
		before := s.state.f
		s.state.f = f
		return before
	}
	before := swap(full)
	return func() { _ = swap(before).Close() }
}

// StateSize is how many bytes of the state file are taken to be there.
func (s *Server) StateSize() int64 {
	s.lock()
	defer s.mu.Unlock()
	return s.state.size
}
