package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// names lists the files in the container.
func names(t *testing.T, srv *mock.Server) (all []string) {
	t.Helper()
	code, stdout, stderr := call(t, clean(t, variables(srv.Config())...), "files", "list", "-o", "jsonl")
	require.Equal(t, exitOK, code, stderr)
	for line := range strings.Lines(stdout) {
		all = append(all, decode[struct {
			Name string `json:"name"`
		}](t, line).Name)
	}
	return all
}

func TestURLsAreBilledOnce(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	state := t.TempDir()
	env = append(env, "XDG_STATE_HOME="+state, "LocalAppData="+state)
	const signed = "https://user:p4ssword@cdn.example/x.mp3?signature=s3cr3t"
	args := []string{"scan", signed, "https://cdn.example/", signed, "-o", "jsonl"}
	said := ""
	scan := func(more ...string) string {
		t.Helper()
		code, stdout, stderr := call(t, env, append(slices.Clip(args), more...)...)
		require.Equal(t, exitOK, code, stderr)
		assert.Equal(t, 2, strings.Count(stdout, "\n"), "a URL that is named twice is one file")
		assert.Contains(t, stdout, `"name":"https://[redacted]@cdn.example/x.mp3?signature=[redacted]"`)
		said += stdout + stderr
		return stderr
	}
	assert.Contains(t, scan(), "2 billed by this command")
	assert.Equal(t, 2, created(srv))
	assert.Contains(t, scan(), "2 files of 2 scanned before, and not billed again")
	scan("--journal", filepath.Join(state, "another.db"))
	assert.Equal(t, 2, created(srv), "without the journal the files are found by their names")
	assert.Contains(t, scan("--fresh"), "2 billed by this command")
	assert.Contains(t, scan(), "not billed again")
	assert.Equal(t, 4, created(srv))
	for _, name := range names(t, srv) {
		assert.Regexp(t, `^(x|cdn)\.[0-9a-f]{20}(-2)?\.(mp3|example)$`, name)
	}

	code, stdout, stderr := call(t, env, "scan", strings.Replace(signed, "s3cr3t", "an0ther", 1), "--name", "song.mp3", "-o", "jsonl")
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, `"name":"song.mp3"`)
	assert.Equal(t, 5, created(srv), "what another URL leads to is not known")

	said += stdout + stderr
	require.NoError(t, fs.WalkDir(os.DirFS(state), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(state, path))
		said += string(data)
		return err
	}))
	assert.Contains(t, said, "SQLite format", "the journal is among it")
	for _, secret := range []string{"s3cr3t", "an0ther", "p4ssword"} {
		assert.NotContains(t, said, secret)
	}
}

func TestURLsThatAreRefused(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	for _, args := range [][]string{{"https://"}, {"https://cdn.example/%zz?key=s3cr3t"}, {"https:///x?key=s3cr3t"}, {"--platform", "ftp://cdn.example/x?key=s3cr3t"}} {
		code, stdout, stderr := call(t, env, append([]string{"scan"}, args...)...)
		assert.Equal(t, exitUsage, code, stderr)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, "is not a URL that the service can fetch")
		assert.NotContains(t, stderr, "s3cr3t")
	}
	assert.Empty(t, srv.Requests())
}

func TestURLWithALostResponse(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]mock.Fault{"that was made": {Forget: true}, "that was not made": {Lose: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, env := listening(t)
			fault.Op, fault.Times = mock.OpCreateFile, 1
			srv.Inject(fault)
			for range 2 {
				code, stdout, stderr := call(t, env, "scan", "https://cdn.example/x.mp3", "--grace", "300ms", "-o", "csv")
				require.Equal(t, exitOK, code, stderr)
				assert.Len(t, table(t, stdout), 1)
			}
			assert.Len(t, ids(t, srv), 1)
		})
	}
}

// The service does not list all that comes from platforms, so only the user can say that it is to be scanned again.
func TestPageOfAPlatformWithALostResponse(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	srv.Inject(mock.Fault{Op: mock.OpCreateFile, Times: 1, Lose: true})
	args := []string{"scan", "--platform", "https://www.youtube.com/watch?v=x", "--grace", "300ms", "-o", "csv"}
	for range 2 {
		code, stdout, stderr := call(t, env, args...)
		assert.Equal(t, exitUnknown, code, stderr)
		assert.Contains(t, stdout, "unknown")
		assert.Contains(t, stderr, "https://www.youtube.com/watch?v=x: ")
		assert.Equal(t, 1, created(srv))
	}
	code, _, stderr := call(t, env, append(args, "--fresh")...)
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, 2, created(srv))
	code, _, stderr = call(t, env, "scan", args[2], "-q")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, 3, created(srv), "a file is no page of a platform")
}

// A file of a platform that cannot be fetched, such as a playlist, is not made once more by the next command.
func TestPageOfAPlatformThatIsMissing(t *testing.T) {
	t.Parallel()
	for _, platform := range []bool{true, false} {
		s, page := scanSettings{platform: platform}, target{url: "https://video.example/list", name: "list"}
		store := batch.NewMemory()
		_, err := store.Add(t.Context(), []batch.Entry{{
			Schema: 1, Key: identityOfURL(page.url, platform).key(1), Phase: batch.PhaseFailed, Result: []byte(`{"failure":{"kind":"missing","error":{"text":"x"}}}`),
		}})
		require.NoError(t, err)
		l := &plan{journal: &journal{store: store}}
		require.NoError(t, l.url(t.Context(), page, s))
		assert.Equal(t, platform, l.billed() == 0)
		s.fresh = true
		require.NoError(t, l.url(t.Context(), page, s))
		assert.Positive(t, l.billed())
	}
}
