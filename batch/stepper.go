package batch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

// A Next is when a job wants its next step.
type Next struct {
	Done  bool          // never: the job has ended, and its entry holds the outcome
	After time.Duration // not before this; sooner is harmless, and what a callback asks for
}

// A Stepper moves jobs from phase to phase, one step at a time. It holds no state of theirs: that is in the journal, so any process may
// take the next step of any job. Make one with [NewStepper]; it is safe for concurrent use.
//
// Two steps of one job at the same time are allowed and safe: the journal decides which of them may bill.
type Stepper struct {
	files   *filescan.Files
	journal Journal
	opts    Options
	run     string // names this run in entries
	states  *states
	pipe    *pipe

	source func(e Entry) acrcloud.Source // of a job
	onSent func(bytes int64)             // content was handed to the connection
	onBill func(n int)                   // so many requests that bill are about to be sent; -1: one has made nothing

	posts *gate // that steps pass which send content or make files; nil: there is none
	looks *gate // that steps pass which look at a file
}

// NewStepper makes a Stepper for the files of one container, for an engine to drive; [Scan] brings its own. Of the options it uses Open,
// Upload, MaxBytesPerSecond, PostTimeout, Grace, Hold, MinInterval and MaxInterval.
func NewStepper(files *filescan.Files, journal Journal, opts *Options) (*Stepper, error) {
	o, err := opts.withDefaults()
	switch {
	case err != nil:
		return nil, err
	case files == nil:
		return nil, &acrcloud.ArgumentError{Field: "files", Problem: "is nil", Remedy: "use client.Files(containerID)"}
	case journal == nil:
		return nil, &acrcloud.ArgumentError{Field: "journal", Problem: "is nil", Remedy: "use NewMemory, or a store of batch/sqlbatch"}
	}
	return newStepper(files, journal, o), nil
}

func newStepper(files *filescan.Files, journal Journal, o Options) *Stepper {
	s := &Stepper{
		files: files, journal: journal, opts: o, run: rand.Text()[:12], pipe: newPipe(o.MaxBytesPerSecond, o.Uploads),
		states: newStates(files, o.MinInterval, o.MaxInterval), onSent: func(int64) {}, onBill: func(int) {},
	}
	s.source = func(e Entry) acrcloud.Source {
		if o.Open == nil || e.Ref == "" {
			return acrcloud.Source{}
		}
		return o.Open(e.Ref)
	}
	return s
}

// Step takes the next step of a job: upload its content, look for a file whose creation got no response, or look if the scan has ended. Only
// the first may bill, and only after a saved intent says so.
//
// An error means that the step has to be taken again; the job is as it was, or as it was saved last. What no further step would mend is no
// error but the job's outcome, with one exception: what is wrong with the token, the account, the container or the journal concerns every
// job, so it is an error however often it comes. ErrNoEntry says that there is no such job.
func (s *Stepper) Step(ctx context.Context, key string) (Next, error) {
	if s == nil || s.journal == nil {
		return Next{}, &acrcloud.ArgumentError{Field: "Stepper", Problem: "was not made by NewStepper", Remedy: "call batch.NewStepper"}
	}
	e, next, err := s.step(ctx, key, false)
	if errors.Is(err, errNothingToOpen) {
		_, next, err = s.fail(ctx, e, FailureItem, err)
	}
	if _, ok := errors.AsType[*pendingError](err); ok {
		return next, nil
	}
	return next, err
}

// A pendingError is that of a request that bills and got no response. It is no failure of the step: the job waits, and is settled later.
type pendingError struct{ err error }

func (e *pendingError) Error() string { return e.err.Error() }
func (e *pendingError) Unwrap() error { return e.err }

// step is Step, and returns the entry as it is then. A file of which a callback was received is called.
func (s *Stepper) step(ctx context.Context, key string, called bool) (Entry, Next, error) {
	e, err := s.journal.Load(ctx, key)
	if err != nil {
		return Entry{Key: key}, Next{}, &storeError{fmt.Errorf("batch: loading job %q: %w", key, err)}
	}
	if e.Schema > schema || !e.Phase.known() {
		return Entry{Key: key}, Next{}, &storeError{fmt.Errorf("batch: job %q was saved by a newer version of this package: update it", key)}
	}
	switch e.Phase {
	case PhaseNew:
		return s.upload(ctx, e)
	case PhaseIntent:
		return s.settle(ctx, e)
	case PhaseWaiting:
		return s.look(ctx, e, called || e.Called)
	default:
		return e, Next{Done: true}, nil
	}
}

// save saves an entry. Somebody else may have saved it since it was loaded, such as a callback on another machine; then what is
// stored counts, and the caller's step has come to nothing.
func (s *Stepper) save(ctx context.Context, e Entry) (Entry, error) {
	saved, err := s.journal.Save(ctx, e)
	if err != nil {
		return e, &storeError{fmt.Errorf("batch: saving job %q: %w", e.Key, err)}
	}
	return saved, nil
}

// afterBill returns a context for what must be written although ctx has ended: that something was billed.
func afterBill(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
}

// fail ends a job.
func (s *Stepper) fail(ctx context.Context, e Entry, kind FailureKind, cause error) (Entry, Next, error) {
	return s.finish(ctx, e, nil, &Failure{Kind: kind, Err: cause})
}

func (s *Stepper) finish(ctx context.Context, e Entry, file *filescan.File, failure *Failure) (Entry, Next, error) {
	concluded, err := conclude(e, file, failure)
	if err != nil {
		return e, Next{}, err
	}
	saved, err := s.save(ctx, concluded)
	if errors.Is(err, ErrConflict) {
		return s.again(e)
	}
	if err != nil {
		return e, Next{}, err
	}
	s.states.forget(e.FileID)
	saved.file, saved.failure = file, failure
	return saved, Next{Done: true}, nil
}

// again has the job stepped anew: somebody else has moved it on.
func (s *Stepper) again(e Entry) (Entry, Next, error) { return e, Next{}, nil }

// errPostTimeout ends the request that bills.
var errPostTimeout = errors.New("batch: the request that makes the file took longer than Options.PostTimeout")

// A posting is the part of a step that may bill: what it has saved, and how long it may go on.
type posting struct {
	stepper *Stepper
	entry   Entry  // as it was saved last
	stored  bool   // the content was stored by an earlier attempt, which may be long ago
	before  string // Entry.BilledBy before this attempt

	ctx    context.Context //nolint:containedctx // it is this step's own
	cancel context.CancelCauseFunc
	unhook func() bool

	mu     sync.Mutex
	intent bool        // an intent was saved
	sent   bool        // and from then on the request may be on its way
	timer  *time.Timer // ends the request
}

// lastWords is how long a request that bills may go on after its caller has gone. Broken off, it would cost the next run the whole grace to
// find out what became of it.
const lastWords = 5 * time.Second

func (s *Stepper) posting(ctx context.Context, e Entry) *posting {
	p := &posting{stepper: s, entry: e, before: e.BilledBy}
	p.ctx, p.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	p.unhook = context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !p.sent {
			p.cancel(context.Cause(ctx))
			return
		}
		time.AfterFunc(lastWords, func() { p.cancel(context.Cause(ctx)) })
	})
	return p
}

func (p *posting) end() {
	p.unhook()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
	p.cancel(nil)
}

// intend saves the intent, and has the time run that the request may take. It is called right before the request.
func (p *posting) intend(ctx context.Context, ticket filescan.Ticket) error {
	e := p.entry
	e.Phase, e.Ticket, e.IntentAt, e.BilledBy = PhaseIntent, ticket, time.Now(), p.stepper.run
	e.Attempt++
	saved, err := p.stepper.save(ctx, e)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.entry, p.intent = saved, true
	// From the intent on, not from the end of its saving: others count from there.
	left := p.stepper.deadline(e) - time.Since(e.IntentAt)
	if left <= 0 {
		return fmt.Errorf("%w, since the journal was so slow", errPostTimeout)
	}
	if err := ended.Error(p.ctx); err != nil {
		return err
	}
	p.sent = true
	p.timer = time.AfterFunc(left, func() { p.cancel(errPostTimeout) })
	p.stepper.onBill(1)
	return nil
}

// upload sends the content of a new job and makes the file.
func (s *Stepper) upload(ctx context.Context, e Entry) (Entry, Next, error) {
	name, err := NameOf(e.Key)
	if err != nil {
		return s.fail(ctx, e, FailureItem, err)
	}
	src := s.source(e)
	if src.IsZero() {
		return e, Next{}, errNothingToOpen
	}
	if err := s.posts.enter(ctx); err != nil {
		return e, Next{}, err
	}
	content, src, err := s.pipe.open(ctx, src)
	if err != nil {
		s.posts.leave(nil) // it says nothing about the service
		return s.unsent(ctx, e, err)
	}
	defer content.Close() //nolint:errcheck // it was only read

	p := s.posting(ctx, e)
	defer p.end()
	opts := s.opts.Upload
	opts.Name, opts.UniqueName, opts.OnTicket = name, true, p.intend
	opts.OnProgress = s.counting(opts.OnProgress)
	file, err := s.files.Upload(p.ctx, src, &opts)
	s.posts.leave(serviceError(err))
	return s.posted(ctx, p, file, err)
}

// counting counts the content of one upload that is sent, also what an attempt sends again.
func (s *Stepper) counting(report func(filescan.Progress)) func(filescan.Progress) {
	var attempt int
	var sent int64
	return func(p filescan.Progress) {
		if p.Attempt != attempt {
			attempt, sent = p.Attempt, 0
		}
		if p.Sent > sent {
			s.onSent(p.Sent - sent)
			sent = p.Sent
		}
		if report != nil {
			report(p)
		}
	}
}

// settle finds out what has become of a request that bills, once nobody can be at it any more, and sends it again only if the file is
// nowhere to be found.
func (s *Stepper) settle(ctx context.Context, e Entry) (Entry, Next, error) {
	if !e.IntentAt.IsZero() { // else it is known to have made nothing
		pause := s.deadline(e) + s.opts.Grace
		left := time.Until(e.IntentAt.Add(pause))
		switch {
		case left > pause: // the clock was set back since, or another machine's is ahead: wait the whole time by this one
			e.IntentAt = time.Now()
			saved, err := s.save(ctx, e)
			if errors.Is(err, ErrConflict) {
				return s.again(e)
			}
			return saved, Next{After: pause}, err
		case left > 0:
			return e, Next{After: left}, nil
		}
		file, err := s.find(ctx, e.Ticket)
		switch {
		case err == nil:
			return s.made(ctx, e, file)
		case !absent(err):
			return s.unsent(ctx, e, err)
		case s.opts.Hold:
			return s.fail(ctx, e, FailureHeld, fmt.Errorf("no file %q was found after the grace, and Options.Hold is set: %w", e.Ticket.Name, acrcloud.ErrOutcomeUnknown))
		}
	}
	if e.Ticket.Key == "" { // it was sent as a form
		return s.anew(ctx, e)
	}
	p := s.posting(ctx, e)
	p.stored = true
	defer p.end()
	if err := s.posts.enter(ctx); err != nil {
		return e, Next{}, err
	}
	var file *filescan.File
	err := p.intend(ctx, e.Ticket)
	if err == nil {
		file, err = s.files.Resume(p.ctx, e.Ticket)
	}
	s.posts.leave(serviceError(err))
	return s.posted(ctx, p, file, err)
}

// find looks for the file of a ticket. It is absent if it is not there.
func (s *Stepper) find(ctx context.Context, t filescan.Ticket) (*filescan.File, error) {
	if err := s.posts.enter(ctx); err != nil {
		return nil, err
	}
	t.Key = "" // so that none is made
	file, err := s.files.Resume(ctx, t)
	s.posts.leave(serviceError(err))
	return file, err
}

// lookTime is how long an attempt after the first one looks for the file before it sends the request; see filescan.Files.Resume.
const lookTime = 10 * time.Second

// deadline is how long after an intent its request may be under way.
func (s *Stepper) deadline(e Entry) time.Duration {
	if e.Attempt > 1 {
		return s.opts.PostTimeout + lookTime
	}
	return s.opts.PostTimeout
}

// absent reports whether err says that there is no file of a job's name. A 404 for the list itself does not.
func absent(err error) bool {
	_, answered := errors.AsType[*acrcloud.APIError](err)
	return errors.Is(err, acrcloud.ErrNotFound) && !answered
}

// anew has the content of a job sent once more.
func (s *Stepper) anew(ctx context.Context, e Entry) (Entry, Next, error) {
	e.Phase, e.IntentAt, e.Ticket = PhaseNew, time.Time{}, filescan.Ticket{}
	saved, err := s.save(ctx, e)
	if errors.Is(err, ErrConflict) {
		return s.again(e)
	}
	return saved, Next{}, err
}

// posted saves what has become of the step that may bill.
func (s *Stepper) posted(ctx context.Context, p *posting, file *filescan.File, err error) (Entry, Next, error) {
	e := p.entry
	switch {
	case err == nil:
		return s.made(ctx, e, file)
	case errors.Is(err, ErrConflict):
		return s.again(e)
	case !p.intent:
		return s.unsent(ctx, e, err)
	case p.sent && errors.Is(err, acrcloud.ErrOutcomeUnknown):
		after := max(0, time.Until(e.IntentAt.Add(s.deadline(e)+s.opts.Grace)))
		return e, Next{After: after}, &pendingError{err}
	}
	// It was not sent, or the service has refused it: nothing was made, and the next attempt need not wait for the grace.
	if p.sent {
		s.onBill(-1)
	}
	late, cancel := afterBill(ctx)
	defer cancel()
	e.IntentAt, e.BilledBy = time.Time{}, p.before
	saved, saveErr := s.save(late, e)
	switch {
	case errors.Is(saveErr, ErrConflict):
		return s.again(e)
	case saveErr != nil:
		return p.entry, Next{}, saveErr
	}
	if v, _ := judge(err); p.stored && (v == lasting || errors.Is(err, acrcloud.ErrNotFound)) {
		return s.anew(late, saved) // storage does not keep content for ever
	}
	return s.unsent(ctx, saved, err)
}

// unsent decides what becomes of a job after a failure that has billed nothing.
func (s *Stepper) unsent(ctx context.Context, e Entry, err error) (Entry, Next, error) {
	if ended := ended.Error(ctx); ended != nil {
		return e, Next{}, ended
	}
	if errors.Is(err, filescan.ErrNameNotUnique) {
		return s.fail(ctx, e, FailureAmbiguous, err)
	}
	if v, kind := judge(err); v == lasting {
		return s.fail(ctx, e, kind, err)
	}
	return e, Next{After: retryAfter(err)}, err
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
		return e.RetryAfter
	}
	return 0
}

// made saves that the file exists. A callback may have come first.
func (s *Stepper) made(ctx context.Context, e Entry, file *filescan.File) (Entry, Next, error) {
	late, cancel := afterBill(ctx)
	defer cancel()
	e.Phase, e.FileID = PhaseWaiting, file.ID
	if e.IntentAt.IsZero() {
		e.IntentAt = time.Now()
	}
	saved, err := s.save(late, e)
	for errors.Is(err, ErrConflict) {
		if saved, err = s.journal.Load(late, e.Key); err != nil {
			err = &storeError{fmt.Errorf("batch: loading job %q: %w", e.Key, err)}
			break
		}
		if saved.FileID != "" || saved.Phase.Finished() {
			break // a callback, as a rule
		}
		// Somebody else has settled or begun anew with a job whose file was being made here. It is this file's.
		saved.Phase, saved.FileID, saved.IntentAt = PhaseWaiting, file.ID, e.IntentAt
		saved, err = s.save(late, saved)
	}
	switch {
	case err != nil:
		return e, Next{}, err
	case saved.FileID == "":
		return s.again(saved)
	case saved.FileID != file.ID:
		return saved, Next{}, fmt.Errorf("batch: job %q has two files, %s and %s: another program writes into the container under the same keys", e.Key, saved.FileID, file.ID)
	}
	return saved, Next{After: s.states.add(file.ID)}, nil
}

// missingOK is err unless it is that the file is not there, which is a response like any other.
func missingOK(err error) error {
	if errors.Is(err, acrcloud.ErrNotFound) {
		return nil
	}
	return serviceError(err)
}

// missingGrace is how long a new file may be unknown to the service that has just made it.
const missingGrace = time.Minute

// look asks whether a file is done, and fetches its results if it is.
func (s *Stepper) look(ctx context.Context, e Entry, called bool) (Entry, Next, error) {
	if !called {
		if after, busy := s.states.busy(ctx, e.FileID); busy {
			return e, Next{After: after}, ended.Error(ctx)
		}
	}
	if err := s.looks.enter(ctx); err != nil {
		return e, Next{}, err
	}
	file, err := s.files.Get(ctx, e.FileID)
	s.looks.leave(missingOK(err))
	switch {
	case err == nil:
	case ended.Error(ctx) != nil:
		return e, Next{}, ended.Error(ctx)
	case errors.Is(err, acrcloud.ErrNotFound) && time.Since(e.IntentAt) < missingGrace:
		return e, Next{After: s.opts.MinInterval}, nil
	case errors.Is(err, acrcloud.ErrNotFound):
		return s.fail(ctx, e, FailureMissing, err)
	default:
		return s.unsent(ctx, e, err)
	}
	if !file.State.Done() {
		if waited := time.Since(e.IntentAt); waited > s.opts.Timeout {
			return s.finish(ctx, e, file, &Failure{Kind: FailureTimeout, Err: &filescan.WaitError{Last: file, Err: context.DeadlineExceeded}})
		}
		return e, Next{After: s.states.looked(e.FileID)}, nil
	}
	if file.State.Failed() {
		return s.finish(ctx, e, file, &Failure{Kind: FailureScan, Err: &filescan.ScanError{File: file}})
	}
	return s.finish(ctx, e, file, nil)
}
