package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// printCandidates prints what the sample may be, the most likely first.
func printCandidates(w io.Writer, result *identify.Result) error {
	if !result.Matched() {
		_, err := fmt.Fprintln(w, "no match")
		return err
	}
	var t text.Table
	t.Row("SCORE", "KIND", "TITLE", "ARTISTS", "AT", "ISRC", "LINK")
	for _, c := range result.Top(10) {
		at, isrc, links := "-", "-", []string{"-"}
		if m := c.Music; m != nil {
			if m.PlayOffsetMS != nil {
				at = clock(time.Duration(*m.PlayOffsetMS) * time.Millisecond)
			}
			if len(m.ExternalIDs.ISRC) > 0 {
				isrc = m.ExternalIDs.ISRC[0]
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

// urls are the pages of a recording on other services, or one dash.
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

// printSegments prints what was played from when to when.
func printSegments(w io.Writer, segments []identify.Segment) error {
	if len(segments) == 0 {
		_, err := fmt.Fprintln(w, "no match")
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
	return t.Print(w)
}

// clock writes a time as hours, minutes and seconds.
func clock(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%d:%02d", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d:%02d:%02d", d/time.Hour, d%time.Hour/time.Minute, d%time.Minute/time.Second)
}
