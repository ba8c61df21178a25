package doctor

import (
	"fmt"
	"io"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// Print prints what was found, a table for each configuration.
func Print(w io.Writer, reports []*Report) error {
	for i, r := range reports {
		if i > 0 {
			_, _ = fmt.Fprintln(w)
		}
		_, _ = fmt.Fprintln(w, r.Name)
		if err := printTable(w, "File Scanning", r.Scanning); err != nil {
			return err
		}
		if err := printTable(w, "Identification", r.Identify); err != nil {
			return err
		}
	}
	return nil
}

// printTable prints the checks of one kind of credentials, then what to do.
func printTable(w io.Writer, title string, d *acrcloud.Diagnosis) error {
	if d == nil {
		_, err := fmt.Fprintf(w, "\n  %s: not configured\n", title)
		return err
	}
	_, _ = fmt.Fprintf(w, "\n  %s\n", title)
	t := text.Table{Indent: "    "}
	for _, c := range d.Checks {
		t.Row(mark(c.Outcome), c.Name, c.Seen)
	}
	if err := t.Print(w); err != nil {
		return err
	}
	said := map[string]bool{}
	for _, c := range d.Checks {
		if c.Remedy != "" && c.Outcome != acrcloud.Passed && !said[c.Remedy] {
			said[c.Remedy] = true
			_, _ = fmt.Fprintf(w, "\n    %s: %s\n", c.Name, c.Remedy)
		}
	}
	return nil
}

func mark(o acrcloud.Outcome) string {
	switch o {
	case acrcloud.Passed:
		return "ok"
	case acrcloud.Warned:
		return "warning"
	case acrcloud.Failed:
		return "FAILED"
	}
	return "-"
}
