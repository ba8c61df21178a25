//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A receiver is 'acrcloud listen', running.
type receiver struct {
	t       *testing.T
	command *exec.Cmd
	url     string // with the secret
	lines   *bufio.Scanner

	mu     sync.Mutex
	stderr strings.Builder
	drain  sync.WaitGroup
}

// receive starts it.
func receive(t *testing.T, env []string, args ...string) *receiver {
	t.Helper()
	r := &receiver{t: t, command: command(t, env, append([]string{"listen", "--listen", "127.0.0.1:0"}, args...)...)}
	out, err := r.command.StdoutPipe()
	require.NoError(t, err)
	errs, err := r.command.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, r.command.Start())
	r.lines = bufio.NewScanner(out)
	r.lines.Buffer(nil, 1<<20)
	urls := make(chan string, 1)
	r.drain.Go(func() {
		defer close(urls)
		for lines := bufio.NewScanner(errs); lines.Scan(); {
			r.mu.Lock()
			r.stderr.WriteString(lines.Text() + "\n")
			r.mu.Unlock()
			if text := strings.TrimSpace(lines.Text()); strings.Contains(text, "key=") {
				urls <- text
			}
		}
	})
	r.url = <-urls
	require.NotEmpty(t, r.url, r.said)
	return r
}

// said is what is on standard error so far.
func (r *receiver) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stderr.String()
}

// line is the next event that is shown.
func (r *receiver) line() string {
	r.t.Helper()
	require.True(r.t, r.lines.Scan(), r.said())
	return r.lines.Text()
}

// stop sends a signal, and returns the exit code and what was shown since.
func (r *receiver) stop(s syscall.Signal) (int, string) {
	r.t.Helper()
	require.NoError(r.t, r.command.Process.Signal(s))
	return r.end()
}

func (r *receiver) end() (int, string) {
	r.t.Helper()
	var rest strings.Builder
	for r.lines.Scan() {
		rest.WriteString(r.lines.Text() + "\n")
	}
	r.drain.Wait()
	return exit(r.t, r.command.Wait()), rest.String()
}

// post sends a request, and returns the status of the response.
func post(t *testing.T, req *http.Request) int {
	t.Helper()
	resp, err := (&http.Client{}).Do(req)
	require.NoError(t, err)
	defer resp.Body.Close() //nolint:errcheck // there is nothing in it
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	return resp.StatusCode
}

func (r *receiver) callback(at string, c mock.Callback) int {
	r.t.Helper()
	req, err := c.Request(r.t.Context(), at)
	require.NoError(r.t, err)
	return post(r.t, req)
}

// scanned makes a file that is done, without a callback.
func scanned(t *testing.T, srv *mock.Server) *filescan.File {
	t.Helper()
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	track := srv.AddTrack(mock.Track{Title: "Silver\x1b[2J River", Artists: []string{"Ada Alder"}})
	file, err := client.Files(srv.Config().ContainerID).Scan(t.Context(), acrcloud.FromBytes("a.wav", track.WAV(0, 20*time.Second)), nil)
	require.NoError(t, err)
	return file
}

func TestListen(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	file := scanned(t, srv)
	container := srv.Config().ContainerID
	r := receive(t, env, "-o", "jsonl")
	forged := mock.Callback{FileID: file.ID, State: 1, ContainerID: container, Results: json.RawMessage(`{"music":[]}`)}

	assert.Equal(t, http.StatusOK, r.callback(r.url, forged))
	event := decode[eventLine](t, r.line())
	assert.Equal(t, file.ID, event.FileID)
	assert.Equal(t, container, event.ContainerID)
	assert.Equal(t, "a.wav", event.Name)
	assert.Equal(t, "ready", event.State)
	assert.True(t, event.Refetched)
	require.Len(t, event.File.Results.Music, 1, "what the API says counts, not what was posted")

	assert.Equal(t, http.StatusOK, r.callback(r.url, forged), "a duplicate")
	assert.Equal(t, http.StatusOK, r.callback(r.url, mock.Callback{FileID: "00000000-0000-0000-0000-000000000000", State: 1, ContainerID: container}), "a file that does not exist")
	assert.Equal(t, http.StatusOK, r.callback(r.url, mock.Callback{FileID: file.ID, State: 1, ContainerID: container + 1}), "another container")
	bare, _, _ := strings.Cut(r.url, "?")
	assert.Equal(t, http.StatusUnauthorized, r.callback(bare, forged))
	assert.Equal(t, http.StatusUnauthorized, r.callback(bare+"?key=wrong", forged))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, bare, http.NoBody)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, post(t, req), "a health check")

	req, err = mock.MonitoringCallback{StreamID: "s-1", StreamName: "Radio\x1b[2J", Track: srv.AddTrack(mock.Track{Title: "Night"}), Played: time.Minute}.Request(t.Context(), r.url)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, post(t, req))
	line := r.line()
	assert.NotContains(t, line, "\x1b")
	monitoring := decode[eventLine](t, line)
	assert.Equal(t, "s-1", monitoring.StreamID)
	assert.Contains(t, string(monitoring.Play), "Night")
	assert.False(t, monitoring.Refetched)
	req, err = mock.MonitoringCallback{Test: true}.Request(t.Context(), r.url)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, post(t, req))

	code, rest := r.stop(syscall.SIGINT)
	assert.Equal(t, exitOK, code)
	assert.Empty(t, rest)
	u, err := url.Parse(r.url)
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(r.said(), u.Query().Get("key")), "the secret is in the URL and nowhere else")
	assert.Contains(t, r.said(), "no_secret")
	assert.Contains(t, r.said(), "not_found")
	assert.Contains(t, r.said(), "tested the URL")
	assert.Contains(t, r.said(), "--public")
}

func TestListenWithoutToken(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat("abcdefgh", 4)
	r := receive(t, clean(t, "ACRCLOUD_CALLBACK_SECRET="+secret), "--quiet", "--public", "https://example.com/hook")
	assert.Equal(t, "https://example.com/hook?key=$ACRCLOUD_CALLBACK_SECRET", r.url)
	assert.NotContains(t, r.said(), "There is no token", "--quiet")
	at, _, ok := strings.Cut(strings.TrimPrefix(r.said(), "Listening on "), ". The")
	require.True(t, ok, r.said())
	callback := mock.Callback{FileID: "00000000-0000-0000-0000-000000000001", State: 1, ContainerID: 5, Name: "night\x1b[2J.wav", Results: json.RawMessage(`{"music":[{"result":{"title":"T\u001b[2J","artists":[{"name":"A"}]}}]}`)}
	assert.Equal(t, http.StatusOK, r.callback("http://"+at+"/hook?key="+secret, callback))
	line := r.line()
	assert.Contains(t, line, `file_scan  container 5  night\x1b[2J.wav  ready  matches: 1  T\x1b[2J – A`)
	assert.NotContains(t, line, "\x1b")
	assert.NotContains(t, r.said(), secret, "whoever has set it knows it")
	code, _ := r.stop(syscall.SIGTERM)
	assert.Equal(t, exitOK, code)

	encoded := receive(t, clean(t, "HOOK_SECRET=abcdefgh+abcdefgh"), "--public", "https://example.com/?a=x", "--secret-env", "HOOK_SECRET")
	assert.Equal(t, "https://example.com/?a=x&key=$HOOK_SECRET", encoded.url)
	_, _ = encoded.stop(syscall.SIGTERM)
	assert.Contains(t, encoded.said(), "percent-encoded")
	assert.NotContains(t, encoded.said(), "abcdefgh")

	code, _, stderr := call(t, clean(t, "ACRCLOUD_CALLBACK_SECRET=short"), "listen")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "ACRCLOUD_CALLBACK_SECRET")
	assert.NotContains(t, stderr, "short:")
}

func TestListenRunsAProgram(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	file := scanned(t, srv)
	callback := mock.Callback{FileID: file.ID, State: 1, ContainerID: srv.Config().ContainerID}
	r := receive(t, env, "-o", "jsonl", "--count", "1", "--exec", "sh", "--", "-c", `cat; printf '%s' "$1" >&2; printf '\033[2J'`, "x", "$(touch /tmp/x); *")
	assert.Equal(t, http.StatusOK, r.callback(r.url, callback))
	line := r.line()
	code, rest := r.end()
	assert.Equal(t, exitOK, code, "one event was to come")
	assert.Empty(t, rest)
	assert.Contains(t, r.said(), line, "the event was on standard input")
	assert.Contains(t, r.said(), "$(touch /tmp/x); *", "no shell sees the arguments")
	assert.NotContains(t, r.said(), "\x1b")

	r = receive(t, env, "-o", "jsonl", "--exec", "false")
	assert.Equal(t, http.StatusInternalServerError, r.callback(r.url, callback))
	assert.Equal(t, http.StatusInternalServerError, r.callback(r.url, callback), "it is not done, and may come again")
	code, rest = r.stop(syscall.SIGINT)
	assert.Equal(t, exitOK, code)
	assert.Empty(t, rest)
	assert.Contains(t, r.said(), "exit status 1")

	r = receive(t, env, "--count", "2", "--exec", "sleep", "--timeout", "100ms", "600")
	assert.Equal(t, http.StatusInternalServerError, r.callback(r.url, callback), "it takes too long")
	code, _ = r.stop(syscall.SIGINT)
	assert.Equal(t, exitSignal+int(syscall.SIGINT), code, "fewer events than --count")
}

func TestListenFinishesWhatItHasBegun(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	file := scanned(t, srv)
	r := receive(t, env, "-o", "jsonl", "--exec", "sh", "--", "-c", "cat; sleep 1")
	req, err := mock.Callback{FileID: file.ID, State: 1, ContainerID: srv.Config().ContainerID}.Request(t.Context(), r.url)
	require.NoError(t, err)
	status := make(chan int, 1)
	go func() {
		resp, err := (&http.Client{}).Do(req)
		if err != nil {
			status <- 0
			return
		}
		_ = resp.Body.Close()
		status <- resp.StatusCode
	}()
	require.Eventually(t, func() bool { return strings.Contains(r.said(), file.ID) }, testTimeout, 5*time.Millisecond)
	code, rest := r.stop(syscall.SIGTERM)
	assert.Equal(t, exitOK, code)
	assert.Contains(t, rest, file.ID)
	assert.Equal(t, http.StatusOK, <-status)
}

func TestListenToTheMock(t *testing.T) {
	t.Parallel()
	c := command(t, clean(t), "listen", "--mock", "--listen", "127.0.0.1:0", "--count", "1")
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	assert.Equal(t, exitOK, exit(t, c.Run()), errs.String())
	assert.Contains(t, out.String(), "Silver River – Ada Alder")
}

func TestListenWithClosedOutput(t *testing.T) {
	t.Parallel()
	read, writeEnd, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, read.Close())
	defer writeEnd.Close() //nolint:errcheck // nobody reads it
	c := command(t, clean(t), "listen", "--mock", "--listen", "127.0.0.1:0")
	c.Stdout = writeEnd
	assert.Equal(t, exitPipe, exit(t, c.Run()), "the first event cannot be shown, and nobody waits for another")
}

func TestListenOnAPortInUse(t *testing.T) {
	t.Parallel()
	r := receive(t, clean(t))
	u, err := url.Parse(r.url)
	require.NoError(t, err)
	port, err := strconv.Atoi(u.Port())
	require.NoError(t, err)
	code, _, stderr := call(t, clean(t), "listen", "--listen", strconv.Itoa(port))
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "is in use")
	code, _ = r.stop(syscall.SIGHUP)
	assert.Equal(t, exitOK, code)
}
