package main

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// mp3 begins like an MP3 file.
func mp3(content string) []byte {
	return []byte("ID3\x03\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x64" + content)
}

// ids are those of the files that there are.
func ids(t *testing.T, srv *mock.Server) (all []string) {
	t.Helper()
	code, stdout, stderr := call(t, clean(t, variables(srv.Config())...), "files", "list", "-o", "jsonl")
	require.Equal(t, exitOK, code, stderr)
	for line := range strings.Lines(stdout) {
		all = append(all, decode[struct {
			ID string `json:"id"`
		}](t, line).ID)
	}
	return all
}

// created counts the files that the mock was asked to make.
func created(srv *mock.Server) int {
	n := 0
	for _, r := range srv.Requests() {
		if r.Op == mock.OpCreateFile {
			n++
		}
	}
	return n
}

func TestScan(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	dir := t.TempDir()
	song := write(t, filepath.Join(dir, "song.mp3"), mp3("known"))
	other := write(t, filepath.Join(dir, "other.mp3"), mp3("unknown"))
	srv.AddTrack(mock.Track{Title: "Silver\x1b[2J River", Artists: []string{"Ada Alder"}, Data: mp3("known")})

	code, stdout, stderr := call(t, env, "scan", song)
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "song.mp3")
	assert.Contains(t, stdout, "River")
	assert.NotContains(t, stdout+stderr, "\x1b", "neither colours nor the escapes of others where there is no terminal")
	assert.Contains(t, stderr, "Scanning 1 file in container")
	assert.Contains(t, stderr, "each is billed")
	assert.Contains(t, stderr, srv.Config().BaseURL)

	code, stdout, stderr = call(t, env, "scan", "-q", song, other, "-o", "json", "--fail-on", "medium")
	assert.Equal(t, exitRisk, code)
	assert.Contains(t, stderr, "--fail-on is medium")
	rows := decode[[]struct {
		File struct {
			Name string `json:"name"`
		} `json:"file"`
		Assessment struct {
			Risk string `json:"risk"`
		} `json:"assessment"`
	}](t, stdout)
	require.Len(t, rows, 2)
	assert.Equal(t, song, rows[0].File.Name, "what was scanned before comes first, under the path that it was given by")
	assert.Equal(t, 2, created(srv), "the song was billed once")

	code, stdout, stderr = call(t, env, "scan", "-q", other, "-o", "csv", "--fail-on", "low")
	assert.Equal(t, exitOK, code, stderr)
	assert.Empty(t, stderr)
	table, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	require.Len(t, table, 2)
	assert.Equal(t, other, table[1][1])

	code, stdout, _ = call(t, env, "scan", "-q", song, "-o", "html")
	assert.Equal(t, exitOK, code)
	assert.Contains(t, stdout, "<!doctype html>")

	code, stdout, _ = call(t, env, "scan", "-q", filepath.Join(dir, "*.mp3"), "-o", "jsonl")
	assert.Equal(t, exitOK, code, "a pattern that no shell has expanded")
	assert.Equal(t, 2, strings.Count(stdout, "\n"))
	assert.Equal(t, 2, created(srv))
}

func TestScanOfStandardInputAndURL(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	for _, content := range []string{"piped", "piped", "other"} {
		c := command(t, env, "scan", "-", "--name", "from stdin.mp3", "-o", "jsonl")
		c.Stdin = strings.NewReader(string(mp3(content)))
		out, err := c.Output()
		require.NoError(t, err)
		assert.Contains(t, string(out), `"from stdin.mp3"`)
	}
	assert.Equal(t, 2, created(srv), "the same content under the same name is billed once")

	code, stdout, stderr := call(t, env, "scan", "https://cdn.example.com/a.mp3?signature=s3cr3t", "-o", "jsonl")
	assert.Equal(t, exitOK, code, stderr)
	assert.NotContains(t, stdout+stderr, "s3cr3t")
}

func TestScanOfFolder(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.mp3"), mp3("a"))
	write(t, filepath.Join(dir, "sub", "b.mp3"), mp3("b"))
	write(t, filepath.Join(dir, "empty.mp3"), nil)
	write(t, filepath.Join(dir, "notes.txt"), []byte("text"))
	if os.Symlink(dir, filepath.Join(dir, "sub", "circle")) != nil {
		t.Log("no links here")
	}
	code, stdout, stderr := call(t, env, "scan", dir, "-o", "jsonl")
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, 3, strings.Count(stdout, "\n"), stdout)
	assert.Contains(t, stderr, filepath.Join(dir, "empty.mp3")+": ")
	assert.Contains(t, stderr, "1 file skipped")
	assert.Contains(t, stderr, "1 of 3 files could not be scanned")
	assert.Contains(t, stdout, "sub/b.mp3")
	assert.Equal(t, 2, created(srv))

	code, stdout, stderr = call(t, env, "scan", dir, "-o", "html")
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, 2, created(srv))
	assert.Contains(t, stdout, "only 2 files are shown", "the page does not pass for a whole one")
	assert.Contains(t, stderr, "1 of 3 files could not be scanned")

	nothing := t.TempDir()
	write(t, filepath.Join(nothing, "notes.txt"), []byte("text"))
	code, _, stderr = call(t, env, "scan", nothing)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "nothing to scan")
}

// A file that the service could not scan is in the report, with its state: nothing is missing there.
func TestScanReportIsCompleteWithFailedFiles(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	_, err := srv.AddRule(mock.Rule{Name: "*b.*.mp3", Outcome: mock.Outcome{State: new(int(filescan.StateFailed))}})
	require.NoError(t, err)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.mp3"), mp3("a"))
	write(t, filepath.Join(dir, "b.mp3"), mp3("b"))
	code, stdout, stderr := call(t, env, "scan", dir)
	assert.Equal(t, exitFailed, code, stderr)
	assert.Contains(t, stderr, "1 of 2 files could not be scanned")
	assert.Contains(t, stdout, "b.mp3")
	assert.NotContains(t, stdout, "ncomplete")
}

func TestJournalIsAFile(t *testing.T) {
	t.Parallel()
	_, env := listening(t)
	for _, dsn := range []string{"postgres://u:s3cr3t@db/x", "host=db password=s3cr3t"} {
		code, _, stderr := call(t, env, "scan", "scan_test.go", "--all", "--journal", dsn)
		assert.Equal(t, exitUsage, code)
		assert.Contains(t, stderr, "--journal")
		assert.NotContains(t, stderr, "s3cr3t")
	}
}

func TestScanAsksBeforeMuchIsBilled(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	dir := t.TempDir()
	for i := range 3 {
		write(t, filepath.Join(dir, fmt.Sprintf("%d.mp3", i)), mp3(strconv.Itoa(i)))
	}
	code, stdout, stderr := call(t, env, "scan", dir, "--max", "2")
	assert.Equal(t, exitUsage, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "Scanning 3 files in container")
	assert.Contains(t, stderr, "--yes")
	assert.Zero(t, created(srv))
	code, _, stderr = call(t, env, "scan", dir, "--max", "2", "--yes", "-o", "csv")
	assert.Equal(t, exitOK, code, stderr)
	assert.Equal(t, 3, created(srv))
}

func TestScanThatFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fault  mock.Fault
		code   int
		stderr []string
		row    bool // the failure is the file's own
	}{
		{"refused token", mock.Fault{Status: http.StatusUnauthorized}, exitCredentials, []string{"Console API token"}, false},
		{"token that is refused later", mock.Fault{Skip: 1, Status: http.StatusUnauthorized}, exitCredentials, []string{"song.mp3: ", "Console API token", "Repeat the command to resume"}, false},
		{"refused file", mock.Fault{Op: mock.OpCreateFile, Status: http.StatusUnprocessableEntity, Body: `{"error":"no\u001b[2J"}`}, exitFailed, []string{"song.mp3: ", `\x1b`}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv, env := listening(t)
			remove := srv.Inject(tt.fault)
			args := []string{"scan", "-q", "-o", "csv", write(t, filepath.Join(t.TempDir(), "song.mp3"), mp3("x"))}
			code, stdout, stderr := call(t, env, args...)
			assert.Equal(t, tt.code, code, stderr)
			for _, want := range tt.stderr {
				assert.Contains(t, stderr, want)
			}
			assert.Equal(t, tt.row, strings.Contains(stdout, "unknown"), "a file that failed has a row, and no verdict: %s", stdout)
			assert.NotContains(t, stdout+stderr, "\x1b")
			assert.NotContains(t, stdout+stderr, srv.Config().BearerToken.Reveal())
			remove()
			code, _, stderr = call(t, env, args...)
			assert.Equal(t, exitOK, code, "what has failed is tried again: %s", stderr)
		})
	}
}

func TestRiskDoesNotHideWhyAScanStopped(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	srv.AddTrack(mock.Track{Title: "Silver River", Data: mp3("known")})
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.mp3"), mp3("known"))
	code, _, stderr := call(t, env, "scan", "-q", dir)
	require.Equal(t, exitOK, code, stderr)
	write(t, filepath.Join(dir, "b.mp3"), mp3("later"))
	srv.Inject(mock.Fault{Skip: 1, Status: http.StatusUnauthorized})
	code, stdout, stderr := call(t, env, "scan", "-q", dir, "--fail-on", "high", "-o", "csv")
	assert.Equal(t, exitRisk, code)
	assert.Contains(t, stdout, "Silver River")
	assert.Contains(t, stderr, "b.mp3: ")
	assert.Contains(t, stderr, "Console API token")
	assert.Contains(t, stderr, "--fail-on is high")
}

func TestScanWithALostResponse(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	srv.Inject(mock.Fault{Op: mock.OpCreateFile, Forget: true, Times: 1})
	song := write(t, filepath.Join(t.TempDir(), "song.mp3"), mp3("x"))
	code, stdout, stderr := call(t, env, "scan", song, "--grace", "300ms", "-o", "jsonl")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, 1, strings.Count(stdout, "\n"))
	assert.Len(t, ids(t, srv), 1)
}

func TestFailedScanIsNoCleanOne(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	failed := -3
	srv.OnScan(func(mock.Upload) mock.Outcome { return mock.Outcome{State: &failed, Detail: "broken"} })
	song := write(t, filepath.Join(t.TempDir(), "song.mp3"), mp3("x"))
	for format, want := range map[string]string{"table": "NO VERDICT", "csv": "unknown", "html": "No verdict", "json": "unknown"} {
		code, stdout, stderr := call(t, env, "scan", song, "-o", format)
		assert.Equal(t, exitFailed, code, format)
		assert.Contains(t, stderr, "song.mp3: ", format)
		assert.Contains(t, stdout, want, format)
	}
}

func TestFilesAndExport(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	srv.AddTrack(mock.Track{Title: "Silver River", Data: mp3("known")})
	song := write(t, filepath.Join(t.TempDir(), "song.mp3"), mp3("known"))
	code, _, stderr := call(t, env, "scan", "-q", song)
	require.Equal(t, exitOK, code, stderr)

	code, stdout, stderr := call(t, env, "files", "list", "-o", "json", "--state", "ready")
	require.Equal(t, exitOK, code, stderr)
	list := decode[[]struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}](t, stdout)
	require.Len(t, list, 1)
	id := list[0].ID
	_, stdout, _ = call(t, env, "files", "list", "-o", "csv", "--limit", "1")
	assert.Regexp(t, `^id,name,state,duration_s,created_at\n`+id+`,song\.[0-9a-f]{20}\.mp3,ready,`, stdout)
	_, stdout, _ = call(t, env, "files", "list", "--search", "none", "-o", "json")
	assert.Equal(t, "[]\n", stdout)

	code, stdout, stderr = call(t, env, "files", "get", id)
	assert.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "Silver River")
	code, _, stderr = call(t, env, "files", "get", "7f1c4c0e-6d0b-4b51-9d5e-0e4f6a3d2b10")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "file 7f1c4c0e-6d0b-4b51-9d5e-0e4f6a3d2b10: ")

	for format, want := range map[string]string{"csv": "Silver River", "jsonl": `"assessment"`, "json": `"assessment"`, "html": "<!doctype html>", "table": "Silver River"} {
		code, stdout, stderr = call(t, env, "export", "-o", format)
		assert.Equal(t, exitOK, code, stderr)
		assert.Contains(t, stdout, want, format)
	}

	code, stdout, stderr = call(t, env, "files", "rescan", id, id, "--wait", "-o", "jsonl")
	assert.Equal(t, exitOK, code, stderr)
	assert.Equal(t, 1, strings.Count(stdout, "\n"), "an id that is given twice is billed once")
	assert.Contains(t, stderr, "Rescanning 1 file")
	code, stdout, _ = call(t, env, "files", "rescan", id, "-o", "csv")
	assert.Equal(t, exitOK, code)
	assert.Contains(t, stdout, id)
	code, _, stderr = call(t, env, "files", "rescan", id, "-o", "html")
	assert.Equal(t, exitUsage, code, "said before it is billed")
	assert.Contains(t, stderr, "--wait")
	code, _, _ = call(t, env, "files", "rescan", id, "--max", "0")
	assert.Equal(t, exitUsage, code)

	code, _, stderr = call(t, env, "files", "delete", id)
	assert.Equal(t, exitUsage, code, "nobody to ask")
	assert.Contains(t, stderr, "--yes")
	code, _, stderr = call(t, env, "files", "delete", id, "-y")
	assert.Equal(t, exitOK, code, stderr)
	_, stdout, _ = call(t, env, "files", "list", "-o", "jsonl")
	assert.Empty(t, stdout)
}

func TestContainers(t *testing.T) {
	t.Parallel()
	_, env := listening(t)
	env = append(env, "HOOK=https://hooks.example.com/acr?key=s3cr3t")
	code, stdout, stderr := call(t, env, "containers", "create", "catalogue", "--in", "us-west-2", "--engine", "1", "--bucket", "23", "--callback-url-env", "HOOK", "-o", "json")
	require.Equal(t, exitOK, code, stderr)
	assert.NotContains(t, stdout+stderr, "s3cr3t")
	made := decode[struct {
		ID     int    `json:"id"`
		Region string `json:"region"`
	}](t, stdout)
	assert.Equal(t, "us-west-2", made.Region)
	id := strconv.Itoa(made.ID)

	code, stdout, stderr = call(t, env, "containers", "update", id, "--name", "archive", "--ai-detection", "--points", "3", "--audio-type", "recorded", "--engine", "3", "-o", "json")
	assert.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, `"archive"`)
	assert.Contains(t, stdout, `"recorded"`)
	code, stdout, _ = call(t, env, "containers", "list", "-o", "csv", "--in", "us-west-2")
	assert.Equal(t, exitOK, code)
	assert.Equal(t, 2, strings.Count(stdout, "\n"), stdout)
	code, _, stderr = call(t, env, "containers", "delete", id, "--yes")
	assert.Equal(t, exitOK, code, stderr)
	code, _, stderr = call(t, env, "containers", "get", id)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "container "+id+": ")
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	track := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}})
	wav := write(t, filepath.Join(t.TempDir(), "long.wav"), track.WAV(0, time.Minute))
	code, stdout, stderr := call(t, env, "identify", wav)
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "Silver River")
	assert.Contains(t, stderr, "it is billed")
	_, stdout, _ = call(t, env, "identify", wav, "-o", "json")
	assert.Contains(t, stdout, `"metadata"`)

	code, stdout, stderr = call(t, env, "identify", "--windows", "--every", "12s", wav, "-o", "csv")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, "from,to,score,title,artists,isrc,also\n0:00,1:00,100,Silver River,Ada Alder,"+track.ISRC+",\n", stdout)
	assert.Contains(t, stderr, "at most 100 times")
	code, stdout, stderr = call(t, env, "identify", "--windows", "--every", "12s", "--max", "2", wav, "-o", "jsonl")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, 2, strings.Count(stdout, "\n"))
	assert.Contains(t, stderr, "Stopped after 2 windows")

	c := command(t, env, "identify", "--windows", "--live", "--every", "20s", "--yes", "-")
	c.Stdin = strings.NewReader(string(track.WAV(0, time.Minute)))
	out, err := c.Output()
	require.NoError(t, err)
	assert.Equal(t, "0:00  Silver River – Ada Alder\n0:20  Silver River – Ada Alder\n0:40  Silver River – Ada Alder\n", string(out))

	remove := srv.Inject(mock.Fault{Op: mock.OpIdentify, Skip: 1, Times: 1, Status: http.StatusInternalServerError})
	code, stdout, stderr = call(t, env, "identify", "--windows", "--every", "20s", wav)
	remove()
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "Silver River")
	assert.Contains(t, stderr, "0:20 to 0:32 was not identified")
	assert.Contains(t, stderr, "1 of 3 windows could not be identified")
	srv.Inject(mock.Fault{Op: mock.OpIdentify, Status: http.StatusInternalServerError})
	code, stdout, _ = call(t, env, "identify", "--windows", wav)
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout, "nobody knows whether there is a match")
}
