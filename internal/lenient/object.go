package lenient

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// read reads a struct from any JSON value that can stand for it.
func (p *structPlan) read(s *scanner, target reflect.Value) outcome {
	start := s.pos
	how := p.readShape(s, target)
	if p.raw >= 0 && how != misfit && s.data[start] != '"' {
		target.Field(p.raw).SetBytes(s.clone(s.data[start:s.pos]))
	}
	return how
}

func (p *structPlan) readShape(s *scanner, target reflect.Value) outcome {
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
		case p.raw >= 0 || p.quoted:
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
	text := withoutMark(s.clone(s.text()))
	if len(bytes.TrimSpace(text)) == 0 {
		return nothing
	}
	if validate(text) != nil {
		return misfit
	}
	inner := scanner{data: text, budget: s.budget}
	if inner.next() == '"' {
		return misfit
	}
	return p.read(&inner, target)
}

// readList reads an object from an array: the empty one that PHP writes for an empty object, one object, or several to merge.
func (p *structPlan) readList(s *scanner, target reflect.Value) outcome {
	s.pos++
	start := len(s.kept)
	n := 0
	for ; s.next() != ']'; n++ {
		if s.data[s.pos] != '{' || n > 0 && !p.merge || s.budget.spent() {
			s.kept = s.kept[:start]
			return misfit
		}
		p.readMembers(s, target, n > 0)
	}
	s.pos++
	if n > 1 {
		s.mergeKept(start, p)
	}
	p.setExtra(s, target, start)
	if n == 0 {
		return nothing
	}
	return fit
}

// readObject reads the object at hand into target, which is zero.
func (p *structPlan) readObject(s *scanner, target reflect.Value) {
	start := len(s.kept)
	p.readMembers(s, target, false)
	p.setExtra(s, target, start)
}

// readMembers reads the members of the object at hand into target's fields, and leaves those for Extra in s.kept, each name once. Where
// others were read before, to merge with, lists are added to, and the other fields stay.
func (p *structPlan) readMembers(s *scanner, target reflect.Value, others bool) {
	var (
		start   = len(s.kept)
		misfits bool   // what is kept has declared names too
		seen    uint64 // the fields that were read

		// What an alternative name has is read when the field itself has been.
		other    member
		otherPos int
	)
	read := func(name string, f *field, into reflect.Value) {
		at := s.pos
		s.odd = nil
		var how outcome
		switch {
		case !others:
			if seen&f.bit != 0 || f.bit == 0 {
				into.SetZero() // of two members with one name the last wins
			}
			seen |= f.bit
			how = f.codec.read(s, into)
		case f.codec.element != nil:
			how = readElements(s, into, f.codec.element)
		default:
			s.skip()
			how = fit
		}
		switch {
		case s.budget.spent():
		case how == misfit:
			if !others {
				into.SetZero()
			}
			s.pos = at
			s.addKept(name, s.keep())
			misfits = true
		case s.odd != nil:
			s.addKept(name, s.odd)
			s.odd = nil
			misfits = true
		case misfits: // the last of two members with one name wins, whichever of them fits
			s.addKept(name, nil)
		}
	}
	s.pos++
	for s.next() != '}' {
		name := s.text()
		m := p.member(name)
		switch {
		case m.field == nil && p.extra < 0:
			s.next()
			s.skip()
		case m.field == nil:
			name := s.string(name)
			s.next()
			s.addKept(name, s.keep())
		case m.alternative:
			s.next()
			other, otherPos = m, s.pos
			s.skip()
		default:
			s.next()
			read(m.name, m.field, target.Field(m.index))
		}
		if s.budget.spent() {
			return
		}
	}
	s.pos++
	if other.field != nil {
		end := s.pos
		s.pos = otherPos
		into := target.Field(other.index)
		more := reflect.New(into.Type()).Elem()
		read(other.name, other.field, more)
		addMissing(s, into, more)
		s.pos = end
	}
	s.lastOfEach(start)
}

// setExtra moves what was kept of an object to its Extra.
func (p *structPlan) setExtra(s *scanner, target reflect.Value, start int) {
	kept := s.kept[start:]
	s.kept = s.kept[:start]
	if len(kept) == 0 || p.extra < 0 || !s.budget.pay(mapFirst+mapEntry/2*len(kept)) {
		return
	}
	extra := make(map[string]json.RawMessage, len(kept))
	for _, m := range kept {
		extra[m.name] = m.raw
	}
	clear(kept) // or the garbage collector finds it from here
	*target.Field(p.extra).Addr().Interface().(*map[string]json.RawMessage) = extra
}

// addMissing appends to a slice of strings those of more that it does not have.
func addMissing(s *scanner, target, more reflect.Value) {
	into, ok := reflect.TypeAssert[*[]string](target.Addr())
	n := more.Len() + target.Len()
	if !ok || n == 0 || !s.budget.pay(mapFirst+n*(mapEntry/4+2*16)) {
		return
	}
	has := make(map[string]bool, n)
	for _, text := range *into {
		has[text] = true
	}
	*into = slices.Grow(*into, more.Len())
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
		case f.codec.entry != nil && value.Len() > 0:
			var entries map[string]json.RawMessage
			if json.Unmarshal(odd, &entries) != nil { // the caller's own
				err = writeKept(enc, odd)
				break
			}
			err = writeEntries(enc, value, f.codec.entry, entries)
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
