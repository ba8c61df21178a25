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

// Outcomes iterates over how the finished jobs in a store have ended, those with results and those without, whatever run has delivered
// them. The store has to be a [Lister].
func Outcomes(ctx context.Context, store Store) iter.Seq2[*Outcome, error] {
	return finished(ctx, store, PhaseDone, PhaseFailed)
}

// Failures is [Outcomes] of the jobs that have failed.
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

// Retry has the next run try again the failed jobs that a function chooses, and returns how many that are. A job whose file exists goes on
// with that file: one that failed with [FailureTimeout] is looked at again, and one with [FailureScan] only if the service has been asked
// for a rescan meanwhile. All others begin anew, and look for their file first; one that failed with [FailureMissing], whose file was
// deleted, is billed again.
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
		if !choose(o) {
			continue
		}
		e = revive(e, o)
		switch _, err := store.Save(ctx, e); {
		case errors.Is(err, ErrConflict): // somebody else has revived it
			continue
		case err != nil:
			return n, fmt.Errorf("batch: saving job %q: %w", e.Key, err)
		}
		if err := store.Later(ctx, e.Key, time.Now()); err != nil {
			return n, fmt.Errorf("batch: putting job %q into the queue: %w", e.Key, err)
		}
		n++
	}
	return n, nil
}

// revive returns the entry of a failed job as it begins again.
func revive(e Entry, o *Outcome) Entry {
	e.Result, e.Called = nil, false
	if f, ok := errors.AsType[*Failure](o.Err); ok && f.Kind == FailureMissing {
		e.FileID, e.Ticket = "", filescan.Ticket{}
	}
	switch {
	case e.FileID != "":
		e.Phase = PhaseWaiting
		e.IntentAt = time.Now() // Options.Timeout counts from here
	case e.Ticket != filescan.Ticket{}:
		e.Phase = PhaseIntent // if the request may have been processed, it is looked for first
	default:
		e.Phase, e.IntentAt = PhaseNew, time.Time{}
	}
	return e
}
