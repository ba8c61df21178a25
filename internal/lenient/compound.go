package lenient

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

func (pl planner) pointer(t reflect.Type) codec {
	element := pl.codec(t.Elem())
	return codec{
		read: func(s *scanner, target reflect.Value) outcome {
			if !s.budget.payType(t.Elem()) {
				return misfit
			}
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
	none := reflect.MakeSlice(t, 0, 0)
	return codec{
		read: func(s *scanner, target reflect.Value) outcome {
			if s.isEmptyArray() {
				s.skip()
				target.Set(none)
				return fit
			}
			return readElements(s, target, &element)
		},
		write: func(enc *jsontext.Encoder, source reflect.Value) error {
			return writeArray(enc, source, &element, nil)
		},
		element: &element,
	}
}

// readElements appends the elements of the value at hand to the slice, or the value itself, if it is no array.
func readElements(s *scanner, slice reflect.Value, element *codec) outcome {
	numbered := s.isNumberedObject() // PHP's way of writing a list with gaps
	if s.data[s.pos] != '[' && !numbered {
		if s.data[s.pos] == 'n' || s.isEmptyText() || s.isEmptyObject() {
			s.skip()
			return nothing
		}
		return readElement(s, slice, element)
	}
	var odd []byte // a JSON array of the elements that do not fit
	s.pos++
	for c := s.next(); c != ']' && c != '}'; c = s.next() {
		if numbered {
			s.skipText()
			s.next()
		}
		if !numbered && slice.Len() == slice.Cap() && slice.Len() >= manyElements {
			grow(s, slice, s.countElements())
		}
		start := s.pos
		if readElement(s, slice, element) == misfit {
			s.pos = start
			odd = s.appendElement(odd, s.keep())
		}
		if s.budget.spent() {
			return misfit
		}
	}
	s.pos++
	s.odd = odd
	return fit
}

// manyElements are so many that it is worth while to count the rest, and to get room for all at once.
const manyElements = 16

// grow makes room for n more elements.
func grow(s *scanner, slice reflect.Value, n int) {
	n = max(n, 1)
	if s.budget.pay((slice.Len() + n) * (int(slice.Type().Elem().Size()) + 8)) {
		slice.Grow(n)
	}
}

// readElement appends the value at hand to the slice, if there is anything in it.
func readElement(s *scanner, slice reflect.Value, element *codec) outcome {
	n := slice.Len()
	if n == slice.Cap() {
		grow(s, slice, n)
	}
	if s.budget.spent() {
		return misfit
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
func (s *scanner) appendElement(array []byte, element json.RawMessage) []byte {
	if need := len(array) + len(element) + 2; need > cap(array) {
		if !s.budget.payBytes(2 * need) {
			return array
		}
		array = slices.Grow(array, 2*need-len(array))
	}
	if len(array) == 0 {
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
		start := s.pos
		s.skip()
		all = append(all, raw[start:s.pos])
	}
	return all
}

func (pl planner) mapping(t reflect.Type) codec {
	element := pl.codec(t.Elem())
	return codec{
		read: func(s *scanner, target reflect.Value) outcome {
			switch s.data[s.pos] {
			case '{':
				return readEntries(s, target, &element)
			case 'n':
				return readNothing(s, target)
			case '[', '"':
				return readIfEmpty(s, target)
			}
			return misfit
		},
		write: func(enc *jsontext.Encoder, source reflect.Value) error {
			return writeEntries(enc, source, &element, nil)
		},
		entry: &element,
	}
}

// readEntries reads the object at hand into a map. Entries that do not fit are odd, unless none fits.
func readEntries(s *scanner, target reflect.Value, element *codec) outcome {
	s.budget.pay(mapFirst)
	t := target.Type()
	entries := reflect.MakeMap(t)
	var odd map[string]json.RawMessage
	s.pos++
	for s.next() != '}' {
		if !s.budget.pay(mapEntry + 4*int(t.Elem().Size())) {
			return misfit
		}
		name := s.string(s.text())
		s.next()
		key := reflect.New(t.Key()).Elem()
		key.SetString(name)
		value := reflect.New(t.Elem()).Elem()
		start := s.pos
		if element.read(s, value) == misfit || s.odd != nil { // a value that fits in part is kept in one piece
			s.odd = nil
			s.pos = start
			if odd == nil {
				odd = map[string]json.RawMessage{}
			}
			odd[name] = s.keep()
			entries.SetMapIndex(key, reflect.Value{}) // of two entries with one name the last wins
		} else {
			delete(odd, name)
			entries.SetMapIndex(key, value)
		}
		if s.budget.spent() {
			return misfit
		}
	}
	s.pos++
	if len(odd) > 0 {
		if entries.Len() == 0 {
			return misfit
		}
		s.odd = s.object(odd)
	}
	target.Set(entries)
	return fit
}

// object returns the JSON object with these members.
func (s *scanner) object(members map[string]json.RawMessage) json.RawMessage {
	n := 1
	for name, raw := range members {
		n += 2*len(name) + len(raw) + 4
	}
	if !s.budget.payBytes(n) {
		return nil
	}
	b := append(make(json.RawMessage, 0, n), '{')
	for i, name := range slices.Sorted(maps.Keys(members)) {
		if i > 0 {
			b = append(b, ',')
		}
		b, _ = jsontext.AppendQuote(b, name) // it is valid UTF-8
		b = append(append(b, ':'), members[name]...)
	}
	return append(b, '}')
}

// writeEntries writes the map and what was odd among its entries, by name.
func writeEntries(enc *jsontext.Encoder, source reflect.Value, element *codec, odd map[string]json.RawMessage) error {
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	names := make([]string, 0, source.Len()+len(odd))
	for _, key := range source.MapKeys() {
		if _, ok := odd[key.String()]; !ok {
			names = append(names, key.String())
		}
	}
	names = slices.AppendSeq(names, maps.Keys(odd))
	slices.Sort(names)
	for _, name := range names {
		if err := enc.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if raw, ok := odd[name]; ok {
			if err := writeKept(enc, raw); err != nil {
				return err
			}
			continue
		}
		key := reflect.New(source.Type().Key()).Elem()
		key.SetString(name)
		value := reflect.New(source.Type().Elem()).Elem()
		value.Set(source.MapIndex(key))
		if err := element.write(enc, value); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndObject)
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
