package demo

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Status is one line that is written over again and again, on a terminal only.
type Status struct {
	w io.Writer

	mu   sync.Mutex
	text string // shown now
}

// NewStatus makes a status line on w; it stays silent if w is no terminal.
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
	text := fmt.Sprintf(format, args...)
	if text == s.text {
		return
	}
	_, _ = fmt.Fprintf(s.w, "\r%s%s", text, strings.Repeat(" ", max(width(s.text)-width(text), 0)))
	s.text = text
}

// Clear removes the line.
func (s *Status) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.w == nil || s.text == "" {
		return
	}
	_, _ = fmt.Fprintf(s.w, "\r%s\r", strings.Repeat(" ", width(s.text)))
	s.text = ""
}

func width(text string) int { return utf8.RuneCountInString(text) }
