package filescan

import (
	"encoding/csv"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// csvHeader names the columns, which stay as they are: new ones are added behind.
var csvHeader = []string{
	"file_id", "name", "container_id", "state", "duration_s", "created_at", "risk", "match_type", "confidence", "matched_s",
	"kind", "offset_s", "played_s", "similarity", "title", "artists", "album", "label", "isrc", "upc", "acrid", "detail",
}

// WriteCSV writes files with their verdicts by rules, as [Assess] gives them, and their matches: a row for each match, and one for a file
// without any. Give it [Files.All], with ListFilesOptions.WithResults, or they all look clean; or [FilesOf]. It streams: nothing is kept.
//
// A file that failed has a row with its state, and with what went wrong as detail. So has a file that the iterator yields together with an
// error, as [Files.Scan] and [Files.Wait] return them: its risk is unknown. An error without a file is returned after what came before it
// was written.
//
// The text is UTF-8 with commas, after a header: file_id, name, container_id, state (a number), duration_s, created_at (RFC 3339), risk,
// match_type, confidence, matched_s; then of the match: kind, offset_s, played_s, similarity (0 to 100, or empty), title, artists, album,
// label, isrc, upc, acrid; then detail. Several values in a cell are separated by "; ". Text that a spreadsheet may take for a formula,
// since it begins with =, +, -, @ or a form of these of another width, a tab or a line break, after whatever blanks, gets an apostrophe in
// front, and so does what may become a cell of its own in a spreadsheet that separates cells by semicolons or tabs. Control characters
// other than white space and characters that reorder text are written as escapes, such as \x1b.
func WriteCSV(w io.Writer, files iter.Seq2[*File, error], rules *Rules) error {
	if checked.IsNil(w) {
		return refuseWriter()
	}
	out := csv.NewWriter(w)
	if files != nil {
		_ = out.Write(csvHeader) // Flush has the error
	}
	err := exportFiles(files, rules, func(file *File, a Assessment, problem string) error { return writeRows(out, file, a, problem) })
	out.Flush()
	if writing := out.Error(); writing != nil {
		return writing
	}
	return err
}

func writeRows(out *csv.Writer, file *File, a Assessment, problem string) error {
	created := ""
	if !file.CreatedAt.IsZero() {
		created = file.CreatedAt.UTC().Format(time.RFC3339)
	}
	row := []string{
		text.Cell(file.ID), text.Cell(file.Name), strconv.Itoa(file.ContainerID), strconv.Itoa(int(file.State)), number(file.Duration), created,
		a.Risk.String(), string(a.MatchType), number(a.Confidence), number(a.MatchedSeconds),
	}
	common, detail := len(row), text.Cell(problem)
	matched := false
	for kind, m := range file.Results.All() {
		matched = true
		similarity := ""
		if s, ok := m.Similarity(); ok {
			similarity = number(s)
		}
		r := &m.Result
		row = append(row[:common], string(kind), number(m.Offset), number(m.PlayedDuration), similarity, text.Cell(r.Title), cells(namesOf(r.Artists)),
			text.Cell(r.Album.Name), text.Cell(r.Label), cells(r.ExternalIDs.ISRC), cells(r.ExternalIDs.UPC), text.Cell(r.ACRID), detail)
		if err := out.Write(row); err != nil {
			return err
		}
	}
	if matched {
		return nil
	}
	row = append(row, make([]string, len(csvHeader)-common)...)
	row[len(row)-1] = detail
	return out.Write(row)
}

func cells(texts []string) string { return text.Cell(strings.Join(texts, "; ")) }
