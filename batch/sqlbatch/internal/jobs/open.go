package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite": SQLite in Go, without cgo

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Connections is the most connections of a store: to SQLite for reading.
const Connections = 16

// Busy is how long to wait for a lock of another process.
const Busy = 30 * time.Second

// OpenSQLite opens the store in an SQLite file, and creates or updates its tables.
func OpenSQLite(ctx context.Context, path string, busy time.Duration, pragmas ...string) (*Store, error) {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "sqlite:"), "file:")
	if isAddress(path) { // with a password, perhaps, that no message and no file's name may show
		return nil, &acrcloud.ArgumentError{Field: "path", Problem: "is the address of a database, not the path of a file", Remedy: `use the path of an SQLite file, or open a PostgreSQL database with package sqlbatch and an address such as "postgres://user@host/database"`}
	}
	path, query, _ := strings.Cut(path, "?")
	if path == ":memory:" || query != "" {
		return nil, &acrcloud.ArgumentError{Field: "path", Problem: "is not a plain path", Remedy: "use a path without settings; for jobs in memory use batch.NewMemory"}
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
	db.SetMaxOpenConns(Connections)
	db.SetMaxIdleConns(Connections)
	// SQLite makes writers of several connections wait in no fixed order, some of them for very long. With one
	// connection for all writers, this process serves them in turn.
	changes, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlbatch: opening %s: %w", path, err), db.Close())
	}
	changes.SetMaxOpenConns(1)
	s := &Store{DB: db, Changes: changes, Dialect: SQLite{}, Path: path}
	return s.Begin(ctx)
}

// isAddress reports whether a path is a URL, or has the settings of a connection.
func isAddress(path string) bool {
	scheme, rest, found := strings.Cut(path, ":")
	url := found && len(scheme) > 1 && !strings.ContainsAny(scheme, `/\.`) && strings.HasPrefix(rest, "/") // a single letter is a drive of Windows
	return url || strings.Contains(path, "password=")
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

// Begin prepares the tables, and starts the writer if there is one.
func (s *Store) Begin(ctx context.Context) (*Store, error) {
	if err := s.migrate(ctx); err != nil {
		err = s.Explain(err, "preparing the tables")
		return nil, errors.Join(err, s.Close())
	}
	if s.Dialect.OneWriter() {
		s.writer = newWriter(s.Changes) //nolint:contextcheck // it lives as long as the store
	}
	return s, nil
}

// Close closes the database, after running calls have ended.
func (s *Store) Close() error {
	if s == nil || s.DB == nil {
		return nil
	}
	if s.writer != nil {
		s.writer.close()
	}
	if s.Changes != s.DB {
		return errors.Join(s.Changes.Close(), s.DB.Close())
	}
	return s.DB.Close()
}

// millis is the stored form of times.
func millis(t time.Time) int64 { return t.UnixMilli() }
