//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A running is a mock in a process of its own.
type running struct {
	cmd    *exec.Cmd
	env    []string // as it prints it
	base   string
	stderr *lockedBuffer
}

// A lockedBuffer is read while a process writes to it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// startMock starts it on a free port, and waits until it serves.
func startMock(t *testing.T, env []string, args ...string) *running {
	t.Helper()
	c := command(t, env, append([]string{"mock", "--listen", "127.0.0.1:0"}, args...)...)
	stdout, err := c.StdoutPipe()
	require.NoError(t, err)
	r := &running{cmd: c, stderr: &lockedBuffer{}}
	c.Stderr = r.stderr
	require.NoError(t, c.Start())
	lines := bufio.NewScanner(stdout)
	for len(r.env) < 3 && lines.Scan() || len(r.env) >= 3 && r.more(args, env) && lines.Scan() {
		r.env = append(r.env, lines.Text())
		if value, ok := strings.CutPrefix(lines.Text(), "ACRCLOUD_BASE_URL="); ok {
			r.base = value
		}
	}
	require.NotEmpty(t, r.base, r.stderr)
	return r
}

// more reports whether credentials are yet to come: those that were not given.
func (r *running) more(args, env []string) bool {
	want := 6
	for _, s := range append(args, env...) {
		switch {
		case strings.HasPrefix(s, "--token"), strings.HasPrefix(s, "ACRCLOUD_BEARER_TOKEN="):
			want--
		case strings.HasPrefix(s, "--access-key"), strings.HasPrefix(s, "ACRCLOUD_IDENTIFY_ACCESS_KEY="):
			want -= 2
		}
	}
	return len(r.env) < want
}

// stop ends it as Ctrl-C does.
func (r *running) stop(t *testing.T) int {
	t.Helper()
	require.NoError(t, r.cmd.Process.Signal(os.Interrupt))
	return exit(t, r.cmd.Wait())
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	client := &http.Client{Timeout: testTimeout}
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close() //nolint:errcheck // it was only read from
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body)
}

func TestMock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	song := write(t, filepath.Join(dir, "Ada Alder - Silver River.mp3"), []byte("ID3\x03\x00\x00\x00\x00\x00\x00 a song"))
	write(t, filepath.Join(dir, "empty.mp3"), nil)
	write(t, filepath.Join(dir, "folder", "in.mp3"), []byte("x"))
	m := startMock(t, clean(t), "--tracks", dir, "--seed", "7", "--processing", "50ms")
	status, body := get(t, m.base+"/_mock/health")
	assert.Equal(t, http.StatusOK, status)
	assert.JSONEq(t, `{"status":"ok"}`, body)

	env := clean(t, m.env...)
	code, stdout, stderr := call(t, env, "doctor")
	require.Equal(t, exitOK, code, stdout+stderr)
	code, stdout, stderr = call(t, env, "scan", song, "-o", "jsonl", "--fail-on", "low")
	assert.Equal(t, exitRisk, code, stderr)
	assert.Contains(t, stdout, `"Silver River"`)
	assert.Contains(t, stdout, "Ada Alder")
	code, stdout, stderr = call(t, env, "identify", song)
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "Silver River")

	assert.Equal(t, exitOK, m.stop(t), "a server is ended by a signal")
	log := m.stderr.String()
	assert.Contains(t, log, "knows 1 track")
	assert.Contains(t, log, "empty.mp3: it is empty")
	assert.Contains(t, log, "method=POST path=/v1/identify status=200")
	assert.NotContains(t, log, "health")
	for _, line := range m.env {
		name, value, _ := strings.Cut(line, "=")
		if strings.Contains(name, "TOKEN") || strings.Contains(name, "SECRET") {
			assert.NotContains(t, log, value, name)
		}
	}
}

func TestMockKeepsCredentials(t *testing.T) {
	t.Parallel()
	given := []string{"ACRCLOUD_BEARER_TOKEN=my-token", "ACRCLOUD_CONTAINER_ID=10005", "ACRCLOUD_IDENTIFY_ACCESS_KEY=my-key", "ACRCLOUD_IDENTIFY_ACCESS_SECRET=my-secret"}
	m := startMock(t, clean(t, given...))
	assert.Len(t, m.env, 3, "what was given is not printed")
	assert.Contains(t, m.env, "ACRCLOUD_CONTAINER_ID=10005")
	code, stdout, stderr := call(t, clean(t, append(m.env, given...)...), "doctor")
	assert.Equal(t, exitOK, code, stdout+stderr)
	assert.Equal(t, exitOK, m.stop(t))

	m = startMock(t, clean(t), "--token", "other", "--container", "7", "--access-key", "k", "--access-secret", "s", "--quiet", "--latency", "60ms")
	code, stdout, stderr = call(t, clean(t, append(m.env, "ACRCLOUD_BEARER_TOKEN=other")...), "containers", "get", "7", "-o", "json")
	assert.Equal(t, exitOK, code, stdout+stderr)
	started := time.Now()
	status, _ := get(t, m.base+"/api/fs-containers")
	assert.Equal(t, http.StatusUnauthorized, status)
	assert.GreaterOrEqual(t, time.Since(started), 60*time.Millisecond)
	assert.Equal(t, exitOK, m.stop(t))
	assert.Empty(t, m.stderr.String(), "--quiet logs nothing")
}

func TestMockPortInUse(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	code, stdout, stderr := call(t, clean(t), "mock", "--listen", l.Addr().String())
	assert.Equal(t, exitUsage, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, l.Addr().String())
	assert.Contains(t, stderr, "--listen")
}
