package lenient

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// read reads a struct from whatever it may have been given as.
func (p *structPlan) read(s *scanner, target reflect.Value) outcome {
	start := s.pos
	how := p.readShape(s, target)
	if p.raw >= 0 && how != misfit && s.data[start] != '"' {
		target.Field(p.raw).SetBytes(bytes.Clone(s.data[start:s.pos]))
	}
	return how
}

func (p *structPlan) readShape(s *scanner, target reflect.Value) outcome {
	target.SetZero()
	switch s.data[s.pos] {
	case '{':
		p.readObject(s, target)
		return fit
	case '[':
		return p.readList(s, target)
	case 'n':
		return readNothing(s, target)
	case '"':
		switch {
		case s.isEmptyText():
			return readNothing(s, target)
		case p.textField != nil:
			return p.textField.codec.read(s, target.Field(p.textField.index))
		case p.raw >= 0:
			return p.readQuoted(s, target)
		}
	case 't', 'f':
	default:
		if p.numberField != nil {
			return p.numberField.codec.read(s, target.Field(p.numberField.index))
		}
	}
	return misfit
}

// readQuoted reads JSON from inside a JSON string, where it may not be inside one again.
func (p *structPlan) readQuoted(s *scanner, target reflect.Value) outcome {
	text := bytes.Clone(s.text())
	if len(bytes.TrimSpace(text)) == 0 {
		return nothing
	}
	if validate(text) != nil {
		return misfit
	}
	inner := scanner{data: text}
	if inner.next() == '"' {
		return misfit
	}
	return p.read(&inner, target)
}

// readList reads an object from an array: the empty one that PHP writes for an empty object, one object, or several to merge.
func (p *structPlan) readList(s *scanner, target reflect.Value) outcome {
	s.pos++
	all := gathering{}
	n := 0
	for ; s.next() != ']'; n++ {
		if s.data[s.pos] != '{' || n > 0 && !p.merge {
			return misfit
		}
		if n == 0 {
			p.readObject(s, target)
			continue
		}
		if n == 1 {
			all.add(p.extraOf(target))
		}
		one := reflect.New(target.Type()).Elem()
		p.readObject(s, one)
		for _, f := range p.fields {
			if f.codec.element != nil {
				into := target.Field(f.index)
				into.Set(reflect.AppendSlice(into, one.Field(f.index)))
			}
		}
		all.add(p.extraOf(one))
	}
	s.pos++
	if n == 0 {
		return nothing
	}
	if len(all) > 0 {
		target.Field(p.extra).Set(reflect.ValueOf(all.members(p)))
	}
	return fit
}

func (p *structPlan) extraOf(target reflect.Value) map[string]json.RawMessage {
	if p.extra < 0 {
		return nil
	}
	extra, _ := reflect.TypeAssert[map[string]json.RawMessage](target.Field(p.extra))
	return extra
}

// A gathering is the Extra of objects that are merged: by name, what each of them had.
type gathering map[string][]json.RawMessage

func (g gathering) add(extra map[string]json.RawMessage) {
	for name, raw := range extra {
		g[name] = append(g[name], raw)
	}
}

// members are the merged objects' Extra: an array of all elements for what several of them had, and for what belongs to a slice, to
// stand after the elements that fit.
func (g gathering) members(p *structPlan) map[string]json.RawMessage {
	merged := make(map[string]json.RawMessage, len(g))
	for name, list := range g {
		m := p.member([]byte(name))
		if len(list) == 1 && (m.field == nil || m.codec.element == nil) {
			merged[name] = list[0]
			continue
		}
		merged[name] = join(list)
	}
	return merged
}

// join makes one JSON array of the elements of all.
func join(all []json.RawMessage) json.RawMessage {
	var array []byte
	for _, some := range all {
		for _, raw := range elements(some) {
			array = appendElement(array, raw)
		}
	}
	if array == nil {
		return json.RawMessage(`[]`)
	}
	return array
}

// readObject reads the object at hand into target, which is zero.
func (p *structPlan) readObject(s *scanner, target reflect.Value) {
	var (
		kept    map[string]json.RawMessage
		misfits bool // kept has declared names too

		// What an alternative name has is read when the field itself has been.
		other    member
		otherPos int
	)
	keep := func(name string, raw json.RawMessage) {
		if p.extra < 0 {
			return
		}
		if kept == nil {
			kept = map[string]json.RawMessage{}
		}
		kept[name] = raw
	}
	read := func(name string, f *field, into reflect.Value) {
		start := s.pos
		s.odd = nil
		how := f.codec.read(s, into)
		switch {
		case how == misfit:
			into.SetZero()
			s.pos = start
			keep(name, s.keep())
			misfits = true
		case s.odd != nil:
			keep(name, s.odd)
			s.odd = nil
			misfits = true
		case misfits: // the last of two members with one name wins, whichever of them fits
			delete(kept, name)
		}
	}
	s.pos++
	for s.next() != '}' {
		name := s.text()
		m := p.member(name)
		switch {
		case m.field == nil:
			name := string(name)
			s.next()
			keep(name, s.keep())
		case m.alternative:
			s.next()
			other, otherPos = m, s.pos
			s.skip()
		default:
			s.next()
			read(m.name, m.field, target.Field(m.index))
		}
	}
	s.pos++
	if other.field != nil {
		end := s.pos
		s.pos = otherPos
		into := target.Field(other.index)
		more := reflect.New(into.Type()).Elem()
		read(other.name, other.field, more)
		addMissing(into, more)
		s.pos = end
	}
	if len(kept) > 0 {
		*target.Field(p.extra).Addr().Interface().(*map[string]json.RawMessage) = kept
	}
}

// addMissing appends to a slice of strings those of more that it does not have.
func addMissing(target, more reflect.Value) {
	into, ok := reflect.TypeAssert[*[]string](target.Addr())
	if !ok {
		return
	}
	has := make(map[string]bool, len(*into)+more.Len())
	for _, text := range *into {
		has[text] = true
	}
	for i := range more.Len() {
		if text := more.Index(i).String(); !has[text] {
			has[text] = true
			*into = append(*into, text)
		}
	}
}

// write writes the declared members in their order, then what Extra has, by name. A member that is in Extra under a declared name
// did not fit its field, and is written in place of it.
func (p *structPlan) write(enc *jsontext.Encoder, source reflect.Value) error {
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	var extra map[string]json.RawMessage
	if p.extra >= 0 {
		extra = source.Field(p.extra).Interface().(map[string]json.RawMessage)
	}
	for _, f := range p.fields {
		value := source.Field(f.index)
		odd, isOdd := extra[f.name]
		if !isOdd && f.omitZero && value.IsZero() {
			continue
		}
		if err := enc.WriteToken(jsontext.String(f.name)); err != nil {
			return err
		}
		var err error
		switch {
		case !isOdd:
			err = f.codec.write(enc, value)
		case f.codec.element != nil && value.Len() > 0:
			err = writeArray(enc, value, f.codec.element, odd)
		default:
			err = writeKept(enc, odd)
		}
		if err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if m := p.member([]byte(name)); m.field != nil && !m.alternative {
			continue
		}
		if err := enc.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if err := writeKept(enc, extra[name]); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndObject)
}
