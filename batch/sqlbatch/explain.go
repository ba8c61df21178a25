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

// explain adds to a database's error what it means and what to do. No data is lost by any of them: a failed change has
// no effect.
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
			remedy = "the disk is full: free some space, then run the program again"
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
			remedy = "the file or its directory is not writable: make both writable, since SQLite writes a log beside the file"
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			remedy = "another program has locked it for half a minute: end that program"
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			remedy = "the file is damaged: restore it, or start with a new one, which bills nothing twice"
		case sqlite3.SQLITE_IOERR:
			remedy = "the disk failed: check that it is not full, and not on a network"
		}
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case strings.HasPrefix(e.Code, "53"):
			remedy = "the server has run out of space or connections: free some, or raise its limits"
		case e.Code == "25006":
			remedy = "the server is read-only: use the primary"
		case e.Code == "42501":
			remedy = "the user has no permission: grant it the rights to create and change tables in the schema"
		case strings.HasPrefix(e.Code, "28"):
			remedy = "the server does not accept the user or the password: check both"
		}
	}
	if remedy != "" {
		return fmt.Errorf("sqlbatch: %s in %s: %s: %w", doing, where, remedy, err)
	}
	return fmt.Errorf("sqlbatch: %s in %s: %w", doing, where, err)
}
