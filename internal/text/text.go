// Package text makes text that comes from outside safe for the place where it is shown: titles, file names and messages of the
// service may hold any text that somebody has typed.
package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Terminal returns s as one line that a terminal shows and does not act on. Control characters, line breaks, characters that
// reorder or hide text and invalid UTF-8 are spelled as Go spells them in a string: \n, \x1b, \u202e, \xff. Safe text stays as
// it is, so that the result of Terminal is not changed by Terminal.
func Terminal(s string) string { return escape(s, hostile) }

// Lines is Terminal for text of several lines, such as a program's usage: it keeps line feeds and tabs.
func Lines(s string) string {
	return escape(s, func(r rune) bool { return r != '\n' && r != '\t' && hostile(r) })
}

// escape spells out the invalid UTF-8 and the runes that are to be spelled out.
func escape(s string, spelled func(rune) bool) string {
	safe := 0 // so many bytes are safe
	for safe < len(s) {
		r, size := utf8.DecodeRuneInString(s[safe:])
		if spelled(r) || invalid(r, size) {
			break
		}
		safe += size
	}
	if safe == len(s) {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:safe])
	for i := safe; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case invalid(r, size):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case spelled(r):
			b.WriteString(spelling(r))
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// invalid reports whether a decoded rune stands for a byte that is not UTF-8.
func invalid(r rune, size int) bool { return r == utf8.RuneError && size == 1 }

// hostile reports whether a terminal, a browser or a reader may be deceived by the rune: it acts, breaks the line, reorders what
// is around it, or cannot be seen.
func hostile(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r < ' ' || r == 0x7f
	case r == zeroWidthJoiner || r == zeroWidthNonJoiner: // letters of Persian and Hindi, families of emoji
		return false
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // visible signs of Arabic and Syriac
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// spelling is how Go writes the rune in a string.
func spelling(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}
