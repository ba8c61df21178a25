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

// A scanSettings is how files are scanned.
type scanSettings struct {
	name, rules, failOn, journal string
	platform, all, yes, fresh    bool
	most, uploads                int
	grace                        time.Duration
	samples                      bool
}

// The bounds of --grace: the default is that of package batch.
const (
	usualGrace       = 5 * time.Minute
	usualPostTimeout = 2 * time.Minute
)

// postTimeout is how long a request that bills may take.
func (s *scanSettings) postTimeout() time.Duration { return min(usualPostTimeout, s.grace) }

func (p *program) scanCommand() *cobra.Command {
	var s scanSettings
	c := &cobra.Command{
		Use: "scan FILE|DIR|GLOB|URL|-...", Short: "Scan files for music",
		Long: "Upload files, wait until they are processed, and show what was found with a verdict by rules (docs/assessment.md).\n\n" +
			"Of a folder all audio and video files are scanned, and those in folders below; links are followed, but not in circles. A URL is fetched by\n" +
			"the service. - is one file from standard input, and needs --name.\n\n" +
			"Each file is billed once: a journal has what was scanned, and what is in it is shown and not scanned again, as long as path, size and time\n" +
			"of modification are the same. So the same command again goes on where the last one was stopped, and tries again what has failed. --fresh\n" +
			"scans anew. A URL is billed each time. Before anything is billed the command says what and where, and with more than --max it asks.\n\n" +
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
				return usagef("--resume and --fresh say the opposite: leave one out")
			} else if !resume {
				s.fresh = true
			}
			return p.scan(c.Context(), args, s)
		},
	}
	f := c.Flags()
	f.StringVar(&s.name, "name", "", "`name` of the file in the container, and of standard input and URLs in the results; a file of another name is another file, and billed")
	f.StringVar(&s.rules, "rules", "", "JSON `file` with the rules of the verdict")
	f.StringVar(&s.failOn, "fail-on", "", "exit with 3 if a file has this `risk` or a higher one: low, medium, high or critical")
	f.BoolVar(&s.platform, "platform", false, "URLs are pages of a platform, such as YouTube, rather than of a file")
	f.BoolVar(&s.all, "all", false, "of folders, take files that do not begin like audio or video, too")
	f.BoolVar(&s.samples, "sample", false, "scan a recording that the embedded mock makes; only with --mock")
	f.BoolVarP(&s.yes, "yes", "y", false, "do not ask, however many")
	f.IntVar(&s.most, "max", maxUnasked, "how many may be billed without --yes")
	f.IntVar(&s.uploads, "uploads", 4, "how many files are uploaded at once")
	f.Bool("resume", true, "show what the journal has, and go on with the rest")
	f.BoolVar(&s.fresh, "fresh", false, "scan, and have billed, also what was scanned before")
	f.StringVar(&s.journal, "journal", "", "`file` to keep the journal in, in place of the container's own")
	f.DurationVar(&s.grace, "grace", usualGrace, "how long a file is left alone whose upload got no response; if the service lists new files later than that, one may be billed twice")
	return c
}

// check finds mistakes before anything is read.
func (s *scanSettings) check() (filescan.Risk, error) {
	var risk filescan.Risk
	if s.failOn != "" {
		if err := risk.UnmarshalText([]byte(s.failOn)); err != nil || risk < filescan.RiskLow {
			return risk, usagef("--fail-on is %q: there are low, medium, high, critical", s.failOn)
		}
	}
	switch {
	case s.uploads < 1 || s.uploads > 100:
		return risk, usagef("--uploads is %d: give a number from 1 to 100", s.uploads)
	case s.most < 0:
		return risk, usagef("--max is %d: give a positive number, or 0 to be asked always", s.most)
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
		return usagef("--sample is for the embedded mock, and the service would bill it and find nothing: add --mock, or name a file")
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
		// What would keep every file from being scanned, such as a refused token or no network, is said before any of them is touched.
		if _, err := files.List(ctx, &filescan.ListFilesOptions{PerPage: 1}); err != nil {
			return err
		}
	}
	if err := p.tell(ctx, plan, s, service); err != nil {
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

// tell says what is about to happen and what of it is billed, and asks where that is much.
func (p *program) tell(ctx context.Context, l *plan, s scanSettings, service *service) error {
	if l.done > 0 {
		p.note("%s of %d scanned before, and not billed again; --fresh scans anew. The results are in %s", count(l.done, "file"), l.all, l.journal.path)
	}
	if l.begun > 0 {
		p.note("%s in process since an earlier command, and not billed again.", count(l.begun, "file"))
	}
	if l.unsure > 0 {
		p.note("%s may have been made by a command that was stopped. So that none is billed twice, that is found out before it is uploaded again, by %s.",
			count(l.unsure, "file"), l.settled.Add(time.Second).Format(time.TimeOnly))
	}
	if l.billed() == 0 {
		return nil
	}
	return p.billed(ctx, service, "Scanning "+count(l.billed(), "file"), l.billed(), s.most, s.yes)
}

// errIncomplete ends a report that lacks files, since they failed.
var errIncomplete = errors.New("some files could not be scanned")

// verdict is the error of a run in which files failed. Why each of them did was said before.
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

// A failure sums up errors of one kind that have been told of.
type failure struct {
	text string
	kind error
}

func (e *failure) Error() string { return e.text }

func (e *failure) Unwrap() error { return e.kind }
