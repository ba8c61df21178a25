package media

import (
	"cmp"
)

// detectOgg examines the first page of each stream; these pages come before all others.
func detectOgg(b []byte) Format {
	const headerSize, firstPage = 27, 0x02
	found := Unknown
	for hasAt(b, 0, "OggS\x00") && len(b) > headerSize && b[5]&firstPage != 0 {
		segments := int(b[26])
		if len(b) < headerSize+segments {
			break
		}
		size := 0
		for _, n := range b[headerSize : headerSize+segments] {
			size += int(n)
		}
		packet := b[headerSize+segments:]
		switch {
		case hasAnyPrefix(packet, "\x80theora", "BBCD\x00", "\x01video\x00"):
			return OGV
		case hasAnyPrefix(packet, "OpusHead"):
			found = cmp.Or(found, Opus)
		case hasAnyPrefix(packet, "Speex   "):
			found = cmp.Or(found, Speex)
		case hasAnyPrefix(packet, "fishead\x00", "fisbone\x00"): // describes the other streams
		default:
			found = cmp.Or(found, Ogg)
		}
		b = packet[min(size, len(packet)):]
	}
	return found
}
