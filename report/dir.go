package report

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Dir writes the report into a directory: index.html has the overview and the table of files, and files/000001.html,
// 000002.html and so on have each file in full. A report that is not about files has only index.html. Dir creates the
// directory and its parents if needed. A directory that is not empty is an [*acrcloud.ArgumentError], since pages of
// another report could remain in it.
//
// Memory does not grow with the number of files. index.html is written last: if it exists, the report is complete. If
// the iterator of files ends with an error, index.html says that the report is incomplete, and the error is returned.
// Only the owner can read the pages (mode 0600).
func Dir(dir string, r Report) error {
	if err := r.check(); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return &acrcloud.ArgumentError{Field: "dir", Problem: fmt.Sprintf("is not empty: it contains %q", there[0].Name()), Remedy: "use a new or an empty directory"}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // nothing is written to it
	if r.kind == ofFiles {
		if err := root.Mkdir("files", 0o700); err != nil {
			return err
		}
	}
	p, err := r.gather(func(v *fileView) (string, error) { return r.writeFile(root, v) })
	if p == nil {
		return err
	}
	return errors.Join(err, create(root, "index.html", func(w io.Writer) error { return p.writePage(w, "") }), p.close())
}

// writeFile writes the page of a file and returns its relative URL.
func (r *Report) writeFile(root *os.Root, v *fileView) (string, error) {
	one := Report{Title: r.Title, Location: r.Location, Made: r.Made, kind: ofFiles}
	t, err := templates()
	if err != nil {
		return "", err
	}
	p := &page{report: &one, templates: t, overview: &overview{files: 1}, markup: markups.Get().(*markup), full: 1, name: brief(v.Name, 200)} //nolint:errcheck // nothing else is in it
	if err := p.show("fileOpen", v); err != nil {
		return "", errors.Join(err, p.close())
	}
	name := fmt.Sprintf("files/%06d.html", v.number)
	return name, errors.Join(create(root, name, func(w io.Writer) error { return p.writePage(w, "../index.html") }), p.close())
}

// create writes a file.
func create(root *os.Root, name string, write func(io.Writer) error) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
