package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// printCandidates prints the candidates, the most likely first.
func printCandidates(w io.Writer, result *identify.Result) error {
	if !result.Matched() {
		_, err := fmt.Fprintln(w, "no match")
		return err
	}
	var t text.Table
	t.Row("SCORE", "KIND", "TITLE", "ARTISTS", "AT", "ISRC", "LINK")
	for _, c := range result.Top(10) {
		at, isrc, links := "-", cmp.Or(c.ISRC, "-"), []string{"-"}
		if m := c.Music; m != nil {
			if m.PlayOffsetMS != nil {
				at = clock(time.Duration(*m.PlayOffsetMS) * time.Millisecond)
			}
			links = urls(c)
		}
		t.Row(fmt.Sprintf("%.0f", c.Score), string(c.Kind), c.Title, strings.Join(c.Artists, ", "), at, isrc, links[0])
		for _, link := range links[1:] {
			t.Row("", "", "", "", "", "", link)
		}
	}
	return t.Print(w)
}

// urls returns the pages of a recording on other services, or a dash.
func urls(c identify.Candidate) []string {
	var list []string
	for _, link := range c.Music.ExternalMetadata.Links() {
		list = append(list, link.URL)
	}
	if len(list) == 0 {
		return []string{"-"}
	}
	return list
}

// printSegments prints the tracks with their start and end, and how exact these are. If nothing was found, it says how
// much was identified.
func printSegments(w io.Writer, segments []identify.Segment, seen *coverage, every time.Duration) error {
	switch {
	case len(segments) == 0 && seen.failed == 0:
		_, err := fmt.Fprintln(w, "no match")
		return err
	case len(segments) == 0 && seen.identified() == 0:
		return nil // unknown
	case len(segments) == 0:
		_, err := fmt.Fprintf(w, "no match in the %s that could be identified\n", count(seen.identified(), "window"))
		return err
	}
	var t text.Table
	t.Row("FROM", "TO", "SCORE", "TITLE", "ARTISTS", "ALSO")
	for _, s := range segments {
		also := make([]string, 0, len(s.Others))
		for _, c := range s.Others {
			also = append(also, c.Title)
		}
		t.Row(clock(s.Start), clock(s.End), fmt.Sprintf("%.0f", s.Best.Score), s.Best.Title, strings.Join(s.Best.Artists, ", "), strings.Join(also, ", "))
	}
	if err := t.Print(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", exactness(every))
	return err
}

// exactness says how exact the times of segments are.
func exactness(every time.Duration) string {
	if unseen := every - identify.WindowDuration; unseen > 0 {
		return fmt.Sprintf("Of every %v, %v were identified: a track may begin up to %v earlier and end up to %v later than shown.", every, identify.WindowDuration, unseen, unseen)
	}
	return fmt.Sprintf("Within a window, the times are the service's; if it has none, they are those of the whole window of %v.", identify.WindowDuration)
}

// clock formats a time as hours, minutes and seconds.
func clock(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%d:%02d", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d:%02d:%02d", d/time.Hour, d%time.Hour/time.Minute, d%time.Minute/time.Second)
}
