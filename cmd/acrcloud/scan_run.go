package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A scanRun carries out a plan and records the outcomes.
type scanRun struct {
	program    *program
	service    *service
	files      *filescan.Files
	settings   scanSettings
	plan       *plan
	rules      *filescan.Rules
	withErrors bool // the format can show the error of a file

	ended   int // files that have been shown or reported
	omitted int // failed files that are missing from a report
	failed  int
	unknown bool // a failed file may have been billed
	denied  bool // the credentials were refused
	worst   filescan.Risk

	mu    sync.Mutex
	paths map[string]string // of the files in progress, by key
	last  batch.Progress
	quiet bool // the present trouble has been reported
}

// results yields files: first those that were scanned before, then the others as they finish. Failed files are reported
// on standard error.
func (r *scanRun) results(ctx context.Context) iter.Seq2[*filescan.File, error] {
	return func(yield func(*filescan.File, error) bool) {
		show := func(e ended) bool {
			file, err := r.note(ctx, e)
			return file == nil || yield(file, err)
		}
		for _, part := range []func(context.Context, func(ended) bool) error{r.earlier, r.scan} {
			err := part(ctx, show)
			switch {
			case errors.Is(err, errLeft):
				return
			case err != nil:
				yield(nil, err)
				return
			}
		}
		if r.omitted > 0 {
			yield(nil, errIncomplete)
		}
	}
}

// errLeft says that the caller has stopped the iteration.
var errLeft = errors.New("no more results wanted")

// An ended is the outcome of a file.
type ended struct {
	path string
	file *filescan.File
	err  error
	kept bool // it is in the journal
}

// earlier shows the results that the journal has.
func (r *scanRun) earlier(ctx context.Context, show func(ended) bool) error {
	if r.plan.done == 0 {
		return nil
	}
	for f, err := range r.plan.each(true) {
		if err != nil {
			return err
		}
		o, err := r.plan.journal.outcome(ctx, f.Key)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		if !show(endedBy(o, f.Path)) {
			return errLeft
		}
	}
	return nil
}

// endedBy converts an outcome, with the name by which the user knows the file. In the container it is named after the
// key.
func endedBy(o *batch.Outcome, path string) ended {
	e := ended{path: path, err: o.Err, kept: true}
	if f, ok := errors.AsType[*batch.Failure](o.Err); ok && f.Err != nil {
		e.err = f.Err // the failure's kind is for programs
	}
	if o.File != nil {
		file := *o.File
		file.Name = path
		e.file = &file
	}
	return e
}

// scan scans the files whose results are not in the journal.
func (r *scanRun) scan(ctx context.Context, show func(ended) bool) error {
	total := r.plan.all - r.plan.done
	if total == 0 {
		return nil
	}
	r.start(total)
	if err := r.renew(ctx); err != nil {
		return err
	}
	r.paths = map[string]string{}
	wait := r.service.waiting()
	opts := &batch.Options{
		Store: r.plan.journal.store, Uploads: r.settings.uploads, Total: int64(total), OnProgress: r.report,
		Grace: r.settings.grace, PostTimeout: r.settings.postTimeout(), MinInterval: wait.MinInterval,
	}
	for o, err := range batch.Scan(ctx, r.files, r.items(ctx), opts) {
		if err != nil {
			return r.named(err)
		}
		path, ours := r.take(o.Key)
		if ours && !show(endedBy(o, path)) {
			return errLeft
		}
	}
	for key, path := range r.paths { // another command has finished them in the meantime
		o, err := r.plan.journal.outcome(ctx, key)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if !show(endedBy(o, path)) {
			return errLeft
		}
	}
	return nil
}

// named makes an error name the file as the user does.
func (r *scanRun) named(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, path := range r.paths {
		if rest, ok := strings.CutPrefix(err.Error(), fmt.Sprintf("batch: job %q: ", key)); ok {
			return &calledError{path + ": " + strings.TrimPrefix(rest, "acrcloud: "), err}
		}
	}
	return err
}

// A calledError replaces the text of the error that it wraps.
type calledError struct {
	text string
	err  error
}

func (e *calledError) Error() string { return e.text }
func (e *calledError) Unwrap() error { return e.err }

// renew records which files to scan again, so that a command that is stopped continues with exactly those.
func (r *scanRun) renew(ctx context.Context) error {
	if !r.settings.fresh {
		return nil
	}
	const atOnce = 64
	var entries []batch.Entry
	add := func() error {
		if len(entries) == 0 {
			return nil
		}
		_, err := r.plan.journal.store.Add(ctx, entries)
		entries = entries[:0]
		return err
	}
	for f, err := range r.plan.each(false) {
		if err != nil {
			return err
		}
		if !f.Anew {
			continue
		}
		if entries = append(entries, batch.Entry{Schema: 1, Key: f.Key, Ref: f.item().Ref, Phase: batch.PhaseNew}); len(entries) == atOnce {
			if err := add(); err != nil {
				return err
			}
		}
	}
	return add()
}

// items yields the files to scan, for package batch.
func (r *scanRun) items(ctx context.Context) iter.Seq2[batch.Item, error] {
	return func(yield func(batch.Item, error) bool) {
		for f, err := range r.plan.each(false) {
			if err == nil && f.Failed {
				err = r.plan.journal.revive(ctx, f.Key)
			}
			if err != nil {
				yield(batch.Item{}, err)
				return
			}
			r.mu.Lock()
			r.paths[f.Key] = f.Path
			r.mu.Unlock()
			if !yield(f.item(), nil) {
				return
			}
		}
	}
}

// take returns the path of a finished file.
func (r *scanRun) take(key string) (path string, ours bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	path, ours = r.paths[key]
	delete(r.paths, key)
	return path, ours
}

// note records the outcome of a file, and returns what to show.
func (r *scanRun) note(ctx context.Context, e ended) (*filescan.File, error) {
	if e.err == nil {
		r.ended++
		r.worst = max(r.worst, filescan.Assess(e.file, r.rules).Risk)
		return e.file, nil
	}
	if ctx.Err() != nil && errors.Is(e.err, ctx.Err()) && e.file == nil && !errors.Is(e.err, acrcloud.ErrOutcomeUnknown) {
		return nil, nil // it was not started, or was cancelled before it had an effect
	}
	r.ended++
	r.failed++
	r.unknown = r.unknown || errors.Is(e.err, acrcloud.ErrOutcomeUnknown)
	r.denied = r.denied || errors.Is(e.err, acrcloud.ErrCredentials)
	if e.file != nil && !isScanError(e.err) {
		r.program.say("%s: the file has been uploaded; its id is %s: %s", e.path, e.file.ID, cause(e.err))
	} else {
		r.program.say("%s: %s", e.path, cause(e.err))
	}
	if !r.withErrors {
		if e.file == nil {
			r.omitted++
		}
		return e.file, nil // its state says what happened
	}
	if e.file == nil {
		return &filescan.File{Name: e.path, ContainerID: r.files.ContainerID()}, e.err
	}
	return e.file, e.err
}

// cause returns the text of an error without the prefix that the message has already.
func cause(err error) string { return strings.TrimPrefix(err.Error(), "acrcloud: ") }

// start shows progress.
func (r *scanRun) start(total int) {
	if !r.program.flags.quiet {
		r.program.progress.start(int64(total), "scanning")
	}
}

// report shows progress, and reports trouble once.
func (r *scanRun) report(b batch.Progress) {
	r.mu.Lock()
	r.last = b
	newTrouble := b.Trouble != nil && !r.quiet
	over := b.Trouble == nil && r.quiet
	r.quiet = b.Trouble != nil
	r.mu.Unlock()
	switch {
	case newTrouble:
		r.program.note("Requests have failed since %s, and are retried until they succeed: %v", b.TroubleSince.Format(time.TimeOnly), b.Trouble)
	case over:
		r.program.note("Requests succeed again.")
	}
	r.program.progress.set(b.Done+b.Failed, b.Bytes)
}

// summary says how much is done, and how to continue.
func (r *scanRun) summary(ctx context.Context) {
	left := r.plan.all - r.ended
	if r.plan.all > 1 && !r.program.flags.quiet {
		r.program.note("%d of %s scanned, %d failed; %d billed by this command.", r.ended-r.failed, count(r.plan.all, "file"), r.failed, r.last.Billed)
	}
	if left == 0 && ctx.Err() == nil || r.service.mock != nil {
		return
	}
	how := "Repeat the command to resume"
	if r.settings.fresh {
		how += ", without --fresh"
	}
	if r.plan.journal.path != "" {
		how += ": the journal is " + r.plan.journal.path
	}
	r.program.say("%s", how)
}
