package sqlbatch

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// explain says what a database's error means and what to do about it. No data was lost by any of them: a change that failed was not made.
func (s *Store) explain(err error, doing string) error {
	if err == nil || errors.Is(err, errClosed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	where := "the database"
	if s.path != "" {
		where = s.path
	}
	remedy := ""
	if e, ok := errors.AsType[*driver.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			remedy = "the disk is full: make room, then run the program again"
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
			remedy = "the file or its folder cannot be written: SQLite writes a log beside the file"
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			remedy = "another program has kept it locked for half a minute: end that one"
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			remedy = "the file is damaged: restore it, or begin with a new one, which bills nothing twice"
		case sqlite3.SQLITE_IOERR:
			remedy = "the disk failed: is it full, or on a network?"
		}
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case strings.HasPrefix(e.Code, "53"):
			remedy = "the server has run out of room or connections"
		case e.Code == "25006":
			remedy = "the server is read-only: use the primary"
		case e.Code == "42501":
			remedy = "the user may not do that: give it the rights to create and change tables in the schema"
		case strings.HasPrefix(e.Code, "28"):
			remedy = "the server does not accept the user or password"
		}
	}
	if remedy != "" {
		return fmt.Errorf("sqlbatch: %s in %s: %s: %w", doing, where, remedy, err)
	}
	return fmt.Errorf("sqlbatch: %s in %s: %w", doing, where, err)
}
