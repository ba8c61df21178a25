package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/report"
)

// savedDays is how many days are saved without --from, so that a machine that was off catches up.
const savedDays = 7

// settled is how long after its end a day is considered complete. The service's delay is not known.
const settled = 6 * time.Hour

func (p *program) savePlays() *cobra.Command {
	var f playFlags
	var dir string
	var settle time.Duration
	var again bool
	c := &cobra.Command{
		Use: "save STATION...", Short: "Save the plays of each day to a file",
		Long: "Save what stations have played to a file for each day: DIR/STATION/2026-01-02.csv, or .jsonl or .html. A day whose file exists is not\n" +
			"fetched again, so you can stop and repeat the command, such as once a day by cron. A file is complete or does not exist. Without\n" +
			"--from the command saves the last 7 days. Days that ended less than --settle ago are left for later, because it is not known how soon the\n" +
			"service has all plays of a day. The command prints the paths of new files, one per line. Use the same --zone each time.",
		Example: "  acrcloud plays save s-AbC12 s-XyZ34 --project 13528 --dir log --zone Europe/Zurich\n  acrcloud plays save 238766 --project 179 --from 2026-01-01 --dir log -o jsonl",
		Args:    f.arguments(-1),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(formatCSV, formatJSONL, formatHTML)
			if err != nil {
				return err
			}
			if settle < 0 {
				return usagef("--settle is %v: give a positive duration, such as 6h, or 0", settle)
			}
			opts, err := f.options(savedDays)
			if err != nil {
				return err
			}
			stations, err := p.stations(c.Context(), f.stationFlags, args)
			if err != nil {
				return err
			}
			if last := console.DateOf(time.Now().Add(-settle).In(opts.Zone)).AddDays(-1); last.Before(opts.Days.To) {
				if last.Before(opts.Days.From) {
					p.note("Nothing to save: %v ended less than %v ago, or has not ended yet.", opts.Days.From, settle)
					return nil
				}
				p.note("Skipped %v and later: these days ended less than %v ago, or have not ended yet.", last.AddDays(1), settle)
				opts.Days.To = last
			}
			for _, s := range stations {
				if err := p.saveStation(c.Context(), s, format, filepath.Join(dir, s.id), opts, again); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.registerDays(c)
	c.Flags().StringVar(&dir, "dir", ".", "`folder` in which each station gets a folder")
	c.Flags().DurationVar(&settle, "settle", settled, "how long after its end a day is considered complete")
	c.Flags().BoolVar(&again, "again", false, "also fetch days whose file exists, and replace the file")
	return c
}

// saveStation writes the missing files.
func (p *program) saveStation(ctx context.Context, s *monitored, format, dir string, opts console.PlaysOptions, again bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // as any folder that a command makes
		return err
	}
	file := func(date console.Date) string { return date.String() + "." + format }
	saved, kept := 0, 0
	for runs := range missing(opts.Days, func(date console.Date) bool { return !again && exists(filepath.Join(dir, file(date))) }) {
		if runs.To.IsZero() {
			kept++
			continue
		}
		opts.Days.From, opts.Days.To = runs.From, runs.To
		for day, err := range s.days(ctx, opts) {
			if err != nil {
				p.note("%s: %s saved, %d already saved.", s.id, count(saved, "day"), kept)
				return fmt.Errorf("%w\nRepeat the command to fetch the missing days", s.failed(err))
			}
			path, err := saveFile(dir, func(w io.Writer) error { return p.writeDay(w, format, opts.Zone, s, day) }, func() (string, error) { return file(day.Date), nil })
			if err != nil {
				return fmt.Errorf("%s, %v: %w", s.id, day.Date, err)
			}
			if _, err := fmt.Fprintln(p.out, path); err != nil {
				return err
			}
			saved++
		}
	}
	p.note("%s: %s saved, %d already saved.", s.id, count(saved, "day"), kept)
	return nil
}

// missing yields each run of missing days as a range, and each existing day as a range without an end.
func missing(days console.DateRange, there func(console.Date) bool) iter.Seq[console.DateRange] {
	return func(yield func(console.DateRange) bool) {
		var run console.DateRange
		for date := days.From; !days.To.Before(date); date = date.AddDays(1) {
			switch has := there(date); {
			case !has && run.From.IsZero():
				run = console.DateRange{From: date, To: date}
			case !has:
				run.To = date
			default:
				if !run.From.IsZero() && !yield(run) {
					return
				}
				run = console.DateRange{}
				if !yield(console.DateRange{From: date}) {
					return
				}
			}
		}
		if !run.From.IsZero() {
			yield(run)
		}
	}
}

// writeDay writes the plays of a day.
func (p *program) writeDay(w io.Writer, format string, zone *time.Location, s *monitored, day *console.Day) error {
	plays := console.PlaysOf(day.Plays...)
	opts := &console.ReportOptions{Zone: zone}
	switch format {
	case formatJSONL:
		return console.WriteJSONL(w, plays, opts)
	case formatHTML:
		return p.writePlayPage(w, zone, s.id+", "+day.Date.String(), plays)
	}
	return console.WriteCSV(w, plays, opts)
}

// writePlayPage writes plays as a page.
func (p *program) writePlayPage(w io.Writer, zone *time.Location, title string, plays iter.Seq2[*console.Play, error]) error {
	var all []report.Play
	for play, err := range plays {
		if err != nil {
			return err // a page of some of the days would look complete
		}
		if shown, ok := pageOf(play); ok {
			all = append(all, shown)
		}
	}
	r := report.Day(all)
	r.Title, r.Location, r.Made = title, zone, time.Now()
	return report.HTML(w, r)
}
