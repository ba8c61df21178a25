package audio

import (
	"encoding/binary"
	"slices"
)

// A chunk is a part of a WAV file.
type chunk struct {
	id   string
	size uint32 // without its head
}

// chunkHead is the size of the head of a chunk: its id and its size.
const chunkHead = 8

// parseChunk reads the head of a chunk, if it can be one.
func parseChunk(b []byte) (chunk, bool) {
	if len(b) < chunkHead || !isID(b) {
		return chunk{}, false
	}
	return chunk{string(b[:4]), binary.LittleEndian.Uint32(b[4:])}, true
}

// isID reports whether b begins with four printable characters.
func isID(b []byte) bool {
	return len(b) >= 4 && !slices.ContainsFunc(b[:4], func(c byte) bool { return c < ' ' || c > '~' })
}

// known reports whether a chunk is one of those that WAV files have.
func (c chunk) known() bool { return isKnown(c.id) }

func isKnown(id string) bool {
	switch id {
	case "fmt ", "data", "ds64", "fact", "RIFF", "RF64", "BW64", // what the file is made of
		"JUNK", "junk", "PAD ", "FLLR", "Fake", "fake", // nothing
		"LIST", "INFO", "DISP", "id3 ", "ID3 ", "iXML", "axml", "aXML", "bxml", "_PMX", "XMP ", // what it is about
		"bext", "cart", "chna", "dbmd", "mext", "link", "umid", "minf", "elm1", "regn", "DGDA", // broadcasting
		"cue ", "plst", "labl", "note", "ltxt", "adtl", "smpl", "inst", "acid", "strc", "Cr8r", "tlst", "CDif", "SAUR", "LGWV", "ResU", "SyLp", // editors
		"PEAK", "levl", "peak", "ovwf", "afsp", "AFAn", "slnt", "wavl":
		return true
	}
	return false
}
