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
	how := nothing
	for s.next() != ']' {
		if s.data[s.pos] != '{' || how == fit && !p.merge {
			return misfit
		}
		if how == nothing {
			p.readObject(s, target)
			how = fit
			continue
		}
		one := reflect.New(target.Type()).Elem()
		p.readObject(s, one)
		p.mergeInto(target, one)
	}
	s.pos++
	return how
}

// mergeInto appends the slices of one to those of target and adds its Extra.
func (p *structPlan) mergeInto(target, one reflect.Value) {
	for _, f := range p.fields {
		if f.codec.element != nil {
			into := target.Field(f.index)
			into.Set(reflect.AppendSlice(into, one.Field(f.index)))
		}
	}
	if p.extra < 0 {
		return
	}
	kept := target.Field(p.extra).Addr().Interface().(*map[string]json.RawMessage)
	more := one.Field(p.extra).Interface().(map[string]json.RawMessage)
	if *kept == nil {
		*kept = more
		more = nil
	}
	for name, raw := range more {
		if earlier, ok := (*kept)[name]; ok {
			raw = join(earlier, raw)
		}
		(*kept)[name] = raw
	}
	for name, raw := range *kept {
		if m := p.member([]byte(name)); m.field != nil && m.codec.element != nil {
			(*kept)[name] = join(raw, nil) // to stand after the elements that fit
		}
	}
}

// join makes one JSON array of the elements of two.
func join(a, b json.RawMessage) json.RawMessage {
	var array []byte
	for _, raw := range slices.Concat(elements(a), elements(b)) {
		array = appendElement(array, raw)
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
	for i := range more.Len() {
		if text := more.Index(i).String(); !slices.Contains(*into, text) {
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
