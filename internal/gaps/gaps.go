// Package gaps finds the times in which a monitored station has played nothing that was recognised.
package gaps

import (
	"iter"
	"time"

	"github.com/musicchartsai/acrcloud-go/console"
)

// A Gap is a time in which nothing was recognised.
type Gap struct{ From, To time.Time }

// A Finder finds those between plays, which come by their start.
type Finder struct {
	Least time.Duration // the shortest that counts
	End   time.Time     // of what was played so far: at first, when to begin
	Gaps  []Gap
}

// Watch looks at the plays that pass.
func (f *Finder) Watch(plays iter.Seq2[*console.Play, error]) iter.Seq2[*console.Play, error] {
	return func(yield func(*console.Play, error) bool) {
		for play, err := range plays {
			if err == nil && !play.Start.IsZero() {
				f.Until(play.Start)
				if play.End().After(f.End) {
					f.End = play.End()
				}
			}
			if !yield(play, err) {
				return
			}
		}
	}
}

// Until notes the time up to the next play, or to the end.
func (f *Finder) Until(next time.Time) {
	if next.Sub(f.End) >= f.Least {
		f.Gaps = append(f.Gaps, Gap{f.End, next})
	}
}
