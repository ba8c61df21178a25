// Package jobs keeps the jobs of package batch in the tables of a database, for the public packages of this module. A
// [Dialect] has the differences between databases; that of SQLite is here, so that it can be used without others.
package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/batch"
)

// A Store keeps jobs in a database. It is safe for concurrent use, and several processes may use one database.
//
// It implements batch.Store, batch.Lister, batch.Backlog, batch.Renewer, batch.Marker and batch.Binder.
type Store struct {
	Dialect Dialect
	DB      *sql.DB
	Changes *sql.DB // for writing: with SQLite one connection, with other databases DB
	Path    string  // of an SQLite file

	writer *writer // of SQLite
}

// A row has the columns of an entry.
type row struct {
	name, phase, entry      string // name is batch.NameOf of the key: ASCII, which every database sorts and compares alike
	fileID, failure, result sql.NullString
	rev                     int64
}

// split converts an entry to columns. Fields with their own column are not in the JSON.
func split(e batch.Entry) (row, error) {
	name, err := batch.NameOf(e.Key)
	if err != nil {
		return row{}, err
	}
	r := row{name: name, phase: string(e.Phase), rev: int64(e.Rev)} //nolint:gosec // it counts saves
	r.fileID = sql.NullString{String: e.FileID, Valid: e.FileID != ""}
	if len(e.Result) > 0 {
		r.result = sql.NullString{String: string(e.Result), Valid: true}
		var result struct {
			Failure *struct {
				Kind string `json:"kind"`
			} `json:"failure"`
		}
		if err := json.Unmarshal(e.Result, &result); err != nil {
			return row{}, fmt.Errorf("sqlbatch: the result of job %q is not JSON: %w", e.Key, err)
		}
		if result.Failure != nil {
			r.failure = sql.NullString{String: result.Failure.Kind, Valid: true}
		}
	}
	e.Result, e.FileID, e.Key, e.Phase, e.Rev = nil, "", "", "", 0
	data, err := json.Marshal(e)
	r.entry = string(data)
	return r, err
}

func (r row) join() (batch.Entry, error) {
	var e batch.Entry
	if err := json.Unmarshal([]byte(r.entry), &e); err != nil {
		return e, fmt.Errorf("the entry of job %q cannot be read: %w", r.name, err)
	}
	key, ok := batch.KeyOf(r.name)
	if !ok {
		return e, fmt.Errorf("%q is not the name of a key: delete the row if it was written by hand", r.name)
	}
	e.Key, e.Phase, e.Rev, e.FileID = key, batch.Phase(r.phase), uint64(r.rev), r.fileID.String //nolint:gosec // it counts saves
	if r.result.Valid {
		e.Result = json.RawMessage(r.result.String)
	}
	return e, nil
}

// Write makes a change: in a group if there is one writer, otherwise alone.
func (s *Store) Write(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	if s == nil || s.DB == nil {
		return ErrClosed
	}
	if s.writer != nil {
		return s.writer.write(ctx, do)
	}
	for try := 1; ; try++ {
		err := s.transact(ctx, do)
		if err == nil || try == maxTries || !s.Dialect.Transient(err) {
			return err
		}
	}
}

const maxTries = 5

func (s *Store) transact(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	tx, err := s.Changes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	if err := do(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

const insertJob = `INSERT INTO acrcloud_jobs (name, phase, due, rev, file_id, failure, entry, result, updated_at)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`

// Add implements batch.Journal.
func (s *Store) Add(ctx context.Context, entries []batch.Entry) (added int, err error) {
	rows := make([]row, len(entries))
	for i, e := range entries {
		e.Rev = 1
		if rows[i], err = split(e); err != nil {
			return 0, err
		}
	}
	// In a fixed order, so that two processes cannot deadlock.
	order := make([]int, len(entries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(rows[a].name, rows[b].name) })
	now := time.Now()
	err = s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		added = 0
		insert, err := tx.PrepareContext(ctx, s.Dialect.Query(insertJob))
		if err != nil {
			return err
		}
		defer insert.Close() //nolint:errcheck // it was only used
		for _, i := range order {
			due := now
			if !entries[i].Due.IsZero() {
				due = entries[i].Due
			}
			r := rows[i]
			done, err := insert.ExecContext(ctx, r.name, r.phase, millis(due), r.rev, r.fileID, r.failure, r.entry, r.result, millis(now))
			if err != nil {
				return err
			}
			n, err := done.RowsAffected()
			if err != nil {
				return err
			}
			added += int(n)
		}
		return nil
	})
	return added, s.Explain(err, "adding jobs")
}

const columns = `name, phase, rev, file_id, entry, result`

// Load implements batch.Journal.
func (s *Store) Load(ctx context.Context, key string) (batch.Entry, error) {
	if s == nil || s.DB == nil {
		return batch.Entry{}, ErrClosed
	}
	name, err := batch.NameOf(key)
	if err != nil {
		return batch.Entry{}, batch.ErrNoEntry // there can be none
	}
	e, err := scan(s.DB.QueryRowContext(ctx, s.Dialect.Query(`SELECT `+columns+` FROM acrcloud_jobs WHERE name = ?`), name))
	if errors.Is(err, sql.ErrNoRows) {
		return batch.Entry{}, batch.ErrNoEntry
	}
	return e, s.Explain(err, "loading a job")
}

// scan reads the columns of an entry.
func scan(from interface{ Scan(dest ...any) error }) (batch.Entry, error) {
	var r row
	if err := from.Scan(&r.name, &r.phase, &r.rev, &r.fileID, &r.entry, &r.result); err != nil {
		return batch.Entry{}, err
	}
	return r.join()
}

// Save implements batch.Journal.
func (s *Store) Save(ctx context.Context, e batch.Entry) (batch.Entry, error) {
	r, err := split(e)
	if err != nil {
		return batch.Entry{}, err
	}
	var outcome error
	err = s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		outcome = nil
		done, err := tx.ExecContext(ctx, s.Dialect.Query(`UPDATE acrcloud_jobs SET phase = ?, rev = rev + 1, file_id = ?, failure = ?, entry = ?, result = ?, updated_at = ?
			WHERE name = ? AND rev = ?`), r.phase, r.fileID, r.failure, r.entry, r.result, millis(time.Now()), r.name, r.rev)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		var there int64
		err = tx.QueryRowContext(ctx, s.Dialect.Query(`SELECT rev FROM acrcloud_jobs WHERE name = ?`), r.name).Scan(&there)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			outcome = batch.ErrNoEntry
		case err != nil:
			return err
		default:
			outcome = fmt.Errorf("%w: revision %d is stored, not %d", batch.ErrConflict, there, r.rev)
		}
		return nil
	})
	if err = s.Explain(err, "saving a job"); err == nil {
		err = outcome
	}
	if err != nil {
		return batch.Entry{}, err
	}
	e.Rev++
	e.Due = time.Time{}
	return e, nil
}

// Claim implements batch.Queue.
func (s *Store) Claim(ctx context.Context, n int, lease time.Duration) (keys []string, err error) {
	err = s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		keys = nil
		now := time.Now()
		names, err := s.due(ctx, tx, now, n)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(names, NamesAtOnce) {
			marks, args := List(some)
			if _, err := tx.ExecContext(ctx, s.Dialect.Query(`UPDATE acrcloud_jobs SET due = ? WHERE name IN (`+marks+`)`), append([]any{millis(now.Add(lease))}, args...)...); err != nil {
				return err
			}
		}
		for _, name := range names {
			if key, ok := batch.KeyOf(name); ok {
				keys = append(keys, key)
			}
		}
		return nil
	})
	if err != nil {
		return nil, s.Explain(err, "claiming jobs")
	}
	return keys, nil
}

// due returns the names of jobs that are due, the longest due first, and keeps other processes from claiming them.
func (s *Store) due(ctx context.Context, tx *sql.Tx, now time.Time, n int) (names []string, err error) {
	rows, err := tx.QueryContext(ctx, s.Dialect.Query(`SELECT name FROM acrcloud_jobs WHERE due <= ? ORDER BY due LIMIT ?`+s.Dialect.ClaimLock()), millis(now), n)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// NamesAtOnce is the most names in one statement.
const NamesAtOnce = 500

// List returns the placeholders and arguments of an IN.
func List(names []string) (marks string, args []any) {
	for _, name := range names {
		args = append(args, name)
	}
	return strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", "), args
}

// Later implements batch.Queue.
func (s *Store) Later(ctx context.Context, key string, at time.Time) error {
	name, err := batch.NameOf(key)
	if err != nil {
		return batch.ErrNoEntry // there can be none
	}
	due := sql.NullInt64{Int64: millis(at), Valid: !at.IsZero()}
	var missing bool
	err = s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, s.Dialect.Query(`UPDATE acrcloud_jobs SET due = ? WHERE name = ?`), due, name)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		missing = n == 0
		return err
	})
	if err == nil && missing {
		return batch.ErrNoEntry
	}
	return s.Explain(err, "queueing a job")
}

// Renew implements batch.Renewer.
func (s *Store) Renew(ctx context.Context, keys []string, at time.Time) error {
	names := make([]string, 0, len(keys))
	for _, key := range keys {
		if name, err := batch.NameOf(key); err == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names) // in a fixed order, so that two processes cannot deadlock
	for some := range slices.Chunk(names, NamesAtOnce) {
		marks, args := List(some)
		err := s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, s.Dialect.Query(`UPDATE acrcloud_jobs SET due = ? WHERE due IS NOT NULL AND name IN (`+marks+`)`), append([]any{millis(at)}, args...)...)
			return err
		})
		if err != nil {
			return s.Explain(err, "renewing leases")
		}
	}
	return nil
}

// Mark implements batch.Marker.
func (s *Store) Mark(ctx context.Context, run string, keys []string) (again []int, err error) {
	names := make([]string, len(keys))
	order := make([]int, len(keys))
	for i, key := range keys {
		order[i] = i
		if names[i], err = batch.NameOf(key); err != nil {
			return nil, err
		}
	}
	// In a fixed order, so that two processes cannot deadlock.
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(names[a], names[b]) })
	err = s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		again = nil
		mark, err := tx.PrepareContext(ctx, s.Dialect.Query(`INSERT INTO acrcloud_marks (name, run) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET run = excluded.run WHERE acrcloud_marks.run <> excluded.run`))
		if err != nil {
			return err
		}
		defer mark.Close() //nolint:errcheck // it was only used
		for _, i := range order {
			done, err := mark.ExecContext(ctx, names[i], run)
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil {
				return err
			} else if n == 0 {
				again = append(again, i)
			}
		}
		return nil
	})
	slices.Sort(again)
	return again, s.Explain(err, "marking jobs")
}

// Backlog implements batch.Backlog.
func (s *Store) Backlog(ctx context.Context) (n int64, err error) {
	if s == nil || s.DB == nil {
		return 0, ErrClosed
	}
	err = s.DB.QueryRowContext(ctx, `SELECT count(*) FROM acrcloud_jobs WHERE due IS NOT NULL`).Scan(&n)
	return n, s.Explain(err, "counting jobs")
}

// listAtOnce is how many entries are read at a time, so that a list of any length needs little memory and no long
// transaction.
const listAtOnce = 200

// Entries implements batch.Lister. The entries are sorted by key.
func (s *Store) Entries(ctx context.Context, phases ...batch.Phase) iter.Seq2[batch.Entry, error] {
	return func(yield func(batch.Entry, error) bool) {
		if s == nil || s.DB == nil {
			yield(batch.Entry{}, ErrClosed)
			return
		}
		last := ""
		for {
			entries, err := s.page(ctx, last, phases)
			if err != nil {
				yield(batch.Entry{}, s.Explain(err, "listing jobs"))
				return
			}
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
			if len(entries) < listAtOnce {
				return
			}
			last, _ = batch.NameOf(entries[len(entries)-1].Key) // it was one
		}
	}
}

func (s *Store) page(ctx context.Context, after string, phases []batch.Phase) ([]batch.Entry, error) {
	where, args := `name > ?`, []any{after}
	if len(phases) > 0 {
		where += ` AND phase IN (` + strings.TrimSuffix(strings.Repeat("?, ", len(phases)), ", ") + `)`
		for _, p := range phases {
			args = append(args, string(p))
		}
	}
	rows, err := s.DB.QueryContext(ctx, s.Dialect.Query(`SELECT `+columns+` FROM acrcloud_jobs WHERE `+where+` ORDER BY name LIMIT ?`), append(args, listAtOnce)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var entries []batch.Entry
	for rows.Next() {
		e, err := scan(rows)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
