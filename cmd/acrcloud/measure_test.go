package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// measuredEnv names a command that this program runs in place of tests, and measures; costEnv names the file that its cost is written to.
const (
	measuredEnv = "MEASURED"
	costEnv     = "MEASURED_COST"
)

// A cost is what a process has used.
type cost struct {
	Wall, CPU time.Duration
	Peak      int64 // bytes of memory
}

func (c cost) String() string {
	return fmt.Sprintf("%v, of the processor %v, %d MB at most", c.Wall.Round(time.Millisecond), c.CPU.Round(time.Millisecond), c.Peak>>20)
}

// runMeasured runs a command with this program's arguments and streams. On Linux a process begins with the peak of the one that starts it:
// that of tests is large, this one's is small.
func runMeasured(command, into string) error {
	c := exec.CommandContext(context.Background(), command, os.Args[1:]...) //nolint:gosec // the command under test
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), measuredEnv+"=")
	began := time.Now()
	if err := c.Run(); err != nil {
		return err
	}
	used := cost{time.Since(began), c.ProcessState.UserTime() + c.ProcessState.SystemTime(), peak(c.ProcessState)}
	data, err := json.Marshal(used)
	return errors.Join(err, os.WriteFile(into, data, 0o600)) //nolint:gosec // a file of the tests
}

// measured runs a command to its end, from a process of its own, and returns what it has used.
func measured(t *testing.T, c *exec.Cmd, stdout io.Writer) cost {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cost.json")
	c.Env = append(slices.Clip(c.Env), measuredEnv+"="+c.Path, costEnv+"="+file)
	c.Path = os.Args[0] // this program
	c.Stdout, c.Stderr = stdout, os.Stderr
	require.NoError(t, c.Run())
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return decode[cost](t, string(data))
}
