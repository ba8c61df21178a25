package audio

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/musicchartsai/acrcloud-go/internal/media"
)

// A WAV reads the samples of a WAV file, and nothing else of it.
//
// It reads files as players do. Programs that write into a pipe cannot go back to fill in the sizes, recorders that are killed leave old
// ones, and sizes of 4 GiB and more wrap. So the size of the whole file is ignored, data of size 0 or of one of the usual stand-ins goes
// on to the end, and what follows the announced samples is either a chunk or more samples. Other chunks are skipped.
type WAV struct {
	Layout Layout

	r    *bufio.Reader
	left int64 // how many bytes of samples come now; negative: all to the end
	odd  bool  // the chunk before had an odd size: one byte of padding should follow
}

// lookahead is how large a chunk behind the samples may be to be examined as a whole before it is skipped.
const lookahead = 64 << 10

// OpenWAV reads the header of a WAV file, up to the first sample. Tags before it are skipped.
func OpenWAV(r io.Reader) (*WAV, error) {
	w := &WAV{r: bufio.NewReaderSize(r, lookahead+64)}
	if err := media.SkipTags(w.r); err != nil {
		return nil, fmt.Errorf("is not WAV: %w", inHeader(err))
	}
	l, err := w.header()
	if err != nil {
		return nil, err
	}
	w.Layout = l
	return w, nil
}

// Read implements [io.Reader].
func (w *WAV) Read(p []byte) (int, error) {
	for w.left == 0 {
		if err := w.next(); err != nil {
			return 0, err
		}
	}
	if w.left > 0 && int64(len(p)) > w.left {
		p = p[:w.left]
	}
	n, err := w.r.Read(p)
	if w.left > 0 {
		w.left -= int64(n)
	}
	return n, err
}

// header reads up to the first sample, and sets how many bytes of samples are announced.
func (w *WAV) header() (Layout, error) {
	riff, err := w.take(12)
	if err != nil {
		return Layout{}, fmt.Errorf("is not WAV: %w", err)
	}
	switch id := string(riff[:4]); {
	case string(riff[8:]) != "WAVE" || id != "RIFF" && id != "RF64" && id != "BW64" && id != "RIFX":
		return Layout{}, errors.New("is not WAV: convert it, or name the format of raw audio")
	case id == "RIFX":
		return Layout{}, errors.New("is big-endian WAV (RIFX), which is not supported: convert it")
	}
	w.odd = false
	var l Layout
	long := int64(-1) // the size of the data in a file of more than 4 GiB
	for {
		c, err := w.chunk()
		if err != nil {
			return Layout{}, fmt.Errorf("has no samples: %w", err)
		}
		switch c.id {
		case "fmt ":
			l, err = w.format(c)
		case "ds64":
			long, err = w.ds64(c)
		case "data":
			if l.Width == 0 {
				return Layout{}, errors.New("is a damaged WAV: its samples come before their format")
			}
			w.announce(c.size, long)
			return l, nil
		default:
			err = w.skip(int64(c.size))
		}
		if err != nil {
			return Layout{}, err
		}
	}
}

// announce takes the size of a data chunk for what it means: all to the end if it is a stand-in.
func (w *WAV) announce(size uint32, long int64) {
	w.left = int64(size)
	switch {
	case size == math.MaxUint32 && long > 0:
		w.left, w.odd = long, long%2 == 1
	case size >= 0x7FFFF000 && size <= 0x80000000, size >= 0xFFFFF000: // the largest of 32 bits, signed or not, as a rule less a header
		w.left = -1
	}
}

// wrap is what a size of 32 bits loses.
const wrap = 1 << 32

// next examines the bytes behind the announced samples. After a chunk that fits, more samples may be announced. Everything else is samples that
// the header does not know of: up to where the size would end if it had wrapped, and there it looks again. At the end it returns [io.EOF].
func (w *WAV) next() error {
	c, pad, err := w.follows()
	switch {
	case err != nil:
		return err
	case c == nil:
		w.left = wrap
		return nil
	}
	if _, err := w.r.Discard(pad); err != nil {
		return err
	}
	if c.id == "RIFF" || c.id == "RF64" || c.id == "BW64" { // files that were put one behind the other
		l, err := w.header()
		if err == nil && !l.same(w.Layout) {
			err = errors.New("its samples are written in another way")
		}
		if err != nil {
			return fmt.Errorf("holds more than one WAV file, of which the next cannot follow: %w", err)
		}
		return nil
	}
	if _, err := w.r.Discard(chunkHead); err != nil {
		return err
	}
	w.odd = c.size%2 == 1
	switch c.id {
	case "data":
		w.announce(c.size, -1)
		return nil
	case "fmt ":
		l, err := w.format(*c)
		if err == nil && !l.same(w.Layout) {
			err = errors.New("changes its format on the way: cut it there")
		}
		return err
	}
	n, err := io.CopyN(io.Discard, w.r, int64(c.size))
	if errors.Is(err, io.EOF) && n < int64(c.size)-1 {
		return fmt.Errorf("ends within its chunk %q, which claims %d bytes: it is damaged, or there are samples in it", c.id, c.size)
	}
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return err
}

// follows finds the chunk that follows the samples, and how much padding comes before it. It returns nil if there is none, but samples.
func (w *WAV) follows() (*chunk, int, error) {
	b, err := w.r.Peek(1 + chunkHead + 4)
	if len(b) == 0 || len(b) == 1 && w.odd {
		return nil, 0, err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	pad := w.padding(b)
	c, ok := parseChunk(b[min(pad, len(b)):])
	switch {
	case !ok:
		return nil, 0, nil
	case isRIFF(b[pad:]):
		return &c, pad, nil
	case c.id == "data", c.known() && c.size > lookahead:
		return &c, pad, nil
	case c.size > lookahead:
		return nil, 0, nil
	}
	// It is a chunk if it fits: if the file, or another chunk, is where it ends.
	end := pad + chunkHead + int(c.size)
	rest, err := w.r.Peek(end + 1 + chunkHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	if len(rest) < end {
		return nil, 0, nil
	}
	rest = rest[end:]
	if c.size%2 == 1 && len(rest) == 1 {
		rest = nil
	}
	if _, another := parseChunk(rest); c.known() || len(rest) == 0 || another || c.size%2 == 1 && isID(rest[1:]) {
		return &c, pad, nil
	}
	return nil, 0, nil
}

func isRIFF(b []byte) bool {
	return len(b) >= 12 && string(b[8:12]) == "WAVE" && (string(b[:4]) == "RIFF" || string(b[:4]) == "RF64" || string(b[:4]) == "BW64")
}

// take reads n bytes of the header. They are valid until the next read.
func (w *WAV) take(n int) ([]byte, error) {
	b, err := w.r.Peek(n)
	if err != nil {
		return nil, inHeader(err)
	}
	_, err = w.r.Discard(n) // what was peeked at is there
	return b, err
}

// inHeader names an end that came too early.
func inHeader(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("it ends in its header")
	}
	return err
}

// chunk reads the head of the next chunk, and the padding before it.
func (w *WAV) chunk() (chunk, error) {
	b, err := w.r.Peek(1 + chunkHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return chunk{}, err
	}
	if _, err := w.r.Discard(min(w.padding(b), len(b))); err != nil {
		return chunk{}, err
	}
	if b, err = w.take(chunkHead); err != nil {
		return chunk{}, err
	}
	c := chunk{id: string(b[:4]), size: binary.LittleEndian.Uint32(b[4:])}
	w.odd = c.size%2 == 1
	return c, nil
}

// padding is how many bytes come before the chunk in b. After a chunk of odd size it is one byte of any value, which some programs forget.
func (w *WAV) padding(b []byte) int {
	switch {
	case !w.odd || len(b) < 5:
		return 0
	case isKnown(string(b[:4])):
		return 0
	case isID(b[1:]) || !isID(b):
		return 1
	}
	return 0
}

func (w *WAV) skip(n int64) error {
	if _, err := io.CopyN(io.Discard, w.r, n); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil // at the end, the next head says so
}

// ds64 reads the sizes of a file of more than 4 GiB.
func (w *WAV) ds64(c chunk) (int64, error) {
	if c.size < 16 {
		return -1, w.skip(int64(c.size))
	}
	b, err := w.take(16)
	if err != nil {
		return -1, fmt.Errorf("has no samples: %w", err)
	}
	data := binary.LittleEndian.Uint64(b[8:])
	if err := w.skip(int64(c.size) - 16); err != nil || data > math.MaxInt64 {
		return -1, err
	}
	return int64(data), nil
}

// format reads the format chunk.
func (w *WAV) format(c chunk) (Layout, error) {
	if c.size < minFormatChunk {
		return Layout{}, errors.New("is a damaged WAV: its format is too short")
	}
	n := min(c.size, maxFormatChunk)
	b, err := w.take(int(n))
	if err != nil {
		return Layout{}, fmt.Errorf("has no samples: %w", err)
	}
	l, err := parseFormat(b)
	if err != nil {
		return Layout{}, err
	}
	return l, w.skip(int64(c.size - n))
}
