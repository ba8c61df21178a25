package jobs

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/batch"
)

// A Cursor has the rows of a statement, of either driver.
type Cursor interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
}

// A Querier runs a statement in a transaction, and returns its rows and how to close them.
type Querier func(ctx context.Context, statement string, args ...any) (Cursor, func(), error)

func (q Querier) each(ctx context.Context, scan func(Cursor) error, statement string, args ...any) error {
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

// AddTx adds the entries whose key is new in a transaction, and returns the stored ones of the other keys. The jobs are
// not in the queue.
func (s *Store) AddTx(ctx context.Context, entries []batch.Entry, run Querier) (there []batch.Entry, err error) {
	if s == nil || s.DB == nil {
		return nil, ErrClosed
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
	insert, now := s.Dialect.Query(insertJob+` RETURNING 1`), millis(time.Now())
	for _, r := range all {
		due, added := sql.NullInt64{}, false // not in the queue
		err := run.each(ctx, func(Cursor) error { added = true; return nil }, insert, r.name, r.phase, due, r.rev, r.fileID, r.failure, r.entry, r.result, now)
		if err != nil {
			return nil, s.Explain(err, "adding jobs")
		}
		if !added {
			old = append(old, r.name)
		}
	}
	old = slices.Compact(old)
	for some := range slices.Chunk(old, NamesAtOnce) {
		marks, args := List(some)
		err := run.each(ctx, func(found Cursor) error {
			e, err := scan(found)
			there = append(there, e)
			return err
		}, s.Dialect.Query(`SELECT `+columns+` FROM acrcloud_jobs WHERE name IN (`+marks+`)`), args...)
		if err != nil {
			return nil, s.Explain(err, "loading jobs")
		}
	}
	if len(there) < len(old) {
		return nil, errDeleted
	}
	return there, nil
}

var errDeleted = errors.New("sqlbatch: a job was deleted while it was being added: roll back, and add it again")
