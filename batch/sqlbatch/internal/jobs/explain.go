package jobs

import (
	"context"
	"errors"
	"fmt"
)

// Explain adds to a database's error what it means and what to do. No data is lost by any of them: a failed change has
// no effect.
func (s *Store) Explain(err error, doing string) error {
	if err == nil || errors.Is(err, ErrClosed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	where := "the database"
	if s.Path != "" {
		where = s.Path
	}
	if remedy := s.Dialect.Remedy(err); remedy != "" {
		return fmt.Errorf("sqlbatch: %s in %s: %s: %w", doing, where, remedy, err)
	}
	return fmt.Errorf("sqlbatch: %s in %s: %w", doing, where, err)
}
