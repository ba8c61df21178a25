package sqlbatch

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite": SQLite in Go, without cgo

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// connections is the most connections of a store to PostgreSQL, and to SQLite for reading.
const connections = 16

// Open opens the store that dsn names, and creates or updates its tables.
//
// For PostgreSQL, dsn is its URL or a list of settings such as "host=/run/postgresql dbname=catalogue". For SQLite, it
// is the path of the file, which is created if needed; its directory must exist.
//
// If a newer version of this package created the database, the error matches [ErrNewer].
func Open(ctx context.Context, dsn string) (*Store, error) {
	dsn = strings.TrimSpace(dsn)
	switch {
	case dsn == "":
		return nil, &acrcloud.ArgumentError{Field: "dsn", Problem: "is empty", Remedy: "use the path of an SQLite file, or the URL of a PostgreSQL database"}
	case isPostgres(dsn):
		return openPostgres(ctx, dsn)
	default:
		return openSQLite(ctx, dsn, busy)
	}
}

// isPostgres reports whether dsn is a URL or a list of settings, not a path.
func isPostgres(dsn string) bool {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return true
	}
	for part := range strings.FieldsSeq(dsn) {
		name, _, ok := strings.Cut(part, "=")
		switch {
		case !ok:
		case name == "host", name == "dbname", name == "service", name == "user":
			return true
		}
	}
	return false
}

func openPostgres(ctx context.Context, dsn string) (*Store, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, &acrcloud.ArgumentError{Field: "dsn", Problem: "is not the address of a PostgreSQL database", Remedy: `use one such as "postgres://user@host/database"`} // err may show the password
	}
	if config.RuntimeParams == nil {
		config.RuntimeParams = map[string]string{}
	}
	config.RuntimeParams["synchronous_commit"] = "on" // if a crash of the server lost an intent, a file could be billed twice
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "acrcloud-go"
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	pool, err := newPool(ctx, dsn, config)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlbatch: creating a pool of connections: %w", err), db.Close())
	}
	s := &Store{db: db, changes: db, dialect: postgres{config}, pool: pool}
	return s.begin(ctx)
}

// busy is how long to wait for a lock of another process.
const busy = 30 * time.Second

func openSQLite(ctx context.Context, path string, busy time.Duration, pragmas ...string) (*Store, error) {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "sqlite:"), "file:")
	path, query, _ := strings.Cut(path, "?")
	if path == ":memory:" || query != "" {
		return nil, &acrcloud.ArgumentError{Field: "dsn", Problem: "is not a plain path", Remedy: "use a path without settings; for jobs in memory use batch.NewMemory"}
	}
	if err := checkFile(path); err != nil {
		return nil, err
	}
	settings := url.Values{"_pragma": append([]string{fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)"}, pragmas...), "_txlock": {"immediate"}}
	address := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + settings.Encode()
	db, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, fmt.Errorf("sqlbatch: opening %s: %w", path, err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	// SQLite makes writers of several connections wait in no fixed order, some of them for very long. With one
	// connection for all writers, this process serves them in turn.
	changes, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlbatch: opening %s: %w", path, err), db.Close())
	}
	changes.SetMaxOpenConns(1)
	s := &Store{db: db, changes: changes, dialect: sqlite{}, path: path}
	return s.begin(ctx)
}

// checkFile reports common problems in plain words, for which SQLite has only numbers.
func checkFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the path is the caller's
	if err != nil {
		return fmt.Errorf("sqlbatch: opening the database: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	head := make([]byte, 16)
	n, err := f.Read(head)
	if n > 0 && !strings.HasPrefix(string(head[:n]), "SQLite format 3\x00") {
		return fmt.Errorf("sqlbatch: %s is not an SQLite database: use another path; the file was not changed", path)
	}
	if err != nil && n > 0 {
		return fmt.Errorf("sqlbatch: reading the database: %w", err)
	}
	return nil
}

// begin prepares the tables, and starts the writer if there is one.
func (s *Store) begin(ctx context.Context) (*Store, error) {
	if err := s.migrate(ctx); err != nil {
		err = s.explain(err, "preparing the tables")
		return nil, errors.Join(err, s.Close())
	}
	if s.dialect.oneWriter() {
		s.writer = newWriter(s.changes) //nolint:contextcheck // it lives as long as the store
	}
	return s, nil
}

// Close closes the database, after running calls have ended.
func (s *Store) Close() error {
	if s == nil || s.db == nil {
		return nil
	}
	s.background.close()
	if s.writer != nil {
		s.writer.close()
	}
	if s.pool != nil {
		s.pool.Close()
	}
	if s.changes != s.db {
		return errors.Join(s.changes.Close(), s.db.Close())
	}
	return s.db.Close()
}

// millis is the stored form of times.
func millis(t time.Time) int64 { return t.UnixMilli() }
