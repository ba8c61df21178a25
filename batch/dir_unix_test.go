//go:build unix

package batch_test

import (
	"fmt"
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
	assert.Equal(t, []string{"a/1.wav", "b/2.wav", "d.wav"}, good)
	assert.Equal(t, []string{"e.wav"}, broken)
}

// Each directory is included once, however many links lead to it, and under its own path if it is in the folder.
func TestDirLinksBetweenFolders(t *testing.T) {
	t.Parallel()
	const folders = 7
	content := map[string]string{}
	for i := range folders {
		content[fmt.Sprintf("d%d/song.wav", i)] = wave
	}
	root, outside := folder(t, content), folder(t, map[string]string{"x/1.wav": wave, "x/y/2.wav": wave})
	link := func(target, path string) { require.NoError(t, os.Symlink(target, filepath.Join(root, path))) }
	var want []string
	for i := range folders {
		want = append(want, fmt.Sprintf("d%d/song.wav", i))
		for j := range folders {
			link(filepath.Join(root, fmt.Sprint("d", j)), fmt.Sprintf("d%d/a%d", i, j))
		}
	}
	link(filepath.Join(outside, "x", "y"), "e1")
	link(filepath.Join(outside, "x"), "e2")
	link(outside, "e3")
	require.NoError(t, os.Symlink(filepath.Join(root, "d0"), filepath.Join(outside, "x", "back")))
	link(filepath.Join(root, "e1"), "d0/b")
	want = append(want[1:], "d0/song.wav", "d0/b/2.wav", "e2/1.wav")
	good, broken := keysOf(t, batch.Dir(root, nil))
	assert.ElementsMatch(t, want, good)
	assert.Empty(t, broken)

	linked := filepath.Join(t.TempDir(), "root")
	require.NoError(t, os.Symlink(root, linked))
	again, _ := keysOf(t, batch.Dir(linked, nil))
	assert.ElementsMatch(t, want, again)
}
