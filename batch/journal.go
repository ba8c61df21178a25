package batch

import (
	"context"
	"errors"
	"iter"
	"time"
)

// The errors of a journal.
var (
	// ErrConflict is returned by Save if the entry was saved by another process or goroutine since it was loaded.
	ErrConflict = errors.New("batch: the entry was saved in the meantime: load it again")
	// ErrNoEntry is returned by Load and Save for a key that is not in the journal.
	ErrNoEntry = errors.New("batch: no entry has this key")
	// ErrOtherContainer matches the error of a run or a step for another container than that of the store's jobs.
	ErrOtherContainer = errors.New("batch: the store has the jobs of another container")
)

// A Journal keeps the entries. It makes sure that each job is billed once, so it must be durable: after Save returns,
// the entry survives a crash of the process and, unless losing jobs is acceptable, of the machine. It is safe for
// concurrent use.
type Journal interface {
	// Add adds the entries whose key is new, with Rev 1, and ignores the others. It returns the number of added
	// entries.
	Add(ctx context.Context, entries []Entry) (added int, err error)
	// Load returns an entry, or ErrNoEntry.
	Load(ctx context.Context, key string) (Entry, error)
	// Save replaces an entry if its Rev is the stored one, and returns it with the next Rev. Otherwise the error is
	// ErrConflict, and nothing changes.
	Save(ctx context.Context, e Entry) (Entry, error)
}

// A Queue hands out the next jobs. It is needed only if no engine drives the steps. It may hand out a job twice: that
// costs a transfer, but is never billed.
type Queue interface {
	// Claim returns up to n keys that are due, the longest due first, and makes them due again after the lease. No keys
	// are not an error.
	Claim(ctx context.Context, n int, lease time.Duration) (keys []string, err error)
	// Later makes a job due at the given time. The zero time removes it from the queue, since its outcome was
	// delivered.
	Later(ctx context.Context, key string, at time.Time) error
}

// A Store is a journal with a queue: [NewMemory], or a store of the module batch/sqlbatch.
type Store interface {
	Journal
	Queue
}

// A Lister is a Store that lists its entries. All stores of this project are Listers.
type Lister interface {
	// Entries iterates over the entries in the given phases, or over all, in no particular order. Entries may be saved
	// in the meantime.
	Entries(ctx context.Context, phases ...Phase) iter.Seq2[Entry, error]
}

// A Backlog is a Queue that knows its length. It is optional. Without it, a run that resumes another one waits for one
// more lease, since it cannot know whether jobs are left.
type Backlog interface {
	// Backlog returns how many keys are in the queue, due or not.
	Backlog(ctx context.Context) (int64, error)
}

// A Binder is a Store that keeps the jobs of one container only. It is optional; [Scan] calls Bind first.
type Binder interface {
	// Bind assigns the store to the container. If it belongs to another one, the error matches ErrOtherContainer.
	Bind(ctx context.Context, containerID int) error
}

// A Marker is a Journal that remembers which run last read a key. It is optional. Without it, a run that continues the
// jobs of an earlier one cannot detect that one of their keys appears twice.
type Marker interface {
	// Mark records for each key that the run has read it, and returns the indexes of the keys for which that was
	// already recorded, including those that appear twice in keys. For each key only the last run is remembered.
	Mark(ctx context.Context, run string, keys []string) (again []int, err error)
}

// A Renewer is a Queue that can postpone many jobs in one call. It is optional, and saves work in runs with many jobs.
type Renewer interface {
	// Renew makes the given jobs due at that time, except those that are not in the queue.
	Renew(ctx context.Context, keys []string, at time.Time) error
}
