package text

import (
	"io"
	"strings"
)

// A Table lays out rows in columns that are two blanks apart, for a terminal: wide characters are counted as such, and what the
// cells hold is shown as Terminal makes it. The zero Table is empty.
type Table struct {
	Indent string // before each row

	rows   [][]string
	widths []int
}

// Row adds a row. Rows may have different numbers of cells.
func (t *Table) Row(cells ...string) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = Terminal(cell)
		if i == len(t.widths) {
			t.widths = append(t.widths, 0)
		}
		t.widths[i] = max(t.widths[i], Width(row[i]))
	}
	t.rows = append(t.rows, row)
}

// Print writes the rows. No line ends in blanks.
func (t *Table) Print(w io.Writer) error {
	var b strings.Builder
	for _, row := range t.rows {
		var line strings.Builder
		line.WriteString(t.Indent)
		for i, cell := range row {
			line.WriteString(Pad(cell, t.widths[i]) + "  ")
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
