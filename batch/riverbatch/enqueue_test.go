//go:build unix

package riverbatch_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
)

// other is an item with the key of another one, and another recording.
func other() batch.Item { return batch.Item{Key: items(1)[0].Key, Ref: "other.wav"} }

func requireChanged(t *testing.T, err error) {
	t.Helper()
	var f *batch.Failure
	require.ErrorAs(t, err, &f)
	require.Equal(t, batch.FailureChanged, f.Kind)
}

// Two recordings with one key are refused, also where the first of them is not committed yet. Otherwise the second would get the results of
// the first.
func TestChangedInOneTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, nil)
		_, err := s.client.Enqueue(t.Context(), items(1)[0], other())
		requireChanged(t, err)
		inTx := func(test func(tx *sql.Tx)) {
			tx, err := s.store.DB().BeginTx(t.Context(), nil)
			require.NoError(t, err)
			test(tx)
			require.NoError(t, tx.Rollback())
		}
		inTx(func(tx *sql.Tx) {
			_, err := s.client.EnqueueTx(t.Context(), tx, items(1)[0], other())
			requireChanged(t, err)
		})
		inTx(func(tx *sql.Tx) {
			_, err := s.client.EnqueueTx(t.Context(), tx, items(1)...)
			require.NoError(t, err)
			open, err := s.client.EnqueueTx(t.Context(), tx, items(2)...)
			require.NoError(t, err)
			assert.Equal(t, 2, open)
			_, err = s.client.EnqueueTx(t.Context(), tx, other())
			requireChanged(t, err)
		})
		assert.Zero(t, query[int](t, s, `SELECT count(*) FROM acrcloud_jobs`))
		assert.Zero(t, query[int](t, s, `SELECT count(*) FROM river_job`))
	})
}

func TestChangedInOnePgxTransaction(t *testing.T) {
	t.Parallel()
	s := newSite(t, postgres(t), nil, nil)
	client, err := riverbatch.New(riverpgxv5.New(s.store.Pool()), s.stepper, nil)
	require.NoError(t, err)
	_, err = client.Enqueue(t.Context(), items(1)[0], other())
	requireChanged(t, err)
	require.NoError(t, pgx.BeginFunc(t.Context(), s.store.Pool(), func(tx pgx.Tx) error {
		_, err := client.EnqueueTx(t.Context(), tx, items(1)...)
		return err
	}))
	require.NoError(t, pgx.BeginFunc(t.Context(), s.store.Pool(), func(tx pgx.Tx) error {
		open, err := client.EnqueueTx(t.Context(), tx, items(2)...)
		assert.Equal(t, 2, open)
		return err
	}))
	err = pgx.BeginFunc(t.Context(), s.store.Pool(), func(tx pgx.Tx) error {
		_, err := client.EnqueueTx(t.Context(), tx, other())
		return err
	})
	requireChanged(t, err)
}

// No call needs a second connection while it holds one: as many of them as there are connections would wait for each other for ever.
func TestOneConnection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, nil)
		s.store.DB().SetMaxOpenConns(1)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		for range 2 {
			open, err := s.client.Enqueue(ctx, items(2)...)
			require.NoError(t, err)
			assert.Equal(t, 2, open)
			require.NoError(t, s.client.Wake(ctx, items(2)[0].Key))
			n, err := s.client.Requeue(ctx)
			require.NoError(t, err)
			assert.Equal(t, 2, n)
		}
		require.NoError(t, riverbatch.Migrate(ctx, s.store, nil))
	})
}

func TestOnePgxConnection(t *testing.T) {
	t.Parallel()
	dsn := postgres(t)
	s := newSite(t, dsn, nil, nil)
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	config.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	defer pool.Close()
	s.store.DB().SetMaxOpenConns(1)
	client, err := riverbatch.New(riverpgxv5.New(pool), s.stepper, nil)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for range 2 {
		open, err := client.Enqueue(ctx, items(2)...)
		require.NoError(t, err)
		assert.Equal(t, 2, open)
		require.NoError(t, client.Wake(ctx, items(2)[0].Key))
	}
}

// As many programs as want to may enqueue what is known, or create the tables, at the same time.
func TestMoreCallsThanConnections(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, nil)
		_, err := s.client.Enqueue(t.Context(), items(20)...)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var calls sync.WaitGroup
		for range 40 {
			calls.Go(func() { assert.NoError(t, second(s.client.Enqueue(ctx, items(20)...))) })
			calls.Go(func() { assert.NoError(t, riverbatch.Migrate(ctx, s.store, nil)) })
		}
		calls.Wait()
	})
}

// A transaction that has SQLite's one connection does not wait for a Bind that waits for the connection.
func TestBindDuringTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := newSite(t, dsn, nil, nil)
		s.store.DB().SetMaxOpenConns(1)
		tx, err := s.store.DB().BeginTx(t.Context(), nil)
		require.NoError(t, err)
		bound := make(chan error, 1)
		go func() { bound <- s.client.Bind(t.Context()) }()
		require.Eventually(t, func() bool { return s.store.DB().Stats().WaitCount > 0 }, 10*time.Second, time.Millisecond)
		enqueued := make(chan error, 1)
		go func() { enqueued <- second(s.client.EnqueueTx(t.Context(), tx, items(1)...)) }()
		select {
		case err = <-enqueued:
			require.ErrorContains(t, err, "call Bind once")
		case <-time.After(10 * time.Second):
			assert.Fail(t, "EnqueueTx waits for Bind, and Bind for the transaction")
		}
		require.NoError(t, tx.Rollback())
		require.NoError(t, <-bound)
	})
}

// With the journal in one database and River in another one, River would end jobs that it cannot find.
func TestTwoDatabases(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func() string{
		"SQLite":     func() string { return filepath.Join(t.TempDir(), "other.db") },
		"PostgreSQL": func() string { return postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, elsewhere := newSite(t, postgres(t), nil, nil), newSite(t, dsn(), nil, nil)
			require.NoError(t, elsewhere.client.Bind(t.Context()))
			client, err := riverbatch.New(riverbatch.Driver(elsewhere.store), s.stepper, nil)
			require.NoError(t, err)
			check := func() {
				for _, err := range []error{client.Bind(t.Context()), client.Start(t.Context()), second(client.Enqueue(t.Context(), items(1)...))} {
					require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
					require.ErrorContains(t, err, "another database than the journal")
				}
			}
			check()
			run(t, elsewhere, `DROP TABLE acrcloud_meta`) // one that is the application's alone
			check()
			assert.Zero(t, query[int](t, s, `SELECT count(*) FROM acrcloud_meta WHERE name LIKE 'check%'`))
			assert.Zero(t, query[int](t, s, `SELECT count(*) FROM acrcloud_jobs`))
		})
	}
}
