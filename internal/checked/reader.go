// Package checked looks at what programs hand to the SDK, such as readers, and does not believe what they say.
package checked

import (
	"fmt"
	"io"
)

// patience is how often in a row a reader may return nothing, and no error. It is bufio's.
const patience = 100

// Reader returns a reader of the same bytes. A count that cannot be is an error, and so is a reader that gets nowhere:
// [io.ErrNoProgress]. Either would crash the program or keep it busy for ever, at any reader of the standard library.
func Reader(r io.Reader) io.Reader { return &reader{src: r} }

type reader struct {
	src  io.Reader
	idle int // how often it has returned nothing
}

// Read implements [io.Reader].
func (r *reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil // some readers go on for ever
	}
	n, err := r.src.Read(p)
	switch {
	case n < 0 || n > len(p):
		return 0, fmt.Errorf("its Read returned %d for a buffer of %d bytes: it does not do what io.Reader promises", n, len(p))
	case n > 0 || err != nil:
		r.idle = 0
		return n, err
	}
	if r.idle++; r.idle >= patience {
		return 0, io.ErrNoProgress
	}
	return 0, nil
}
