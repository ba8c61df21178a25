package identify

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// A layout is how the samples of a recording are written.
type layout struct {
	rate     int // frames per second
	channels int
	width    int // bytes of a sample of one channel
	coding   coding

	format []byte // the WAV format chunk that says so; nil for plain PCM
}

type coding int

const (
	integers coding = iota // unsigned for one byte, signed for more; little-endian
	floats
	aLaw
	muLaw
)

// The format numbers of a WAV header, besides formatPCM.
const (
	formatFloat      = 3
	formatALaw       = 6
	formatMuLaw      = 7
	formatExtensible = 0xFFFE
)

// The bounds on a WAV format chunk: what is shorter says too little, and what is longer is not read to its end.
const (
	minFormatChunk = 14
	maxFormatChunk = 64
	extensibleSize = 26 // up to and with the number of the format that is extended
)

func (l layout) frameBytes() int { return l.channels * l.width }

func pcmLayout(f PCMFormat) layout {
	return layout{rate: f.SampleRate, channels: f.Channels, width: f.BitsPerSample / 8}
}

// header is that of a WAV file with that many bytes of samples.
func (l layout) header(dataBytes int64) []byte {
	if l.format == nil {
		return PCMFormat{SampleRate: l.rate, Channels: l.channels, BitsPerSample: 8 * l.width}.header(dataBytes)
	}
	const around = 4 + 8 + 8                                             // WAVE, and the heads of both chunks
	size := uint32(min(dataBytes, math.MaxUint32-maxFormatChunk-around)) //nolint:gosec // bounded
	n := uint32(len(l.format))                                           //nolint:gosec // bounded
	h := append(make([]byte, 0, around+8+len(l.format)), "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, around+n+size)
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, n)
	h = append(h, l.format...)
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, size)
}

// readWAV reads the header of a WAV file, up to the first sample. It returns how many bytes of samples the header announces, or -1 where
// they go on to the end.
//
// Headers are read as players do, since programs that write into a pipe cannot go back to fill in the sizes: that of the whole file is
// not looked at, and data of size 0 or of one of the usual stand-ins goes on to the end. Unknown chunks are skipped.
func readWAV(r io.Reader) (l layout, dataBytes int64, err error) {
	c := &chunkReader{r: r}
	riff, err := c.next(12)
	if err != nil {
		return layout{}, 0, fmt.Errorf("is not WAV: %w", err)
	}
	id := string(riff[:4])
	switch {
	case string(riff[8:12]) != "WAVE" || id != "RIFF" && id != "RF64" && id != "BW64" && id != "RIFX":
		return layout{}, 0, errors.New("is not WAV: convert it, or name the format of raw audio")
	case id == "RIFX":
		return layout{}, 0, errors.New("is big-endian WAV (RIFX), which is not supported: convert it")
	}
	long := int64(-1) // the size of the data in a file of more than 4 GiB
	for {
		id, size, err := c.head()
		if err != nil {
			return layout{}, 0, fmt.Errorf("has no samples: %w", err)
		}
		switch id {
		case "fmt ":
			l, err = c.format(size)
		case "ds64":
			long, err = c.ds64(size)
		case "data":
			if l.width == 0 {
				return layout{}, 0, errors.New("is a damaged WAV: its samples come before their format")
			}
			return l, dataSize(size, long), nil
		default:
			err = c.skip(size)
		}
		if err != nil {
			return layout{}, 0, err
		}
	}
}

// dataSize reads the size of the data chunk: -1 if it is a stand-in.
func dataSize(size uint32, long int64) int64 {
	switch {
	case size == math.MaxUint32 && long > 0:
		return long
	case size == 0, size >= 0x7FFFF000 && size <= 0x80000000, size >= 0xFFFFF000: // the largest of 32 bits, signed or not, as a rule less a header
		return -1
	}
	return int64(size)
}

// A chunkReader reads the chunks of a WAV header.
type chunkReader struct {
	r   io.Reader
	buf [maxFormatChunk]byte
	odd bool // the last chunk had an odd size: one byte of padding should follow
}

// next reads n bytes.
func (c *chunkReader) next(n int) ([]byte, error) {
	b := c.buf[:n]
	if _, err := io.ReadFull(c.r, b); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errors.New("it ends in its header")
		}
		return nil, err
	}
	return b, nil
}

// head reads the head of a chunk, and the padding before it, which some programs forget.
func (c *chunkReader) head() (id string, size uint32, err error) {
	b, err := c.next(8)
	if err != nil {
		return "", 0, err
	}
	if c.odd && b[0] == 0 {
		copy(b, b[1:])
		if _, err := io.ReadFull(c.r, b[7:]); err != nil {
			return "", 0, errors.New("it ends in its header")
		}
	}
	size = binary.LittleEndian.Uint32(b[4:])
	c.odd = size%2 == 1
	return string(b[:4]), size, nil
}

func (c *chunkReader) skip(size uint32) error {
	n, err := io.CopyN(io.Discard, c.r, int64(size))
	if err != nil && n < int64(size) && !errors.Is(err, io.EOF) {
		return err
	}
	return nil // at the end, the next head says so
}

// ds64 reads the sizes of a file of more than 4 GiB.
func (c *chunkReader) ds64(size uint32) (int64, error) {
	if size < 16 {
		return -1, c.skip(size)
	}
	b, err := c.next(16)
	if err != nil {
		return -1, fmt.Errorf("has no samples: %w", err)
	}
	data := binary.LittleEndian.Uint64(b[8:])
	if err := c.skip(size - 16); err != nil || data > math.MaxInt64 {
		return -1, err
	}
	return int64(data), nil
}

// format reads the format chunk.
func (c *chunkReader) format(size uint32) (layout, error) {
	if size < minFormatChunk {
		return layout{}, errors.New("is a damaged WAV: its format is too short")
	}
	b, err := c.next(int(min(size, maxFormatChunk)))
	if err != nil {
		return layout{}, fmt.Errorf("has no samples: %w", err)
	}
	b = slices.Clone(b[:len(b)&^1])
	if err := c.skip(size - min(size, maxFormatChunk)); err != nil {
		return layout{}, err
	}
	return parseFormat(b)
}

// parseFormat reads a format chunk. Samples may be written with more bytes than they have bits; then the size of a frame says so, if
// the number of bytes in a second agrees with it.
func parseFormat(b []byte) (layout, error) {
	kind := binary.LittleEndian.Uint16(b)
	l := layout{
		channels: int(binary.LittleEndian.Uint16(b[2:])),
		rate:     int(binary.LittleEndian.Uint32(b[4:])),
		format:   b,
	}
	second, frame, bits := binary.LittleEndian.Uint32(b[8:]), int(binary.LittleEndian.Uint16(b[12:])), 0
	if len(b) >= 16 {
		bits = int(binary.LittleEndian.Uint16(b[14:]))
	}
	if kind == formatExtensible && len(b) >= extensibleSize {
		kind = binary.LittleEndian.Uint16(b[24:])
	}
	if l.channels < 1 || l.channels > maxChannels || l.rate < 1 || l.rate > maxSampleRate {
		return layout{}, fmt.Errorf("is a damaged WAV: it claims %d channels of %d Hz", l.channels, l.rate)
	}
	l.width = (bits + 7) / 8
	if bits == 0 || frame > l.frameBytes() && frame%l.channels == 0 && int64(second) == int64(l.rate)*int64(frame) {
		l.width = frame / l.channels
	}
	ok := false
	switch kind {
	case formatPCM, formatExtensible: // the latter without saying what it extends
		ok = l.width >= 1 && l.width <= 4
	case formatFloat:
		l.coding, ok = floats, l.width == 4 || l.width == 8
	case formatALaw:
		l.coding, ok = aLaw, l.width == 1
	case formatMuLaw:
		l.coding, ok = muLaw, l.width == 1
	}
	if !ok {
		return layout{}, fmt.Errorf("is WAV with coding %#x of %d bits, which is not supported: convert it to PCM", kind, 8*l.width)
	}
	return l, nil
}
