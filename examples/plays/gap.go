package main

import (
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/musicchartsai/acrcloud-go/console"
)

// A gap is a time in which nothing was recognised.
type gap struct{ from, to time.Time }

// gaps finds those between plays, which come by their start.
type gaps struct {
	least time.Duration
	end   time.Time // of what was played so far
	all   []gap
}

// watch looks at the plays that pass.
func (g *gaps) watch(plays iter.Seq2[*console.Play, error]) iter.Seq2[*console.Play, error] {
	return func(yield func(*console.Play, error) bool) {
		for play, err := range plays {
			if err == nil && !play.Start.IsZero() {
				g.add(play.Start, play.Start)
				if play.End().After(g.end) {
					g.end = play.End()
				}
			}
			if !yield(play, err) {
				return
			}
		}
	}
}

// add notes the time up to the next play, as far as it has passed.
func (g *gaps) add(next, now time.Time) {
	if next.After(now) {
		next = now
	}
	if next.Sub(g.end) >= g.least {
		g.all = append(g.all, gap{g.end, next})
	}
}

// print lists the gaps.
func (g *gaps) print(w io.Writer, zone *time.Location) error {
	if len(g.all) == 0 {
		_, err := fmt.Fprintf(w, "\nNo gap of %v or more.\n", g.least)
		return err
	}
	if _, err := fmt.Fprintf(w, "\nGaps of %v or more:\n", g.least); err != nil {
		return err
	}
	for _, found := range g.all {
		length := found.to.Sub(found.from).Round(time.Second)
		if _, err := fmt.Fprintf(w, "  %s to %s  %v\n", found.from.In(zone).Format(time.TimeOnly), found.to.In(zone).Format(time.TimeOnly), length); err != nil {
			return err
		}
	}
	return nil
}
