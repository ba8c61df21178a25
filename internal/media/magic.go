package media

import (
	"encoding/binary"
	"slices"
)

// detectMagic detects the formats that begin with a few fixed bytes.
func detectMagic(b []byte) Format {
	switch {
	case hasAnyPrefix(b, "#!AMR\n", "#!AMR-WB\n", "#!AMR_MC1.0\n", "#!AMR-WB_MC1.0\n"):
		return AMR
	case hasAt(b, 0, "fLaC") && (len(b) < 8 || hasAt(b[4:], 0, "\x00\x00\x00\x22") || hasAt(b[4:], 0, "\x80\x00\x00\x22")): // STREAMINFO
		return FLAC
	case hasAt(b, 0, "MAC ") && len(b) >= 6 && isBetween(binary.LittleEndian.Uint16(b[4:]), 3000, 4999): // its version, which is no text
		return APE
	case hasAt(b, 0, "FORM") && (hasAt(b, 8, "AIFF") || hasAt(b, 8, "AIFC")):
		return AIFF
	case hasAt(b, 0, "FLV\x01") && len(b) >= 9 && b[4]&^0x05 == 0 && binary.BigEndian.Uint32(b[5:]) == 9:
		return FLV
	case hasAt(b, 0, "\x00\x00\x01\xBA") && len(b) > 4 && (b[4]&0xC0 == 0x40 || b[4]&0xF0 == 0x20): // MPEG-2 or MPEG-1
		return MPEG
	case hasAt(b, 0, "ADIF") && len(b) > 4 && !isText(b): // text of that name is radio amateurs' log books
		return AAC
	}
	return Unknown
}

func detectRIFF(b []byte) Format {
	switch {
	case !hasAnyPrefix(b, "RIFF", "RIFX", "RF64", "BW64"):
	case hasAt(b, 8, "WAVE"):
		return WAV
	case hasAt(b, 8, "AVI "):
		return AVI
	}
	return Unknown
}

// hasAt reports whether b has text at an offset.
func hasAt(b []byte, offset int, text string) bool {
	return len(b) >= offset+len(text) && string(b[offset:offset+len(text)]) == text
}

func hasAnyPrefix(b []byte, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return hasAt(b, 0, p) })
}

func isBetween(n, low, high uint16) bool { return low <= n && n <= high }

// isText reports whether b is printable ASCII throughout.
func isText(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return (c < ' ' || c > '~') && c != '\n' && c != '\r' && c != '\t' })
}
