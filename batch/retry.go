package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// Outcomes iterates over the outcomes of all finished jobs in a store, with results and without, of any run. The store
// must be a [Lister].
func Outcomes(ctx context.Context, store Store) iter.Seq2[*Outcome, error] {
	return finished(ctx, store, PhaseDone, PhaseFailed)
}

// Failures iterates over the outcomes of the failed jobs; see [Outcomes].
func Failures(ctx context.Context, store Store) iter.Seq2[*Outcome, error] {
	return finished(ctx, store, PhaseFailed)
}

func finished(ctx context.Context, store Store, phases ...Phase) iter.Seq2[*Outcome, error] {
	return func(yield func(*Outcome, error) bool) {
		list, ok := store.(Lister)
		if !ok {
			yield(nil, &acrcloud.ArgumentError{Field: "store", Problem: "cannot list its entries", Remedy: "use a store with the method Entries, such as that of batch/sqlbatch"})
			return
		}
		for e, err := range list.Entries(ctx, phases...) {
			var o *Outcome
			if err == nil {
				o, err = OutcomeOf(e)
			}
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}

// Retry makes the next run retry the failed jobs that choose selects, all if it is nil, and returns their number. A job whose file exists
// continues with that file: after [FailureTimeout], its state is fetched again; after [FailureScan], a retry helps only
// if you have asked the service for a rescan. A job that may have a file, such as after [FailureHeld], looks for it once
// more, and then creates it from the stored content. All others start from the beginning, with their present content, and
// look for their file first. After [FailureMissing], whose file was deleted, the job is billed again.
func Retry(ctx context.Context, store Store, choose func(*Outcome) bool) (n int, err error) {
	list, ok := store.(Lister)
	if !ok {
		return 0, &acrcloud.ArgumentError{Field: "store", Problem: "cannot list its entries", Remedy: "use a store with the method Entries, such as that of batch/sqlbatch"}
	}
	for e, err := range list.Entries(ctx, PhaseFailed) {
		if err != nil {
			return n, err
		}
		o, err := OutcomeOf(e)
		if err != nil {
			return n, err
		}
		if choose != nil && !choose(o) {
			continue
		}
		e = revive(e, o)
		switch _, err := store.Save(ctx, e); {
		case errors.Is(err, ErrConflict): // it was revived in the meantime
			continue
		case err != nil:
			return n, fmt.Errorf("batch: saving job %q: %w", e.Key, err)
		}
		if err := store.Later(ctx, e.Key, time.Now()); err != nil {
			return n, fmt.Errorf("batch: queueing job %q: %w", e.Key, err)
		}
		n++
	}
	return n, nil
}

// revive returns the entry with which a failed job is retried.
func revive(e Entry, o *Outcome) Entry {
	e.Result, e.Called, e.Lost = nil, false, 0
	if f, ok := errors.AsType[*Failure](o.Err); ok {
		e.Resend = f.Kind == FailureHeld
		if f.Kind == FailureMissing {
			e.FileID, e.Ticket = "", filescan.Ticket{}
		}
	}
	switch {
	case e.FileID != "":
		e.Phase = PhaseWaiting
		e.IntentAt = time.Now() // Options.Timeout counts from here
	case e.Ticket != filescan.Ticket{} && !e.IntentAt.IsZero():
		e.Phase = PhaseIntent // the request may have been processed: look for its file first
	default:
		e = e.restarted() // nothing was created, and the content may have been repaired
	}
	return e
}
