package sqlitebatch_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/batchtest"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/sqlitebatch"
)

func TestStore(t *testing.T) {
	t.Parallel()
	batchtest.Store(t, func(t *testing.T) batch.Store {
		t.Helper()
		store, err := sqlitebatch.Open(t.Context(), filepath.Join(t.TempDir(), "jobs.db"))
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, store.Close()) })
		return store
	})
}

// Package sqlbatch goes on with the file, and the other way round.
func TestFileOfEitherPackage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jobs.db")
	here, err := sqlitebatch.Open(t.Context(), path)
	require.NoError(t, err)
	require.NoError(t, here.Bind(t.Context(), 7))
	_, err = here.Add(t.Context(), []batch.Entry{{Key: "here", Phase: batch.PhaseNew}})
	require.NoError(t, err)
	there, err := sqlbatch.Open(t.Context(), path)
	require.NoError(t, err)
	_, err = there.Add(t.Context(), []batch.Entry{{Key: "there", Phase: batch.PhaseNew}})
	require.NoError(t, err)
	for key, store := range map[string]batch.Store{"here": there, "there": here} {
		e, err := store.Load(t.Context(), key)
		require.NoError(t, err)
		assert.Equal(t, batch.PhaseNew, e.Phase)
	}
	err = there.Bind(t.Context(), 8)
	require.ErrorIs(t, err, sqlbatch.ErrOtherContainer)
	require.ErrorIs(t, err, sqlitebatch.ErrOtherContainer)
	require.NoError(t, there.Close())
	require.NoError(t, here.Close())
	_, err = here.Backlog(t.Context())
	require.Error(t, err)
	_, err = here.Add(t.Context(), []batch.Entry{{Key: "late", Phase: batch.PhaseNew}})
	require.Error(t, err)
}

func TestPathsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", " ", ":memory:", "jobs.db?mode=ro", "postgres://u@h/d"} {
		_, err := sqlitebatch.Open(t.Context(), path)
		var argument *acrcloud.ArgumentError
		require.ErrorAs(t, err, &argument, path)
		assert.Equal(t, "path", argument.Field)
	}
	_, err := sqlitebatch.Open(t.Context(), filepath.Join(t.TempDir(), "missing", "jobs.db"))
	require.ErrorContains(t, err, "jobs.db")
}
