package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// write writes the outcomes of all runs so far: the requested files, and a table.
func write(ctx context.Context, store batch.Store, rejected []*batch.Outcome, rules *filescan.Rules, s settings, stdout io.Writer) error {
	results := filescan.WriteCSV
	if s.format == "jsonl" {
		results = filescan.WriteJSONL
	}
	return errors.Join(
		toFile(s.output, func(w io.Writer) error { return results(w, scanned(ctx, store), rules) }),
		toFile(s.failed, func(w io.Writer) error { return writeFailures(ctx, w, store, rejected) }),
		printRisks(ctx, stdout, store, len(rejected), rules),
	)
}

// toFile writes a file next to the existing one, and then replaces it.
func toFile(name string, write func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name + ".part") //nolint:gosec // the file that the user names
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return err
	}
	return os.Rename(name+".part", name)
}

// scanned iterates over the scanned files, with their names in the folder.
func scanned(ctx context.Context, store batch.Store) iter.Seq2[*filescan.File, error] {
	return func(yield func(*filescan.File, error) bool) {
		for o, err := range batch.Outcomes(ctx, store) {
			switch {
			case err != nil:
				yield(nil, err)
				return
			case o.File == nil:
				continue
			}
			file := *o.File
			file.Name = o.Key
			if !yield(&file, o.Err) {
				return
			}
		}
	}
}

func writeFailures(ctx context.Context, w io.Writer, store batch.Store, rejected []*batch.Outcome) error {
	out := csv.NewWriter(w)
	row := func(o *batch.Outcome) {
		kind, message := "", ""
		if f, ok := errors.AsType[*batch.Failure](o.Err); ok {
			kind, message = string(f.Kind), fmt.Sprint(f.Err)
		}
		_ = out.Write([]string{text.Cell(o.Key), text.Cell(o.Ref), kind, text.Cell(message)}) // Error reports it
	}
	_ = out.Write([]string{"key", "path", "kind", "error"})
	for _, o := range rejected {
		row(o)
	}
	for o, err := range batch.Failures(ctx, store) {
		if err != nil {
			return err
		}
		row(o)
	}
	out.Flush()
	return out.Error()
}

// shown is the number of files in the table.
const shown = 20

// printRisks prints the number of files per risk, and some files that need a review.
func printRisks(ctx context.Context, w io.Writer, store batch.Store, rejected int, rules *filescan.Rules) error {
	counts := map[filescan.Risk]int{}
	failed := rejected
	var worst text.Table
	worst.Row("RISK", "FILE", "WHY")
	named := 0
	for o, err := range batch.Outcomes(ctx, store) {
		if err != nil {
			return err
		}
		if o.Err != nil {
			failed++
			continue
		}
		a := filescan.Assess(o.File, rules)
		counts[a.Risk]++
		if a.Risk >= filescan.RiskMedium && named < shown {
			named++
			why := ""
			if len(a.Reasons) > 0 {
				why = a.Reasons[0].Text
			}
			worst.Row(a.Risk.String(), o.Key, why)
		}
	}
	var t text.Table
	t.Row("RISK", "FILES")
	for risk := filescan.RiskCritical; risk >= filescan.RiskUnknown; risk-- {
		if counts[risk] > 0 {
			t.Row(risk.String(), strconv.Itoa(counts[risk]))
		}
	}
	if failed > 0 {
		t.Row("failed", strconv.Itoa(failed))
	}
	if err := t.Print(w); err != nil || named == 0 {
		return err
	}
	_, _ = fmt.Fprintln(w)
	return worst.Print(w)
}
