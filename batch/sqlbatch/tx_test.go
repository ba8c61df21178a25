package sqlbatch_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
)

func entries(ref string, keys ...string) []batch.Entry {
	all := make([]batch.Entry, len(keys))
	for i, key := range keys {
		all[i] = batch.Entry{Schema: 1, Key: key, Ref: ref, Phase: batch.PhaseNew}
	}
	return all
}

// refs returns key=ref of each entry, sorted.
func refs(all []batch.Entry) (list []string) {
	for _, e := range all {
		list = append(list, fmt.Sprintf("%s=%s.%d", e.Key, e.Ref, e.Rev))
	}
	slices.Sort(list)
	return list
}

// adder adds in a transaction of its own, and commits it.
type adder func(ctx context.Context, entries ...[]batch.Entry) (there [][]batch.Entry)

// What a transaction adds is in no queue, and what was added before it, or in it, comes back.
func TestAddTx(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		store := open(t, dsn)
		adders := map[string]adder{"sql": func(ctx context.Context, lists ...[]batch.Entry) (there [][]batch.Entry) {
			tx, err := store.DB().BeginTx(ctx, nil)
			require.NoError(t, err)
			defer func() { require.NoError(t, tx.Commit()) }()
			for _, entries := range lists {
				found, err := store.AddTx(ctx, tx, entries)
				require.NoError(t, err)
				there = append(there, found)
			}
			return there
		}}
		if store.Pool() != nil {
			adders["pgx"] = func(ctx context.Context, lists ...[]batch.Entry) (there [][]batch.Entry) {
				require.NoError(t, pgx.BeginFunc(ctx, store.Pool(), func(tx pgx.Tx) error {
					for _, entries := range lists {
						found, err := store.AddPgxTx(ctx, tx, entries)
						require.NoError(t, err)
						there = append(there, found)
					}
					return nil
				}))
				return there
			}
		}
		for name, add := range adders {
			a, odd, b := name+"/a", name+"/\x00 ä", name+"/b"
			there := add(t.Context(), entries("1", b, odd), entries("2", odd, a, odd), nil)
			assert.Empty(t, there[0], name)
			assert.Equal(t, []string{odd + "=1.1"}, refs(there[1]), name)
			assert.Empty(t, there[2], name)
			assert.Equal(t, []string{odd + "=1.1", a + "=2.1", b + "=1.1"}, refs(add(t.Context(), entries("3", a, b, odd))[0]), name)
		}
		n, err := store.Backlog(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
		_, err = (*sqlbatch.Store)(nil).AddTx(t.Context(), nil, nil)
		require.ErrorContains(t, err, "closed")
	})
}

// What was added is loaded with one statement, however much it is.
func TestAddTxOfMany(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		const n = 1100
		store := open(t, dsn)
		keys := make([]string, n)
		for i := range keys {
			keys[i] = fmt.Sprintf("%04d", i)
		}
		add := func() (there []batch.Entry) {
			require.NoError(t, inTx(t.Context(), store.DB(), func(tx *sql.Tx) (err error) {
				there, err = store.AddTx(t.Context(), tx, entries(strings.Repeat("x", 10), keys...))
				return err
			}))
			return there
		}
		assert.Empty(t, add())
		assert.Len(t, add(), n)
	})
}

func inTx(ctx context.Context, db *sql.DB, do func(tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}
