package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/internal/nearest"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// The output formats.
const (
	formatTable = "table"
	formatJSON  = "json"
	formatJSONL = "jsonl"
	formatCSV   = "csv"
	formatHTML  = "html"
)

// listFormats are the formats of every list.
var listFormats = []string{formatTable, formatJSON, formatJSONL, formatCSV}

// format returns the output format, one of the known ones. The first is the default.
func (p *program) format(known ...string) (string, error) {
	switch {
	case p.flags.format == "":
		return known[0], nil
	case slices.Contains(known, p.flags.format):
		return p.flags.format, nil
	}
	return "", usagef("--output is %q%s", p.flags.format, meant(nearest.Key(p.flags.format, known), known))
}

// A column is one value of each item of a list.
type column[T any] struct {
	name  string // unchanged in CSV, upper case in a table
	whole bool   // never truncated: users copy ids from the terminal
	cell  func(T) string
}

// writeList writes items in one of listFormats: as JSON the items themselves, otherwise their columns. Items before an
// error are written. If the first item is an error, nothing is written, so that a failure does not look like an empty
// list.
func writeList[T any](p *program, format string, columns []column[T], items iter.Seq2[T, error]) error {
	items, stop, err := begun(items)
	if err != nil {
		return err
	}
	defer stop()
	switch format {
	case formatJSON:
		return writeArray(p.out, items)
	case formatJSONL:
		return writeLines(p.out, items)
	case formatCSV:
		return writeCSV(p.out, columns, items)
	}
	return writeTable(p.out, p.columns(), columns, items)
}

// begun fetches the first item of a list, or the error instead.
func begun[T any](items iter.Seq2[T, error]) (all iter.Seq2[T, error], stop func(), err error) {
	next, stop := iter.Pull2(items)
	first, err, ok := next()
	if err != nil {
		stop()
		return nil, nil, err
	}
	return func(yield func(T, error) bool) {
		for item := first; ok && yield(item, err); {
			item, err, ok = next()
		}
	}, stop, nil
}

// writeJSON writes one value as indented JSON.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(text.JSONWriter(w))
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func writeLines[T any](w io.Writer, items iter.Seq2[T, error]) error {
	enc := json.NewEncoder(text.JSONWriter(w))
	enc.SetEscapeHTML(false)
	for item, err := range items {
		if err != nil {
			return err
		}
		if err := enc.Encode(item); err != nil {
			return err
		}
	}
	return nil
}

func writeArray[T any](w io.Writer, items iter.Seq2[T, error]) error {
	array := &arrayWriter{w: w}
	err := writeLines(array, items)
	return errors.Join(err, array.end())
}

// An arrayWriter combines lines of JSON, each of which is one Write, to a JSON array.
type arrayWriter struct {
	w     io.Writer
	begun bool
}

// Write implements [io.Writer].
func (a *arrayWriter) Write(line []byte) (int, error) {
	before := ",\n"
	if !a.begun {
		before, a.begun = "[\n", true
	}
	if _, err := io.WriteString(a.w, before); err != nil {
		return 0, err
	}
	if _, err := a.w.Write([]byte(strings.TrimRight(string(line), "\n"))); err != nil {
		return 0, err
	}
	return len(line), nil
}

func (a *arrayWriter) end() error {
	after := "\n]\n"
	if !a.begun {
		after = "[]\n"
	}
	_, err := io.WriteString(a.w, after)
	return err
}

func writeCSV[T any](w io.Writer, columns []column[T], items iter.Seq2[T, error]) error {
	out := csv.NewWriter(w)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for item, err := range items {
		if err != nil {
			out.Flush()
			return errors.Join(err, out.Error())
		}
		for i, c := range columns {
			row[i] = text.Cell(c.cell(item))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// leastWidth is the smallest width to which a column is truncated.
const leastWidth = 8

// writeTable writes rows in columns. If they do not fit the terminal, all columns but ids are truncated; if that is not
// enough, each item is written on lines of its own. width is that of the terminal, or 0 for no limit.
func writeTable[T any](w io.Writer, width int, columns []column[T], items iter.Seq2[T, error]) error {
	head := make([]string, len(columns))
	widths := make([]int, len(columns))
	for i, c := range columns {
		head[i] = strings.ToUpper(strings.ReplaceAll(c.name, "_", " "))
		widths[i] = text.Width(head[i])
	}
	var rows [][]string
	var failure error
	for item, err := range items {
		if err != nil {
			failure = err
			break
		}
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = text.Terminal(c.cell(item))
			widths[i] = max(widths[i], text.Width(row[i]))
		}
		rows = append(rows, row)
	}
	if !fit(widths, columns, width) {
		return errors.Join(writeRecords(w, head, rows, width), failure)
	}
	var t text.Table
	t.Row(head...)
	for _, row := range rows {
		for i := range row {
			if !columns[i].whole {
				row[i] = text.Truncate(row[i], widths[i])
			}
		}
		t.Row(row...)
	}
	return errors.Join(t.Print(w), failure)
}

// fit narrows the widest columns until a row fits into width. It returns false if that is impossible.
func fit[T any](widths []int, columns []column[T], width int) bool {
	if width == 0 {
		return true
	}
	total := 2 * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for ; total > width; total-- {
		widest := -1
		for i, w := range widths {
			if !columns[i].whole && w > leastWidth && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return false
		}
		widths[widest]--
	}
	return true
}

// writeRecords writes each row as a paragraph of lines, for a narrow terminal.
func writeRecords(w io.Writer, head []string, rows [][]string, width int) error {
	var b strings.Builder
	for i, row := range rows {
		if i > 0 {
			b.WriteByte('\n')
		}
		for i, cell := range row {
			if cell == "" {
				continue
			}
			if line := head[i] + ": " + cell; text.Width(line) <= width {
				b.WriteString(line + "\n")
			} else {
				b.WriteString(head[i] + ":\n  " + cell + "\n") // a long value is not truncated: the terminal wraps it
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// single returns a list of one item.
func single[T any](item T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { yield(item, nil) }
}
