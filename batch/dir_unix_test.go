//go:build unix

package batch_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
)

// Links are followed, but not in circles; what cannot be read has an outcome that says so, and what is no file is left out.
func TestDirLinks(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"a/1.wav": wave, "b/2.wav": wave})
	require.NoError(t, os.Symlink(root, filepath.Join(root, "a", "up")))
	require.NoError(t, os.Symlink(filepath.Join(root, "a"), filepath.Join(root, "a", "self")))
	require.NoError(t, os.Symlink(filepath.Join(root, "b"), filepath.Join(root, "c")))
	require.NoError(t, os.Symlink(filepath.Join(root, "a", "1.wav"), filepath.Join(root, "d.wav")))
	require.NoError(t, os.Symlink(filepath.Join(root, "nothing"), filepath.Join(root, "e.wav")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(root, "pipe"), 0o600))
	good, broken := keysOf(t, batch.Dir(root, nil))
	assert.Equal(t, []string{"a/1.wav", "b/2.wav", "c/2.wav", "d.wav"}, good)
	assert.Equal(t, []string{"e.wav"}, broken)
}
