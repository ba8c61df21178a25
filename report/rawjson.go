package report

import (
	"bytes"
	"unicode/utf8"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// deepest is the last level of JSON that is indented. Deeper lines would be mostly white space.
const deepest = 40

// json writes JSON in one pass as [encoding/json.Indent] and [html/template.HTMLEscape] would in two. Invalid JSON is
// written as well as possible.
func (m *markup) json(data []byte) {
	data = printable(data)
	depth, quoted, escaped := 0, false, false
	for i := 0; i < len(data); i++ {
		c := data[i]
		if quoted {
			switch {
			case escaped:
				escaped = false
			case c == '\\':
				escaped = true
			case c == '"':
				quoted = false
			}
			m.byte(c)
			continue
		}
		switch c {
		case ' ', '\t', '\n', '\r':
		case '{', '[':
			m.b = append(m.b, c)
			if rest := bytes.TrimLeft(data[i+1:], " \t\r\n"); len(rest) > 0 && rest[0] == c+2 { // the closing bracket: it is empty
				m.b = append(m.b, c+2)
				i = len(data) - len(rest)
				continue
			}
			depth++
			m.line(depth)
		case '}', ']':
			depth--
			m.line(depth)
			m.b = append(m.b, c)
		case ',':
			m.b = append(m.b, c)
			m.line(depth)
		case ':':
			m.b = append(m.b, ':', ' ')
		default:
			quoted = c == '"'
			m.byte(c)
		}
	}
}

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

func (m *markup) line(depth int) {
	m.b = append(m.b, '\n')
	for range min(max(depth, 0), deepest) {
		m.b = append(m.b, ' ')
	}
}

// byte writes one byte, escaped as by [html/template.HTMLEscape].
func (m *markup) byte(c byte) {
	switch c {
	case '"':
		m.b = append(m.b, "&#34;"...)
	case '\'':
		m.b = append(m.b, "&#39;"...)
	case '&':
		m.b = append(m.b, "&amp;"...)
	case '<':
		m.b = append(m.b, "&lt;"...)
	case '>':
		m.b = append(m.b, "&gt;"...)
	default:
		m.b = append(m.b, c)
	}
}
