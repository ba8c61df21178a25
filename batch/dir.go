package batch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// DirOptions are the options of [Dir] and [List].
type DirOptions struct {
	// All takes every file; without it only those that begin like a known audio or video format, whatever they are called. Empty files and
	// those that cannot be read are taken in any case: they are outcomes that say so.
	All bool
	// Once takes files of the same content once: the first of them. That reads every file an additional time, and remembers 16 bytes of each.
	Once bool
	// OnSkip is called for each file that is not taken, with the reason.
	OnSkip func(path string, reason error)
}

// Why a file is not taken.
var (
	ErrNotMedia    = errors.New("is no audio or video file")
	ErrSameContent = errors.New("has the same content as a file before it")
)

// Dir makes items of the files in a folder and the folders below, in the order of their names. Links are followed, but not in circles. Key is the
// path in the folder, with slashes, or where that is too long for a name a part of it with a hash; Ref is the path to open; Version is size
// and modification time. Use it with Options.Open: acrcloud.FromFile.
//
// A file or folder that cannot be read is an item whose outcome says so. If root itself cannot be read, the sequence ends with an error.
func Dir(root string, opts *DirOptions) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		w := newWalk(root, opts, yield)
		info, err := os.Stat(root)
		if err == nil && !info.IsDir() {
			err = &fs.PathError{Op: "open", Path: root, Err: errors.New("is no folder")}
		}
		if err != nil {
			yield(Item{}, err)
			return
		}
		w.folder(root, []fs.FileInfo{info})
	}
}

// walk is one pass over a Dir or List.
type walk struct {
	root  string
	opts  DirOptions
	yield func(Item, error) bool
	seen  map[[16]byte]bool // contents
}

func newWalk(root string, opts *DirOptions, yield func(Item, error) bool) *walk {
	w := &walk{root: root, yield: yield, seen: map[[16]byte]bool{}}
	if opts != nil {
		w.opts = *opts
	}
	return w
}

// folder takes what is in a folder. above are the folders that it is in.
func (w *walk) folder(path string, above []fs.FileInfo) bool {
	entries, err := os.ReadDir(path)
	if err != nil {
		return w.take(w.broken(path, err))
	}
	for _, entry := range entries {
		path := filepath.Join(path, entry.Name())
		info, err := os.Stat(path) // follows links
		switch {
		case err != nil:
			if !w.take(w.broken(path, err)) {
				return false
			}
		case info.IsDir():
			if slices.ContainsFunc(above, func(f fs.FileInfo) bool { return os.SameFile(f, info) }) {
				continue // a link back
			}
			if !w.folder(path, append(slices.Clip(above), info)) {
				return false
			}
		case info.Mode().IsRegular():
			if !w.file(path, info) {
				return false
			}
		}
	}
	return true
}

// file takes a file, or skips it.
func (w *walk) file(path string, info fs.FileInfo) bool {
	if info.Size() > 0 && (!w.opts.All || w.opts.Once) {
		skip, err := w.inspect(path)
		switch {
		case err != nil:
			return w.take(w.broken(path, err))
		case skip != nil:
			if w.opts.OnSkip != nil {
				w.opts.OnSkip(path, skip)
			}
			return true
		}
	}
	return w.take(Item{
		Key: w.key(path), Ref: ref(path), Source: acrcloud.FromFile(path),
		Version: fmt.Sprintf("%d-%s", info.Size(), info.ModTime().UTC().Format("20060102T150405.000000000")),
	})
}

// inspect reads as much of a file as it takes to say why it is skipped, if it is.
func (w *walk) inspect(path string) (skip, err error) {
	f, err := os.Open(path) //nolint:gosec // reading the files of the folder is the purpose
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	head := make([]byte, acrcloud.DetectBytes)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if !w.opts.All && acrcloud.DetectFormat(head[:n]) == acrcloud.FormatUnknown {
		return ErrNotMedia, nil
	}
	if !w.opts.Once {
		return nil, nil
	}
	hash := sha256.New()
	hash.Write(head[:n])
	if _, err := io.Copy(hash, f); err != nil {
		return nil, err
	}
	sum := [16]byte(hash.Sum(nil))
	if w.seen[sum] {
		return ErrSameContent, nil
	}
	w.seen[sum] = true
	return nil, nil
}

func (w *walk) take(item Item) bool { return w.yield(item, nil) }

// broken is an item whose outcome is that it cannot be read.
func (w *walk) broken(path string, err error) Item {
	fail := func(context.Context) (io.ReadCloser, error) { return nil, err }
	return Item{Key: w.key(path), Ref: ref(path), Source: acrcloud.NewSource(filepath.Base(path), -1, fail)}
}

// ref is the path, unless it would not survive JSON: then only this run can open the file.
func ref(path string) string {
	if !utf8.ValidString(path) {
		return ""
	}
	return path
}

// key makes a key of a path.
func (w *walk) key(path string) string {
	key := path
	if rel, err := filepath.Rel(w.root, path); w.root != "" && err == nil {
		key = rel
	}
	return shortKey(filepath.ToSlash(key))
}

// shortKey keeps a key whose name would be too long apart from all others by a hash of the whole, and readable by its end.
func shortKey(key string) string {
	if _, err := NameOf(key); err == nil {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	prefix := hex.EncodeToString(sum[:12]) + "/"
	rest := key
	for len(rest) > 0 {
		if _, err := NameOf(prefix + rest); err == nil {
			break
		}
		_, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
	}
	return prefix + strings.TrimLeft(rest, "/")
}
