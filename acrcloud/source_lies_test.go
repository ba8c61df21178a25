package acrcloud_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// misbehaving is content that does what a reader must not.
type misbehaving struct {
	fs.File
	read        func(p []byte) (int, error)
	close, stat func()
}

func (m misbehaving) Read(p []byte) (int, error)            { return m.read(p) }
func (m misbehaving) ReadAt(p []byte, _ int64) (int, error) { return m.read(p) }

func (m misbehaving) Close() error {
	if m.close != nil {
		m.close()
	}
	return nil
}

func (m misbehaving) Stat() (fs.FileInfo, error) {
	if m.stat != nil {
		m.stat()
	}
	return m.File.Stat()
}

// opensAs is a file system of one file.
type opensAs func() (fs.File, error)

func (o opensAs) Open(string) (fs.File, error) { return o() }

// sourcesOf makes a source of each kind out of content.
func sourcesOf(t *testing.T, m misbehaving) map[string]acrcloud.Source {
	t.Helper()
	file, err := fstest.MapFS{"x": {Data: []byte(sample)}}.Open("x")
	require.NoError(t, err)
	m.File = file
	reopen := func(context.Context) (io.ReadCloser, error) { return m, nil }
	return map[string]acrcloud.Source{
		"reader at":                    acrcloud.FromReaderAt("x", m, 16),
		"reader":                       acrcloud.FromReader("x", m, 16),
		"reader of unknown size":       acrcloud.FromReader("x", m, -1),
		"file":                         acrcloud.FromFS(opensAs(func() (fs.File, error) { return m, nil }), "x"),
		"file without offsets":         acrcloud.FromFS(opensAs(func() (fs.File, error) { return struct{ fs.File }{m}, nil }), "x"),
		"any storage":                  acrcloud.NewSource("x", 16, reopen),
		"any storage of unknown size":  acrcloud.NewSource("x", -1, reopen),
		"largest reader at":            acrcloud.FromReaderAt("x", m, math.MaxInt64),
		"largest that is opened again": acrcloud.NewSource("x", math.MaxInt64, reopen),
	}
}

// A reader whose counts cannot be, that gets nowhere, panics or ends its goroutine fails its call, and no other.
func TestSourceMisbehaves(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		read func(p []byte) (int, error)
		is   error
		says string
	}{
		"more than there is room": {read: func(p []byte) (int, error) { return len(p) + 1, nil }, says: "returned"},
		"far more":                {read: func([]byte) (int, error) { return math.MaxInt, nil }, says: "returned"},
		"less than nothing":       {read: func([]byte) (int, error) { return -1, nil }, says: "returned -1"},
		"negative at its end":     {read: func([]byte) (int, error) { return -1, io.EOF }, says: "returned -1"},
		"nothing":                 {read: func([]byte) (int, error) { return 0, nil }, is: io.ErrNoProgress},
		"panics":                  {read: func([]byte) (int, error) { panic("the disk is on fire") }, says: "panicked while it was read: the disk is on fire"},
	}
	for name, tt := range tests {
		for kind, src := range sourcesOf(t, misbehaving{read: tt.read}) {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				_, err := read(t, src, 1)
				e, ok := errors.AsType[*acrcloud.SourceError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, "x", e.Name)
				assert.ErrorContains(t, err, tt.says)
				if tt.is != nil {
					assert.ErrorIs(t, err, tt.is)
				}
			})
		}
	}
}

// Where a source is read in a goroutine of the SDK's, it may even end that.
func TestSourceEndsItsGoroutine(t *testing.T) {
	t.Parallel()
	sources := sourcesOf(t, misbehaving{read: func([]byte) (int, error) { runtime.Goexit(); return 0, nil }})
	for _, kind := range []string{"reader", "reader of unknown size", "any storage", "any storage of unknown size", "file without offsets"} {
		_, err := read(t, sources[kind], 1)
		_, ok := errors.AsType[*acrcloud.SourceError](err)
		require.True(t, ok, "%s: %v", kind, err)
		assert.ErrorContains(t, err, "runtime.Goexit", kind)
	}
}

// What panics around the reading fails the call, too.
func TestSourcePanics(t *testing.T) {
	t.Parallel()
	text := func() misbehaving { return misbehaving{read: strings.NewReader(sample).Read} }
	boom := func() { panic("boom") }
	closes, stats := text(), text()
	closes.close, stats.stat = boom, boom
	tests := map[string]acrcloud.Source{
		"open":       acrcloud.NewSource("x", 16, func(context.Context) (io.ReadCloser, error) { panic("boom") }),
		"open of fs": acrcloud.FromFS(opensAs(func() (fs.File, error) { panic("boom") }), "x"),
		"stat":       sourcesOf(t, stats)["file"],
		"close":      acrcloud.NewSource("x", 16, func(context.Context) (io.ReadCloser, error) { return closes, nil }),
	}
	for name, src := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content, err := src.Open(t.Context())
			if err == nil {
				var r io.ReadCloser
				if r, err = content.NewReader(t.Context()); err == nil {
					_, err = io.Copy(io.Discard, r)
					err = errors.Join(err, r.Close())
				}
				require.NoError(t, content.Close())
			}
			_, ok := errors.AsType[*acrcloud.SourceError](err)
			require.True(t, ok, "%v", err)
			assert.ErrorContains(t, err, "boom")
		})
	}
	content, err := sourcesOf(t, closes)["file"].Open(t.Context())
	require.NoError(t, err)
	_, ok := errors.AsType[*acrcloud.SourceError](content.Close())
	assert.True(t, ok)
}

// A source that is read at offsets ends with the context, between two Reads.
func TestReaderAtEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	reads := 0
	src := sourcesOf(t, misbehaving{read: func([]byte) (int, error) {
		if reads++; reads == 3 {
			cancel()
		}
		return 1, nil
	}})["reader at"]
	content, err := src.Open(ctx)
	require.NoError(t, err)
	r, err := content.NewReader(ctx)
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, context.Canceled)
	_, isSource := errors.AsType[*acrcloud.SourceError](err)
	assert.False(t, isSource)
	assert.Equal(t, 3, reads)
}

// A limit may be as large as a number can be.
func TestSpoolWithoutLimit(t *testing.T) {
	t.Parallel()
	content, err := acrcloud.FromReader("x", strings.NewReader(sample), -1).Open(t.Context())
	require.NoError(t, err)
	require.NoError(t, content.Spool(t.Context(), math.MaxInt64))
	assert.Equal(t, int64(16), content.Size())
	require.NoError(t, content.Close())
}

// Content of unknown size needs room for a temporary file.
//
//nolint:paralleltest // it sets environment variables
func TestSpoolNeedsTemporaryFile(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} { // on any system
		t.Setenv(name, missing)
	}
	content, err := acrcloud.FromReader("x", strings.NewReader(sample), -1).Open(t.Context())
	require.NoError(t, err)
	err = content.Spool(t.Context(), 100)
	_, ok := errors.AsType[*acrcloud.SourceError](err)
	require.True(t, ok, "%v", err)
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "TMPDIR")
	require.NoError(t, content.Close())
}

// Whatever reads from a reader of the caller's survives it.
func TestReadersOfTheCaller(t *testing.T) {
	t.Parallel()
	for _, read := range []func(p []byte) (int, error){
		func(p []byte) (int, error) { return len(p) + 1, nil },
		func([]byte) (int, error) { return -1, nil },
		func([]byte) (int, error) { return 0, nil },
	} {
		r := misbehaving{read: read}
		_, err := acrcloud.ReadFormat(r)
		require.Error(t, err)
		_, err = acrcloud.ReadConfigs(r)
		require.Error(t, err)
	}
	_, err := acrcloud.ReadFormat(nil)
	require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
}
