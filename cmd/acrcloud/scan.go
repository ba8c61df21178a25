package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A scanSettings holds how to scan files.
type scanSettings struct {
	name, rules, failOn, journal string
	platform, all, yes, fresh    bool
	most, uploads                int
	grace                        time.Duration
	samples                      bool
}

// The defaults and limits of --grace, as in package batch.
const (
	usualGrace       = 5 * time.Minute
	usualPostTimeout = 2 * time.Minute
)

// postTimeout limits the duration of a billed request.
func (s *scanSettings) postTimeout() time.Duration { return min(usualPostTimeout, s.grace) }

func (p *program) scanCommand() *cobra.Command {
	var s scanSettings
	c := &cobra.Command{
		Use: "scan FILE|DIR|GLOB|URL|-...", Short: "Scan files for music",
		Long: "Upload files, wait until they are processed, and show what was found with a verdict by rules (docs/assessment.md).\n\n" +
			"In a folder, all audio and video files are scanned, including those in subfolders. Symbolic links are followed, except in cycles. The service\n" +
			"fetches URLs. - is one file from standard input, and needs --name.\n\n" +
			"Each file is billed once. A journal keeps what was scanned: a file in it is shown and not scanned again, as long as its path, size and time\n" +
			"of modification are the same. To resume after an interruption, repeat the command: it also retries failed files. --fresh scans everything\n" +
			"again. The journal has a hash of a URL, not the URL. Before anything is billed, the command says what and where; it asks if it is more than\n" +
			"--max.\n\n" +
			exitCodes,
		Example: "  acrcloud scan song.mp3\n  acrcloud scan --fail-on high uploads/ -o jsonl > results.jsonl\n  acrcloud scan mix.wav -o html > report.html\n" +
			"  ffmpeg -i talk.mkv -vn -f mp3 - | acrcloud scan - --name talk.mp3\n  acrcloud scan --mock --sample",
		Args: func(c *cobra.Command, args []string) error {
			if s.samples {
				return arguments(0, 0, "")(c, args)
			}
			return arguments(1, -1, "the files to scan")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if resume, _ := c.Flags().GetBool("resume"); resume && s.fresh && c.Flags().Changed("resume") {
				return usagef("--resume and --fresh exclude each other: leave one out")
			} else if !resume {
				s.fresh = true
			}
			return p.scan(c.Context(), args, s)
		},
	}
	f := c.Flags()
	f.StringVar(&s.name, "name", "", "`name` of the file in the container, and of standard input and URLs in results; a file with a new name is a new file, and billed")
	f.StringVar(&s.rules, "rules", "", "JSON `file` with the rules of the verdict")
	f.StringVar(&s.failOn, "fail-on", "", "exit with code 3 if a file has at least this `risk`: low, medium, high or critical")
	f.BoolVar(&s.platform, "platform", false, "URLs are pages of a platform, such as YouTube, not files")
	f.BoolVar(&s.all, "all", false, "in folders, include files that do not begin like audio or video")
	f.BoolVar(&s.samples, "sample", false, "scan a recording that the embedded mock generates; only with --mock")
	f.BoolVarP(&s.yes, "yes", "y", false, "do not ask for confirmation")
	f.IntVar(&s.most, "max", maxUnasked, "ask before more than this many are billed")
	f.IntVar(&s.uploads, "uploads", 4, "how many files are uploaded at the same time")
	f.Bool("resume", true, "show what the journal has, and scan the rest")
	f.BoolVar(&s.fresh, "fresh", false, "scan files again that were scanned before; they are billed again")
	f.StringVar(&s.journal, "journal", "", "`file` for the journal, instead of the container's own")
	f.DurationVar(&s.grace, "grace", usualGrace, "how long to leave a file alone if its upload got no response; if the service takes longer to list a new file, it may be billed twice")
	return c
}

// check refuses wrong settings before anything is read.
func (s *scanSettings) check() (filescan.Risk, error) {
	var risk filescan.Risk
	if s.failOn != "" {
		if err := risk.UnmarshalText([]byte(s.failOn)); err != nil || risk < filescan.RiskLow {
			return risk, usagef("--fail-on is %q: choose from low, medium, high, critical", s.failOn)
		}
	}
	switch {
	case s.uploads < 1 || s.uploads > 100:
		return risk, usagef("--uploads is %d: give a number from 1 to 100", s.uploads)
	case s.most < 0:
		return risk, usagef("--max is %d: give a positive number, or 0 to always be asked", s.most)
	case s.grace <= 0:
		return risk, usagef("--grace is %v: give a positive duration, such as %v", s.grace, usualGrace)
	}
	return risk, nil
}

func (p *program) scan(ctx context.Context, args []string, s scanSettings) (err error) {
	format, err := p.format(resultFormats...)
	if err != nil {
		return err
	}
	failOn, err := s.check()
	if err != nil {
		return err
	}
	rules, err := readRules(s.rules)
	if err != nil {
		return err
	}
	service, files, err := p.container(ctx)
	if err != nil {
		return err
	}
	if s.samples && service.mock == nil {
		return usagef("--sample is for the embedded mock, because the service would bill it and find nothing: add --mock, or name a file")
	}
	targets, err := s.targets(args)
	if err != nil {
		return err
	}
	journal, err := p.openJournal(ctx, s.journal, service)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.close()) }()
	plan, err := p.plan(ctx, targets, s, service, journal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plan.close()) }()
	if plan.done < plan.all {
		// A failure that would affect every file, such as a refused token or no network, is reported before any file is
		// touched.
		if _, err := files.List(ctx, &filescan.ListFilesOptions{PerPage: 1}); err != nil {
			return err
		}
	}
	if err := p.confirmScan(ctx, plan, s, service); err != nil {
		return err
	}
	run := &scanRun{program: p, service: service, files: files, settings: s, plan: plan, rules: rules, withErrors: format != formatTable && format != formatHTML}
	err = p.writeResults(format, run.results(ctx), rules)
	p.progress.stop()
	if p.out.err != nil {
		return p.out.err
	}
	run.summary(ctx)
	switch {
	case ctx.Err() != nil:
		return errors.Join(ctx.Err(), err)
	case s.failOn != "" && run.worst >= failOn:
		if err != nil && !errors.Is(err, errIncomplete) {
			p.say("%s", cause(err))
		}
		return &riskError{fmt.Sprintf("the highest risk is %v, and --fail-on is %v", run.worst, failOn)}
	case errors.Is(err, errIncomplete) || err == nil && run.failed > 0:
		return run.verdict()
	}
	return err
}

// confirmScan says what is about to happen and what of it is billed, and asks for confirmation if it is a lot.
func (p *program) confirmScan(ctx context.Context, l *plan, s scanSettings, service *service) error {
	if l.done > 0 {
		p.note("%s of %d scanned before, and not billed again; --fresh scans them again. The results are in %s", count(l.done, "file"), l.all, l.journal.path)
	}
	if l.begun > 0 {
		p.note("%s still being processed from an earlier command, and not billed again.", count(l.begun, "file"))
	}
	if l.unsure > 0 {
		p.note("%s may have been created by a command that was stopped. To bill none twice, the command checks this before it uploads again, by %s.",
			count(l.unsure, "file"), l.settled.Add(time.Second).Format(time.TimeOnly))
	}
	if l.billed() == 0 {
		return nil
	}
	return p.billed(ctx, service, "Scanning "+count(l.billed(), "file"), l.billed(), s.most, s.yes)
}

// errIncomplete ends a report that lacks files because they failed.
var errIncomplete = errors.New("some files could not be scanned")

// verdict returns the error of a run in which files failed. Each failure has already been reported.
func (r *scanRun) verdict() error {
	text := fmt.Sprintf("%d of %s could not be scanned", r.failed, count(r.plan.all, "file"))
	switch {
	case r.unknown:
		return &failure{text, acrcloud.ErrOutcomeUnknown}
	case r.denied:
		return &failure{text, acrcloud.ErrCredentials}
	}
	return errors.New(text)
}

// A failure sums up errors of one kind that have already been reported.
type failure struct {
	text string
	kind error
}

func (e *failure) Error() string { return e.text }

func (e *failure) Unwrap() error { return e.kind }
