package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// printTable prints a row for each match.
func printTable(w io.Writer, file *filescan.File) error {
	_, _ = fmt.Fprintf(w, "%s  (%s, %v)\n", text.Terminal(file.Name), clock(file.Duration), file.State)
	results := file.Results
	if results == nil {
		results = &filescan.Results{}
	}
	if len(results.Music)+len(results.CoverSongs)+len(results.CustomFiles) == 0 {
		_, err := fmt.Fprintln(w, "no match")
		return err
	}
	_, _ = fmt.Fprintln(w)
	var t text.Table
	t.Row("KIND", "AT", "LENGTH", "SIMILARITY", "TITLE", "ARTISTS", "ISRC")
	for _, m := range results.Music {
		addMatch(&t, "music", m)
	}
	for _, m := range results.CoverSongs {
		addMatch(&t, "cover", m)
	}
	for _, m := range results.CustomFiles {
		score := m.Score
		if score == nil {
			score = m.Result.Score
		}
		t.Row("custom", clock(m.Offset), clock(m.PlayedDuration), percent(score), m.Result.Title)
	}
	if err := t.Print(w); err != nil {
		return err
	}
	_, err := fmt.Fprint(w, legend)
	return err
}

const legend = `
AT and LENGTH: where the match begins in the file, and how long it lasts, in minutes:seconds
SIMILARITY: how much the audio resembles the recording, up to 100 %; covers have none
`

func addMatch(t *text.Table, kind string, m filescan.Match) {
	var score *float64
	if s, ok := m.Similarity(); ok {
		score = &s
	}
	t.Row(kind, clock(m.Offset), clock(m.PlayedDuration), percent(score), m.Result.Title,
		artists(m.Result.Artists), strings.Join(m.Result.ExternalIDs.ISRC, " "))
}

func artists(list []acrcloud.Artist) string {
	names := make([]string, 0, len(list))
	for _, a := range list {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

func percent(score *float64) string {
	if score == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f %%", *score)
}

// clock formats seconds as minutes and seconds.
func clock(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%d:%02d", d/time.Minute, d%time.Minute/time.Second)
}
