package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A progress is a bar on standard error. If that is not a terminal, it shows nothing.
type progress struct {
	mu  sync.Mutex
	w   *os.File // nil: no bar
	bar *progressbar.ProgressBar

	what    string
	total   int64
	done    int64
	bytes   int64
	started time.Time
	shown   time.Time
}

const (
	redrawn  = 100 * time.Millisecond // minimum interval
	leastBar = 20                     // columns for the bar and its percentage
)

func newProgress(stderr io.Writer) *progress { return &progress{w: terminal(stderr)} }

// start shows a bar that counts up to total.
func (p *progress) start(total int64, what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil {
		return
	}
	p.bar = progressbar.NewOptions64(max(total, 1), progressbar.OptionSetWriter(p.w), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false))
	p.what, p.total, p.done, p.bytes, p.started, p.shown = text.Terminal(what), total, 0, 0, time.Now(), time.Time{}
	p.draw()
}

// add increases the count.
func (p *progress) add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += int64(n)
	p.draw()
}

// set sets how many files are done and how many bytes were sent.
func (p *progress) set(done, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.bytes = done, bytes
	p.draw()
}

func (p *progress) draw() {
	if p.bar == nil || time.Since(p.shown) < redrawn {
		return
	}
	p.shown = time.Now()
	columns, _, err := term.GetSize(int(p.w.Fd()))
	if err != nil || columns <= 0 {
		columns = 80
	}
	p.bar.Describe(p.line(columns - leastBar))
	_ = p.bar.Set64(min(p.done, p.bar.GetMax64()-1)) // failing to draw the bar is not a reason to stop
}

// line returns the text before the bar: as much as fits, the most important first.
func (p *progress) line(columns int) string {
	parts := []string{fmt.Sprintf("%d/%d", p.done, p.total)}
	if elapsed := time.Since(p.started); p.done > 0 && elapsed > time.Second {
		rate := float64(p.done) / elapsed.Seconds()
		left := time.Duration(float64(p.total-p.done) / rate * float64(time.Second))
		parts = append(parts, brief(left)+" left", perTime(rate))
	}
	if p.bytes > 0 {
		parts = append(parts, size(p.bytes))
	}
	line := parts[0]
	for _, part := range parts[1:] {
		if text.Width(line)+2+len(part) <= columns {
			line += "  " + part
		}
	}
	if text.Width(line)+1+text.Width(p.what) <= columns {
		line = p.what + " " + line
	}
	return text.Truncate(line, max(columns, 1))
}

// perTime formats a rate of files.
func perTime(perSecond float64) string {
	switch {
	case perSecond >= 1:
		return fmt.Sprintf("%.0f/s", perSecond)
	case perSecond*60 >= 1:
		return fmt.Sprintf("%.0f/min", perSecond*60)
	}
	return fmt.Sprintf("%.0f/h", perSecond*3600)
}

// brief formats a duration in its two largest units.
func brief(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d >= 24*time.Hour:
		return fmt.Sprintf("%dd%dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%dh%dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return strings.TrimSuffix(d.String(), "m0s") + map[bool]string{true: "m"}[d >= time.Minute && d%time.Minute == 0]
}

// size formats a number of bytes.
func size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n), 0
	for value >= 999.5 && unit < 5 {
		value /= 1000
		unit++
	}
	return fmt.Sprintf("%.3g %cB", value, " kMGTP"[unit])
}

// clear hides the bar until its next update, so that something else can be written.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// stop removes the bar.
func (p *progress) stop() {
	p.clear()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bar = nil
}
