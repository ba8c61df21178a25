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
	// All includes every file. Without it, only files whose first bytes are those of a known audio or video format are
	// included, whatever their names. Empty and unreadable files are always included: their outcomes report the
	// problem.
	All bool
	// Once includes only the first of several files with the same content. This reads every file one more time, and
	// keeps 16 bytes of each in memory.
	Once bool
	// OnSkip is called for each file that is not included, with the reason.
	OnSkip func(path string, reason error)
}

// The reasons why a file is skipped.
var (
	ErrNotMedia    = errors.New("is not an audio or video file")
	ErrSameContent = errors.New("has the same content as an earlier file")
)

// Dir makes items of the files in a directory and its subdirectories, in the order of their names. It follows symbolic
// links, but includes each directory once: one in root under its own path, and any other under the first link to it. A
// link to a file is an item. Key is the path within the directory, with slashes; if that is too long for a name, it is a
// part of it and a hash. Ref is the path to open. Version is the size and the modification time. Use it with
// Options.Open: acrcloud.FromFile and Options.Version: [FileVersion].
//
// An unreadable file or directory is an item whose outcome reports the problem. If root itself cannot be read, the
// sequence ends with an error.
func Dir(root string, opts *DirOptions) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		w := newWalk(root, opts, yield)
		info, err := os.Stat(root)
		if err == nil && !info.IsDir() {
			err = &fs.PathError{Op: "open", Path: root, Err: errors.New("is not a directory")}
		}
		if err != nil {
			yield(Item{}, err)
			return
		}
		if w.realRoot, err = filepath.EvalSymlinks(root); err == nil {
			w.realRoot, err = filepath.Abs(w.realRoot)
		}
		if err != nil {
			yield(Item{}, err)
			return
		}
		w.visited[w.realRoot] = true
		w.folder(root, w.realRoot, []fs.FileInfo{info})
	}
}

// A walk is one pass over a Dir or List.
type walk struct {
	root  string
	opts  DirOptions
	yield func(Item, error) bool
	seen  map[[16]byte]bool // contents

	realRoot string          // without links
	visited  map[string]bool // directories, by their paths without links
}

func newWalk(root string, opts *DirOptions, yield func(Item, error) bool) *walk {
	w := &walk{root: root, yield: yield, seen: map[[16]byte]bool{}, visited: map[string]bool{}}
	if opts != nil {
		w.opts = *opts
	}
	return w
}

// folder includes the content of a directory. direct is its path without links, and above are its parents.
func (w *walk) folder(path, direct string, above []fs.FileInfo) bool {
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
				continue // a link to a parent
			}
			direct, first, err := w.visit(path, filepath.Join(direct, entry.Name()), !entry.IsDir())
			switch {
			case err != nil:
				if !w.take(w.broken(path, err)) {
					return false
				}
			case first && !w.folder(path, direct, append(slices.Clip(above), info)):
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

// visit returns the path of a directory without links, and whether it is included under the path at which it was found.
// A link to a directory in root is not: that directory is found under its own path, whose keys do not change if somebody
// adds links.
func (w *walk) visit(path, direct string, link bool) (_ string, first bool, err error) {
	if link {
		if direct, err = filepath.EvalSymlinks(path); err == nil {
			direct, err = filepath.Abs(direct)
		}
		if err != nil {
			return "", false, err
		}
		if rel, err := filepath.Rel(w.realRoot, direct); err == nil && filepath.IsLocal(rel) {
			return direct, false, nil
		}
	}
	first = !w.visited[direct]
	w.visited[direct] = true
	return direct, first, nil
}

// file includes or skips a file.
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
		Version: versionOf(info),
	})
}

func versionOf(info fs.FileInfo) string {
	return fmt.Sprintf("%d-%s", info.Size(), info.ModTime().UTC().Format("20060102T150405.000000000"))
}

// FileVersion is the Options.Version for items of [Dir] and [List]: size and modification time of the file at that path,
// or "" if it cannot be read.
func FileVersion(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return versionOf(info)
}

// inspect reads as much of a file as it needs to decide whether it is skipped, and why.
func (w *walk) inspect(path string) (skip, err error) {
	f, err := os.Open(path) //nolint:gosec // reading the files of the folder is the purpose
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read from
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

// broken is an item that cannot be read.
func (w *walk) broken(path string, err error) Item {
	fail := func(context.Context) (io.ReadCloser, error) { return nil, err }
	return Item{Key: w.key(path), Ref: ref(path), Source: acrcloud.NewSource(filepath.Base(path), -1, fail)}
}

// ref returns the path, unless JSON cannot hold it: then only this run can open the file.
func ref(path string) string {
	if !utf8.ValidString(path) {
		return ""
	}
	return path
}

// key makes a key from a path.
func (w *walk) key(path string) string {
	key := path
	if rel, err := filepath.Rel(w.root, path); w.root != "" && err == nil {
		key = rel
	}
	return shortKey(filepath.ToSlash(key))
}

// shortKey shortens a key whose name would be too long: a hash keeps it unique, and its end keeps it readable.
func shortKey(key string) string {
	if _, err := NameOf(key); err == nil {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	prefix := hex.EncodeToString(sum[:12]) + "/"
	begin, room := len(key), maxName-nameLength(prefix)
	for begin > 0 && nameLength(key[begin-1:begin]) <= room {
		begin--
		room -= nameLength(key[begin : begin+1])
	}
	for begin < len(key) && !utf8.RuneStart(key[begin]) { // not within a character
		begin++
	}
	return prefix + strings.TrimLeft(key[begin:], "/")
}
