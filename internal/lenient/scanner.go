package lenient

import (
	"bytes"
	jsonv1 "encoding/json"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A scanner walks over one JSON value that is known to be valid, which spares it every error: it stands at the first byte of a
// value, or between two.
type scanner struct {
	data    []byte
	pos     int
	scratch []byte       // of the last text that had to be unquoted
	syntax  json.Options // once it has been needed
	budget  *budget
	kept    []keptMember // of the objects that are being read, innermost last

	// odd is set by a slice's codec to the elements that did not fit, a JSON array, for the struct around it to keep.
	odd jsonv1.RawMessage
}

// next goes to the next value, name or closing bracket, and returns its first byte. In valid JSON what is skipped carries nothing.
func (s *scanner) next() byte {
	for {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r', ',', ':':
			s.pos++
		default:
			return c
		}
	}
}

// skip goes past the value at hand and reports whether it is as normalize would write it, for all that a glance can tell.
func (s *scanner) skip() (normal bool) {
	normal = true
	for depth := 0; ; {
		switch s.data[s.pos] {
		case '"':
			normal = s.skipText() && normal
		case '{', '[':
			depth++
			s.pos++
		case '}', ']':
			depth--
			s.pos++
		case ' ', '\t', '\n', '\r':
			normal = false
			s.pos++
			continue
		case ',', ':':
			s.pos++
			continue
		default:
			s.skipScalar()
		}
		if depth == 0 {
			return normal
		}
	}
}

// skipText goes past the text at hand and reports whether it stands between its quotes as it is: valid and without escapes.
func (s *scanner) skipText() (plain bool) {
	start := s.pos + 1
	var all byte
	plain = true
	for i := start; ; i++ {
		switch c := s.data[i]; c {
		case '"':
			s.pos = i + 1
			return plain && (all < utf8.RuneSelf || utf8.Valid(s.data[start:i]))
		case '\\':
			plain = false
			i++
		default:
			all |= c
		}
	}
}

// skipScalar goes past the number or literal at hand.
func (s *scanner) skipScalar() {
	for ; s.pos < len(s.data); s.pos++ {
		switch s.data[s.pos] {
		case ',', '}', ']', ' ', '\t', '\n', '\r':
			return
		}
	}
}

// scalar returns the number or literal at hand.
func (s *scanner) scalar() []byte {
	start := s.pos
	s.skipScalar()
	return s.data[start:s.pos]
}

// text returns what the text at hand says. It is valid until the next text.
func (s *scanner) text() []byte {
	start := s.pos
	if s.skipText() {
		return s.data[start+1 : s.pos-1]
	}
	if most := 3 * (s.pos - start); most > cap(s.scratch) { // a byte that is replaced becomes three
		if !s.budget.payBytes(2 * most) {
			return nil
		}
		s.scratch = make([]byte, 0, 2*most)
	}
	// The error says that there was invalid UTF-8, which is replaced.
	s.scratch, _ = jsontext.AppendUnquote(s.scratch[:0], s.data[start:s.pos])
	return s.scratch
}

// keep returns a copy of the value at hand for Extra.
func (s *scanner) keep() jsonv1.RawMessage {
	start := s.pos
	if s.skip() {
		return s.clone(s.data[start:s.pos])
	}
	if !s.budget.payBytes(4 * (s.pos - start)) {
		return nil
	}
	if s.syntax == nil {
		s.syntax = syntax()
	}
	return normalize(s.data[start:s.pos], s.syntax)
}

// clone copies data, or returns nil if there is no memory for it.
func (s *scanner) clone(data []byte) []byte {
	if !s.budget.payBytes(len(data)) {
		return nil
	}
	return bytes.Clone(data)
}

// string is clone for text.
func (s *scanner) string(text []byte) string {
	if !s.budget.payBytes(len(text)) {
		return ""
	}
	return string(text)
}

// countElements returns how many elements follow in the array at hand, from the beginning of one or from the closing bracket.
func (s *scanner) countElements() int {
	ahead := scanner{data: s.data, pos: s.pos}
	n := 0
	for c := ahead.next(); c != ']' && c != '}'; c = ahead.next() {
		ahead.skip()
		n++
	}
	return n
}

// normalize writes a valid JSON value in the one way that survives encoding: encoders remove white space and escape differently.
func normalize(data []byte, syntax json.Options) jsonv1.RawMessage {
	kept, err := jsontext.AppendFormat(nil, data, syntax)
	if err != nil { // not of valid JSON
		return bytes.Clone(data)
	}
	return kept
}

// isEmptyText reports whether "" is at hand.
func (s *scanner) isEmptyText() bool {
	return s.data[s.pos] == '"' && s.data[s.pos+1] == '"'
}

// isNumberedObject reports whether the value at hand is an object whose first member is named by a number.
func (s *scanner) isNumberedObject() bool {
	if s.data[s.pos] != '{' {
		return false
	}
	peek := scanner{data: s.data, pos: s.pos + 1}
	if peek.next() == '}' {
		return false
	}
	start := peek.pos + 1
	peek.skipText() // a number needs no escapes
	name := s.data[start : peek.pos-1]
	return len(name) > 0 && len(bytes.Trim(name, "0123456789")) == 0
}

// isEmptyObject reports whether {} is at hand.
func (s *scanner) isEmptyObject() bool {
	inner := scanner{data: s.data, pos: s.pos + 1}
	return s.data[s.pos] == '{' && inner.next() == '}'
}

// isEmptyArray reports whether [] is at hand.
func (s *scanner) isEmptyArray() bool {
	inner := scanner{data: s.data, pos: s.pos + 1}
	return s.data[s.pos] == '[' && inner.next() == ']'
}
