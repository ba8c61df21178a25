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
	_, err := s.db.ExecContext(ctx, statement)
	return err
}
