package riverbatch

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
)

// Open opens the database that dsn names, as sqlbatch.Open does, and creates or updates River's tables beside those of the
// journal. Several processes may do so at once.
func Open(ctx context.Context, dsn string) (*sqlbatch.Store, error) {
	store, err := sqlbatch.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := Migrate(ctx, store, nil); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return store, nil
}

// Migrate creates or updates River's tables in the database of a store that sqlbatch.Open opened. If config.River has a
// Schema, the tables are in that schema, which must exist; give [New] the same one. config may be nil.
func Migrate(ctx context.Context, store *sqlbatch.Store, config *Config) error {
	if store.DB() == nil {
		return errNoStore
	}
	if err := migrate(ctx, store, config.schema()); err != nil {
		return fmt.Errorf("riverbatch: creating or updating River's tables: %w", err)
	}
	return nil
}

func migrate(ctx context.Context, store *sqlbatch.Store, schema string) error {
	migrator, err := rivermigrate.New(Driver(store), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler), Schema: schema})
	if err != nil {
		return err
	}
	if store.Pool() == nil {
		return migrateSQLite(ctx, store, migrator)
	}
	unlock, err := lock(ctx, store)
	if err != nil {
		return err
	}
	defer unlock()
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// migrateSQLite applies all migrations in one transaction, which locks the database. So they cost one sync, and of several
// processes only one applies them.
func migrateSQLite(ctx context.Context, store *sqlbatch.Store, migrator *rivermigrate.Migrator[*sql.Tx]) error {
	tx, err := store.DB().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()                                                                   //nolint:errcheck // after a commit it does nothing
	if _, err := migrator.MigrateTx(ctx, tx, rivermigrate.DirectionUp, nil); err != nil { //nolint:staticcheck // deprecated because of what PostgreSQL cannot do in one transaction
		return err
	}
	return tx.Commit()
}

// lock prevents concurrent migrations of PostgreSQL. It holds a connection of the pool, while the migration needs one of
// DB: if both were of one pool, as many calls as it has connections would wait for ever.
func lock(ctx context.Context, store *sqlbatch.Store) (unlock func(), err error) {
	if store.Pool() == nil {
		return func() {}, nil
	}
	conn, err := store.Pool().Acquire(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtext('acrcloud_river'))`); err != nil {
		conn.Release()
		return nil, err
	}
	return func() {
		_, err := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtext('acrcloud_river'))`)
		if err != nil {
			_ = conn.Conn().Close(context.WithoutCancel(ctx)) // which unlocks, too
		}
		conn.Release()
	}, nil
}

// Driver returns River's driver for the database of a store. Its transactions are those of store.DB for both databases.
// For a nil store it is nil.
func Driver(store *sqlbatch.Store) riverdriver.Driver[*sql.Tx] {
	switch {
	case store.DB() == nil:
		return nil
	case store.Pool() == nil:
		return riversqlite.New(store.DB())
	default:
		return riverdatabasesql.NewWithPgxListener(store.DB(), store.Pool())
	}
}

var errNoStore = error(&acrcloud.ArgumentError{Field: "store", Problem: "is nil, or was not opened", Remedy: "call sqlbatch.Open"})
