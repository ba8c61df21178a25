package acrcloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

// A Content is an opened [Source]: what one call reads, in all its attempts. It is not safe for concurrent use. The zero
// Content has nothing to read.
type Content struct {
	name string
	size int64 // -1: unknown until spooled

	// Exactly one of these three is set, but in the zero Content.
	at     io.ReaderAt                                      // read any number of times
	reopen func(ctx context.Context) (io.ReadCloser, error) // opened for each reader
	once   io.Reader                                        // read one time

	taken     bool         // once was handed out
	unchanged func() error // whether the content is still what it was when opened
	close     func() error
}

// Name returns the source's name.
func (c *Content) Name() string { return c.name }

// Size returns the number of bytes, or -1 if it is not known before [Content.Spool].
func (c *Content) Size() int64 { return c.size }

// Repeatable reports whether NewReader can be called (again).
func (c *Content) Repeatable() bool { return c.once == nil || !c.taken }

// Fixed reports whether every reader is certain to yield the same bytes: the content is open, and is not opened again.
func (c *Content) Fixed() bool { return c.at != nil }

// NewReader returns a reader over all of the content. It yields exactly Size bytes and then io.EOF; content that ends
// early, is longer, or has changed is a [*SourceError], and the last bytes are withheld, so that incomplete content
// cannot look complete. With Size -1 it reads to the end. Content from a reader can be read once, unless it is spooled.
//
// A source that panics, that returns counts which cannot be, or that gets nowhere is a [*SourceError], too.
func (c *Content) NewReader(ctx context.Context) (io.ReadCloser, error) {
	r := &contentReader{ctx: ctx, content: c, left: c.size}
	switch {
	case c.at != nil:
		r.src = checked.Reader(io.NewSectionReader(c.at, 0, oneMore(c.size))) // to see whether it goes on
	case c.reopen != nil:
		src, err := c.openAgain(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, asSourceError(c.name, 0, err)
		}
		if checked.IsNil(src) {
			return nil, unusable(c.name, "was opened as nil")
		}
		r.pump, r.closer = newInterruptible(ctx, checked.Reader(src)), src
		r.src = r.pump
	case c.once == nil:
		return nil, unusable(c.name, "has no content: open a Source to get one that has")
	default:
		if c.taken {
			return nil, unusable(c.name, "was already read, and can be read only once")
		}
		c.taken = true
		r.pump = newInterruptible(ctx, checked.Reader(c.once))
		r.src = r.pump
	}
	return r, nil
}

func (c *Content) openAgain(ctx context.Context) (r io.ReadCloser, err error) {
	defer func() { err = recovered(recover(), err) }()
	return c.reopen(ctx)
}

// oneMore is n+1, if there is such a number.
func oneMore(n int64) int64 { return min(n, math.MaxInt64-1) + 1 }

// Spool copies the content to a private temporary file, at most limit bytes of it, unless it is [Content.Fixed] already. After
// it the size is known and the content can be read any number of times. The file is removed by Close.
func (c *Content) Spool(ctx context.Context, limit int64) error {
	if c.at != nil {
		return nil
	}
	r, err := c.NewReader(ctx)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp("", "acrcloud-*")
	if err != nil {
		_ = r.Close()
		return asSourceError(c.name, 0, noTemporaryFile(err))
	}
	remove := func() error { return errors.Join(f.Close(), os.Remove(f.Name())) }
	n, err := io.Copy(f, io.LimitReader(r, oneMore(limit)))
	if err != nil && ctx.Err() == nil {
		if _, ok := errors.AsType[*SourceError](err); !ok {
			err = asSourceError(c.name, n, noTemporaryFile(err))
		}
	}
	err = errors.Join(err, r.Close())
	if err == nil && n > limit {
		err = &SourceError{Name: c.name, Want: limit, Got: n, Err: ErrTooLarge}
	}
	if err == nil && n == 0 {
		err = unusable(c.name, "is empty")
	}
	if err != nil {
		_ = remove() // the first error says more
		return err
	}
	release := c.close
	c.at, c.size, c.once, c.reopen, c.unchanged = f, n, nil, nil, nil
	c.close = func() error {
		if release == nil {
			return remove()
		}
		return errors.Join(remove(), release())
	}
	return nil
}

// noTemporaryFile is why a source could not be spooled.
func noTemporaryFile(err error) error {
	return fmt.Errorf("cannot be written to a temporary file: %w: set TMPDIR (TMP on Windows) to a directory with enough space", err)
}

// Close releases what Open and Spool have acquired. It does not close a reader that was given to [FromReader].
func (c *Content) Close() (err error) {
	if c == nil || c.close == nil {
		return nil
	}
	defer func() { err = c.recovered(recover(), err) }()
	release := c.close
	c.close = nil
	return release()
}

// recovered makes a SourceError of a panic in the source's code; without one it returns err.
func (c *Content) recovered(panicked any, err error) error {
	if panicked == nil {
		return err
	}
	return &SourceError{Name: c.name, Want: -1, Err: recovered(panicked, nil)}
}

// recovered makes an error of a panic in the source's code; without one it returns err.
func recovered(panicked any, err error) error {
	if panicked == nil {
		return err
	}
	return fmt.Errorf("panicked while it was read: %v", panicked)
}

// contentReader yields exactly the declared number of bytes, or an error instead of the last ones.
type contentReader struct {
	ctx     context.Context
	content *Content
	src     io.Reader
	pump    *interruptible
	closer  io.Closer
	left    int64 // of the declared size; negative where it is unknown
	done    error // what every further Read returns
}

func (r *contentReader) Read(p []byte) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			r.done = r.content.recovered(v, nil)
			n, err = 0, r.done
		}
	}()
	return r.read(p)
}

func (r *contentReader) read(p []byte) (int, error) {
	switch {
	case r.done != nil:
		return 0, r.done
	case len(p) == 0:
		return 0, nil
	case r.ctx.Err() != nil:
		r.done = ended.Error(r.ctx)
		return 0, r.done
	case r.left < 0:
		n, err := r.src.Read(p)
		if err != nil && !errors.Is(err, io.EOF) {
			err = r.failed(err, 0)
		}
		r.done = err
		return n, err
	}
	if int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.src.Read(p)
	r.left -= int64(n)
	if r.left > 0 && err == nil {
		return n, nil
	}
	if r.done = r.verify(err); !errors.Is(r.done, io.EOF) {
		return 0, r.done
	}
	return n, nil
}

// verify decides how the content has ended: io.EOF if as declared.
func (r *contentReader) verify(err error) error {
	want := r.content.size
	if err != nil && !errors.Is(err, io.EOF) {
		return r.failed(err, want-r.left)
	}
	if r.left > 0 {
		return &SourceError{Name: r.content.name, Want: want, Got: want - r.left, Err: errTooShort}
	}
	if err == nil {
		switch more, err := io.ReadFull(r.src, make([]byte, 1)); {
		case more > 0:
			return &SourceError{Name: r.content.name, Want: want, Got: want + 1, Err: errors.New("continues after its declared size")}
		case err != io.EOF:
			return r.failed(err, want)
		}
	}
	if r.content.unchanged != nil {
		if err := r.content.unchanged(); err != nil {
			return r.failed(err, want)
		}
	}
	return io.EOF
}

// failed says what stopped the reading: the context, or the source after so many bytes.
func (r *contentReader) failed(err error, got int64) error {
	if r.ctx.Err() != nil {
		return ended.Error(r.ctx)
	}
	return asSourceError(r.content.name, got, err)
}

// Close implements [io.Closer]. Like the Close of a file it may come while a Read is under way.
func (r *contentReader) Close() (err error) {
	defer func() { err = r.content.recovered(recover(), err) }()
	if r.pump != nil {
		r.pump.Close()
	}
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}
