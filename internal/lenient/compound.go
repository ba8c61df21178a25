package lenient

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

func (pl planner) pointer(t reflect.Type) codec {
	element := pl.codec(t.Elem())
	return codec{
		read: func(s *scanner, target reflect.Value) outcome {
			pointer := reflect.New(t.Elem())
			how := element.read(s, pointer.Elem())
			if how == fit {
				target.Set(pointer)
			} else {
				target.SetZero()
			}
			return how
		},
		write: func(enc *jsontext.Encoder, source reflect.Value) error {
			if source.IsNil() {
				return enc.WriteToken(jsontext.Null)
			}
			return element.write(enc, source.Elem())
		},
	}
}

func (pl planner) slice(t reflect.Type) codec {
	element := pl.codec(t.Elem())
	return codec{
		read: func(s *scanner, target reflect.Value) outcome {
			target.SetZero()
			numbered := s.isNumberedObject() // PHP's way of writing a list with gaps
			if s.data[s.pos] != '[' && !numbered {
				if s.data[s.pos] == 'n' || s.isEmptyText() || s.isEmptyObject() {
					return readNothing(s, target)
				}
				return readElement(s, target, &element)
			}
			var odd []byte // a JSON array of the elements that do not fit
			empty := true
			s.pos++
			for c := s.next(); c != ']' && c != '}'; c = s.next() {
				if numbered {
					s.text()
					s.next()
				}
				empty = false
				start := s.pos
				if readElement(s, target, &element) == misfit {
					s.pos = start
					odd = appendElement(odd, s.keep())
				}
			}
			s.pos++
			s.odd = odd
			if empty {
				target.Set(reflect.MakeSlice(t, 0, 0))
			}
			return fit
		},
		write: func(enc *jsontext.Encoder, source reflect.Value) error {
			return writeArray(enc, source, &element, nil)
		},
		element: &element,
	}
}

// readElement appends the value at hand to the slice, if there is anything in it.
func readElement(s *scanner, slice reflect.Value, element *codec) outcome {
	n := slice.Len()
	if n == slice.Cap() {
		slice.Grow(1)
	}
	slice.SetLen(n + 1)
	how := element.read(s, slice.Index(n))
	if s.odd != nil { // a list in a list is kept in one piece
		s.odd = nil
		how = misfit
	}
	if how != fit {
		slice.Index(n).SetZero()
		slice.SetLen(n)
		if n == 0 {
			slice.SetZero()
		}
	}
	return how
}

// appendElement adds an element to a JSON array. A nil array is empty.
func appendElement(array []byte, element json.RawMessage) []byte {
	if array == nil {
		array = append(array, '[')
	} else {
		array[len(array)-1] = ','
	}
	return append(append(array, element...), ']')
}

// writeArray writes the slice and, after it, what was odd among its elements.
func writeArray(enc *jsontext.Encoder, slice reflect.Value, element *codec, odd json.RawMessage) error {
	if err := enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for i := range slice.Len() {
		if err := element.write(enc, slice.Index(i)); err != nil {
			return err
		}
	}
	for _, raw := range elements(odd) {
		if err := writeKept(enc, raw); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndArray)
}

// elements returns those of a JSON array, or the single value that stands in place of one.
func elements(raw json.RawMessage) []json.RawMessage {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil
	}
	if validate(raw) != nil {
		return []json.RawMessage{raw} // for the encoder to refuse
	}
	s := scanner{data: raw}
	if s.next() != '[' {
		return []json.RawMessage{raw}
	}
	var all []json.RawMessage
	s.pos++
	for s.next() != ']' {
		all = append(all, s.keep())
	}
	return all
}

func (pl planner) mapping(t reflect.Type) codec {
	element := pl.codec(t.Elem())
	return codec{
		read: func(s *scanner, target reflect.Value) outcome {
			switch s.data[s.pos] {
			case '{':
			case 'n':
				return readNothing(s, target)
			case '[', '"':
				return readIfEmpty(s, target)
			default:
				return misfit
			}
			entries := reflect.MakeMap(t)
			s.pos++
			for s.next() != '}' {
				key := reflect.New(t.Key()).Elem()
				key.SetString(string(s.text()))
				s.next()
				value := reflect.New(t.Elem()).Elem()
				// A value of many parts that fits in part is kept in one piece.
				if element.read(s, value) == misfit || s.odd != nil {
					s.odd = nil
					return misfit
				}
				entries.SetMapIndex(key, value)
			}
			s.pos++
			target.Set(entries)
			return fit
		},
		write: func(enc *jsontext.Encoder, source reflect.Value) error {
			if err := enc.WriteToken(jsontext.BeginObject); err != nil {
				return err
			}
			keys := source.MapKeys()
			slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
			for _, key := range keys {
				if err := enc.WriteToken(jsontext.String(key.String())); err != nil {
					return err
				}
				value := reflect.New(t.Elem()).Elem()
				value.Set(source.MapIndex(key))
				if err := element.write(enc, value); err != nil {
					return err
				}
			}
			return enc.WriteToken(jsontext.EndObject)
		},
	}
}

// readIfEmpty reads [] or "" as nothing.
func readIfEmpty(s *scanner, target reflect.Value) outcome {
	start := s.pos
	s.pos++
	if s.data[start] == '"' && s.data[s.pos] != '"' || s.data[start] == '[' && s.next() != ']' {
		return misfit
	}
	s.pos++
	target.SetZero()
	return nothing
}
