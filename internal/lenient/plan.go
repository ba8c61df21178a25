package lenient

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// An outcome says how a value was read.
type outcome int

const (
	misfit  outcome = iota // not at all; the scanner may stand anywhere
	nothing                // as the absence of a value; the target is zero
	fit
)

// A codec reads and writes one Go type.
type codec struct {
	// read reads the value at hand into target, which is zero.
	read  func(s *scanner, target reflect.Value) outcome
	write func(enc *jsontext.Encoder, source reflect.Value) error

	element *codec // of a slice
	entry   *codec // of a map
}

// A structPlan is what there is to know of a struct type, found out once.
type structPlan struct {
	fields  []*field
	members [][]member // by the length of the member's name, since few have the same and comparing is cheaper than hashing

	extra, raw             int // indices of these fields, or -1
	textField, numberField *field
	document, merge        bool
	quoted                 bool // it is read from JSON inside a JSON string, too, as one with raw is
}

type field struct {
	name     string
	index    int
	bit      uint64 // of the field in a set; 0 where there are too many
	omitZero bool
	codec    codec
}

// A member is one that is declared, by the field's name or by its alternative one.
type member struct {
	*field
	name        string
	alternative bool
}

func (p *structPlan) addMember(m member) {
	for len(p.members) <= len(m.name) {
		p.members = append(p.members, nil)
	}
	p.members[len(m.name)] = append(p.members[len(m.name)], m)
}

// member returns what is declared by the name, or a member without a field.
func (p *structPlan) member(name []byte) member {
	if len(name) < len(p.members) {
		for _, m := range p.members[len(name)] {
			if m.name == string(name) {
				return m
			}
		}
	}
	return member{}
}

// plans holds a *structPlan for each reflect.Type that was asked for. A decoding's result never depends on what is in it.
var plans sync.Map //nolint:gochecknoglobals // methods such as UnmarshalJSON have no place to hand a cache through

func planOf(t reflect.Type) *structPlan {
	if p, ok := plans.Load(t); ok {
		return p.(*structPlan)
	}
	p, _ := plans.LoadOrStore(t, planner{}.plan(t))
	return p.(*structPlan)
}

// A planner holds the plans that are being made, since types may contain themselves.
type planner map[reflect.Type]*structPlan

func (pl planner) plan(t reflect.Type) *structPlan {
	if p, ok := pl[t]; ok {
		return p
	}
	p := &structPlan{extra: -1, raw: -1}
	pl[t] = p
	for sf := range t.Fields() {
		if sf.IsExported() {
			pl.add(p, sf)
		}
	}
	return p
}

func (pl planner) add(p *structPlan, sf reflect.StructField) {
	name, options, _ := strings.Cut(sf.Tag.Get("json"), ",")
	words := strings.Split(sf.Tag.Get("lenient"), ",")
	switch {
	case sf.Type == reflect.TypeFor[map[string]json.RawMessage]() && strings.Contains(options, "embed"):
		p.extra = sf.Index[0]
	case name == "-" && words[0] == "raw":
		p.raw = sf.Index[0]
	case name == "-" || name == "":
		return
	default:
		f := &field{name: name, index: sf.Index[0], bit: 1 << len(p.fields), omitZero: options == "omitzero", codec: pl.codec(sf.Type)}
		p.fields = append(p.fields, f)
		p.addMember(member{field: f, name: name})
		for _, word := range words {
			switch other, isOther := strings.CutPrefix(word, "or="); {
			case word == "text":
				p.textField = f
			case word == "number":
				p.numberField = f
			case isOther:
				p.addMember(member{field: f, name: other, alternative: true})
			}
		}
	}
	for _, word := range words {
		switch word {
		case "document":
			p.document = true
		case "merge":
			p.merge = true
		case "quoted":
			p.quoted = true
		}
	}
}

// A secret is a credential, such as acrcloud.Secret.
type secret interface {
	encoding.TextUnmarshaler
	Reveal() string
}

func (pl planner) codec(t reflect.Type) codec {
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		return codec{read: readRaw, write: writeRaw}
	case t == reflect.TypeFor[time.Time]():
		return codec{read: readTime, write: writeTime}
	case reflect.PointerTo(t).Implements(reflect.TypeFor[secret]()):
		return codec{read: readSecret, write: writeSecret}
	}
	switch t.Kind() {
	case reflect.String:
		return codec{read: readString, write: writeString}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return codec{read: readInt, write: writeInt}
	case reflect.Float32, reflect.Float64:
		return codec{read: readFloat, write: writeFloat}
	case reflect.Bool:
		return codec{read: readBool, write: writeBool}
	case reflect.Pointer:
		return pl.pointer(t)
	case reflect.Slice:
		return pl.slice(t)
	case reflect.Struct:
		p := pl.plan(t)
		return codec{read: p.read, write: p.write}
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return pl.mapping(t)
		}
	}
	return codec{read: readUnsupported, write: writeUnsupported}
}
