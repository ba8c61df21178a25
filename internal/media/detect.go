package media

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// HeadBytes is how much of a file is examined, behind tags and zeros.
const HeadBytes = 16 << 10

// maxZeros is how many zeros may precede MPEG audio: encoders and players' caches leave some, and players skip them.
const maxZeros = 1 << 20

// Detect detects the format of a file by its first bytes, of which there may be more.
func Detect(head []byte) Format {
	f, _ := detect(bytes.NewReader(head), true) // it cannot fail
	return f
}

// Read detects the format of a whole file. It reads no more than it needs.
func Read(r io.Reader) (Format, error) { return detect(r, false) }

// detect examines the bytes behind the tags. open says that the file may go on where r ends.
func detect(r io.Reader, open bool) (Format, error) {
	in := bufio.NewReaderSize(r, HeadBytes)
	head, err := peek(in)
	if err != nil {
		return Unknown, err
	}
	before := bytes.Clone(head)
	tagged, err := skipTags(in)
	if errors.Is(err, io.EOF) { // nothing but a tag is visible, or its size is wrong
		if f := detectStream(before, true, false); f != Unknown || !open {
			return f, nil
		}
		return MP3, nil
	}
	if err != nil {
		return Unknown, err
	}
	if head, err = peek(in); err != nil {
		return Unknown, err
	}
	if hasAt(head, 0, asfHeader) {
		return readASF(in)
	}
	for _, detect := range []func([]byte) Format{detectMagic, detectRIFF, detectOgg, detectISOMedia, detectEBML} {
		if f := detect(head); f != Unknown {
			return f, nil
		}
	}
	if isForeign(head) {
		return Unknown, nil
	}
	zeros, err := skipZeros(in)
	if err != nil {
		return Unknown, err
	}
	if head, err = peek(in); err != nil {
		return Unknown, err
	}
	switch {
	case tagged && open && len(head) < 4: // nothing but padding is visible
		return MP3, nil
	case isForeign(head):
		return Unknown, nil
	}
	return detectStream(head, tagged, tagged || zeros == 0), nil
}

// peek returns the next bytes without reading them: [HeadBytes], or all there are.
func peek(r *bufio.Reader) ([]byte, error) {
	b, err := r.Peek(HeadBytes)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b, err
}

// skipZeros skips the zeros at the beginning, and returns how many there were.
func skipZeros(r *bufio.Reader) (n int, err error) {
	for n < maxZeros {
		b, err := peek(r)
		if err != nil {
			return n, err
		}
		zeros := len(b) - len(bytes.TrimLeft(b, "\x00"))
		if zeros == 0 {
			break
		}
		if _, err := r.Discard(zeros); err != nil {
			return n, err
		}
		n += zeros
	}
	return n, nil
}
