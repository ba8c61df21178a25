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
// process may have to open it. If its Ref or Version differs from that of the job with its key, even if that job
// belongs to another item of this call, the error is a [*Failure] with [FailureChanged].
//
// The function add adds the entries whose keys are new, and returns the journal's entries for the other keys. For
// example, sqlbatch.Store.AddTx does so in a transaction; after an error the caller has to roll it back. Each key is
// passed once. If add is nil, Add uses the journal's own Add and Load.
func (s *Stepper) Add(ctx context.Context, items []Item, add func(ctx context.Context, entries []Entry) (there []Entry, err error)) (open []string, err error) {
	if s == nil || s.journal == nil {
		return nil, errNoStepper
	}
	if add == nil {
		add = s.add
	}
	entries, err := s.entries(items)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	there, err := add(ctx, entries)
	if err != nil {
		return nil, fmt.Errorf("batch: adding %d jobs: %w", len(entries), err)
	}
	before := make(map[string]Entry, len(there))
	for _, e := range there {
		before[e.Key] = e
	}
	for _, mine := range entries {
		e, ok := before[mine.Key]
		if !ok {
			e = mine // it is new
		}
		if err := e.checkContainer(mine.Container); err != nil {
			return nil, err
		}
		if err := mine.sameAs(e); err != nil {
			return nil, err
		}
		if !e.Phase.Finished() {
			open = append(open, mine.Key)
		}
	}
	return open, nil
}

// entries returns the entry of each key.
func (s *Stepper) entries(items []Item) ([]Entry, error) {
	entries := make([]Entry, 0, len(items))
	first := make(map[string]Entry, len(items))
	for _, item := range items {
		if err := checkRef(item); err != nil {
			return nil, err
		}
		e := Entry{
			Schema: schema, Key: item.Key, Ref: item.Ref, Version: item.Version, Trace: item.Trace, Phase: PhaseNew, AddedBy: s.run, Container: s.files.ContainerID(),
		}
		if one, ok := first[e.Key]; ok {
			if err := e.sameAs(one); err != nil {
				return nil, err
			}
			continue
		}
		first[e.Key] = e
		entries = append(entries, e)
	}
	return entries, nil
}

// sameAs returns an error if the item of an entry differs from that of the job with its key.
func (e Entry) sameAs(there Entry) error {
	if there.Ref == e.Ref && there.Version == e.Version {
		return nil
	}
	return &Failure{Kind: FailureChanged, Err: fmt.Errorf("job %q has the ref %q and version %q, not %q and %q: use another key for other content",
		e.Key, there.Ref, there.Version, e.Ref, e.Version)}
}

// add adds entries by the journal's own Add.
func (s *Stepper) add(ctx context.Context, entries []Entry) (there []Entry, err error) {
	added, err := s.journal.Add(ctx, entries)
	if err != nil || added == len(entries) {
		return nil, err
	}
	for _, mine := range entries {
		e, err := s.journal.Load(ctx, mine.Key)
		if err != nil {
			return nil, fmt.Errorf("loading job %q: %w", mine.Key, err)
		}
		there = append(there, e)
	}
	return there, nil
}

// checkRef checks an item that another process may have to open.
func checkRef(item Item) error {
	_, err := NameOf(item.Key)
	switch {
	case err != nil:
		return err
	case !item.Remote.IsZero():
		return &acrcloud.ArgumentError{Field: "Item.Remote", Problem: "is set", Remedy: "use Scan: a Remote is not stored, and any process may take the step"}
	case item.Ref == "":
		return &acrcloud.ArgumentError{Field: "Item.Ref", Problem: "is empty", Remedy: "set it to what Options.Open opens, such as a path"}
	case !item.Source.IsZero():
		return &acrcloud.ArgumentError{Field: "Item.Source", Problem: "is set", Remedy: "leave it zero: any process may take the step, and opens the Ref"}
	}
	return nil
}

// GiveUp ends a job as failed, for an engine that runs no more steps of it: with [FailureService] if its steps fail
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
