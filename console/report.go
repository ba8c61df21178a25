package console

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// csvHeader has the names of the columns. They are stable: new ones are appended.
var csvHeader = []string{"stream_id", "start", "seconds", "kind", "artists", "title", "album", "label", "isrc", "acrid", "score"}

// ReportOptions are the options of a report. The zero value writes times in UTC.
type ReportOptions struct {
	Zone *time.Location // time zone; nil means UTC
}

// PlaysOf returns an iterator over the given plays, for [WriteCSV] and [WriteJSONL].
func PlaysOf(plays ...*Play) iter.Seq2[*Play, error] {
	return func(yield func(*Play, error) bool) {
		for _, p := range slices.Clone(plays) {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// WriteCSV writes a row for the best match of each play; see [Play.Top]. The plays are those of [Streams.Plays],
// [Channels.Plays] or [PlaysOf]. They are streamed and not kept in memory. If the iterator yields an error, WriteCSV
// returns it, after the rows before it are written.
//
// The text is UTF-8 with commas, after a header: stream_id, start (RFC 3339, in the zone), seconds, kind (music or
// custom, or empty if nothing was recognised), artists, title, album, label, isrc, acrid, score (0 to 100, or empty).
// Several values in a cell are separated by "; ". As in filescan's WriteCSV, text that a spreadsheet may take for a
// formula gets a leading apostrophe, and control characters and those that reorder text are escaped.
func WriteCSV(w io.Writer, plays iter.Seq2[*Play, error], opts *ReportOptions) error {
	if checked.IsNil(w) {
		return refuse("w", "is nil", "pass a file or another io.Writer")
	}
	out := csv.NewWriter(w)
	if plays != nil {
		_ = out.Write(csvHeader) // Flush has the error
	}
	o := valueOf(opts)
	row := make([]string, 0, len(csvHeader))
	err := eachPlay(plays, func(p *Play) error {
		item, _ := p.Top()
		row = append(row[:0], text.Cell(p.StreamID), startIn(p.Start, o.Zone), decimal(p.PlayedDuration), string(item.Kind), cells(item.Artists),
			text.Cell(item.Title), text.Cell(item.Album), text.Cell(item.Label), cells(item.ISRC), text.Cell(item.ACRID), "")
		if item.Score != nil {
			row[len(row)-1] = decimal(*item.Score)
		}
		return out.Write(row)
	})
	out.Flush()
	if writing := out.Error(); writing != nil {
		return writing
	}
	return err
}

// WriteJSONL writes a line of JSON for each play. Its members are the columns of WriteCSV, with "artists" and "isrc" as
// arrays, and "play", which decodes to an equal [Play]. Plays are streamed and not kept in memory. If the iterator
// yields an error, WriteJSONL returns it, after the lines before it are written.
//
// Characters that control a terminal or reorder text are written as \u escapes.
func WriteJSONL(w io.Writer, plays iter.Seq2[*Play, error], opts *ReportOptions) error {
	if checked.IsNil(w) {
		return refuse("w", "is nil", "pass a file or another io.Writer")
	}
	enc := json.NewEncoder(text.JSONWriter(w))
	enc.SetEscapeHTML(false)
	o := valueOf(opts)
	return eachPlay(plays, func(p *Play) error {
		item, _ := p.Top()
		return enc.Encode(struct {
			StreamID string   `json:"stream_id"`
			Start    string   `json:"start"`
			Seconds  float64  `json:"seconds"`
			Kind     PlayKind `json:"kind"`
			Artists  []string `json:"artists"`
			Title    string   `json:"title"`
			Album    string   `json:"album"`
			Label    string   `json:"label"`
			ISRC     []string `json:"isrc"`
			ACRID    string   `json:"acrid"`
			Score    *float64 `json:"score"`
			Play     *Play    `json:"play"`
		}{
			p.StreamID, startIn(p.Start, o.Zone), p.PlayedDuration, item.Kind, listOf(item.Artists), item.Title, item.Album, item.Label,
			listOf(item.ISRC), item.ACRID, item.Score, p,
		})
	})
}

// eachPlay calls write for each play. An error ends it.
func eachPlay(plays iter.Seq2[*Play, error], write func(*Play) error) error {
	if plays == nil {
		return refuse("plays", "is nil", "pass Streams.Plays, PlaysOf, or another iterator")
	}
	for p, err := range plays {
		switch {
		case err != nil:
			return err
		case p == nil:
			continue
		}
		if err := write(p); err != nil {
			return err
		}
	}
	return nil
}

func startIn(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format(time.RFC3339)
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func cells(texts []string) string { return text.Cell(strings.Join(texts, "; ")) }

// listOf returns an empty list for nil.
func listOf(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}
