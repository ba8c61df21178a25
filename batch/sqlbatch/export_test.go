package sqlbatch

import (
	"context"
	"time"
)

// OpenSQLite is Open with a shorter patience, and more settings.
func OpenSQLite(ctx context.Context, path string, busy time.Duration, pragmas ...string) (*Store, error) {
	return openSQLite(ctx, path, busy, pragmas...)
}

// Exec runs a statement.
func (s *Store) Exec(ctx context.Context, statement string) error {
	_, err := s.jobs.DB.ExecContext(ctx, statement)
	return err
}

// WithLease has claims lapse sooner.
func (d *Deduplicator) WithLease(lease time.Duration) *Deduplicator {
	d.lease = lease
	return d
}

// Listening reports whether the Notifier listens.
func (n *Notifier) Listening() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.listening
}

// Count returns a number from the database.
func (s *Store) Count(ctx context.Context, query string) (n int, err error) {
	err = s.jobs.DB.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}
