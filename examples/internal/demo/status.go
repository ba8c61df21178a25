package demo

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A Status is a line on a terminal that is overwritten with each update.
type Status struct {
	w io.Writer

	mu   sync.Mutex
	text string // shown now
}

// NewStatus returns a status line on w. It writes nothing if w is not a terminal.
func NewStatus(w io.Writer) *Status {
	if !IsTerminal(w) {
		return &Status{}
	}
	return &Status{w: w}
}

// Show replaces the line.
func (s *Status) Show(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.w == nil {
		return
	}
	line := text.Terminal(fmt.Sprintf(format, args...))
	if line == s.text {
		return
	}
	_, _ = fmt.Fprint(s.w, "\r"+text.Pad(line, text.Width(s.text)))
	s.text = line
}

// Clear removes the line.
func (s *Status) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.w == nil || s.text == "" {
		return
	}
	_, _ = fmt.Fprintf(s.w, "\r%s\r", strings.Repeat(" ", text.Width(s.text)))
	s.text = ""
}
