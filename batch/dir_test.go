package batch_test

import (
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
)

const wave = "RIFF\x24\x00\x00\x00WAVEfmt "

// folder makes files, by their paths with slashes.
func folder(t *testing.T, files map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return root
}

// keysOf returns the keys of the items that can be read, and those of the others.
func keysOf(t *testing.T, items iter.Seq2[batch.Item, error]) (good, broken []string) {
	t.Helper()
	for item, err := range items {
		require.NoError(t, err)
		if content, err := contentOf(t, item); err == nil {
			require.Equal(t, batch.FileVersion(item.Ref), item.Version)
			require.NotEmpty(t, content)
			good = append(good, item.Key)
		} else {
			broken = append(broken, item.Key)
		}
	}
	return good, broken
}

// contentOf is what an item would upload.
func contentOf(t *testing.T, item batch.Item) (string, error) {
	t.Helper()
	content, err := item.Source.Open(t.Context())
	if err != nil {
		return "", err
	}
	defer func() { assert.NoError(t, content.Close()) }()
	r, err := content.NewReader(t.Context())
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return string(data), nil
}

func TestDir(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{
		"b.wav": wave + "b", "a/2.wav": wave + "same", "a/1.wav": wave + "1", "a/deep/er.bin": wave + "er", "copy.wav": wave + "same",
		"cover.jpg": "\xff\xd8\xff\xe0 no sound", "empty.wav": "",
	})
	for name, tt := range map[string]struct {
		opts    *batch.DirOptions
		want    []string
		skipped map[string]error
	}{
		"media":      {nil, []string{"a/1.wav", "a/2.wav", "a/deep/er.bin", "b.wav", "copy.wav"}, map[string]error{"cover.jpg": batch.ErrNotMedia}},
		"all":        {&batch.DirOptions{All: true}, []string{"a/1.wav", "a/2.wav", "a/deep/er.bin", "b.wav", "copy.wav", "cover.jpg"}, map[string]error{}},
		"media once": {&batch.DirOptions{Once: true}, []string{"a/1.wav", "a/2.wav", "a/deep/er.bin", "b.wav"}, map[string]error{"cover.jpg": batch.ErrNotMedia, "copy.wav": batch.ErrSameContent}},
		"all once":   {&batch.DirOptions{All: true, Once: true}, []string{"a/1.wav", "a/2.wav", "a/deep/er.bin", "b.wav", "cover.jpg"}, map[string]error{"copy.wav": batch.ErrSameContent}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			skipped := map[string]error{}
			opts := tt.opts
			if opts != nil {
				opts.OnSkip = func(path string, reason error) {
					rel, err := filepath.Rel(root, path)
					require.NoError(t, err)
					skipped[filepath.ToSlash(rel)] = reason
				}
			} else {
				tt.skipped = map[string]error{} // nobody is told
			}
			good, broken := keysOf(t, batch.Dir(root, opts))
			assert.Equal(t, tt.want, good)
			assert.Equal(t, []string{"empty.wav"}, broken, "its outcome says so")
			assert.Equal(t, tt.skipped, skipped)
		})
	}
	for item, err := range batch.Dir(root, nil) {
		require.NoError(t, err)
		assert.Equal(t, filepath.Join(root, "a", "1.wav"), item.Ref)
		content, err := contentOf(t, item)
		require.NoError(t, err)
		assert.Equal(t, wave+"1", content)
		break
	}
}

// A loop over items can be left at each of them.
func TestDirStops(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"a/1.wav": wave, "a/2.wav": wave, "b.wav": "", "c.wav": wave})
	listed := strings.Join([]string{"nothing", root, filepath.Join(root, "b.wav"), filepath.Join(root, "c.wav")}, "\n")
	for name, items := range map[string]func() iter.Seq2[batch.Item, error]{
		"Dir":  func() iter.Seq2[batch.Item, error] { return batch.Dir(root, nil) },
		"List": func() iter.Seq2[batch.Item, error] { return batch.List(strings.NewReader(listed), nil) },
	} {
		for stop := 1; stop <= 4; stop++ {
			n := 0
			for _, err := range items() {
				require.NoError(t, err)
				if n++; n == stop {
					break
				}
			}
			assert.Equal(t, stop, n, name)
		}
	}
}

func TestDirOfNothing(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"a.wav": wave})
	for _, path := range []string{filepath.Join(root, "missing"), filepath.Join(root, "a.wav")} {
		n := 0
		for item, err := range batch.Dir(path, nil) {
			n++
			require.Error(t, err)
			assert.Zero(t, item)
			assert.ErrorContains(t, err, path)
		}
		assert.Equal(t, 1, n)
	}
}

// A path that is too long for a name has a key that is not, keeps its end, and is another one for each path.
func TestLongPaths(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("d", 120) + "/" + strings.Repeat("é", 20) + "/song.wav"
	root := folder(t, map[string]string{long: wave, "x" + long: wave, "short.wav": wave})
	good, broken := keysOf(t, batch.Dir(root, nil))
	require.Len(t, good, 3)
	assert.Empty(t, broken)
	assert.Equal(t, "short.wav", good[1])
	assert.NotEqual(t, good[0], good[2])
	for _, key := range []string{good[0], good[2]} {
		name, err := batch.NameOf(key)
		require.NoError(t, err)
		assert.Len(t, name, 200, "as much of it as there is room for")
		assert.Regexp(t, "^[0-9a-f]{24}/d+/é+/song.wav$", key)
	}
}

// A version is another one when the size or the time is, and none of what is not there.
func TestFileVersion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(folder(t, map[string]string{"a.wav": "12345"}), "a.wav")
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.FixedZone("", 3600))
	require.NoError(t, os.Chtimes(path, at, at))
	assert.Equal(t, "5-20260102T020405.000006000", batch.FileVersion(path))
	assert.Empty(t, batch.FileVersion(path+"x"))
}

func TestList(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"a.wav": wave, "b.wav": wave, "#c.wav": wave, "folder/d.wav": wave, "note.txt": "no sound"})
	path := func(name string) string { return filepath.Join(root, name) }
	text := "\uFEFF" + path("a.wav") + "\r\n\r\n\n# " + path("b.wav") + "\n" + path("b.wav") + "\n" + path("#c.wav") + "\n" + path("folder") + "\n" + path("note.txt") + "\n" + path("missing")
	var skipped []string
	opts := &batch.DirOptions{OnSkip: func(path string, reason error) {
		require.ErrorIs(t, reason, batch.ErrNotMedia)
		skipped = append(skipped, path)
	}}
	good, broken := keysOf(t, batch.List(strings.NewReader(text), opts))
	assert.Equal(t, []string{path("a.wav"), path("b.wav"), path("#c.wav")}, good)
	assert.Equal(t, []string{path("folder"), path("missing")}, broken)
	assert.Equal(t, []string{path("note.txt")}, skipped)

	second, _ := keysOf(t, batch.List(strings.NewReader(path("a.wav")+"\n\uFEFF"+path("b.wav")), nil))
	assert.Equal(t, []string{path("a.wav")}, second, "a mark is one at the beginning only")
}

func TestListRefuses(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("x", 64<<10-1)
	for name, tt := range map[string]struct {
		r    io.Reader
		item int    // before the error
		says string // "": no error
	}{
		"nil":                  {nil, 0, "r is nil"},
		"a line that is long":  {strings.NewReader("a\n\n" + longest + "x"), 1, "line 3 is longer than 65536 bytes"},
		"the longest line":     {strings.NewReader("a\n\n" + longest + "\n"), 2, ""},
		"a reader that breaks": {io.MultiReader(strings.NewReader("a\n"), broken{}), 1, "the disk is gone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, failed := 0, error(nil)
			for _, err := range batch.List(tt.r, nil) {
				require.NoError(t, failed, "an error is the last")
				if failed = err; err == nil {
					n++
				}
			}
			assert.Equal(t, tt.item, n)
			if tt.says == "" {
				require.NoError(t, failed)
				return
			}
			require.ErrorContains(t, failed, tt.says)
		})
	}
}

// broken is a reader whose disk is gone.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }
