package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A job is a running job of this run.
type job struct {
	run   *run
	key   string
	place chan struct{} // where it is: uploading or waiting
	tries int           // failures in a row, while others succeeded
	fails int           // failures in a row
	since time.Time     // of the first of them

	notified    <-chan struct{} // of callbacks for its file
	unsubscribe func()          // nil: not subscribed yet
}

// work runs the steps of a job until it has ended, ctx has ended, or it no longer belongs to this run.
func (r *run) work(ctx context.Context, key string) {
	j := &job{run: r, key: key}
	j.move(r.uploading)
	defer j.leave()
	defer func() {
		if j.unsubscribe != nil {
			j.unsubscribe()
		}
	}()
	called := false
	for ctx.Err() == nil {
		e, next, err := r.stepper.step(ctx, key, called)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && e.Phase.Finished():
			j.finished(ctx, e)
			return
		case errors.Is(err, errNothingToOpen) && r.mine(e):
			if _, _, err = r.stepper.fail(ctx, e, FailureItem, err); err != nil {
				r.fail(err)
				return
			}
			continue
		case errors.Is(err, errNothingToOpen):
			if r.setAside(ctx, key) {
				return
			}
			continue
		}
		pause := next.After
		if err == nil {
			j.tries, j.fails = 0, 0
		} else {
			if pause, err = j.failed(ctx, e, next, err); err != nil {
				r.fail(err)
				return
			}
		}
		if called, err = j.rest(ctx, e, pause); err != nil {
			return
		}
	}
}

// serviceError returns err if it concerns the service, and not the job, its content or the journal.
func serviceError(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := errors.AsType[*storeError](err); ok || errors.Is(err, filescan.ErrNameNotUnique) || absent(err) {
		return nil
	}
	if v, _ := judge(err); v == lasting {
		return nil
	}
	return err
}

// failed decides what happens after a failed step: how long to pause before the next one, or whether the run must end.
func (j *job) failed(ctx context.Context, e Entry, next Next, err error) (time.Duration, error) {
	if _, ok := errors.AsType[*pendingError](err); ok {
		return next.After, nil
	}
	var store *storeError
	if v, _ := judge(err); v == common || errors.As(err, &store) {
		return 0, fmt.Errorf("batch: job %q: %w", j.key, err)
	}
	if _, trouble := j.run.trouble(); trouble == nil {
		j.tries++
	}
	if j.fails++; j.fails == 1 {
		j.since = time.Now()
	}
	sent := e.Phase == PhaseWaiting || !e.IntentAt.IsZero()
	if j.tries >= lastingTries && !sent || j.fails >= lastingTries && time.Since(j.since) >= longestOutage {
		_, _, err := j.run.stepper.fail(ctx, e, FailureService, err) // Retry continues with a file that exists
		return 0, err
	}
	return max(next.After, min(time.Second<<min(j.tries, 10), longestPause)), nil
}

// rest waits until the next step is due, or until a callback arrives. A job that waits for the service moves to the
// waiting room. A job whose upload failed keeps its place, so that no other job starts while nothing succeeds.
func (j *job) rest(ctx context.Context, e Entry, pause time.Duration) (called bool, err error) {
	outstanding := e.Phase == PhaseWaiting || e.Phase == PhaseIntent && !e.IntentAt.IsZero()
	if outstanding && pause > 0 {
		if err := j.moveTo(ctx, j.run.waiting); err != nil {
			return false, err
		}
	}
	j.subscribe(e)
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-timer.C:
		case _, called = <-j.notified:
			if !called {
				j.notified = nil // it sends no more values
			}
		}
	}
	if e.Phase != PhaseWaiting {
		return called, j.moveTo(ctx, j.run.uploading)
	}
	return called, nil
}

// subscribe subscribes the job to callbacks once its file exists. It keeps one subscription as long as the file is
// being processed: a new one for each rest would receive a callback that came too early again and again.
func (j *job) subscribe(e Entry) {
	if n := j.run.opts.Notifier; n != nil && e.Phase == PhaseWaiting && j.unsubscribe == nil {
		j.notified, j.unsubscribe = n.Subscribe(j.run.stepper.files.ContainerID(), e.FileID)
	}
}

// moveTo takes a place in another room, and leaves the current one. On the way to the waiting room it leaves
// afterwards, so that uploads stop when the waiting room is full. On the way back it leaves before, so that the two
// rooms cannot wait for each other.
func (j *job) moveTo(ctx context.Context, room chan struct{}) error {
	if j.place == room {
		return nil
	}
	if room == j.run.uploading {
		j.leave()
	}
	select {
	case room <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	j.leave()
	j.move(room)
	return nil
}

// move records that the job has a place in another room.
func (j *job) move(room chan struct{}) {
	j.place = room
	j.count(1)
}

// leave gives up the place.
func (j *job) leave() {
	if j.place == nil {
		return
	}
	j.count(-1)
	<-j.place
	j.place = nil
}

func (j *job) count(n int) {
	j.run.tally.change(func(p *Progress) {
		if j.place == j.run.waiting {
			p.Waiting += n
		} else {
			p.Uploading += n
		}
	})
}

// finished passes the outcome to the loop.
func (j *job) finished(ctx context.Context, e Entry) {
	r := j.run
	o, err := OutcomeOf(e)
	if err != nil {
		r.fail(err)
		return
	}
	o.Billed = e.BilledBy == r.stepper.run
	o.Resumed = !r.mine(e) || e.BilledBy == "" && e.FileID != ""
	r.mu.Lock()
	delete(r.contents, j.key)
	r.mu.Unlock()
	earlier := e.file == nil && e.failure == nil
	r.deliver(ctx, delivery{outcome: o, key: j.key, earlier: earlier})
}

// setAside leaves a job that this run cannot open to a run that can, unless its item may still follow. It returns false
// if the item has just come.
func (r *run) setAside(ctx context.Context, key string) bool {
	if err := r.store.Later(ctx, key, time.Now().Add(r.opts.Lease)); err != nil {
		if ctx.Err() == nil {
			r.fail(&storeError{err})
		}
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.contents[key].isZero() {
		return false
	}
	delete(r.active, key)
	r.left[key] = true
	return true
}

// errNothingToOpen is the error of a job whose content this process does not have.
var errNothingToOpen = error(&acrcloud.ArgumentError{Field: "Item.Source", Problem: "is missing, and Options.Open returned none for the Ref", Remedy: "give the item a Source, or a Ref that Options.Open opens"})

// A storeError is an error of the journal or the queue. Nothing may be billed while they fail.
type storeError struct{ err error }

func (e *storeError) Error() string { return e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }
