package report

import (
	"bytes"
	"unicode/utf8"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// json writes JSON in one pass as [encoding/json.Indent] and [html/template.HTMLEscape] would in two. Invalid JSON is
// written as well as possible.
func (m *markup) json(data []byte) {
	data = printable(data)
	b := m.b // kept out of m: storing a slice for every byte takes as long as the rest
	depth := 0
	for i := 0; i < len(data); {
		switch c := data[i]; c {
		case '"':
			n := stringLength(data[i:])
			b = escaped(b, data[i:i+n])
			i += n
			continue
		case ' ', '\t', '\n', '\r':
		case '{', '[':
			b = append(b, c)
			next := i + 1
			for next < len(data) && isBlank(data[next]) {
				next++
			}
			if next < len(data) && data[next] == c+2 { // the closing bracket: it is empty
				b = append(b, c+2)
				i = next
				break
			}
			depth++
			b = newLine(b, depth)
		case '}', ']':
			depth--
			b = append(newLine(b, depth), c)
		case ',':
			b = newLine(append(b, c), depth)
		case ':':
			b = append(b, ':', ' ')
		default:
			b = escaped(b, data[i:i+1])
		}
		i++
	}
	m.b = b
}

// stringLength is the length of the string that data begins with, with its quotes.
func stringLength(data []byte) int {
	for i := 1; i < len(data); i++ {
		switch data[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return len(data)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// printable escapes characters that a page must not contain.
func printable(data []byte) []byte {
	for _, c := range data {
		if (c < ' ' && c != '\n' && c != '\t' && c != '\r') || c >= 0x7f {
			if !utf8.Valid(data) || bytes.ContainsFunc(data, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' }) {
				return []byte(text.Terminal(string(data)))
			}
			return text.JSON(data)
		}
	}
	return data
}

// newLine begins a line, indented by at most 40. Deeper lines would be mostly white space.
func newLine(b []byte, depth int) []byte {
	const spaces = "\n                                        "
	return append(b, spaces[:1+min(max(depth, 0), len(spaces)-1)]...)
}
