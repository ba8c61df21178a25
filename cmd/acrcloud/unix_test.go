//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// uploaded waits until the mock has made a file.
func uploaded(t *testing.T, srv *mock.Server) {
	t.Helper()
	require.Eventually(t, func() bool { return created(srv) > 0 }, testTimeout, 10*time.Millisecond)
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			srv, env := listening(t, mock.WithProcessingTime(time.Hour))
			song := write(t, filepath.Join(t.TempDir(), "song.mp3"), mp3("x"))
			c := command(t, env, "scan", song)
			var stderr bytes.Buffer
			c.Stderr = &stderr
			require.NoError(t, c.Start())
			uploaded(t, srv)
			require.NoError(t, c.Process.Signal(s))
			assert.Equal(t, exitSignal+int(s), exit(t, c.Wait()))
			assert.Contains(t, stderr.String(), "stopped: ")
			assert.Contains(t, stderr.String(), "Repeat the command to resume")
			for _, id := range ids(t, srv) {
				require.NoError(t, srv.Complete(id))
			}
			code, _, again := call(t, env, "scan", song)
			assert.Equal(t, exitOK, code, again)
			assert.Contains(t, again, "1 file still being processed from an earlier command")
			assert.NotContains(t, again, "each is billed", "nothing is any more")
			assert.Equal(t, 1, created(srv), "what was uploaded is not lost, and not billed again")
		})
	}
}

func TestSecondInterruptEndsAtOnce(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	srv.Inject(mock.Fault{Op: mock.OpDeleteFile, Delay: time.Hour}) // doctor tidies up after the first interrupt, for half a minute
	c := command(t, env, "doctor", "--upload")
	require.NoError(t, c.Start())
	uploaded(t, srv)
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for sent := 0; ; {
		select {
		case <-ended:
			status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
			require.True(t, ok)
			assert.True(t, status.Signaled() && status.Signal() == syscall.SIGINT, "%v after %d interrupts", c.ProcessState, sent)
			assert.GreaterOrEqual(t, sent, 2)
			return
		case <-ticker.C:
			require.NoError(t, c.Process.Signal(os.Interrupt))
			sent++
		}
	}
}

func TestClosedOutput(t *testing.T) {
	t.Parallel()
	_, env := listening(t)
	read, writeEnd, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, read.Close())
	for _, args := range [][]string{{"containers", "list"}, {"--help"}, {"containers", "list", "-o", "json"}, {"export"}, {"plays", "list", "--mock", "--sample", "-o", "csv"}} {
		c := command(t, env, args...)
		var stderr bytes.Buffer
		c.Stdout, c.Stderr = writeEnd, &stderr
		assert.Equal(t, exitPipe, exit(t, c.Run()), args)
		assert.Empty(t, stderr.String(), args)
	}
	require.NoError(t, writeEnd.Close())
}

func TestFullOutput(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		full, err = os.Open(os.DevNull) // a system without it: what is open for reading cannot be written to either
		require.NoError(t, err)
	}
	defer full.Close() //nolint:errcheck // nothing could be written to it
	for _, args := range [][]string{{"version"}, {"--help"}, {"containers", "list", "--mock", "-o", "csv"}} {
		c := command(t, clean(t), args...)
		var stderr bytes.Buffer
		c.Stdout, c.Stderr = full, &stderr
		assert.Equal(t, exitFailed, exit(t, c.Run()), args)
		assert.Contains(t, stderr.String(), "standard output")
	}
}

// onTerminal runs the command on a terminal, and returns all that it shows.
func onTerminal(t *testing.T, env []string, columns uint16, input string, args ...string) (int, string) {
	t.Helper()
	c := command(t, env, args...)
	tty, err := pty.StartWithSize(c, &pty.Winsize{Rows: 24, Cols: columns})
	require.NoError(t, err)
	defer tty.Close() //nolint:errcheck // the command has ended
	_, err = io.WriteString(tty, input)
	require.NoError(t, err)
	var shown bytes.Buffer
	_, _ = io.Copy(&shown, tty) // ends with an error when the terminal is closed
	return exit(t, c.Wait()), shown.String()
}

func TestNarrowTerminal(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	srv.AddTrack(mock.Track{Title: "Silver River by night, with a long name, 河の歌", Data: mp3("known")})
	song := write(t, filepath.Join(t.TempDir(), "a song with a long name and no end in sight.mp3"), mp3("known"))
	env = append(env, "TERM=xterm")
	code, shown := onTerminal(t, env, 40, "", "scan", song, "--quiet")
	require.Equal(t, exitOK, code, shown)
	code, list := onTerminal(t, env, 40, "", "files", "list")
	require.Equal(t, exitOK, code, list)
	assert.Contains(t, list, "NAME:", "each file on lines of its own")
	code, wide := onTerminal(t, env, 120, "", "files", "list")
	require.Equal(t, exitOK, code)
	assert.Contains(t, wide, "ID  ")
	for line := range strings.Lines(wide) {
		assert.LessOrEqual(t, text.Width(strings.TrimSpace(line)), 120)
	}
	code, middle := onTerminal(t, env, 90, "", "containers", "list")
	require.Equal(t, exitOK, code)
	for line := range strings.Lines(middle) {
		assert.LessOrEqual(t, text.Width(strings.TrimSpace(line)), 90, line)
	}
}

func TestStationOnANarrowTerminal(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	s, _ := onAir(t, srv)
	env = append(env, "TERM=xterm")
	args := []string{"plays", "list", s.stream, "-p", s.streams, "--day", "2026-01-02"}
	code, shown := onTerminal(t, env, 40, "", args...)
	require.Equal(t, exitOK, code, shown)
	assert.Contains(t, shown, "START: 2026-01-02 08:30:00", "each play on lines of its own")
	code, shown = onTerminal(t, env, 80, "", args...)
	require.Equal(t, exitOK, code, shown)
	for line := range strings.Lines(shown) {
		assert.LessOrEqual(t, text.Width(strings.TrimSpace(line)), 80, line)
	}
	code, shown = onTerminal(t, env, 200, "n\n", "projects", "delete", "5")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, shown, "Delete project 5 at "+srv.Config().BaseURL+"?")
	assert.Zero(t, asked(srv, mock.OpDeleteProject))
	code, shown = onTerminal(t, env, 200, "", append(args[:0:0], "plays", "recording", s.stream, "-p", s.streams, "--at", "20260102083000", "--for", "5s", "--out", "-")...)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, shown, "to the terminal")
}

func TestRecordingTakesLittleMemory(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	s, _ := onAir(t, srv)
	dir := t.TempDir()
	record := func(length string) (size, peak int64) {
		out := filepath.Join(dir, length+".wav")
		peak = measured(t, command(t, env, "plays", "recording", s.stream, "-p", s.streams, "--at", "20260102083000", "--for", length, "--out", out), nil).Peak
		info, err := os.Stat(out)
		require.NoError(t, err)
		return info.Size(), peak
	}
	second, little := record("1s")
	hour, much := record("1h")
	t.Logf("%d KiB were recorded in %d MiB, and %d MiB in %d MiB", second>>10, little>>20, hour>>20, much>>20)
	require.Less(t, second, int64(1<<20))
	require.Positive(t, little)
	require.Greater(t, hour, int64(50<<20), "an hour of sound")
	assert.Less(t, much, little+16<<20, "it is written as it comes")
}

func TestColours(t *testing.T) {
	t.Parallel()
	env := append(clean(t), "TERM=xterm")
	args := []string{"scan", "--mock", "--sample", "--quiet"}
	_, shown := onTerminal(t, env, 80, "", args...)
	assert.Contains(t, shown, "\x1b[")
	_, shown = onTerminal(t, append(env, "NO_COLOR=1"), 80, "", args...)
	assert.NotContains(t, shown, "\x1b[")
	_, shown = onTerminal(t, env, 80, "", append(args, "--no-color")...)
	assert.NotContains(t, shown, "\x1b[")
}

func TestQuestion(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	song := write(t, filepath.Join(t.TempDir(), "song.mp3"), mp3("x"))
	code, shown := onTerminal(t, env, 200, "n\n", "scan", song, "--max", "0")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, shown, "Continue? [y/N]")
	assert.Zero(t, created(srv))
	code, shown = onTerminal(t, env, 200, "y\n", "scan", song, "--max", "0")
	assert.Equal(t, exitOK, code, shown)
	assert.Equal(t, 1, created(srv))
}

func TestSecretIsNotShown(t *testing.T) {
	t.Parallel()
	env := clean(t)
	c := command(t, env, "config", "set", "scans", "bearer_token")
	master, tty, err := pty.Open()
	require.NoError(t, err)
	defer master.Close() //nolint:errcheck // the command has ended
	c.Stdin, c.Stdout, c.Stderr = tty, tty, tty
	require.NoError(t, c.Start())
	require.Eventually(t, func() bool { // until it listens, the terminal echoes
		settings := exec.CommandContext(t.Context(), "stty", "-a")
		settings.Stdin = tty
		out, err := settings.Output()
		return err == nil && strings.Contains(string(out), "-echo ")
	}, testTimeout, 10*time.Millisecond)
	require.NoError(t, tty.Close())
	_, err = io.WriteString(master, "typed-s3cr3t\n")
	require.NoError(t, err)
	var shown bytes.Buffer
	_, _ = io.Copy(&shown, master) // ends with an error when the terminal is closed
	assert.Contains(t, shown.String(), "bearer_token of scans: ")
	require.Equal(t, exitOK, exit(t, c.Wait()), shown.String())
	assert.NotContains(t, shown.String(), "s3cr3t")
	_, stdout, _ := call(t, env, "config", "show")
	assert.Contains(t, stdout, "12 characters")
}
