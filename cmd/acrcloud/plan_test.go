package main

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// The key of a file that could not be read depends on its path alone, so no content may be uploaded under that key.
func TestFileThatCannotBeReadIsNotUploadedLater(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	files, remove, err := newSpool[planned]()
	require.NoError(t, err)
	l := &plan{journal: inMemory(), files: files, remove: []func() error{remove}}
	defer func() { assert.NoError(t, l.close()) }()
	path := filepath.Join(t.TempDir(), "song.mp3")
	require.NoError(t, l.file(t.Context(), path, scanSettings{}))
	require.Equal(t, 1, l.all)

	write(t, path, mp3("it can be read now"))
	for f, err := range l.each(false) {
		require.NoError(t, err)
		for o, err := range batch.Scan(t.Context(), client.Files(srv.Config().ContainerID), single(batch.Item{Key: f.Key, Source: f.content()}), nil) {
			require.NoError(t, err)
			failure, ok := errors.AsType[*batch.Failure](o.Err)
			require.True(t, ok, "%v", o.Err)
			assert.Equal(t, batch.FailureSource, failure.Kind)
			assert.ErrorContains(t, failure, path)
		}
	}
	assert.Zero(t, created(srv))
}
