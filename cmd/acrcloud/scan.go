package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A scanSettings is how files are scanned.
type scanSettings struct {
	name, rules, failOn string
	platform, all, yes  bool
	most, uploads       int
	samples             bool
}

func (p *program) scanCommand() *cobra.Command {
	var s scanSettings
	c := &cobra.Command{
		Use: "scan FILE|DIR|GLOB|URL|-...", Short: "Scan files for music",
		Long: "Upload files, wait until they are processed, and show what was found with a verdict by rules (docs/assessment.md).\n\n" +
			"Of a folder all audio and video files are scanned, and those in folders below; links are followed, but not in circles. A URL is fetched by\n" +
			"the service. - is standard input, and needs --name. Each file is billed each time: before, the command says what and where, and with more\n" +
			"than --max files it asks. Nothing is kept of a run that was interrupted but what it has printed: 'acrcloud files list' shows the files.",
		Example: "  acrcloud scan song.mp3\n  acrcloud scan --fail-on high uploads/ -o jsonl > results.jsonl\n  acrcloud scan mix.wav -o html > report.html\n  acrcloud scan --mock --sample",
		Args: func(c *cobra.Command, args []string) error {
			if s.samples {
				return arguments(0, 0, "")(c, args)
			}
			return arguments(1, -1, "the files to scan")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error { return p.scan(c.Context(), args, s) },
	}
	f := c.Flags()
	f.StringVar(&s.name, "name", "", "`name` of the file in the container; required for standard input")
	f.StringVar(&s.rules, "rules", "", "JSON `file` with the rules of the verdict")
	f.StringVar(&s.failOn, "fail-on", "", "exit with 3 if a file has this `risk` or a higher one: low, medium, high or critical")
	f.BoolVar(&s.platform, "platform", false, "URLs are pages of a platform, such as YouTube, rather than of a file")
	f.BoolVar(&s.all, "all", false, "of folders, take files that do not begin like audio or video, too")
	f.BoolVar(&s.samples, "sample", false, "scan a recording that the embedded mock makes; only with --mock")
	f.BoolVarP(&s.yes, "yes", "y", false, "do not ask, however many")
	f.IntVar(&s.most, "max", maxUnasked, "how many may be billed without --yes")
	f.IntVar(&s.uploads, "uploads", 4, "how many files are scanned at once")
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
	}
	return risk, nil
}

func (p *program) scan(ctx context.Context, args []string, s scanSettings) error {
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
	jobs, err := p.jobs(args, s, service)
	if err != nil {
		return err
	}
	if err := p.billed(ctx, service, "Scanning "+count(len(jobs), "file"), len(jobs), s.most, s.yes); err != nil {
		return err
	}
	run := &scanRun{program: p, service: service, files: files, rules: rules, withErrors: format != formatTable && format != formatHTML}
	if !p.flags.quiet {
		p.progress.start(int64(len(jobs)), "scanning")
	}
	err = p.writeResults(format, run.scan(ctx, jobs, s.uploads), rules)
	p.progress.stop()
	if p.out.err != nil {
		return p.out.err
	}
	switch {
	case ctx.Err() != nil:
		return errors.Join(ctx.Err(), err)
	case s.failOn != "" && run.worst >= failOn:
		return &riskError{fmt.Sprintf("the highest risk is %v, and --fail-on is %v", run.worst, failOn)}
	case errors.Is(err, errIncomplete) || err == nil && run.failed > 0:
		return run.verdict(len(jobs))
	}
	return err
}

// errIncomplete ends a report of a run in which files failed.
var errIncomplete = errors.New("some files could not be scanned")

// A scanRun scans files, and knows what has become of them.
type scanRun struct {
	program    *program
	service    *service
	files      *filescan.Files
	rules      *filescan.Rules
	withErrors bool // the format has a place for what went wrong with a file

	failed  int
	unknown bool // one of them may have been billed
	denied  bool // the credentials are to blame
	worst   filescan.Risk
}

// An ended is what has become of a job.
type ended struct {
	job  *scanJob
	file *filescan.File
	err  error
}

// scan yields the files as they end. A file that failed is told of on standard error.
func (r *scanRun) scan(parent context.Context, jobs []*scanJob, atOnce int) iter.Seq2[*filescan.File, error] {
	return func(yield func(*filescan.File, error) bool) {
		ctx, cancel := context.WithCancel(parent)
		queue, done := make(chan *scanJob), make(chan ended)
		var workers sync.WaitGroup
		for range min(atOnce, len(jobs)) {
			workers.Go(func() {
				for job := range queue {
					file, err := job.scan(ctx, r.files, r.service.waiting())
					done <- ended{job, file, err}
				}
			})
		}
		go func() {
			defer close(queue)
			for _, job := range jobs {
				select {
				case queue <- job:
				case <-ctx.Done():
					return
				}
			}
		}()
		go func() {
			workers.Wait()
			close(done)
		}()
		defer func() {
			cancel()
			for e := range done { // whatever was uploaded is told of
				_, _ = r.note(parent, e) // it is told of, and not shown
			}
		}()
		for e := range done {
			r.program.progress.add(1)
			file, err := r.note(parent, e)
			if file != nil && !yield(file, err) {
				return
			}
			if r.denied {
				break // no other file would fare better
			}
		}
		if !r.withErrors && r.failed > 0 {
			yield(nil, errIncomplete)
		}
	}
}

// note keeps account of a job that has ended, and returns what to show of it.
func (r *scanRun) note(ctx context.Context, e ended) (*filescan.File, error) {
	if e.err == nil {
		r.worst = max(r.worst, filescan.Assess(e.file, r.rules).Risk)
		return e.file, nil
	}
	r.failed++
	r.unknown = r.unknown || errors.Is(e.err, acrcloud.ErrOutcomeUnknown)
	r.denied = r.denied || errors.Is(e.err, acrcloud.ErrCredentials)
	switch {
	case e.file != nil && !isScanError(e.err):
		r.program.say("%s: the file is uploaded, its id is %s: %v", e.job.name, e.file.ID, e.err)
	case ctx.Err() != nil && errors.Is(e.err, ctx.Err()) && !errors.Is(e.err, acrcloud.ErrOutcomeUnknown):
		return nil, nil // it was not begun, or nothing has come of it
	default:
		r.program.say("%s: %v", e.job.name, e.err)
	}
	file := e.file
	if file == nil && r.withErrors {
		file = &filescan.File{Name: e.job.name, ContainerID: r.files.ContainerID()}
	}
	if !r.withErrors {
		return file, nil // its state says what happened
	}
	return file, e.err
}

// verdict is the error of a run in which files failed. Why each of them did was said before.
func (r *scanRun) verdict(all int) error {
	text := fmt.Sprintf("%d of %s could not be scanned", r.failed, count(all, "file"))
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
