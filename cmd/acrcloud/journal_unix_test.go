//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/sqlitebatch"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func TestKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	const files = 60
	srv, env := listening(t, mock.WithProcessingTime(100*time.Millisecond))
	dir := songs(t, files)
	args := []string{"scan", dir, "-o", "csv", "--grace", "2s", "--uploads", "3"}
	for kill := range 4 { // each later than the one before
		before := created(srv)
		c := command(t, env, args...)
		require.NoError(t, c.Start())
		require.Eventually(t, func() bool { return created(srv) >= before+2+kill }, testTimeout, time.Millisecond)
		require.NoError(t, c.Process.Kill())
		assert.Equal(t, -1, exit(t, c.Wait()), "killed for the %d. time", kill+1)
	}
	srv.Inject(mock.Fault{Op: mock.OpCreateFile, Skip: 3, Times: 2, Forget: true})
	code, stdout, stderr := call(t, env, args...)
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stderr, "not billed again")
	found := table(t, stdout)
	assert.Len(t, found, files, "a row for each file, whichever command has scanned it")
	all := ids(t, srv)
	assert.Len(t, all, files, "0 doubled")
	for name, id := range found {
		assert.Contains(t, all, id, name)
	}
}

func TestKilledWhileURLsAreScanned(t *testing.T) {
	t.Parallel()
	const urls = 20
	srv, env := listening(t, mock.WithProcessingTime(100*time.Millisecond))
	args := []string{"scan", "-o", "csv", "--grace", "2s", "--uploads", "3"}
	for i := range urls {
		args = append(args, "https://cdn.example/"+strconv.Itoa(i)+".mp3")
	}
	for kill := range 3 {
		before := created(srv)
		c := command(t, env, args...)
		require.NoError(t, c.Start())
		require.Eventually(t, func() bool { return created(srv) >= before+2+kill }, testTimeout, time.Millisecond)
		require.NoError(t, c.Process.Kill())
		assert.Equal(t, -1, exit(t, c.Wait()))
	}
	code, stdout, stderr := call(t, env, args...)
	require.Equal(t, exitOK, code, stderr)
	assert.Len(t, table(t, stdout), urls)
	assert.Len(t, ids(t, srv), urls, "0 doubled")
}

func TestReaderThatLeaves(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	dir := songs(t, 12)
	c := command(t, env, "scan", dir, "-o", "jsonl", "--uploads", "1")
	stdout, err := c.StdoutPipe()
	require.NoError(t, err)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	require.NoError(t, c.Start())
	_, err = bufio.NewReaderSize(stdout, 16).ReadString('{') // as head -c 1
	require.NoError(t, err)
	require.NoError(t, stdout.Close())
	assert.Equal(t, exitPipe, exit(t, c.Wait()))
	assert.NotContains(t, stderr.String(), "pipe", "who reads the output has enough, and knows")
	code, all, again := call(t, env, "scan", dir, "-o", "csv")
	require.Equal(t, exitOK, code, again)
	assert.Len(t, table(t, all), 12)
	assert.Len(t, ids(t, srv), 12)
}

func TestSecondInterruptOfAScanEndsAtOnce(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	srv.Inject(mock.Fault{Op: mock.OpCreateFile, Delay: time.Hour}) // what is being billed is given some seconds
	journal := filepath.Join(t.TempDir(), "j.db")
	store, err := sqlitebatch.Open(t.Context(), journal)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	c := command(t, env, "scan", songs(t, 1), "--journal", journal)
	require.NoError(t, c.Start())
	require.Eventually(t, func() bool {
		for _, err := range store.Entries(t.Context(), batch.PhaseIntent) {
			return err == nil
		}
		return false
	}, testTimeout, 10*time.Millisecond)
	require.NoError(t, c.Process.Signal(os.Interrupt))
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ended:
			status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
			require.True(t, ok)
			assert.True(t, status.Signaled() && status.Signal() == syscall.SIGINT, c.ProcessState)
			return
		case <-ticker.C:
			require.NoError(t, c.Process.Signal(os.Interrupt))
		}
	}
}

func TestBarOnATerminalOnly(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{40, 100} {
		t.Run(strconv.Itoa(int(columns)), func(t *testing.T) {
			t.Parallel()
			_, env := listening(t)
			env = append(env, "TERM=xterm")
			dir := songs(t, 6)
			code, shown := onTerminal(t, env, columns, "", "scan", dir, "-o", "csv", "--uploads", "1")
			require.Equal(t, exitOK, code, shown)
			assert.Contains(t, shown, "0/6")
			assert.Contains(t, shown, "%")
			bars := 0
			for part := range strings.FieldsFuncSeq(shown, func(r rune) bool { return r == '\r' || r == '\n' }) {
				if strings.Contains(part, "|") {
					bars++
					assert.LessOrEqual(t, text.Width(part), int(columns), part)
				}
			}
			assert.Positive(t, bars)
			if columns == 100 {
				assert.Contains(t, shown, " B ", "what was sent")
			}
			_, shown = onTerminal(t, env, columns, "", "scan", dir, "-o", "csv", "--quiet", "--fresh")
			assert.NotContains(t, shown, "|")
		})
	}
	_, env := listening(t)
	_, _, stderr := call(t, env, "scan", songs(t, 2))
	assert.NotContains(t, stderr, "%")
	assert.NotContains(t, stderr, "\r")
}

func TestUnreadableFilesAndFolders(t *testing.T) {
	t.Parallel()
	_, env := listening(t)
	dir := songs(t, 1)
	locked := filepath.Join(dir, "locked")
	write(t, filepath.Join(locked, "a.mp3"), mp3("a"))
	require.NoError(t, os.Chmod(locked, 0))
	t.Cleanup(func() { _ = os.Chmod(locked, 0o700) }) //nolint:gosec // so that it can be removed
	require.NoError(t, os.Symlink("gone", filepath.Join(dir, "gone.mp3")))
	code, stdout, stderr := call(t, env, "scan", dir, "-o", "csv")
	assert.Equal(t, exitFailed, code)
	assert.Len(t, table(t, stdout), 3)
	assert.Contains(t, stderr, filepath.Join(dir, "gone.mp3")+": ")
	assert.Contains(t, stdout, filepath.Join(dir, "000.mp3"))
}

func TestPathThatIsNoText(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	dir := t.TempDir()
	name := dir + string(filepath.Separator) + "caf\xe9.mp3"
	if err := os.WriteFile(name, mp3("latin"), 0o600); err != nil {
		t.Logf("names are UTF-8 here: %v", err)
		name = write(t, filepath.Join(dir, "café.mp3"), mp3("latin"))
	}
	for _, arg := range []string{name, dir, name} {
		code, stdout, stderr := call(t, env, "scan", arg, "-o", "csv")
		require.Equal(t, exitOK, code, stderr)
		assert.Len(t, table(t, stdout), 1)
		assert.NotContains(t, stdout, "\xe9", "it is no text on the way out either")
	}
	assert.Equal(t, 1, created(srv))
}
