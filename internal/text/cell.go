package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Cell returns s as the text of a cell of a CSV file that a spreadsheet does not take for a formula. Where the text begins with
// =, +, -, @, or a form of these of another width, after whatever blanks and quotes, an apostrophe is put before it; and so where a
// tab or a line break comes first. Programs whose separator is a semicolon or a tab split a cell again, also within quotes, so the
// same holds after each semicolon, tab and line break inside.
//
// Characters that a terminal acts on and those that reorder text are spelled out as Terminal does it, since CSV is read in terminals
// too. White space of all kinds stays.
func Cell(s string) string {
	s = escape(s, active)
	if !strings.ContainsAny(s, formulaSigns) && !startsBlank(s) {
		return s
	}
	var b strings.Builder
	if startsBlank(s) {
		b.WriteByte('\'')
	}
	for rest := s; ; {
		piece, end := rest, strings.IndexAny(rest, ";\t\r\n")
		if end >= 0 {
			piece = rest[:end+1]
		}
		if isFormula(piece) {
			b.WriteByte('\'')
		}
		b.WriteString(piece)
		if end < 0 {
			return b.String()
		}
		rest = rest[end+1:]
	}
}

// active reports whether the rune does something, rather than being merely unseen.
func active(r rune) bool {
	if r < ' ' {
		return !strings.ContainsRune("\x00\t\n\v\f\r", r)
	}
	return unicode.In(r, unicode.Cc, unicode.Bidi_Control)
}

// formulaSigns begin a formula in some spreadsheet.
const formulaSigns = "=+-@＝＋－＠﹦﹢﹣﹫−"

func startsBlank(s string) bool { return s != "" && strings.ContainsRune("\t\r\n", rune(s[0])) }

// isFormula reports whether a spreadsheet may take s for a formula, were it a cell of its own.
func isFormula(s string) bool {
	s = strings.TrimLeftFunc(s, func(r rune) bool {
		return r == '"' || unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Mn)
	})
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune(formulaSigns, r)
}
