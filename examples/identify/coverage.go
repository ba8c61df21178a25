package main

import (
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/musicchartsai/acrcloud-go/identify"
)

// A coverage records which parts of a recording were identified, and which were not.
type coverage struct {
	windows int
	failed  int
	gaps    []gap
}

// A gap is a range of windows that failed for the same reason.
type gap struct {
	start, end time.Duration
	windows    int
	last       int // the number of its last window
	reason     string
}

// watch passes windows on, and notes the failed ones.
func (c *coverage) watch(windows iter.Seq2[*identify.Window, error]) iter.Seq2[*identify.Window, error] {
	return func(yield func(*identify.Window, error) bool) {
		for w, err := range windows {
			if w != nil {
				c.add(w)
			}
			if !yield(w, err) {
				return
			}
		}
	}
}

func (c *coverage) add(w *identify.Window) {
	c.windows++
	if w.Err == nil {
		return
	}
	c.failed++
	reason := w.Err.Error()
	if n := len(c.gaps); n > 0 && c.gaps[n-1].last == c.windows-1 && c.gaps[n-1].reason == reason {
		g := &c.gaps[n-1]
		g.end, g.last = w.End, c.windows
		g.windows++
		return
	}
	c.gaps = append(c.gaps, gap{w.Start, w.End, 1, c.windows, reason})
}

// identified is the number of windows that were identified.
func (c *coverage) identified() int { return c.windows - c.failed }

// report lists the parts that were not identified, and returns an error if there are any.
func (c *coverage) report(w io.Writer) error {
	for _, g := range c.gaps {
		_, _ = fmt.Fprintf(w, "%s to %s was not identified (%s): %s\n", clock(g.start), clock(g.end), count(g.windows, "window"), g.reason)
	}
	if c.failed > 0 {
		return fmt.Errorf("%d of %s could not be identified: identify the recording again, or the windows listed above", c.failed, count(c.windows, "window"))
	}
	return nil
}

// count formats a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
