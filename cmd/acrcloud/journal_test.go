package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// songs makes a folder of so many recordings of their own.
func songs(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		write(t, filepath.Join(dir, fmt.Sprintf("%03d.mp3", i)), mp3(t.Name()+strconv.Itoa(i)))
	}
	return dir
}

// table reads CSV, without its header: the ids by the name of the file.
func table(t *testing.T, stdout string) map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	found := map[string]string{}
	for _, row := range rows[1:] {
		assert.NotContains(t, found, row[1], "one row for each file")
		found[row[1]] = row[0]
	}
	return found
}

func TestTheSameCommandGoesOn(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	dir := songs(t, 3)
	code, stdout, stderr := call(t, env, "scan", dir, "-o", "csv")
	require.Equal(t, exitOK, code, stderr)
	first := table(t, stdout)
	require.Len(t, first, 3)

	write(t, filepath.Join(dir, "later.mp3"), mp3("later"))
	code, stdout, stderr = call(t, env, "scan", dir, filepath.Join(dir, "000.mp3"), dir, "-o", "csv", "--max", "1")
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stderr, "3 files of 4 scanned before, and not billed again")
	assert.Contains(t, stderr, "Scanning 1 file in container")
	second := table(t, stdout)
	require.Len(t, second, 4, "a file that is named three times is one")
	for name, id := range first {
		assert.Equal(t, id, second[name])
	}
	assert.Equal(t, 4, created(srv))

	// Other content of the same size under the same name is another file.
	name := filepath.Join(dir, "000.mp3")
	was, err := os.ReadFile(name)
	require.NoError(t, err)
	info, err := os.Stat(name)
	require.NoError(t, err)
	was[len(was)-1]++
	write(t, name, was)
	require.NoError(t, os.Chtimes(name, info.ModTime(), info.ModTime()))
	code, stdout, stderr = call(t, env, "scan", dir, "-o", "csv")
	require.Equal(t, exitOK, code, stderr)
	third := table(t, stdout)
	assert.NotEqual(t, second[name], third[name], "even if its time is that of the other")
	assert.Equal(t, 5, created(srv))

	code, stdout, stderr = call(t, env, "scan", dir, "-o", "csv", "--fresh")
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stderr, "Scanning 4 files in container")
	fresh := table(t, stdout)
	for name, id := range third {
		assert.NotEqual(t, id, fresh[name])
	}
	assert.Equal(t, 9, created(srv))
	code, stdout, stderr = call(t, env, "scan", dir, "-o", "csv")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, fresh, table(t, stdout), "the last results count")
	assert.Equal(t, 9, created(srv))
}

func TestFilesOfOneNameAreNotMixedUp(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	dir := t.TempDir()
	for _, artist := range []string{"alder", "birch"} {
		name := filepath.Join(dir, artist, "01.mp3")
		write(t, name, mp3(artist))
		require.NoError(t, os.Chtimes(name, time.Unix(1, 0), time.Unix(1, 0)))
		srv.AddTrack(mock.Track{Title: artist, Data: mp3(artist)})
	}
	for _, args := range [][]string{{filepath.Join(dir, "alder")}, {filepath.Join(dir, "birch")}, {filepath.Join(dir, "*")}} {
		code, stdout, stderr := call(t, env, append([]string{"scan", "-o", "csv"}, args...)...)
		require.Equal(t, exitOK, code, stderr)
		for line := range strings.Lines(stdout) {
			if name := strings.Split(line, ",")[1]; name != "name" {
				assert.Contains(t, line, ",critical,")
				assert.Contains(t, line, ","+filepath.Base(filepath.Dir(name))+",", "the title")
			}
		}
	}
	assert.Equal(t, 2, created(srv))
	code, _, stderr := call(t, env, "scan", "-q", dir, "--fail-on", "high")
	assert.Equal(t, exitRisk, code, "what was scanned before counts as well: %s", stderr)
	assert.Equal(t, 2, created(srv))
}

func TestWithoutItsJournalNothingIsBilledTwice(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	dir := songs(t, 3)
	journal := filepath.Join(t.TempDir(), "j.db")
	code, stdout, stderr := call(t, env, "scan", dir, "-o", "csv", "--journal", journal)
	require.Equal(t, exitOK, code, stderr)
	require.FileExists(t, journal)
	code, again, stderr := call(t, env, "scan", dir, "-o", "csv")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, table(t, stdout), table(t, again), "the files are found by their names")
	assert.Equal(t, 3, created(srv))
	assert.Contains(t, stderr, "0 billed by this command")
}

func TestJournalThatCannotBe(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	song := write(t, filepath.Join(t.TempDir(), "song.mp3"), mp3("x"))
	text := write(t, filepath.Join(t.TempDir(), "notes.txt"), []byte("no database, and long enough not to be one"))
	code, _, stderr := call(t, env, "scan", song, "--journal", text)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, text)
	assert.Contains(t, stderr, "SQLite")
	code, _, stderr = call(t, env, "scan", song, "--journal", filepath.Join(t.TempDir(), "none", "j.db"))
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "none")
	code, _, stderr = call(t, env, "scan", "--mock", song, "--journal", text)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--journal")
	assert.Zero(t, created(srv))

	journal := filepath.Join(t.TempDir(), "j.db")
	code, _, stderr = call(t, env, "scan", song, "--journal", journal)
	require.Equal(t, exitOK, code, stderr)
	code, _, stderr = call(t, env, "scan", song, "--journal", journal, "--container", "77")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "another container")

	// A home that cannot be written is no reason not to work.
	env = append(env, "XDG_STATE_HOME="+text, "HOME="+text, "LocalAppData="+text)
	code, _, stderr = call(t, env, "scan", song)
	assert.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stderr, "Cannot keep a journal")
	assert.Equal(t, 1, created(srv))
}

func TestFolderOfAllSorts(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	dir := songs(t, 2)
	write(t, filepath.Join(dir, "empty.mp3"), nil)
	write(t, filepath.Join(dir, "notes.txt"), []byte("text"))
	write(t, filepath.Join(dir, strings.Repeat("ü", 80)+".mp3"), mp3("a long name"))
	want := []string{"000.mp3", "001.mp3", "empty.mp3", strings.Repeat("ü", 80) + ".mp3"}
	if os.Symlink(dir, filepath.Join(dir, "circle")) == nil {
		require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "broken.mp3")))
		want = append(want, "broken.mp3")
	}
	huge := write(t, filepath.Join(t.TempDir(), "huge.mp3"), mp3(""))
	require.NoError(t, os.Truncate(huge, 100<<20)) // nothing of it is on the disk
	srv.Inject(mock.Fault{Op: mock.OpStore, Status: 413})
	code, stdout, stderr := call(t, env, "scan", huge, dir, "-o", "csv", "--uploads", "8")
	assert.Equal(t, exitFailed, code)
	found := table(t, stdout)
	assert.Len(t, found, len(want)+1, stdout)
	for _, name := range append(want, huge) {
		if name != huge {
			name = filepath.Join(dir, name)
		}
		assert.Contains(t, found, name)
		assert.Contains(t, "\n"+stderr, "\nacrcloud: "+name+": ", "each has its own message")
	}
}

func TestFileThatChangesAfterItWasPlanned(t *testing.T) {
	t.Parallel()
	name := write(t, filepath.Join(t.TempDir(), "song.mp3"), mp3("as it was"))
	_, info, err := identityOf(name)
	require.NoError(t, err)
	f := planned{Path: name, Version: versionOf(info), Size: info.Size()}
	read := func() error {
		content, err := f.content().Open(t.Context())
		if err != nil {
			return err
		}
		r, err := content.NewReader(t.Context())
		if err != nil {
			return err
		}
		defer r.Close() //nolint:errcheck // it was only read from
		buf := make([]byte, info.Size()-1)
		if _, err := r.Read(buf); err != nil {
			return err
		}
		require.NoError(t, os.Chtimes(name, time.Unix(1, 0), time.Unix(1, 0)))
		_, err = r.Read(buf)
		return err
	}
	require.ErrorIs(t, read(), errChanged, "while it is read")
	require.ErrorIs(t, read(), errChanged, "before it is")
}

func TestKeys(t *testing.T) {
	t.Parallel()
	id := identity{name: "song.mp3", hash: "0123456789"}
	assert.Equal(t, "song.0123456789.mp3", id.key(1))
	assert.Equal(t, "song.0123456789-2.mp3", id.key(2))
	for _, name := range []string{strings.Repeat("x", 300) + ".mp3", strings.Repeat("河", 90), strings.Repeat("\xff", 100) + ".wav", "." + strings.Repeat("é", 200), ".mp3", ""} {
		key := identity{name: name, hash: "0123456789"}.key(1)
		_, err := batch.NameOf(key)
		require.NoError(t, err, name)
		assert.Contains(t, key, ".0123456789", name)
	}
}

// The driver for PostgreSQL would cost 3 MB of the binary, which has to stay below 25.
func TestNoDriverForPostgreSQLIsLinked(t *testing.T) {
	t.Parallel()
	c := exec.CommandContext(t.Context(), "go", "list", "-deps", ".")
	out, err := c.Output()
	require.NoError(t, err)
	assert.Contains(t, string(out), "modernc.org/sqlite")
	assert.NotContains(t, string(out), "github.com/jackc/pgx")
}
