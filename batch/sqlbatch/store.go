package sqlbatch

import (
	"context"
	"database/sql"
	"iter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/internal/jobs"
)

// A Store keeps jobs in a database. Create one with [Open]. It is safe for concurrent use, and several processes may
// use one database.
//
// It implements batch.Store, batch.Lister, batch.Backlog, batch.Renewer, batch.Marker and batch.Binder.
type Store struct {
	jobs    *jobs.Store
	dialect dialect
	pool    *pgxpool.Pool // of PostgreSQL

	background background
}

// Errors of a store.
var (
	// ErrNewer matches the error of [Open] for a database that a newer version of this package created.
	ErrNewer = jobs.ErrNewer

	// ErrOtherContainer matches the error of a run whose container differs from that of the database's jobs.
	ErrOtherContainer = jobs.ErrOtherContainer
)

// table returns the jobs. A Store that Open has not made has none; their methods report that.
func (s *Store) table() *jobs.Store {
	if s == nil {
		return nil
	}
	return s.jobs
}

// Add implements batch.Journal.
func (s *Store) Add(ctx context.Context, entries []batch.Entry) (added int, err error) {
	return s.table().Add(ctx, entries)
}

// Load implements batch.Journal.
func (s *Store) Load(ctx context.Context, key string) (batch.Entry, error) {
	return s.table().Load(ctx, key)
}

// Save implements batch.Journal.
func (s *Store) Save(ctx context.Context, e batch.Entry) (batch.Entry, error) {
	return s.table().Save(ctx, e)
}

// Claim implements batch.Queue.
func (s *Store) Claim(ctx context.Context, n int, lease time.Duration) (keys []string, err error) {
	return s.table().Claim(ctx, n, lease)
}

// Later implements batch.Queue.
func (s *Store) Later(ctx context.Context, key string, at time.Time) error {
	return s.table().Later(ctx, key, at)
}

// Renew implements batch.Renewer.
func (s *Store) Renew(ctx context.Context, keys []string, at time.Time) error {
	return s.table().Renew(ctx, keys, at)
}

// Mark implements batch.Marker.
func (s *Store) Mark(ctx context.Context, run string, keys []string) (again []int, err error) {
	return s.table().Mark(ctx, run, keys)
}

// Backlog implements batch.Backlog.
func (s *Store) Backlog(ctx context.Context) (n int64, err error) { return s.table().Backlog(ctx) }

// Entries implements batch.Lister. The entries are sorted by key.
func (s *Store) Entries(ctx context.Context, phases ...batch.Phase) iter.Seq2[batch.Entry, error] {
	return s.table().Entries(ctx, phases...)
}

// Bind assigns the database to one container for good. The first run does so; for a run with another container, the
// error matches [ErrOtherContainer]. It implements batch.Binder.
func (s *Store) Bind(ctx context.Context, containerID int) error {
	return s.table().Bind(ctx, containerID)
}

// write makes a change.
func (s *Store) write(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	return s.table().Write(ctx, do)
}

// explain adds to a database's error what it means and what to do.
func (s *Store) explain(err error, doing string) error { return s.table().Explain(err, doing) }
