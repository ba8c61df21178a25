package media

import (
	"bytes"
	"strings"
)

// detectEBML distinguishes Matroska from WebM by the document type that the header names.
func detectEBML(b []byte) Format {
	const docType = 0x4282
	header, ok := bytes.CutPrefix(b, []byte("\x1A\x45\xDF\xA3"))
	if !ok {
		return Unknown
	}
	size, header := ebmlNumber(header, true)
	header = header[:min(size, uint64(len(header)))]
	for len(header) > 0 {
		id, rest := ebmlNumber(header, false)
		size, content := ebmlNumber(rest, true)
		if size > uint64(len(content)) {
			break
		}
		if id == docType {
			switch strings.TrimRight(string(content[:size]), "\x00") {
			case "matroska":
				return MKV
			case "webm":
				return WebM
			}
			break
		}
		header = content[size:]
	}
	return Unknown
}

// ebmlNumber reads a number whose first byte gives its length by its leading zeros, and returns the rest. An id is
// written with the mark that ends the zeros, a size (masked) without it.
func ebmlNumber(b []byte, masked bool) (n uint64, rest []byte) {
	if len(b) == 0 || b[0] == 0 {
		return 0, nil
	}
	length := 1
	for mark := byte(0x80); b[0]&mark == 0; mark >>= 1 {
		length++
	}
	if len(b) < length {
		return 0, nil
	}
	for _, c := range b[:length] {
		n = n<<8 | uint64(c)
	}
	if masked {
		n &^= 1 << (7 * length)
	}
	return n, b[length:]
}
