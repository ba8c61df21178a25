package text

import (
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON writes the characters that Terminal spells out as \u escapes, which any reader of JSON takes for the same characters:
// encoders leave most of them as they are. The data must be valid JSON, whose line feeds and tabs between values stay.
func JSON(data []byte) []byte {
	var out []byte // nil: nothing had to be changed up to here
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r < ' ' || !hostile(r): // white space: valid JSON has no other control character below the space
			if out != nil {
				out = append(out, data[i:i+size]...)
			}
		default:
			if out == nil {
				out = append(make([]byte, 0, len(data)+64), data[:i]...)
			}
			if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
				out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
			} else {
				out = fmt.Appendf(out, `\u%04x`, r)
			}
		}
		i += size
	}
	if out == nil {
		return data
	}
	return out
}

// JSONWriter returns a writer for a json.Encoder, which writes a whole value at a time: it passes on what JSON makes of each.
func JSONWriter(w io.Writer) io.Writer { return jsonWriter{w} }

type jsonWriter struct{ w io.Writer }

// Write implements [io.Writer].
func (j jsonWriter) Write(p []byte) (int, error) {
	if _, err := j.w.Write(JSON(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
