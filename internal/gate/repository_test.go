package gate_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the listings in testdata")

// root is the directory of the module.
const root = "../.."

// modules returns the directories of the modules whose packages are public.
func modules(t *testing.T) []string {
	t.Helper()
	dirs := []string{root}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "internal" || d.Name() == "examples" || d.Name() == "tools" || d.Name() == "cmd"):
			return filepath.SkipDir
		case d.Name() == "go.mod" && filepath.Dir(path) != filepath.Clean(root):
			dirs = append(dirs, filepath.Dir(path))
		}
		return nil
	})
	require.NoError(t, err)
	return dirs
}

// packages returns the directories of the public packages, relative to the root.
func packages(t *testing.T) []string {
	t.Helper()
	var dirs []string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !d.IsDir() || path == root:
			return nil
		case strings.HasPrefix(d.Name(), "."), d.Name() == "testdata", d.Name() == "internal", d.Name() == "examples", d.Name() == "tools", d.Name() == "cmd", d.Name() == "docs":
			return filepath.SkipDir
		}
		files, err := filepath.Glob(filepath.Join(path, "*.go"))
		if err != nil {
			return err
		}
		for _, f := range files {
			if !strings.HasSuffix(f, "_test.go") {
				dir, err := filepath.Rel(root, path)
				dirs = append(dirs, filepath.ToSlash(dir))
				return err
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	return dirs
}

// golden compares text with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), got, "if this is intended, run go test ./internal/gate -update, and add a line to CHANGELOG.md")
}

// run runs a command of the Go tool in a directory and returns what it prints.
func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...) //nolint:gosec // of this test
	cmd.Dir = dir
	cmd.Env = environment("GOWORK=off")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "go %s in %s: %s", strings.Join(args, " "), dir, out)
	return string(out)
}

// environment returns the environment with more variables, and without the developer's variables for the SDK.
func environment(more ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "ACRCLOUD_") })
	return append(append(env, "GOTOOLCHAIN=local"), more...)
}
