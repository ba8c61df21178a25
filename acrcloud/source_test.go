package acrcloud_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

const sample = "0123456789abcdef"

// read opens the source and reads it n times.
func read(t *testing.T, src acrcloud.Source, times int) ([]string, error) {
	t.Helper()
	c, err := src.Open(t.Context())
	if err != nil {
		return nil, err
	}
	defer func() { assert.NoError(t, c.Close()) }()
	var all []string
	for range times {
		r, err := c.NewReader(t.Context())
		if err != nil {
			return all, err
		}
		b, err := io.ReadAll(r)
		require.NoError(t, r.Close())
		if err != nil {
			return all, err
		}
		all = append(all, string(b))
	}
	return all, nil
}

func sampleFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sample.wav")
	require.NoError(t, os.WriteFile(name, []byte(sample), 0o600))
	return name
}

func posted(t *testing.T) *multipart.FileHeader {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("f", "posted.mp3")
	require.NoError(t, err)
	_, err = io.WriteString(part, sample)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	req := httptest.NewRequestWithContext(t.Context(), "POST", "/", &body)
	req.Header.Set("Content-Type", w.FormDataContentType())
	_, fh, err := req.FormFile("f")
	require.NoError(t, err)
	return fh
}

// streamOnly is a file system whose files cannot be read at an offset.
type streamOnly struct{ fs.FS }

func (s streamOnly) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	return struct{ fs.File }{f}, err
}

func TestSources(t *testing.T) {
	t.Parallel()
	reopen := func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(sample)), nil }
	memory := fstest.MapFS{"dir/in.fs": {Data: []byte(sample)}}
	tests := []struct {
		name   string
		src    acrcloud.Source
		called string // its name
		size   int64  // before it is opened
		times  int    // how often it can be read
	}{
		{"file", acrcloud.FromFile(sampleFile(t)), "sample.wav", -1, 3},
		{"bytes", acrcloud.FromBytes("b", []byte(sample)), "b", 16, 3},
		{"fs", acrcloud.FromFS(os.DirFS(filepath.Dir(sampleFile(t))), "sample.wav"), "sample.wav", -1, 3},
		{"fs without offsets", acrcloud.FromFS(streamOnly{memory}, "dir/in.fs"), "in.fs", -1, 3},
		{"reader at", acrcloud.FromReaderAt("at", strings.NewReader(sample), 16), "at", 16, 3},
		{"part of a reader at", acrcloud.FromReaderAt("at", io.NewSectionReader(strings.NewReader("xx"+sample), 2, 16), 16), "at", 16, 3},
		{"reader", acrcloud.FromReader("r", strings.NewReader(sample), 16), "r", 16, 1},
		{"reader byte by byte", acrcloud.FromReader("r", iotest.OneByteReader(strings.NewReader(sample)), 16), "r", 16, 1},
		{"reader that ends with its last bytes", acrcloud.FromReader("r", iotest.DataErrReader(strings.NewReader(sample)), 16), "r", 16, 1},
		{"reader of unknown size", acrcloud.FromReader("r", strings.NewReader(sample), -1), "r", -1, 1},
		{"form", acrcloud.FromMultipart(posted(t)), "posted.mp3", 16, 3},
		{"any storage", acrcloud.NewSource("s", 16, reopen), "s", 16, 3},
		{"any storage of unknown size", acrcloud.NewSource("s", -1, reopen), "s", -1, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.called, tt.src.Name())
			assert.Equal(t, tt.size, tt.src.Size())
			got, err := read(t, tt.src, tt.times)
			require.NoError(t, err)
			for _, g := range got {
				assert.Equal(t, sample, g)
			}
			if tt.times == 1 {
				_, err = read(t, tt.src, 1)
				require.ErrorContains(t, err, "one call")
			}
		})
	}
}

func TestSourceReadFromWhereItStands(t *testing.T) {
	t.Parallel()
	f, err := os.Open(sampleFile(t))
	require.NoError(t, err)
	defer func() { assert.NoError(t, f.Close(), "the caller's file stays the caller's") }()
	_, err = f.Seek(10, io.SeekStart)
	require.NoError(t, err)
	got, err := read(t, acrcloud.FromReader("rest", f, 6), 1)
	require.NoError(t, err)
	assert.Equal(t, []string{"abcdef"}, got)
}

func TestSourceRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.mp3")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	broken := errors.New("disk on fire")
	tests := []struct {
		name string
		src  acrcloud.Source
		is   error
		says string
		got  int64
	}{
		{"zero", acrcloud.Source{}, nil, "FromFile", 0},
		{"missing file", acrcloud.FromFile(filepath.Join(dir, "none.mp3")), fs.ErrNotExist, "none.mp3", 0},
		{"directory", acrcloud.FromFile(dir), nil, "is a directory", 0},
		{"directory in fs", acrcloud.FromFS(os.DirFS(dir), "."), nil, "is a directory", 0},
		{"missing in fs", acrcloud.FromFS(os.DirFS(dir), "none"), fs.ErrNotExist, "none", 0},
		{"empty file", acrcloud.FromFile(empty), nil, "is empty", 0},
		{"empty bytes", acrcloud.FromBytes("x", nil), nil, "is empty", 0},
		{"nil fs", acrcloud.FromFS(nil, "x"), nil, "nil", 0},
		{"nil reader at", acrcloud.FromReaderAt("x", nil, 1), nil, "nil", 0},
		{"nil pointer as reader at", acrcloud.FromReaderAt("x", (*strings.Reader)(nil), 1), nil, "nil", 0},
		{"nil pointer as reader", acrcloud.FromReader("x", (*strings.Reader)(nil), 1), nil, "nil", 0},
		{"nil pointer as fs", acrcloud.FromFS((*streamOnly)(nil), "x"), nil, "nil", 0},
		{"function that gives a nil pointer", acrcloud.NewSource("x", 1, func(context.Context) (io.ReadCloser, error) { return (*os.File)(nil), nil }), nil, "nil", 0},
		{"nil reader", acrcloud.FromReader("x", nil, 1), nil, "nil", 0},
		{"nil form file", acrcloud.FromMultipart(nil), nil, "nil", 0},
		{"nil function", acrcloud.NewSource("x", 1, nil), nil, "nil", 0},
		{"function that gives nil", acrcloud.NewSource("x", 1, func(context.Context) (io.ReadCloser, error) { return nil, nil }), nil, "nil", 0},
		{"function that fails", acrcloud.NewSource("x", 1, func(context.Context) (io.ReadCloser, error) { return nil, broken }), broken, "fire", 0},
		{"negative size", acrcloud.FromReaderAt("x", strings.NewReader(sample), -1), nil, "negative", 0},
		{"size below -1", acrcloud.FromReader("x", strings.NewReader(sample), -2), nil, "negative", 0},
		{"ends early", acrcloud.FromReader("x", strings.NewReader(sample), 17), io.ErrUnexpectedEOF, "declared 17 bytes, got 16", 16},
		{"ends early at an offset", acrcloud.FromReaderAt("x", strings.NewReader(sample), 20), io.ErrUnexpectedEOF, "declared 20", 16},
		{"continues", acrcloud.FromReader("x", strings.NewReader(sample), 15), nil, "continues", 16},
		{"goes on at an offset", acrcloud.FromReaderAt("x", strings.NewReader(sample), 15), nil, "continues", 16},
		{"fails halfway", acrcloud.FromReader("x", io.MultiReader(strings.NewReader("01234"), iotest.ErrReader(broken)), 16), broken, "fire", 5},
		{"fails after its size", acrcloud.FromReader("x", io.MultiReader(strings.NewReader(sample), iotest.ErrReader(broken)), 16), broken, "fire", 16},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(t, tt.src, 1)
			e, ok := errors.AsType[*acrcloud.SourceError](err)
			require.True(t, ok, "%v", err)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
			require.ErrorContains(t, err, tt.says)
			assert.Equal(t, tt.got, e.Got)
		})
	}
}

// Whoever copies what a failing source yields never gets as much as was declared: the last bytes are withheld.
func TestSourceWithholdsTheEnd(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{3, 15} {
		c, err := acrcloud.FromBytes("x", []byte(sample)).Open(t.Context())
		require.NoError(t, err)
		require.NoError(t, c.Close())
		c, err = acrcloud.FromReaderAt("x", strings.NewReader(sample), size).Open(t.Context())
		require.NoError(t, err)
		r, err := c.NewReader(t.Context())
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.Error(t, err)
		assert.Less(t, int64(len(got)), size)
		_, again := r.Read(make([]byte, 1))
		assert.Equal(t, err, again)
	}
}

func TestSourceFileChanges(t *testing.T) {
	t.Parallel()
	changes := map[string]func(t *testing.T, name string){
		"grows": func(t *testing.T, name string) {
			t.Helper()
			require.NoError(t, os.WriteFile(name, []byte(sample+"more"), 0o600))
		},
		"shrinks": func(t *testing.T, name string) {
			t.Helper()
			require.NoError(t, os.Truncate(name, 4))
		},
		"is modified": func(t *testing.T, name string) {
			t.Helper()
			require.NoError(t, os.Chtimes(name, time.Time{}, time.Now().Add(time.Hour)))
		},
	}
	for what, change := range changes {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			name := sampleFile(t)
			c, err := acrcloud.FromFile(name).Open(t.Context())
			require.NoError(t, err)
			defer func() { assert.NoError(t, c.Close()) }()
			change(t, name)
			r, err := c.NewReader(t.Context())
			require.NoError(t, err)
			_, err = io.ReadAll(r)
			_, ok := errors.AsType[*acrcloud.SourceError](err)
			assert.True(t, ok, "%v", err)
		})
	}
}

func TestContentSpool(t *testing.T) {
	dir := t.TempDir() // where temporary files can be counted; not parallel for that reason
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir) // on Windows
	spooled := func() int {
		found, err := filepath.Glob(filepath.Join(dir, "acrcloud-*"))
		require.NoError(t, err)
		return len(found)
	}
	c, err := acrcloud.FromReader("x", strings.NewReader(sample), -1).Open(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, -1, c.Size())
	assert.False(t, c.Fixed())
	require.NoError(t, c.Spool(t.Context(), 16))
	assert.EqualValues(t, 16, c.Size())
	assert.True(t, c.Fixed())
	assert.Equal(t, 1, spooled())
	for range 2 {
		r, err := c.NewReader(t.Context())
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Equal(t, sample, string(got))
	}
	require.NoError(t, c.Close())
	require.NoError(t, c.Close(), "a second Close does nothing")
	assert.Zero(t, spooled())

	c, err = acrcloud.FromReader("x", strings.NewReader(sample), -1).Open(t.Context())
	require.NoError(t, err)
	require.ErrorIs(t, c.Spool(t.Context(), 15), acrcloud.ErrTooLarge)
	assert.Zero(t, spooled())

	c, err = acrcloud.FromReader("x", strings.NewReader(""), -1).Open(t.Context())
	require.NoError(t, err)
	require.ErrorContains(t, c.Spool(t.Context(), 15), "empty")
	assert.Zero(t, spooled())
}

// A reader that blocks for ever does not keep a call from ending.
func TestSourceReadEndsWithContext(t *testing.T) {
	t.Parallel()
	blocked, unblock := io.Pipe()
	defer func() { assert.NoError(t, unblock.Close()) }()
	ctx, cancel := context.WithCancel(t.Context())
	c, err := acrcloud.FromReader("x", blocked, 16).Open(ctx)
	require.NoError(t, err)
	r, err := c.NewReader(ctx)
	require.NoError(t, err)
	go cancel()
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, context.Canceled)
	_, isSource := errors.AsType[*acrcloud.SourceError](err)
	assert.False(t, isSource)
	require.NoError(t, r.Close())

	_, err = acrcloud.FromBytes("x", []byte(sample)).Open(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// Ctrl-C works while nobody has opened the other end of a pipe.
func TestFromFilePipe(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		return // it has no such files
	}
	name := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, exec.CommandContext(t.Context(), "mkfifo", name).Run()) //nolint:gosec // a directory of the test
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := acrcloud.FromFile(name).Open(ctx)
		done <- err
	}()
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	w, err := os.OpenFile(name, os.O_RDWR, 0) // lets the other go
	require.NoError(t, err)
	_, err = w.WriteString(sample)
	require.NoError(t, err)
	content, err := acrcloud.FromFile(name).Open(t.Context())
	require.NoError(t, err)
	r, err := content.NewReader(t.Context())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, sample, string(got))
	require.NoError(t, r.Close())
	require.NoError(t, content.Close())
}
