package batch

import (
	"context"
	"errors"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Journal returns the journal of the Stepper.
func (s *Stepper) Journal() Journal {
	if s == nil {
		return nil
	}
	return s.journal
}

// Bind assigns the journal to the container of the Stepper, if the journal is a [Binder].
func (s *Stepper) Bind(ctx context.Context) error {
	if s == nil || s.journal == nil {
		return errNoStepper
	}
	if b, ok := s.journal.(Binder); ok {
		return b.Bind(ctx, s.files.ContainerID())
	}
	return nil
}

// Add adds items to the journal, and returns the keys of those whose jobs have not ended, for the caller to pass to its
// engine. Items that were added before are not an error, so a producer can run again. Each item needs a Ref, since any
// process may have to open it. If its Ref or Version differs from that of the job with its key, the error is a
// [*Failure] with [FailureChanged].
//
// The function add adds the entries, for example by sqlbatch.Store.AddTx in a transaction; after an error the caller has
// to roll it back. If add is nil, Add uses the journal's own Add.
func (s *Stepper) Add(ctx context.Context, items []Item, add func(ctx context.Context, entries []Entry) (added int, err error)) (open []string, err error) {
	if s == nil || s.journal == nil {
		return nil, errNoStepper
	}
	if add == nil {
		add = s.journal.Add
	}
	entries := make([]Entry, 0, len(items))
	for _, item := range items {
		if err := checkRef(item); err != nil {
			return nil, err
		}
		entries = append(entries, Entry{
			Schema: schema, Key: item.Key, Ref: item.Ref, Version: item.Version, Trace: item.Trace, Phase: PhaseNew, AddedBy: s.run,
		})
		open = append(open, item.Key)
	}
	if len(entries) == 0 {
		return nil, nil
	}
	added, err := add(ctx, entries)
	if err != nil {
		return nil, fmt.Errorf("batch: adding %d jobs: %w", len(entries), err)
	}
	if added == len(entries) {
		return open, nil
	}
	open = open[:0]
	for _, mine := range entries {
		there, err := s.journal.Load(ctx, mine.Key)
		switch {
		case errors.Is(err, ErrNoEntry): // of the open transaction
			there = mine
		case err != nil:
			return nil, fmt.Errorf("batch: loading job %q: %w", mine.Key, err)
		}
		if there.Ref != mine.Ref || there.Version != mine.Version {
			return nil, &Failure{Kind: FailureChanged, Err: fmt.Errorf("job %q has the ref %q and version %q, not %q and %q: use another key for other content",
				mine.Key, there.Ref, there.Version, mine.Ref, mine.Version)}
		}
		if !there.Phase.Finished() {
			open = append(open, mine.Key)
		}
	}
	return open, nil
}

// checkRef checks an item that another process may have to open.
func checkRef(item Item) error {
	_, err := NameOf(item.Key)
	switch {
	case err != nil:
		return err
	case item.Ref == "":
		return &acrcloud.ArgumentError{Field: "Item.Ref", Problem: "is empty", Remedy: "set it to what Options.Open opens, such as a path"}
	case !item.Source.IsZero():
		return &acrcloud.ArgumentError{Field: "Item.Source", Problem: "is set", Remedy: "leave it zero: any process may take the step, and opens the Ref"}
	}
	return nil
}

// GiveUp ends a job as failed, for an engine that takes no more steps of it: with [FailureService] if its steps fail
// while those of other jobs succeed, and with [FailureCrash] if its steps end their process. A file that was created
// stays, and [Retry] continues with it. A job that has ended does not change.
func (s *Stepper) GiveUp(ctx context.Context, key string, kind FailureKind, cause error) error {
	if s == nil || s.journal == nil {
		return errNoStepper
	}
	for {
		e, err := s.load(ctx, key)
		if err != nil || e.Phase.Finished() {
			return err
		}
		e, err = conclude(e, nil, &Failure{Kind: kind, Err: cause})
		if err != nil {
			return err
		}
		if _, err = s.save(ctx, e); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}
