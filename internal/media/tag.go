package media

import (
	"bufio"
	"encoding/binary"
	"io"
)

// SkipTags skips the tags at the beginning of a file, of any size. A file that ends within one is [io.EOF].
func SkipTags(r *bufio.Reader) error {
	_, err := skipTags(r)
	return err
}

func skipTags(r *bufio.Reader) (found bool, err error) {
	for {
		b, err := r.Peek(tagHead)
		if err != nil && err != io.EOF {
			return found, err
		}
		size := tagSize(b)
		if size == 0 {
			return found, nil
		}
		if _, err := io.CopyN(io.Discard, r, size); err != nil {
			return true, err
		}
		found = true
	}
}

// tagHead is as much as the head of a tag needs.
const tagHead = 32

// tagSize is the size of the tag at the beginning of b, or 0: ID3v2 of version 2 to 4, or APE of version 2.
func tagSize(b []byte) int64 {
	switch {
	case hasAt(b, 0, "ID3") && len(b) >= 10 && b[3] >= 2 && b[3] <= 4 && b[5]&0x0F == 0 && (b[6]|b[7]|b[8]|b[9])&0x80 == 0:
		size := 10 + int64(b[6])<<21 + int64(b[7])<<14 + int64(b[8])<<7 + int64(b[9])
		if b[5]&0x10 != 0 {
			size += 10 // a footer
		}
		return size
	case hasAt(b, 0, "APETAGEX\xD0\x07\x00\x00") && len(b) == tagHead:
		return tagHead + int64(binary.LittleEndian.Uint32(b[12:])) // its size is without this header
	}
	return 0
}
