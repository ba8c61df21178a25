package sqlbatch

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/internal/jobs"
)

// A dialect has the differences between SQLite and PostgreSQL: for the jobs, and for what processes share beside them.
type dialect interface {
	jobs.Dialect
	// now is the database's time in microseconds.
	now() string
	// greatest is the function for the larger of two numbers.
	greatest() string
	// notify is the statement that sends a message to all listening processes. It is empty if they poll.
	notify() string
	// listen passes the callbacks of other processes to the Notifier, until ctx ends or it fails.
	listen(ctx context.Context, n *Notifier) error
}

type sqlite struct{ jobs.SQLite }

func (sqlite) now() string      { return "CAST(unixepoch('subsec') * 1000000 AS INTEGER)" }
func (sqlite) greatest() string { return "max" }
func (sqlite) notify() string   { return "" }

type postgres struct{ config *pgx.ConnConfig }

// Query numbers the placeholders. JSON, unlike JSONB, keeps the text unchanged, with every character that a title may
// contain.
func (postgres) Query(text string) string {
	text = strings.NewReplacer("JSONTEXT", "JSON", "BIGNUM", "BIGINT").Replace(text)
	var b strings.Builder
	n := 0
	for part := range strings.SplitAfterSeq(text, "?") {
		if rest, ok := strings.CutSuffix(part, "?"); ok {
			n++
			b.WriteString(rest + "$" + strconv.Itoa(n))
		} else {
			b.WriteString(part)
		}
	}
	return b.String()
}

// OneWriter implements [jobs.Dialect].
func (postgres) OneWriter() bool { return false }

// ClaimLock implements [jobs.Dialect].
func (postgres) ClaimLock() string { return " FOR UPDATE SKIP LOCKED" }

// MigrationLock implements [jobs.Dialect].
func (postgres) MigrationLock() string {
	return "SELECT pg_advisory_xact_lock(hashtext('acrcloud_jobs'))"
}

// Errors of PostgreSQL after which a retry of the transaction usually succeeds.
const (
	deadlock      = "40P01"
	serialization = "40001"
)

// Transient implements [jobs.Dialect].
func (postgres) Transient(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == deadlock || e.Code == serialization)
}

// Remedy implements [jobs.Dialect].
func (postgres) Remedy(err error) string {
	e, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case !ok:
	case strings.HasPrefix(e.Code, "53"):
		return "the server has run out of space or connections: free some, or raise its limits"
	case e.Code == "25006":
		return "the server is read-only: use the primary"
	case e.Code == "42501":
		return "the user has no permission: grant it the rights to create and change tables in the schema"
	case strings.HasPrefix(e.Code, "28"):
		return "the server does not accept the user or the password: check both"
	}
	return ""
}

func (postgres) now() string      { return "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint" }
func (postgres) greatest() string { return "greatest" }
func (postgres) notify() string   { return "SELECT pg_notify('" + channel + "', $1)" }
