package jobs

import (
	"errors"
	"strings"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// A Dialect has the differences between databases.
type Dialect interface {
	// Query returns a statement with the database's placeholders and types.
	Query(text string) string
	// OneWriter reports whether the database allows one writer at a time, so that saves are grouped.
	OneWriter() bool
	// ClaimLock keeps two processes from claiming the same rows.
	ClaimLock() string
	// MigrationLock is the statement that keeps two processes from updating the tables. It is empty if a transaction does.
	MigrationLock() string
	// Transient reports whether a retry of the transaction usually succeeds after an error.
	Transient(err error) bool
	// Remedy says what an error of the database means and what to do, or nothing.
	Remedy(err error) string
}

// SQLite is the dialect of SQLite.
type SQLite struct{}

// Query implements [Dialect].
func (SQLite) Query(text string) string {
	return strings.NewReplacer("JSONTEXT", "TEXT", "BIGNUM", "INTEGER").Replace(text)
}

// OneWriter implements [Dialect].
func (SQLite) OneWriter() bool { return true }

// ClaimLock implements [Dialect].
func (SQLite) ClaimLock() string { return "" }

// MigrationLock implements [Dialect].
func (SQLite) MigrationLock() string { return "" }

// Transient implements [Dialect].
func (SQLite) Transient(error) bool { return false }

// Remedy implements [Dialect].
func (SQLite) Remedy(err error) string {
	e, ok := errors.AsType[*driver.Error](err)
	if !ok {
		return ""
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return "the disk is full: free some space, then run the program again"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return "the file or its directory is not writable: make both writable, since SQLite writes a log beside the file"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "another program has locked it for half a minute: end that program"
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return "the file is damaged: restore it, or start with a new one, which bills nothing twice"
	case sqlite3.SQLITE_IOERR:
		return "the disk failed: check that it is not full, and not on a network"
	}
	return ""
}
