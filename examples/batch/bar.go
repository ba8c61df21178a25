package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3" // one bar, maintained for years, and little that it depends on; mpb is for many bars

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A bar shows progress on a terminal, and nothing elsewhere.
type bar struct {
	w io.Writer
	b *progressbar.ProgressBar
}

func newBar(w io.Writer) *bar { return &bar{w: w} }

// begin shows the bar.
func (b *bar) begin(total int64) {
	if !demo.IsTerminal(b.w) {
		return
	}
	b.b = progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(b.w), progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
}

func (b *bar) show(p batch.Progress) {
	if b.b == nil {
		return
	}
	line := fmt.Sprintf("%d uploading, %d waiting, %d failed", p.Uploading, p.Waiting, p.Failed)
	if p.Trouble != nil {
		line = "no response since " + p.TroubleSince.Format(time.TimeOnly) + ": " + text.Truncate(text.Terminal(p.Trouble.Error()), 60)
	}
	b.b.Describe(line)
	_ = b.b.Set64(min(p.Earlier+p.Done+p.Failed, b.b.GetMax64()))
}

// end removes the bar.
func (b *bar) end() {
	if b.b != nil {
		_ = b.b.Clear()
	}
}
