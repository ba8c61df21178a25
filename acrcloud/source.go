package acrcloud

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"os"
	"path"
	"path/filepath"
	"sync/atomic"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
)

// A Source is content to upload or to identify: a name, a size, and how to open it. Create one with the From functions
// or [NewSource]. It costs nothing until it is used, and may be used for several calls at the same time, unless it is
// from [FromReader]. Problems, such as a file that does not exist, are reported by the call that uses it.
//
// The zero Source has no content and is refused.
type Source struct {
	name string
	size int64
	open func(ctx context.Context) (*Content, error)
}

// Name returns the name of the content, which becomes the name of an uploaded file unless the call's options give another.
func (s Source) Name() string { return s.name }

// IsZero reports whether the Source is the zero Source.
func (s Source) IsZero() bool { return s.open == nil }

// Size returns the number of bytes, or -1 if it is not known before the source is opened.
func (s Source) Size() int64 {
	if s.open == nil {
		return 0
	}
	return s.size
}

// Open opens the content. The SDK's clients do this themselves, once per call; it is for programs that also read a
// Source. The caller closes the Content. Errors are *[SourceError]s, among them one for content without a single byte,
// and the context's own.
func (s Source) Open(ctx context.Context) (*Content, error) {
	if s.open == nil {
		return nil, unusable(s.name, "has no content: make the source with FromFile, FromBytes or another From function")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := s.opened(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, asSourceError(s.name, 0, err)
	}
	if c.size == 0 {
		_ = c.Close()
		return nil, unusable(s.name, "is empty")
	}
	return c, nil
}

func (s Source) opened(ctx context.Context) (c *Content, err error) {
	defer func() { err = recovered(recover(), err) }()
	return s.open(ctx)
}

// FromFile is the file at the path. It is opened once per call; a file whose size or modification time changes during the
// call is a [*SourceError]. A path to a pipe or device is read to its end, by one call.
func FromFile(filename string) Source {
	name := filepath.Base(filename)
	return Source{name: name, size: -1, open: func(ctx context.Context) (*Content, error) {
		info, err := os.Stat(filename)
		if err != nil {
			return nil, err
		}
		if err := refuseDirectory(info); err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			f, err := openPipe(ctx, filename)
			if err != nil {
				return nil, err
			}
			return &Content{name: name, size: -1, once: f, close: f.Close}, nil
		}
		f, err := os.Open(filename) //nolint:gosec // opening the file that the caller names is the purpose
		if err != nil {
			return nil, err
		}
		return fromOpenFile(name, f)
	}}
}

// openPipe opens a named pipe, which can block until the other end is opened. It returns when ctx ends.
func openPipe(ctx context.Context, filename string) (*os.File, error) {
	type opened struct {
		file *os.File
		err  error
	}
	done := make(chan opened)
	go func() {
		f, err := os.Open(filename) //nolint:gosec // as of FromFile
		select {
		case done <- opened{f, err}:
		case <-ctx.Done():
			if err == nil {
				_ = f.Close()
			}
		}
	}()
	select {
	case o := <-done:
		return o.file, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// FromBytes is the given bytes, which must not change until the calls that use the Source have returned.
func FromBytes(name string, data []byte) Source {
	return FromReaderAt(name, bytes.NewReader(data), int64(len(data)))
}

// FromFS is the file of that path in fsys, such as an embed.FS. It is opened once per call if fsys gives out files that
// implement [io.ReaderAt], else once per attempt.
func FromFS(fsys fs.FS, filename string) Source {
	name := path.Base(filename)
	if checked.IsNil(fsys) {
		return broken(name, "has no file system: FromFS got nil")
	}
	return Source{name: name, size: -1, open: func(context.Context) (*Content, error) {
		f, err := fsys.Open(filename)
		if err != nil {
			return nil, err
		}
		info, err := f.Stat()
		if err == nil {
			err = refuseDirectory(info)
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if _, ok := f.(io.ReaderAt); ok {
			return fromOpenFile(name, f)
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
		return &Content{name: name, size: info.Size(), reopen: func(context.Context) (io.ReadCloser, error) {
			return fsys.Open(filename)
		}}, nil
	}}
}

// FromReaderAt is the first size bytes of r, which must stay readable until the calls that use the Source have returned.
func FromReaderAt(name string, r io.ReaderAt, size int64) Source {
	if checked.IsNil(r) {
		return broken(name, "has no reader: FromReaderAt got nil")
	}
	if size < 0 {
		return broken(name, "has a negative size: FromReaderAt needs the number of bytes")
	}
	return Source{name: name, size: size, open: func(context.Context) (*Content, error) {
		return &Content{name: name, size: size, at: r}, nil
	}}
}

// FromReader is the rest of r, for one call. With a size it is streamed and sent exactly once: an attempt that fails after reading
// from it cannot be retried. With size -1, for unknown, it is first written to a private temporary file, which is removed when the
// call ends. The SDK does not close r. If the call ends early,
// because ctx ended or the service refused the request, a Read of r may still be running: do not use r before it returns.
func FromReader(name string, r io.Reader, size int64) Source {
	if checked.IsNil(r) {
		return broken(name, "has no reader: FromReader got nil")
	}
	if size < -1 {
		return broken(name, "has a negative size: use -1 for an unknown size")
	}
	var used atomic.Bool
	return Source{name: name, size: size, open: func(context.Context) (*Content, error) {
		if used.Swap(true) {
			return nil, errors.New("was used by an earlier call: a source from FromReader is for one call only; create a new one, or use FromReaderAt or NewSource")
		}
		return &Content{name: name, size: size, once: r}, nil
	}}
}

// FromMultipart is a file that a browser or another client has posted to your service.
func FromMultipart(fh *multipart.FileHeader) Source {
	if fh == nil {
		return broken("", "has no file: FromMultipart got nil")
	}
	return Source{name: fh.Filename, size: fh.Size, open: func(context.Context) (*Content, error) {
		f, err := fh.Open()
		if err != nil {
			return nil, err
		}
		return &Content{name: fh.Filename, size: fh.Size, at: f, close: f.Close}, nil
	}}
}

// NewSource is content in any storage that can be opened again, such as an object in a bucket. open is called for each
// attempt and must yield the same size bytes each time; size -1 means unknown, and the content is then written to a private
// temporary file first. open may use its context until the reader is closed.
func NewSource(name string, size int64, open func(ctx context.Context) (io.ReadCloser, error)) Source {
	if open == nil {
		return broken(name, "cannot be opened: NewSource got a nil function")
	}
	if size < -1 {
		return broken(name, "has a negative size: use -1 for an unknown size")
	}
	return Source{name: name, size: size, open: func(context.Context) (*Content, error) {
		return &Content{name: name, size: size, reopen: open}, nil
	}}
}

// broken defers a constructor's error to the call that uses the source.
func broken(name, problem string) Source {
	return Source{name: name, size: -1, open: func(context.Context) (*Content, error) {
		return nil, errors.New(problem)
	}}
}

func refuseDirectory(info fs.FileInfo) error {
	if info.IsDir() {
		return errors.New("is a directory: name one file in it")
	}
	return nil
}

// fromOpenFile reads a file through its ReaderAt and remembers what it looked like.
func fromOpenFile(name string, f fs.File) (*Content, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	at, ok := f.(io.ReaderAt)
	if !ok {
		return nil, errors.Join(errors.New("cannot be read at an offset"), f.Close())
	}
	return &Content{name: name, size: info.Size(), at: at, close: f.Close, unchanged: func() error {
		now, err := f.Stat()
		switch {
		case err != nil:
			return err
		case now.Size() != info.Size():
			return &SourceError{Name: name, Want: info.Size(), Got: now.Size(), Err: errors.New("changed while it was read")}
		case !now.ModTime().Equal(info.ModTime()):
			return errors.New("was modified while it was read")
		}
		return nil
	}}, nil
}

func unusable(name, problem string) error {
	return &SourceError{Name: name, Want: -1, Err: errors.New(problem)}
}

// asSourceError wraps err unless it is a SourceError already.
func asSourceError(name string, got int64, err error) error {
	if _, ok := errors.AsType[*SourceError](err); ok {
		return err
	}
	return &SourceError{Name: name, Want: -1, Got: got, Err: err}
}

var errTooShort = fmt.Errorf("ended early: %w", io.ErrUnexpectedEOF)
