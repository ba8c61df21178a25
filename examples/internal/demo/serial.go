package demo

import (
	"io"
	"sync"
)

// Serial returns a writer that several goroutines may use, such as a log and the program itself.
func Serial(w io.Writer) io.Writer { return &serial{w: w} }

type serial struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements [io.Writer].
func (s *serial) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}
