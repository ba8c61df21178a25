package riverbatch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
)

var errNotBound = error(&acrcloud.ArgumentError{Field: "Client", Problem: "has not checked whose jobs the database keeps", Remedy: "call Bind once, before the first transaction"})

// Bind assigns the database to the container of the stepper, and checks that the journal and River's tables are in one
// database. If it keeps the jobs of another container, the error matches sqlbatch.ErrOtherContainer. Start and Enqueue
// call Bind, too. It has to wait for the transactions of an SQLite database, so do not wait for it within one.
func (c *Client[TTx]) Bind(ctx context.Context) error {
	if c == nil || c.river == nil {
		return errNoClient
	}
	if c.bound.Load() { // no lock: one that is held during a query would keep the transaction waiting for which the query waits
		return nil
	}
	if err := c.stepper.Bind(ctx); err != nil {
		return err
	}
	if store, ok := c.stepper.Journal().(*sqlbatch.Store); ok {
		if err := c.checkDatabase(ctx, store); err != nil {
			return err
		}
	}
	c.bound.Store(true)
	return nil
}

// checkDatabase fails unless River's driver has the database of the journal: then it can delete a row that the journal
// has written. With two databases, River would have jobs without entries, and end them.
func (c *Client[TTx]) checkDatabase(ctx context.Context, store *sqlbatch.Store) error {
	const insert, remove = `INSERT INTO acrcloud_meta (name, value) VALUES ($1, '')`, `DELETE FROM acrcloud_meta WHERE name = $1`
	name := "check " + rand.Text()
	if _, err := store.DB().ExecContext(ctx, insert, name); err != nil {
		return fmt.Errorf("riverbatch: checking the database: %w", err)
	}
	driverErr := c.driver.GetExecutor().Exec(ctx, remove, name)
	if driverErr != nil && c.driver.GetExecutor().Exec(ctx, `SELECT 1`) == nil {
		driverErr = errors.Join(errTwoDatabases, driverErr)
	}
	left, err := store.DB().ExecContext(context.WithoutCancel(ctx), remove, name)
	if err != nil {
		return fmt.Errorf("riverbatch: checking the database: %w", errors.Join(driverErr, err))
	}
	n, err := left.RowsAffected()
	if err = errors.Join(driverErr, err); err != nil {
		return fmt.Errorf("riverbatch: checking the database: %w", err)
	}
	if n > 0 {
		return errTwoDatabases
	}
	return nil
}

var errTwoDatabases = error(&acrcloud.ArgumentError{Field: "driver", Problem: "has another database than the journal of the stepper, or may not write to it", Remedy: "use riverbatch.Driver with the store of the journal"})
