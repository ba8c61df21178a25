package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"time"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/report"
)

// resultFormats are the output formats of files with results.
var resultFormats = []string{formatTable, formatJSON, formatJSONL, formatCSV, formatHTML}

// writeResults writes files with their results and verdicts, in one of resultFormats.
func (p *program) writeResults(format string, files iter.Seq2[*filescan.File, error], rules *filescan.Rules) error {
	switch format {
	case formatCSV:
		return filescan.WriteCSV(p.out, files, rules)
	case formatJSONL:
		return filescan.WriteJSONL(p.out, files, rules)
	case formatJSON:
		array := &arrayWriter{w: p.out}
		lines := &lineWriter{w: array}
		err := filescan.WriteJSONL(lines, files, rules)
		return errors.Join(err, array.end())
	}
	r := report.Files(files, rules)
	r.Location = time.Local
	if format == formatHTML {
		r.Made = time.Now()
		return report.HTML(p.out, r)
	}
	return report.Text(p.out, r, &report.TextOptions{Width: max(p.columns(), 40) * min(p.columns(), 1), Color: p.color()})
}

// A lineWriter passes on complete lines, each in one Write.
type lineWriter struct {
	w    *arrayWriter
	rest []byte
}

// Write implements [io.Writer].
func (l *lineWriter) Write(b []byte) (int, error) {
	l.rest = append(l.rest, b...)
	for {
		line, rest, ok := bytes.Cut(l.rest, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		if _, err := l.w.Write(line); err != nil {
			return 0, err
		}
		l.rest = rest
	}
}

// readRules reads the rules in a file. Without a name they are the default ones.
func readRules(name string) (*filescan.Rules, error) {
	if name == "" {
		return filescan.DefaultRules(), nil
	}
	f, err := os.Open(name) //nolint:gosec // the file that the user names
	if err != nil {
		return nil, &usageError{text: err.Error()}
	}
	defer f.Close() //nolint:errcheck // it was only read from
	rules, err := filescan.ReadRules(f)
	if err != nil {
		return nil, &usageError{text: fmt.Sprintf("%s: %v", name, err)}
	}
	return rules, nil
}

// maxUnasked is how many items may be billed without asking.
const maxUnasked = 100

// billed says what is about to be billed, and asks for confirmation if it is a lot.
func (p *program) billed(ctx context.Context, s *service, doing string, n, most int, yes bool) error {
	if s.mock != nil {
		p.note("%s in the embedded mock: no network, nothing is billed.", doing)
		return nil
	}
	what := fmt.Sprintf("%s in container %d at %s, with the token of %s: each is billed.", doing, s.config.ContainerID, s.name(), s.origin)
	if n <= most || yes {
		p.note("%s", what)
		return nil
	}
	return p.confirm(ctx, false, "%s That is more than %d. Continue?", what, most)
}

// waiting returns how long and how often to check a file: the mock is fast.
func (s *service) waiting() filescan.WaitOptions {
	if s.mock != nil {
		return filescan.WaitOptions{MinInterval: 100 * time.Millisecond}
	}
	return filescan.WaitOptions{}
}
