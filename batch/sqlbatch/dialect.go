package sqlbatch

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A dialect has the differences between SQLite and PostgreSQL.
type dialect interface {
	// query returns a statement with the database's placeholders and types.
	query(text string) string
	// oneWriter reports whether the database allows one writer at a time, so that saves are grouped.
	oneWriter() bool
	// claimLock keeps two processes from claiming the same rows.
	claimLock() string
	// now is the database's time in microseconds.
	now() string
	// greatest is the function for the larger of two numbers.
	greatest() string
	// notify is the statement that sends a message to all listening processes. It is empty if they poll.
	notify() string
	// listen passes the callbacks of other processes to the Notifier, until ctx ends or it fails.
	listen(ctx context.Context, n *Notifier) error
}

type sqlite struct{}

func (sqlite) query(text string) string {
	return strings.NewReplacer("JSONTEXT", "TEXT", "BIGNUM", "INTEGER").Replace(text)
}
func (sqlite) oneWriter() bool   { return true }
func (sqlite) claimLock() string { return "" }
func (sqlite) now() string       { return "CAST(unixepoch('subsec') * 1000000 AS INTEGER)" }
func (sqlite) greatest() string  { return "max" }
func (sqlite) notify() string    { return "" }

type postgres struct{ config *pgx.ConnConfig }

// query numbers the placeholders. JSON, unlike JSONB, keeps the text unchanged, with every character that a title may
// contain.
func (postgres) query(text string) string {
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
func (postgres) oneWriter() bool   { return false }
func (postgres) claimLock() string { return " FOR UPDATE SKIP LOCKED" }
func (postgres) now() string       { return "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint" }
func (postgres) greatest() string  { return "greatest" }
func (postgres) notify() string    { return "SELECT pg_notify('" + channel + "', $1)" }
