package batch

import (
	"context"
	"errors"
	"iter"
	"time"
)

// What a store says of an entry.
var (
	// ErrConflict is the answer of Save to an entry that somebody else has saved since it was loaded.
	ErrConflict = errors.New("batch: the entry was saved by somebody else meanwhile")
	// ErrNoEntry is the answer of Load and Save for a key that is not in the journal.
	ErrNoEntry = errors.New("batch: there is no entry with that key")
)

// A Journal keeps the entries. It is what makes each job happen once, so it must not forget: a Save that has returned survives the
// crash of the process and, unless losing jobs is acceptable, of the machine. It is safe for concurrent use.
type Journal interface {
	// Add adds the entries whose key is new, with Rev 1, and leaves the others as they are. It returns how many it has added.
	Add(ctx context.Context, entries []Entry) (added int, err error)
	// Load returns an entry, or ErrNoEntry.
	Load(ctx context.Context, key string) (Entry, error)
	// Save replaces an entry if its Rev is the stored one, and returns it with the next Rev; else the error is ErrConflict, and
	// nothing has changed.
	Save(ctx context.Context, e Entry) (Entry, error)
}

// A Queue says which job is next. It is needed only where no engine drives the steps, and it may be wrong: a job that is handed out
// twice costs a transfer, never a bill.
type Queue interface {
	// Claim returns up to n keys that are due, the longest due first, and makes them due again after the lease. None is no error.
	Claim(ctx context.Context, n int, lease time.Duration) (keys []string, err error)
	// Later makes a job due at that time. The zero time takes it out of the queue: its outcome was delivered.
	Later(ctx context.Context, key string, at time.Time) error
}

// A Store is a journal with a queue: [NewMemory], or those of the module batch/sqlbatch.
type Store interface {
	Journal
	Queue
}

// A Lister lists what is in a store. Those of this project are Listers.
type Lister interface {
	// Entries iterates over the entries in one of the phases, or all, in no particular order. Entries may be saved meanwhile.
	Entries(ctx context.Context, phases ...Phase) iter.Seq2[Entry, error]
}

// A Backlog is a Queue that knows what is in it. It is optional; without it a run that resumes another one waits for a lease longer, since it
// cannot know whether the other one has left anything.
type Backlog interface {
	// Backlog returns how many keys are in the queue, due or not.
	Backlog(ctx context.Context) (int64, error)
}

// A Binder is a store that keeps the jobs of one container only. It is optional; [Scan] binds it first.
type Binder interface {
	// Bind makes the store that container's, or fails if it is another's.
	Bind(ctx context.Context, containerID int) error
}

// A Renewer is a Queue that can do many Laters at once. It is optional; runs with many jobs in process cost less with it.
type Renewer interface {
	// Renew makes those of the jobs that are in the queue due at that time.
	Renew(ctx context.Context, keys []string, at time.Time) error
}
