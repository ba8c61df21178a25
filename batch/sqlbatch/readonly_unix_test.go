//go:build unix

package sqlbatch_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
)

const nobody = 65534

func childOpen() int {
	ctx := context.Background()
	s, err := sqlbatch.Open(ctx, os.Args[1])
	if err == nil {
		_, err = s.Add(ctx, []batch.Entry{{Key: "one more", Phase: batch.PhaseNew}})
	}
	_, _ = fmt.Fprintln(os.Stdout, err)
	return 0
}

// A folder or a file that cannot be written is an error that says so. The user root may write everywhere, so another one tries.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	require.NoError(t, err)
	data, err := os.ReadFile(program)
	require.NoError(t, err)
	top, err := os.MkdirTemp("", "sqlbatch") //nolint:usetesting // another user must get to it
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(top, "folder"), 0o700); _ = os.RemoveAll(top) }) //nolint:gosec // it goes away
	require.NoError(t, os.Chmod(top, 0o755))                                                       //nolint:gosec // another user must get to it
	program = filepath.Join(top, "program")
	require.NoError(t, os.WriteFile(program, data, 0o755)) //nolint:gosec // it is a program
	try := func(path string) string {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, program, path) //nolint:gosec // a copy of this test
		cmd.Env = append(os.Environ(), childEnv+"=open")
		cmd.Dir = top
		if os.Getuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	folder := filepath.Join(top, "folder")
	require.NoError(t, os.Mkdir(folder, 0o755)) //nolint:gosec // another user must get to it
	path := filepath.Join(folder, "jobs.db")
	want := filled(t, path)
	require.NoError(t, os.Chmod(path, 0o444))   //nolint:gosec // another user must read it
	require.NoError(t, os.Chmod(folder, 0o555)) //nolint:gosec // and must not write here
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, try(path), "permission denied")
	assert.Contains(t, try(filepath.Join(folder, "new.db")), "permission denied")
	if os.Getuid() == 0 { // only root can make a file that another one may write in a folder that it may not
		require.NoError(t, os.Chmod(path, 0o666)) //nolint:gosec // so that only the folder is read-only
		assert.Contains(t, try(path), "the file or its directory is not writable")
	}
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	require.NoError(t, os.Chmod(folder, 0o755)) //nolint:gosec // as before
	require.NoError(t, os.Chmod(path, 0o600))
	intact(t, path, want)
}
