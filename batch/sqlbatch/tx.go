package sqlbatch

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/musicchartsai/acrcloud-go/batch"
)

// DB returns the database, for tables of the application beside those of the store. It is closed with the store.
//
// For SQLite it has one connection, which the store also writes with. Within a transaction, do not use anything else of
// DB, or a method of the store that writes: they would wait for each other. Load, Backlog and Entries have their own
// connections.
func (s *Store) DB() *sql.DB {
	if s == nil {
		return nil
	}
	return s.changes
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
	c.ConnConfig, c.MinConns, c.MinIdleConns, c.MaxConns = config.Copy(), 0, 0, connections
	return pgxpool.NewWithConfig(ctx, c)
}

// AddTx adds the entries whose key is new in a transaction of [Store.DB], and returns the stored ones of the other keys.
// It is a function for batch.Stepper.Add. The jobs are not in the queue of the store; an engine drives them.
func (s *Store) AddTx(ctx context.Context, tx *sql.Tx, entries []batch.Entry) (there []batch.Entry, err error) {
	return s.addTx(ctx, entries, func(ctx context.Context, statement string, args ...any) (cursor, func(), error) {
		found, err := tx.QueryContext(ctx, statement, args...) //nolint:sqlclosecheck // addTx does
		if err != nil {
			return nil, nil, err
		}
		return found, func() { _ = found.Close() }, nil
	})
}

// AddPgxTx is AddTx in a transaction of [Store.Pool], or of another pool for the same database.
func (s *Store) AddPgxTx(ctx context.Context, tx pgx.Tx, entries []batch.Entry) (there []batch.Entry, err error) {
	return s.addTx(ctx, entries, func(ctx context.Context, statement string, args ...any) (cursor, func(), error) {
		found, err := tx.Query(ctx, statement, args...)
		if err != nil {
			return nil, nil, err
		}
		return found, found.Close, nil
	})
}

// A cursor has the rows of a statement, of either driver.
type cursor interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
}

// A querier runs a statement in a transaction, and returns its rows and how to close them.
type querier func(ctx context.Context, statement string, args ...any) (cursor, func(), error)

func (q querier) each(ctx context.Context, scan func(cursor) error, statement string, args ...any) error {
	found, done, err := q(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer done()
	for found.Next() {
		if err := scan(found); err != nil {
			return err
		}
	}
	return found.Err()
}

func (s *Store) addTx(ctx context.Context, entries []batch.Entry, run querier) (there []batch.Entry, err error) {
	if s == nil || s.db == nil {
		return nil, errClosed
	}
	all := make([]row, len(entries))
	for i, e := range entries {
		e.Rev = 1
		if all[i], err = split(e); err != nil {
			return nil, err
		}
	}
	// Sorted, so that two processes cannot deadlock.
	slices.SortStableFunc(all, func(a, b row) int { return strings.Compare(a.name, b.name) })
	var old []string
	insert, now := s.dialect.query(insertJob+` RETURNING 1`), millis(time.Now())
	for _, r := range all {
		due, added := sql.NullInt64{}, false // not in the queue
		err := run.each(ctx, func(cursor) error { added = true; return nil }, insert, r.name, r.phase, due, r.rev, r.fileID, r.failure, r.entry, r.result, now)
		if err != nil {
			return nil, s.explain(err, "adding jobs")
		}
		if !added {
			old = append(old, r.name)
		}
	}
	old = slices.Compact(old)
	for some := range slices.Chunk(old, namesAtOnce) {
		marks, args := list(some)
		err := run.each(ctx, func(found cursor) error {
			e, err := scan(found)
			there = append(there, e)
			return err
		}, s.dialect.query(`SELECT `+columns+` FROM acrcloud_jobs WHERE name IN (`+marks+`)`), args...)
		if err != nil {
			return nil, s.explain(err, "loading jobs")
		}
	}
	if len(there) < len(old) {
		return nil, errDeleted
	}
	return there, nil
}

var errDeleted = errors.New("sqlbatch: a job was deleted while it was being added: roll back, and add it again")
