package sqlbatch

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/internal/jobs"
)

// DB returns the database, for tables of the application beside those of the store. It is closed with the store.
//
// For SQLite it has one connection, which the store also writes with. Within a transaction, do not use anything else of
// DB, or a method of the store that writes: they would wait for each other. Load, Backlog and Entries have their own
// connections.
func (s *Store) DB() *sql.DB {
	if s.table() == nil {
		return nil
	}
	return s.jobs.Changes
}

// Pool returns a pool of connections to PostgreSQL, for programs and libraries that use pgx directly. It opens
// connections on demand, and is closed with the store. For SQLite it is nil.
func (s *Store) Pool() *pgxpool.Pool {
	if s == nil {
		return nil
	}
	return s.pool
}

// newPool creates a pool without connections.
func newPool(ctx context.Context, dsn string, config *pgx.ConnConfig) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	c.ConnConfig, c.MinConns, c.MinIdleConns, c.MaxConns = config.Copy(), 0, 0, jobs.Connections
	return pgxpool.NewWithConfig(ctx, c)
}

// AddTx adds the entries whose key is new in a transaction of [Store.DB], and returns the stored ones of the other keys.
// It is a function for batch.Stepper.Add. The jobs are not in the queue of the store; an engine drives them.
func (s *Store) AddTx(ctx context.Context, tx *sql.Tx, entries []batch.Entry) (there []batch.Entry, err error) {
	return s.table().AddTx(ctx, entries, func(ctx context.Context, statement string, args ...any) (jobs.Cursor, func(), error) {
		found, err := tx.QueryContext(ctx, statement, args...) //nolint:sqlclosecheck // jobs.Store.AddTx does
		if err != nil {
			return nil, nil, err
		}
		return found, func() { _ = found.Close() }, nil
	})
}

// AddPgxTx is AddTx in a transaction of [Store.Pool], or of another pool for the same database.
func (s *Store) AddPgxTx(ctx context.Context, tx pgx.Tx, entries []batch.Entry) (there []batch.Entry, err error) {
	return s.table().AddTx(ctx, entries, func(ctx context.Context, statement string, args ...any) (jobs.Cursor, func(), error) {
		found, err := tx.Query(ctx, statement, args...)
		if err != nil {
			return nil, nil, err
		}
		return found, found.Close, nil
	})
}
