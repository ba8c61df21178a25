package media

import "bytes"

// isForeign knows what else begins with a few fixed bytes. It may hold frames of MPEG audio, such as an archive of songs, and is no audio
// all the same.
func isForeign(b []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF")), " \t\r\n")
	if hasAnyPrefix(text, "<", "#!", "{", "%!", "%PDF") && isText(text[:min(len(text), 8)]) {
		return true
	}
	return hasAnyPrefix(b,
		"PK\x03\x04", "PK\x05\x06", "PK\x07\x08", "Rar!", "7z\xBC\xAF\x27\x1C", "\x1F\x8B", "BZh", "\xFD7zXZ\x00", "\x28\xB5\x2F\xFD", "MSCF", "!<arch>", // archives
		"\x89PNG", "\xFF\xD8\xFF", "GIF8", "BM", "II*\x00", "MM\x00*", "8BPS", "\x00\x00\x01\x00", // pictures
		"MZ", "\x7FELF", "\xFE\xED\xFA", "\xCE\xFA\xED\xFE", "\xCF\xFA\xED\xFE", "\xCA\xFE\xBA\xBE", "\x00asm", "dex\n", // programs
		"\xD0\xCF\x11\xE0", "{\\rtf", "SQLite format 3", "wOFF", "wOF2", "OTTO", "\x00\x01\x00\x00", "ITSF", "PMOC", // documents and fonts
		"RIFF", "RIFX", "FORM", "OggS", "\x1A\x45\xDF\xA3", "FWS", "CWS", "ZWS", "MThd", "caff", "DSD ", "FRM8", // other containers
	) || hasAt(b, 257, "ustar") || isBox(b)
}

// isBox reports whether b begins like MP4, or a picture of its family.
func isBox(b []byte) bool {
	return len(b) >= 8 && b[0] == 0 && (hasAt(b, 4, "ftyp") || hasAt(b, 4, "moov") || hasAt(b, 4, "mdat") || hasAt(b, 4, "free") || hasAt(b, 4, "skip") || hasAt(b, 4, "wide") || hasAt(b, 4, "jP  "))
}
