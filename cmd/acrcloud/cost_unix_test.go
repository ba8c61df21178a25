//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A cost is what a process has used.
type cost struct {
	wall, cpu time.Duration
	peak      int64 // bytes of memory
}

func (c cost) String() string {
	return fmt.Sprintf("%v, of the processor %v, %d MB at most", c.wall.Round(time.Millisecond), c.cpu.Round(time.Millisecond), c.peak>>20)
}

// costOf runs a process that scans a folder into a file of as many lines as there are files, against a mock of its own.
func costOf(t *testing.T, dir string, files int, run func(env []string) *exec.Cmd) cost {
	t.Helper()
	m := startMock(t, clean(t), "--processing", "100ms", "--quiet")
	defer m.stop(t)
	out, err := os.Create(filepath.Join(t.TempDir(), "out.jsonl"))
	require.NoError(t, err)
	defer out.Close() //nolint:errcheck // it was read
	c := run(clean(t, m.env...))
	c.Stdout, c.Stderr = out, os.Stderr
	started := time.Now()
	require.NoError(t, c.Run())
	wall := time.Since(started)
	data, err := os.ReadFile(out.Name())
	require.NoError(t, err)
	lines := 0
	for _, b := range data {
		if b == '\n' {
			lines++
		}
	}
	require.Equal(t, files, lines, dir)
	return cost{wall, c.ProcessState.UserTime() + c.ProcessState.SystemTime(), peak(c.ProcessState)}
}

// TestCost compares the command with a program that does nothing but call batch.Scan, and with itself for a tenth of the files:
//
//	go test -run TestCost -v -cost.files 10000 .
func TestCost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	few := t.TempDir()
	for i := range *costFiles {
		write(t, filepath.Join(dir, strconv.Itoa(i%50), fmt.Sprintf("%06d.mp3", i)), mp3(strconv.Itoa(i)))
		if i%10 == 0 {
			write(t, filepath.Join(few, fmt.Sprintf("%06d.mp3", i)), mp3(strconv.Itoa(i)))
		}
	}
	scan := func(dir string) func([]string) *exec.Cmd {
		return func(env []string) *exec.Cmd {
			c := exec.CommandContext(t.Context(), binary, "scan", dir, "-o", "jsonl", "--yes", "--uploads", "8", "--quiet") //nolint:gosec // the command under test
			c.Env = env
			return c
		}
	}
	alone := func(env []string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this program
		c.Env = slices.Concat(env, []string{batchAloneEnv + "=" + dir})
		return c
	}
	baseline := costOf(t, dir, *costFiles, alone)
	full := costOf(t, dir, *costFiles, scan(dir))
	tenth := costOf(t, few, (*costFiles+9)/10, scan(few))
	t.Logf("batch alone:        %v", baseline)
	t.Logf("the command:        %v", full)
	t.Logf("a tenth of files:   %v", tenth)
	if *costFiles >= 5000 {
		assert.Less(t, full.cpu.Seconds(), baseline.cpu.Seconds()*1.05, "overhead")
		assert.Less(t, full.peak, tenth.peak*3/2, "memory does not grow with the number of files")
	}
}

// peak is the most memory that a process has had, in bytes; on Linux, if it is more, what the process that started it has had.
func peak(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin":
		return usage.Maxrss
	}
	return usage.Maxrss << 10
}
