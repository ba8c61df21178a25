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
	// Everything between two bytes that need more than being copied is copied at once.
	last, depth, where := 0, 0, outside
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case jsonMarks[c]&where == 0:
			continue
		case c == '\\' && where == inside && i+1 < len(data):
			if i++; escapes[data[i]] == "" {
				continue
			}
			c = data[i]
		case c == '"':
			where ^= inside | outside
		}
		m.b = append(m.b, data[last:i]...)
		last = i + 1
		switch {
		case escapes[c] != "":
			m.b = append(m.b, escapes[c]...)
		case c == '{', c == '[':
			m.b = append(m.b, c)
			next := i + 1
			for next < len(data) && isBlank(data[next]) {
				next++
			}
			if next < len(data) && data[next] == c+2 { // the closing bracket: it is empty
				m.b = append(m.b, c+2)
				i, last = next, next+1
				continue
			}
			depth++
			m.line(depth)
		case c == '}', c == ']':
			depth--
			m.line(depth)
			m.b = append(m.b, c)
		case c == ',':
			m.b = append(m.b, c)
			m.line(depth)
		case c == ':':
			m.b = append(m.b, ':', ' ')
		case c == '\\': // the last byte
			m.b = append(m.b, c)
		}
	}
	m.b = append(m.b, data[last:]...)
}

// Where a byte of JSON is: in a string, or not.
const (
	inside = 1 << iota
	outside
)

// jsonMarks says where a byte needs more than being copied.
//
//nolint:gochecknoglobals // a table
var jsonMarks = [256]int{
	' ': outside, '\t': outside, '\n': outside, '\r': outside, '{': outside, '}': outside, '[': outside, ']': outside, ',': outside, ':': outside,
	'\\': inside, '"': inside | outside, '\'': inside | outside, '&': inside | outside, '<': inside | outside, '>': inside | outside,
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

// line begins a line, indented by at most 40. Deeper lines would be mostly white space.
func (m *markup) line(depth int) {
	const spaces = "                                        "
	m.b = append(m.b, '\n')
	m.b = append(m.b, spaces[:min(max(depth, 0), len(spaces))]...)
}
