//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// costOf measures a process that scans a folder into a file of as many lines as there are files, against a mock of its own.
func costOf(t *testing.T, files int, run func(env []string) *exec.Cmd) cost {
	t.Helper()
	m := startMock(t, clean(t), "--processing", "100ms", "--quiet")
	defer m.stop(t)
	out, err := os.Create(filepath.Join(t.TempDir(), "out.jsonl"))
	require.NoError(t, err)
	defer out.Close() //nolint:errcheck // it was read
	used := measured(t, run(clean(t, m.env...)), out)
	data, err := os.ReadFile(out.Name())
	require.NoError(t, err)
	require.Equal(t, files, bytes.Count(data, []byte("\n")))
	return used
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
			return command(t, env, "scan", dir, "-o", "jsonl", "--yes", "--uploads", "8", "--quiet")
		}
	}
	alone := func(env []string) *exec.Cmd {
		c := command(t, append(env, batchAloneEnv+"="+dir))
		c.Path = os.Args[0] // this program
		return c
	}
	baseline := costOf(t, *costFiles, alone)
	full := costOf(t, *costFiles, scan(dir))
	tenth := costOf(t, (*costFiles+9)/10, scan(few))
	t.Logf("batch alone:        %v", baseline)
	t.Logf("the command:        %v", full)
	t.Logf("a tenth of files:   %v", tenth)
	if *costFiles >= 5000 {
		assert.Less(t, full.CPU.Seconds(), baseline.CPU.Seconds()*1.05, "overhead")
		assert.Less(t, full.Peak, tenth.Peak*3/2, "memory does not grow with the number of files")
	}
}

// peak is the most memory that a process has had, in bytes.
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
