package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/musicchartsai/acrcloud-go/batch"
)

// ErrNewer matches the error for a database that a newer version of this package created.
var ErrNewer = errors.New("sqlbatch: a newer version created the database: update this program")

// ErrOtherContainer matches the error of a run whose container differs from that of the database's jobs.
var ErrOtherContainer = batch.ErrOtherContainer

// migrations create the tables, version by version. A released version never changes.
var migrations = [][]string{
	{
		`CREATE TABLE acrcloud_jobs (
			name TEXT NOT NULL PRIMARY KEY,
			phase TEXT NOT NULL,
			due BIGNUM,
			rev BIGNUM NOT NULL,
			file_id TEXT,
			failure TEXT,
			entry JSONTEXT NOT NULL,
			result JSONTEXT,
			updated_at BIGNUM NOT NULL
		)`,
		`CREATE INDEX acrcloud_jobs_due ON acrcloud_jobs (due) WHERE due IS NOT NULL`,
		`CREATE INDEX acrcloud_jobs_phase ON acrcloud_jobs (phase)`,
		`CREATE TABLE acrcloud_limits (name TEXT NOT NULL PRIMARY KEY, free_at BIGNUM NOT NULL)`,
	},
	{
		`CREATE TABLE acrcloud_events (event TEXT NOT NULL PRIMARY KEY, holder TEXT, until BIGNUM NOT NULL)`,
		`CREATE INDEX acrcloud_events_until ON acrcloud_events (until)`,
		`CREATE TABLE acrcloud_callbacks (file_id TEXT NOT NULL, container BIGNUM NOT NULL, called_at BIGNUM NOT NULL, PRIMARY KEY (file_id, container))`,
		`CREATE INDEX acrcloud_callbacks_called_at ON acrcloud_callbacks (called_at)`,
		`ALTER TABLE acrcloud_limits ADD COLUMN asked_at BIGNUM NOT NULL DEFAULT 0`,
	},
	{
		`CREATE TABLE acrcloud_marks (name TEXT NOT NULL PRIMARY KEY, run TEXT NOT NULL)`,
	},
}

// migrate updates the tables to the current version, in one transaction. Of several processes, only one does it.
func (s *Store) migrate(ctx context.Context) error {
	tx, err := s.Changes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	if lock := s.Dialect.MigrationLock(); lock != "" {
		if _, err := tx.ExecContext(ctx, lock); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS acrcloud_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)`); err != nil {
		return err
	}
	version, err := s.meta(ctx, tx, "schema")
	if err != nil {
		return err
	}
	have := 0
	if version != "" {
		if have, err = strconv.Atoi(version); err != nil {
			return fmt.Errorf("the table acrcloud_meta has the schema %q, which is not a number", version)
		}
	}
	if have > len(migrations) {
		return fmt.Errorf("%w (its tables have version %d, this program knows %d)", ErrNewer, have, len(migrations))
	}
	if have == len(migrations) {
		return nil
	}
	for _, statements := range migrations[have:] {
		for _, statement := range statements {
			if _, err := tx.ExecContext(ctx, s.Dialect.Query(statement)); err != nil {
				return err
			}
		}
	}
	if err := s.setMeta(ctx, tx, "schema", strconv.Itoa(len(migrations))); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *Store) meta(ctx context.Context, tx *sql.Tx, name string) (value string, err error) {
	err = tx.QueryRowContext(ctx, s.Dialect.Query(`SELECT value FROM acrcloud_meta WHERE name = ?`), name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

func (s *Store) setMeta(ctx context.Context, tx *sql.Tx, name, value string) error {
	_, err := tx.ExecContext(ctx, s.Dialect.Query(`INSERT INTO acrcloud_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`), name, value)
	return err
}

// Bind assigns the database to one container for good. The first run does so; for a run with another container, the
// error matches [ErrOtherContainer]. It implements batch.Binder.
func (s *Store) Bind(ctx context.Context, containerID int) error {
	if s == nil || s.DB == nil {
		return ErrClosed
	}
	return s.Explain(s.bind(ctx, strconv.Itoa(containerID)), "reading the container")
}

// bind inserts the container unless there is one, and then reads what is there: of several processes that bind an empty
// database at the same time, one succeeds.
func (s *Store) bind(ctx context.Context, container string) error {
	var bound string
	err := s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, s.Dialect.Query(`INSERT INTO acrcloud_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`), containerMeta, container)
		if err != nil {
			return err
		}
		bound, err = s.meta(ctx, tx, containerMeta)
		return err
	})
	if err == nil && bound != container {
		return fmt.Errorf("%w: of container %s, not %s; use another database for this container", ErrOtherContainer, bound, container)
	}
	return err
}

// containerMeta is the name of the row with the container.
const containerMeta = "container"
