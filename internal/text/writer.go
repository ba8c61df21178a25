package text

import (
	"io"
	"unicode/utf8"
)

// Writer returns a writer that passes everything through Lines: the output of a program is safe, whatever
// it is made of. A character that is cut between two writes is put together again.
func Writer(w io.Writer) io.Writer { return &writer{w: w} }

type writer struct {
	w   io.Writer
	cut []byte // the beginning of a character
}

// Write implements [io.Writer]. What it reports as written may still wait for the rest of a character.
func (s *writer) Write(p []byte) (int, error) {
	s.cut = append(s.cut, p...)
	whole := len(s.cut)
	for i := max(whole-utf8.UTFMax+1, 0); i < whole; i++ {
		if utf8.RuneStart(s.cut[i]) && !utf8.FullRune(s.cut[i:]) {
			whole = i
		}
	}
	text := Lines(string(s.cut[:whole]))
	s.cut = append(s.cut[:0], s.cut[whole:]...)
	if _, err := io.WriteString(s.w, text); err != nil {
		return 0, err
	}
	return len(p), nil
}
