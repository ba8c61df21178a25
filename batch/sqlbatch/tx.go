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
// For SQLite it has one connection, which the store writes with, too: within a transaction use nothing else of DB, and no
// method of the store that writes, since they would wait for each other. Load, Backlog and Entries have their own
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

// AddTx is Add in a transaction of [Store.DB]. The jobs are not in the queue of the store; an engine drives them.
func (s *Store) AddTx(ctx context.Context, tx *sql.Tx, entries []batch.Entry) (added int, err error) {
	return s.addTx(ctx, entries, func(ctx context.Context, query string, args ...any) (bool, error) {
		var one int
		err := tx.QueryRowContext(ctx, query, args...).Scan(&one)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		return err == nil, err
	})
}

// AddPgxTx is AddTx in a transaction of [Store.Pool], or of another pool for the same database.
func (s *Store) AddPgxTx(ctx context.Context, tx pgx.Tx, entries []batch.Entry) (added int, err error) {
	return s.addTx(ctx, entries, func(ctx context.Context, query string, args ...any) (bool, error) {
		var one int
		err := tx.QueryRow(ctx, query, args...).Scan(&one)
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil
		}
		return err == nil, err
	})
}

// An inserter runs a statement, and reports whether it returned a row.
type inserter func(ctx context.Context, query string, args ...any) (bool, error)

func (s *Store) addTx(ctx context.Context, entries []batch.Entry, insert inserter) (added int, err error) {
	if s == nil || s.db == nil {
		return 0, errClosed
	}
	rows := make([]row, len(entries))
	for i, e := range entries {
		e.Rev = 1
		if rows[i], err = split(e); err != nil {
			return 0, err
		}
	}
	// Sorted, so that two processes cannot deadlock.
	slices.SortStableFunc(rows, func(a, b row) int { return strings.Compare(a.name, b.name) })
	query, now := s.dialect.query(insertJob+` RETURNING 1`), millis(time.Now())
	for _, r := range rows {
		due := sql.NullInt64{} // not in the queue
		inserted, err := insert(ctx, query, r.name, r.phase, due, r.rev, r.fileID, r.failure, r.entry, r.result, now)
		if err != nil {
			return added, s.explain(err, "adding jobs")
		}
		if inserted {
			added++
		}
	}
	return added, nil
}
