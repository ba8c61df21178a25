package main

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A progress is a bar on standard error, if that is a terminal, and nothing else.
type progress struct {
	mu  sync.Mutex
	w   io.Writer // nil: it is not shown
	bar *progressbar.ProgressBar
}

func newProgress(stderr io.Writer) *progress {
	if f := terminal(stderr); f != nil {
		return &progress{w: f}
	}
	return &progress{}
}

// start shows a bar that counts to total, with rate and time left; with a total of -1 it only turns.
func (p *progress) start(total int64, what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil {
		return
	}
	options := []progressbar.Option{
		progressbar.OptionSetWriter(p.w), progressbar.OptionSetDescription(text.Terminal(what)), progressbar.OptionFullWidth(),
		progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100 * time.Millisecond), progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("files"), progressbar.OptionSetRenderBlankState(true),
	}
	p.bar = progressbar.NewOptions64(total, options...)
}

// add counts on.
func (p *progress) add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Add(n) // a bar that cannot be drawn is no reason to stop
	}
}

// clear removes the bar until it moves again, so that something else can be written.
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
