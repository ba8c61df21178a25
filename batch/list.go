package batch

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/checked"
)

// maxLine is the longest line of a list.
const maxLine = 64 << 10

// List makes items from a list of paths, one per line. Empty lines and lines that begin with # are ignored. Key and Ref
// are the path as in the list; otherwise List works like [Dir]. r is read once, as the items are needed.
func List(r io.Reader, opts *DirOptions) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		if checked.IsNil(r) {
			yield(Item{}, &acrcloud.ArgumentError{Field: "r", Problem: "is nil", Remedy: "pass the list to read"})
			return
		}
		w := newWalk("", opts, yield)
		lines := bufio.NewScanner(checked.Reader(r))
		lines.Buffer(make([]byte, 0, 4096), maxLine)
		number := 0
		for lines.Scan() {
			number++
			path := strings.TrimSuffix(lines.Text(), "\r")
			if number == 1 {
				path = strings.TrimPrefix(path, "\uFEFF")
			}
			if path == "" || strings.HasPrefix(path, "#") {
				continue
			}
			if !w.listed(path) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			if errors.Is(err, bufio.ErrTooLong) {
				err = fmt.Errorf("line %d is longer than %d bytes: is it a list of paths?", number+1, maxLine)
			}
			yield(Item{}, err)
		}
	}
}

func (w *walk) listed(path string) bool {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return w.take(w.broken(path, err))
	case info.IsDir():
		return w.take(w.broken(path, errors.New("is a directory: list its files, or use Dir")))
	case !info.Mode().IsRegular():
		return w.take(w.broken(path, errors.New("is not a regular file")))
	}
	return w.file(path, info)
}
