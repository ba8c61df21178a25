package batch

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

// A Next is the result of a step, and when the job needs the next one.
type Next struct {
	Done  bool          // the job has ended, and its entry holds the outcome
	After time.Duration // the time to wait; an earlier step is harmless, such as after a callback

	Moved   bool     // the step moved the job to another phase, so the service works
	Outcome *Outcome // how the job has ended; nil unless Done
}

// errNoStepper is the error of a zero Stepper.
var errNoStepper = error(&acrcloud.ArgumentError{
	Field: "Stepper", Problem: "was not created by NewStepper", Remedy: "call batch.NewStepper",
})

// A Stepper moves jobs from phase to phase, one step at a time. The state of the jobs is in the journal, so any process
// may take the next step of any job. Create one with [NewStepper]; it is safe for concurrent use.
//
// Two steps of one job at the same time are safe: the journal decides which of them may send the billed request.
type Stepper struct {
	files   *filescan.Files
	journal Journal
	opts    Options
	run     string // names this run in entries
	states  *states
	pipe    *pipe
	ahead   ahead

	content func(e Entry) content // of a job
	awaited func(e Entry) bool    // the content of a job may still be replaced
	onSent  func(bytes int64)     // content was handed to the connection
	onBill  func(n int)           // n billed requests are about to be sent; -1: one has created nothing

	posts *gate // for steps that send content or create files; nil: no limit
	looks *gate // for steps that fetch files; nil: no limit
}

// NewStepper returns a Stepper for the files of one container, to be driven by an engine; [Scan] creates its own. It
// uses the options Open, Version, Upload, MaxBytesPerSecond, PostTimeout, Grace, Hold, MinInterval, MaxInterval and
// Timeout.
func NewStepper(files *filescan.Files, journal Journal, opts *Options) (*Stepper, error) {
	o, err := opts.withDefaults()
	switch {
	case err != nil:
		return nil, err
	case files == nil:
		return nil, &acrcloud.ArgumentError{Field: "files", Problem: "is nil", Remedy: "use client.Files(containerID)"}
	case checked.IsNil(journal):
		return nil, &acrcloud.ArgumentError{Field: "journal", Problem: "is nil", Remedy: "use NewMemory, or a store of batch/sqlbatch"}
	}
	return newStepper(files, journal, o), nil
}

func newStepper(files *filescan.Files, journal Journal, o Options) *Stepper {
	s := &Stepper{
		files: files, journal: journal, opts: o, run: rand.Text()[:12], pipe: newPipe(o.MaxBytesPerSecond, o.Uploads),
		states: newStates(files, o.MinInterval, o.MaxInterval), onSent: func(int64) {}, onBill: func(int) {},
		awaited: func(Entry) bool { return false },
	}
	s.content = func(e Entry) content {
		if o.Open == nil || e.Ref == "" {
			return content{}
		}
		return content{source: o.Open(e.Ref)}
	}
	return s
}

// Step runs the next step of a job: it uploads the content, looks for a file whose creation got no response, or checks
// whether the scan has ended. Only uploads are billed, and only after an intent was saved.
//
// After an error, run the step again; the job is in the state that was saved last. A failure that no further step can
// fix is not an error, but the job's outcome. Problems of the token, the account, the container or the journal are an
// exception: they concern every job, and are always errors. If there is no such job, the error is ErrNoEntry.
func (s *Stepper) Step(ctx context.Context, key string) (Next, error) {
	if s == nil || s.journal == nil {
		return Next{}, errNoStepper
	}
	before, err := s.load(ctx, key)
	if err != nil {
		return Next{}, err
	}
	e, next, err := s.take(ctx, before, false)
	if errors.Is(err, errNothingToOpen) {
		e, next, err = s.fail(ctx, e, FailureItem, err)
	}
	if _, ok := errors.AsType[*pendingError](err); ok {
		err = nil
	}
	if err != nil {
		return next, err
	}
	next.Moved = e.Phase != before.Phase
	switch {
	case next.Done:
		next.Outcome, err = OutcomeOf(e)
	case e.Phase == PhaseWaiting && next.After > 0:
		next.After = max(next.After, min(time.Since(e.IntentAt)/rareness, rarest))
	}
	return next, err
}

// The interval between two checks of a file grows with the time that the file has been processed, so that an engine
// with a hundred thousand waiting files is not kept busy by steps that find nothing.
const (
	rareness = 8
	rarest   = 15 * time.Minute
)

// A pendingError is the error of a billed request that got no response. The step has not failed: the job waits, and is
// settled later.
type pendingError struct{ err error }

func (e *pendingError) Error() string { return e.err.Error() }
func (e *pendingError) Unwrap() error { return e.err }

// step is Step, and also returns the new entry. called means that a callback was received.
func (s *Stepper) step(ctx context.Context, key string, called bool) (Entry, Next, error) {
	e, err := s.load(ctx, key)
	if err != nil {
		return e, Next{}, err
	}
	return s.take(ctx, e, called)
}

// ErrNewer matches the error for a job that was saved by a newer version of this package. The job stays as it is.
var ErrNewer = errors.New("batch: the job was saved by a newer version of this package: update the module")

// load loads the entry of a job, if this package knows its version.
func (s *Stepper) load(ctx context.Context, key string) (Entry, error) {
	e, err := s.journal.Load(ctx, key)
	if err != nil {
		return Entry{Key: key}, &storeError{fmt.Errorf("batch: loading job %q: %w", key, err)}
	}
	if e.Schema > schema || !e.Phase.known() {
		return Entry{Key: key}, &storeError{fmt.Errorf("%w: job %q", ErrNewer, key)}
	}
	if err := e.checkContainer(s.files.ContainerID()); err != nil {
		return Entry{Key: key}, &storeError{err}
	}
	return e, nil
}

// take runs the step that the entry of a job needs.
func (s *Stepper) take(ctx context.Context, e Entry, called bool) (Entry, Next, error) {
	switch e.Phase {
	case PhaseNew:
		return s.create(ctx, e)
	case PhaseIntent:
		return s.settle(ctx, e)
	case PhaseWaiting:
		return s.look(ctx, e, called || e.Called)
	default:
		return e, Next{Done: true}, nil
	}
}

// save saves an entry. If it was saved in the meantime, such as by a callback on another machine, the stored entry
// counts, and the caller's step has no effect.
func (s *Stepper) save(ctx context.Context, e Entry) (Entry, error) {
	saved, err := s.journal.Save(ctx, e)
	if err != nil {
		return e, &storeError{fmt.Errorf("batch: saving job %q: %w", e.Key, err)}
	}
	return saved, nil
}

// afterBill returns a context for saving what was billed, even though ctx has ended.
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

// again requests another step, because the job was changed in the meantime.
func (s *Stepper) again(e Entry) (Entry, Next, error) { return e, Next{}, nil }

// errPostTimeout ends the billed request.
var errPostTimeout = errors.New("batch: the request that creates the file took longer than Options.PostTimeout")

// A posting is the billed part of a step: what it has saved, and how long it may take.
type posting struct {
	stepper *Stepper
	entry   Entry  // as it was saved last
	stored  bool   // an earlier attempt stored the content, maybe long ago
	before  string // Entry.BilledBy before this attempt

	ctx    context.Context //nolint:containedctx // it is this step's own
	cancel context.CancelCauseFunc
	unhook func() bool

	mu     sync.Mutex
	intent bool        // an intent was saved
	sent   bool        // the request may have been sent
	timer  *time.Timer // ends the request
}

// lastWords is how long a billed request may continue after its caller is gone. If it were cut off, the next run would
// need the whole grace to find out its outcome.
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

// intend saves the intent, and starts the request's timeout. It is called right before the request.
func (p *posting) intend(ctx context.Context, ticket filescan.Ticket) error {
	e := p.entry
	e.Phase, e.Ticket, e.IntentAt, e.BilledBy = PhaseIntent, ticket, time.Now(), p.stepper.run
	e.Attempt++
	e.Container, e.Resend = ticket.ContainerID, false
	saved, err := p.stepper.save(ctx, e)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.entry, p.intent = saved, true
	// From the time of the intent, not from when it is saved: other processes count from there.
	left := p.stepper.deadline(e) - time.Since(e.IntentAt)
	if left <= 0 {
		return fmt.Errorf("%w, because saving the intent took too long", errPostTimeout)
	}
	if err := ended.Error(p.ctx); err != nil {
		return err
	}
	p.sent = true
	p.timer = time.AfterFunc(left, func() { p.cancel(errPostTimeout) })
	p.stepper.onBill(1)
	return nil
}

// create creates the file of a new job.
func (s *Stepper) create(ctx context.Context, e Entry) (Entry, Next, error) {
	name, err := NameOf(e.Key)
	if err != nil {
		return s.fail(ctx, e, FailureItem, err)
	}
	c := s.content(e)
	switch {
	case !c.remote.IsZero():
		return s.fetch(ctx, e, name, c.remote)
	case !c.source.IsZero():
		return s.upload(ctx, e, name, c.source)
	}
	return e, Next{}, errNothingToOpen
}

// upload sends the content of a new job and creates the file.
func (s *Stepper) upload(ctx context.Context, e Entry, name string, src acrcloud.Source) (Entry, Next, error) {
	if s.opts.Version != nil && e.Ref != "" && e.Version != "" {
		e.Version = cmp.Or(s.opts.Version(e.Ref), e.Version) // of what is uploaded; saved with the intent
	}
	if err := s.posts.enter(ctx); err != nil {
		return e, Next{}, err
	}
	p := s.posting(ctx, e)
	defer p.end()
	opts := s.opts.Upload
	opts.Name, opts.UniqueName, opts.OnTicket = name, true, p.intend
	opts.OnProgress = s.counting(opts.OnProgress)
	file, err := s.files.Upload(s.pipe.slow(p.ctx), src, &opts)
	s.posts.leave(serviceError(err))
	return s.posted(ctx, p, file, err)
}

// fetch has the service fetch the content of a new job and create the file.
func (s *Stepper) fetch(ctx context.Context, e Entry, name string, remote filescan.Remote) (Entry, Next, error) {
	if err := s.posts.enter(ctx); err != nil {
		return e, Next{}, err
	}
	p := s.posting(ctx, e)
	defer p.end()
	file, err := s.files.Import(p.ctx, remote, &filescan.ImportOptions{Name: name, UniqueName: true, OnTicket: p.intend})
	s.posts.leave(serviceError(err))
	return s.posted(ctx, p, file, err)
}

// counting counts the sent bytes of one upload, including those that are sent again.
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

// platformType is the type of files that are fetched from a platform. The service does not list all of them, such as
// those of playlists, so that one is not on the list does not prove that it was not created.
const platformType filescan.DataType = "platforms"

// settle finds out the outcome of a billed request, once it can no longer be running. It is sent again only if the file
// does not exist.
func (s *Stepper) settle(ctx context.Context, e Entry) (Entry, Next, error) {
	if e.createdNothing() {
		switch {
		case s.awaited(e):
			return e, Next{}, errNothingToOpen
		case s.changed(e):
			return s.anew(ctx, e)
		}
	} else {
		pause := s.deadline(e) + s.opts.Grace
		left := time.Until(e.IntentAt.Add(pause))
		if left > pause { // the clock was set back, or another machine's is ahead: wait the whole time by this clock
			left = s.ahead.left(e, pause)
		}
		if left > 0 {
			return e, Next{After: left}, nil
		}
		file, err := s.find(ctx, e.Ticket)
		switch {
		case err == nil:
			return s.made(ctx, e, file)
		case !absent(err):
			return s.unsent(ctx, e, err)
		case (s.opts.Hold || e.Ticket.DataType == platformType) && !e.Resend:
			return s.fail(ctx, e, FailureHeld, fmt.Errorf("no file %q was found after the grace, and it is not created again: %w", e.Ticket.Name, acrcloud.ErrOutcomeUnknown))
		}
		if e.Lost++; e.Lost >= mostLost(pause) {
			return s.fail(ctx, e, FailureService, fmt.Errorf("%d requests that create the file got no valid response, and none of them created it: %w", e.Lost, acrcloud.ErrOutcomeUnknown))
		}
	}
	if e.Ticket.Key == "" { // it was sent as a form, or is fetched by the service
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

// find looks for the file of a ticket. If there is none, absent reports true for the error.
func (s *Stepper) find(ctx context.Context, t filescan.Ticket) (*filescan.File, error) {
	if err := s.posts.enter(ctx); err != nil {
		return nil, err
	}
	t.Key = "" // so that no file is created
	file, err := s.files.Resume(ctx, t)
	s.posts.leave(serviceError(err))
	return file, err
}

// lookTime is how long retries look for the file before they send the request; see filescan.Files.Resume.
const lookTime = 10 * time.Second

// deadline is how long after an intent its request may be running.
func (s *Stepper) deadline(e Entry) time.Duration {
	if e.Attempt > 1 {
		return s.opts.PostTimeout + lookTime
	}
	return s.opts.PostTimeout
}

// absent reports whether err means that no file has the job's name. A 404 for the list itself does not.
func absent(err error) bool {
	_, answered := errors.AsType[*acrcloud.APIError](err)
	return errors.Is(err, acrcloud.ErrNotFound) && !answered
}

// changed reports whether the content of a job is known to differ from what was stored.
func (s *Stepper) changed(e Entry) bool {
	if s.opts.Version == nil || e.Ref == "" || e.Version == "" {
		return false
	}
	now := s.opts.Version(e.Ref)
	return now != "" && now != e.Version
}

// mostLost returns how many billed requests of one job may get no response and create nothing. The service may be out of
// order for hours; but if only this file is the cause, its request must not be repeated for ever. pause is the time
// between two of them.
func mostLost(pause time.Duration) int {
	return max(lastingTries, int(min(leastPatience/pause, math.MaxInt32)))
}

// leastPatience is how long billed requests are repeated at least.
const leastPatience = 2 * time.Hour

// anew makes a job send its content again.
func (s *Stepper) anew(ctx context.Context, e Entry) (Entry, Next, error) {
	saved, err := s.save(ctx, e.restarted())
	if errors.Is(err, ErrConflict) {
		return s.again(e)
	}
	return saved, Next{}, err
}

// posted saves the outcome of the billed request.
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
	// It was not sent, or the service refused it: nothing was created, and the next attempt need not wait for the
	// grace.
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
		return s.anew(late, saved) // the storage does not keep content forever
	}
	return s.unsent(ctx, saved, err)
}

// unsent decides about a job after a failure without a bill.
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

// made saves that the file exists. A callback may have arrived first.
func (s *Stepper) made(ctx context.Context, e Entry, file *filescan.File) (Entry, Next, error) {
	late, cancel := afterBill(ctx)
	defer cancel()
	e.Phase, e.FileID, e.Lost, e.Resend = PhaseWaiting, file.ID, 0, false
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
			break // usually a callback
		}
		// The job was settled or restarted in the meantime, but its file was created here: it belongs to this file.
		saved.Phase, saved.FileID, saved.IntentAt = PhaseWaiting, file.ID, e.IntentAt
		saved, err = s.save(late, saved)
	}
	switch {
	case err != nil:
		return e, Next{}, err
	case saved.FileID == "":
		return s.again(saved)
	case saved.FileID != file.ID:
		return saved, Next{}, fmt.Errorf("batch: job %q has two files, %s and %s: another program uploads files with the same keys", e.Key, saved.FileID, file.ID)
	}
	return saved, Next{After: s.states.add(file.ID)}, nil
}

// look checks whether a file is done, and fetches its results.
func (s *Stepper) look(ctx context.Context, e Entry, called bool) (Entry, Next, error) {
	if !called {
		if after, busy := s.states.busy(ctx, e.FileID); busy {
			return e, Next{After: after}, ended.Error(ctx)
		}
	}
	if err := s.looks.enter(ctx); err != nil {
		return e, Next{}, err
	}
	file, err := s.get(ctx, e)
	s.looks.leave(missingOK(err))
	switch {
	case err == nil:
	case ended.Error(ctx) != nil:
		return e, Next{}, ended.Error(ctx)
	case missing(err) && time.Since(e.IntentAt) < missingGrace:
		return e, Next{After: s.opts.MinInterval}, nil
	case missing(err):
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
