package sqlbatch_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// filled makes a database with some jobs in it, and returns them.
func filled(t *testing.T, dsn string) []batch.Entry {
	t.Helper()
	s, err := sqlbatch.Open(t.Context(), dsn)
	require.NoError(t, err)
	defer func() { _ = s.Close() }()
	var entries []batch.Entry
	for i := range 50 {
		entries = append(entries, batch.Entry{Key: strconv.Itoa(i), Phase: batch.PhaseNew, Ref: "ref"})
	}
	_, err = s.Add(t.Context(), entries)
	require.NoError(t, err)
	return contents(t, s)
}

func contents(t *testing.T, s *sqlbatch.Store) (entries []batch.Entry) {
	t.Helper()
	for e, err := range s.Entries(t.Context()) {
		require.NoError(t, err)
		entries = append(entries, e)
	}
	return entries
}

// intact says that a database has these jobs, and no damage.
func intact(t *testing.T, dsn string, want []batch.Entry) {
	t.Helper()
	assert.Equal(t, want, contents(t, open(t, dsn)))
}

func TestNewerSchema(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		want := filled(t, dsn)
		s := open(t, dsn)
		require.NoError(t, s.Exec(t.Context(), "UPDATE acrcloud_meta SET value = '99' WHERE name = 'schema'"))
		_, err := sqlbatch.Open(t.Context(), dsn)
		require.ErrorIs(t, err, sqlbatch.ErrNewer)
		assert.ErrorContains(t, err, "version 99")
		assert.Equal(t, want, contents(t, s), "it was left as it is")
		require.NoError(t, s.Exec(t.Context(), "UPDATE acrcloud_meta SET value = 'x' WHERE name = 'schema'"))
		_, err = sqlbatch.Open(t.Context(), dsn)
		require.ErrorContains(t, err, `schema "x"`)
	})
}

func items(n int) iter.Seq2[batch.Item, error] {
	return func(yield func(batch.Item, error) bool) {
		for i := range n {
			key := fmt.Sprintf("song %d.wav", i)
			if !yield(batch.Item{Key: key, Ref: key, Source: content(key)}, nil) {
				return
			}
		}
	}
}

func content(key string) acrcloud.Source {
	return acrcloud.FromBytes(key, []byte("RIFF content of "+key))
}

func TestOtherContainer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		srv := mock.New()
		defer func() { _ = srv.Close() }()
		client, err := filescan.New(srv.Config(), srv.Options()...)
		require.NoError(t, err)
		s := open(t, dsn)
		n := 0
		for o, err := range batch.Scan(t.Context(), client.Files(srv.Config().ContainerID), items(3), &batch.Options{Store: s}) {
			require.NoError(t, err)
			require.NoError(t, o.Err)
			n++
		}
		assert.Equal(t, 3, n)
		want := contents(t, s)
		for _, err := range batch.Scan(t.Context(), client.Files(4711), items(5), &batch.Options{Store: open(t, dsn)}) {
			require.ErrorIs(t, err, sqlbatch.ErrOtherContainer)
			assert.ErrorContains(t, err, "4711")
		}
		assert.Equal(t, want, contents(t, s))
	})
}

// A disk that is full fails the save and says so; what was saved stays, and the next save works when there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jobs.db")
	want := filled(t, path)
	s, err := sqlbatch.OpenSQLite(t.Context(), path, time.Second, "max_page_count(1)") // as large as it is, and no larger
	require.NoError(t, err)
	e := want[0]
	e.Result = []byte(`{"file":"` + string(bytes.Repeat([]byte("x"), 1<<20)) + `"}`)
	_, err = s.Save(t.Context(), e)
	require.ErrorContains(t, err, "the disk is full: free some space")
	e.Result = nil
	_, err = s.Add(t.Context(), []batch.Entry{{Key: string(bytes.Repeat([]byte("a"), 200)), Ref: string(bytes.Repeat([]byte("r"), 1<<20)), Phase: batch.PhaseNew}})
	require.ErrorContains(t, err, "the disk is full")
	saved, err := s.Save(t.Context(), e)
	require.NoError(t, err, "what fits still works")
	want[0] = saved
	require.NoError(t, s.Close())
	intact(t, path, want)
}

func TestDamagedFile(t *testing.T) {
	t.Parallel()
	damages := map[string]struct {
		damage func(file []byte) []byte
		says   string
	}{
		"not SQLite":      {func([]byte) []byte { return []byte("my shopping list, which is not to be lost") }, "is not an SQLite database: use another path; the file was not changed"},
		"the first page":  {func(f []byte) []byte { copy(f[16:4096], bytes.Repeat([]byte{0xa5}, 4096)); return f }, "the file is damaged: restore it, or start with a new one"},
		"truncated":       {func(f []byte) []byte { return f[:4096] }, "the file is damaged"},
		"a page of nulls": {func(f []byte) []byte { clear(f[4096:]); return f }, "the file is damaged"},
	}
	for name, d := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "jobs.db")
			filled(t, path)
			file, err := os.ReadFile(path)
			require.NoError(t, err)
			file = d.damage(file)
			require.NoError(t, os.WriteFile(path, file, 0o600))
			s, err := sqlbatch.Open(t.Context(), path)
			if err == nil {
				for _, err = range s.Entries(t.Context()) {
					if err != nil {
						break
					}
				}
				assert.NoError(t, s.Close()) //nolint:testifylint // a store that is closed badly is reported, and the others are closed
			}
			require.ErrorContains(t, err, d.says)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, file, after, "it is no worse than before")
		})
	}
}

// Another program that keeps the file locked is an error after a while, and no change.
func TestLocked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jobs.db")
	want := filled(t, path)
	s, err := sqlbatch.OpenSQLite(t.Context(), path, 50*time.Millisecond)
	require.NoError(t, err)
	other, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { _ = other.Close() }()
	holder, err := other.Conn(t.Context())
	require.NoError(t, err)
	defer func() { _ = holder.Close() }()
	_, err = holder.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	_, err = s.Save(t.Context(), want[0])
	require.ErrorContains(t, err, "another program has locked it")
	_, err = sqlbatch.OpenSQLite(t.Context(), path, 50*time.Millisecond)
	require.ErrorContains(t, err, "another program has locked it")
	_, err = holder.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	want[0], err = s.Save(t.Context(), want[0])
	require.NoError(t, err)
	require.NoError(t, s.Close())
	intact(t, path, want)
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for dsn, says := range map[string]string{
		"":                              "dsn is empty",
		"  ":                            "dsn is empty",
		":memory:":                      "batch.NewMemory",
		"jobs.db?mode=ro":               "without settings",
		"mysql://u:s3cret@h/d":          "is the address of a database",
		"postgres:/u:s3cret@h/d":        "is the address of a database",
		"file:mysql://u:s3cret@h/d":     "is the address of a database",
		"hots=h password=s3cret":        "is the address of a database",
		folder:                          "opening the database",
		folder + "/missing/jobs.db":     "opening the database",
		"postgres://u:s3cret@h:x/d":     "is not the address of a PostgreSQL database",
		"host=h port=x password=s3cret": "is not the address of a PostgreSQL database",
	} {
		_, err := sqlbatch.Open(t.Context(), dsn)
		require.ErrorContains(t, err, says, dsn)
		assert.NotContains(t, err.Error(), "s3cret")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := sqlbatch.Open(ctx, "postgres://u:s3cret@127.0.0.1:1/d?connect_timeout=5")
	require.ErrorContains(t, err, "preparing the tables")
	assert.NotContains(t, err.Error(), "s3cret")
}

func TestClosed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s, err := sqlbatch.Open(t.Context(), dsn)
		require.NoError(t, err)
		require.NoError(t, s.Close())
		_, err = s.Add(t.Context(), []batch.Entry{{Key: "a", Phase: batch.PhaseNew}})
		require.Error(t, err)
		_, err = s.Load(t.Context(), "a")
		require.Error(t, err)
		require.NoError(t, s.Close(), "twice is no harm")
		var none *sqlbatch.Store
		require.NoError(t, none.Close())
		_, err = none.Claim(t.Context(), 1, time.Second)
		require.Error(t, err)
		require.Error(t, (&sqlbatch.Store{}).Bind(t.Context(), 7))
	})
}
