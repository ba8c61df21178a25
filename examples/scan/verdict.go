package main

import (
	"fmt"
	"io"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// printVerdict prints the risk of the file, and the reasons.
func printVerdict(w io.Writer, a filescan.Assessment) error {
	_, err := fmt.Fprintf(w, "\nrisk: %v", a.Risk)
	if a.MatchType != filescan.MatchNone {
		_, err = fmt.Fprintf(w, " (%s, confidence %.0f)", a.MatchType, a.Confidence)
	}
	_, _ = fmt.Fprintln(w)
	for _, r := range a.Reasons {
		_, err = fmt.Fprintf(w, "  %s: %s\n", r.Rule, text.Terminal(r.Text))
	}
	return err
}
