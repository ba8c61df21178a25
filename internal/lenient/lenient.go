// Package lenient reads JSON whose values change type from document to document, and loses nothing of it. It is the one place
// where the SDK is tolerant: the types say by their struct tags what they are made of, and this package says what is accepted.
//
// # What is accepted
//
// Each field is read by its Go type, so that one odd value never fails a document:
//
//   - text from text, a number (digit for digit), true or false;
//   - a whole number from a number or a numeric text, a fraction being rounded; a float64 likewise;
//   - true and false also from 1, 0, "1", "0", "true", "false";
//   - a [time.Time] from what PHP, MySQL and JavaScript write: "2006-01-02 15:04:05" or RFC 3339, with or without seconds, fractions
//     of seconds and a zone, UTC being meant where none is given; a date alone; RFC 1123; seconds, milliseconds or microseconds since
//     1970; the object that PHP makes of a DateTime. A date of zeros is nothing;
//   - a struct from an object, from an array of exactly one object, and from [], which is how PHP writes an empty object;
//   - a slice from an array, or from a single element in place of one ({} being none); a map from an object or [];
//   - null as nothing, anywhere; "" as nothing wherever it is not text.
//
// A byte order mark before the document is skipped. Nothing leaves the field zero, a pointer nil, and is no element of a slice. Invalid UTF-8 becomes U+FFFD, and of two members
// with one name the last wins. Broken syntax is an error, and nesting is limited by jsontext (10,000 levels).
//
// # What does not fit
//
// A struct may have a field `Extra map[string]json.RawMessage` with the tag `json:",embed,inline"`. Members that are not declared
// are kept in it, and so is a declared member that fits no reading above: its field stays zero. Of a slice only the elements that
// do not fit go to Extra, as an array, under the slice's name: the good rows stay typed beside one odd one, and are written again
// with the odd ones after them. Of a map only the entries that do not fit go there, as an object. What is kept is written compactly, its strings with the fewest escapes and its numbers digit for
// digit, which is what makes a value that is decoded, encoded and decoded again equal to itself.
//
// # Tags
//
// `json:"name"` declares a field and `omitzero` leaves it out while it is zero; there are no other options, and embedded structs
// are not looked into. `lenient:"…"` adds to it, on a field:
//
//   - text: a struct given as a bare text holds it in this field;
//   - number: a struct given as a bare number holds it in this field;
//   - or=name: the []string field also takes what the member of that name has;
//
// on the field Extra:
//
//   - document: the struct's methods refuse a top level that is neither an object nor null;
//   - merge: an array of several objects is read as one object, the slices of all in one;
//
// and on a []byte field that is itself not a member (`json:"-"`):
//
//   - raw: it gets the bytes that the struct was read from, and the struct is also read from a JSON string that holds its JSON.
//
// A type with a method Reveal() string and UnmarshalText is a secret: it takes any value, as text or as the JSON that it is, and
// neither it nor a text that it refuses ever goes to Extra, where it could be printed.
package lenient

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Unmarshal reads a whole document into the struct that v points to, replacing what is there. The document must be an object,
// unless the struct has a raw field.
func Unmarshal(data []byte, v any) error { return unmarshal(data, v, newBudget(data)) }

// UnmarshalInner is [Unmarshal] for a document that was in a string of another one. Reading that one has taken its share of the memory.
func UnmarshalInner(data []byte, v any) error { return unmarshal(data, v, innerBudget(data)) }

func unmarshal(data []byte, v any, b *budget) error {
	data = withoutMark(data)
	if err := validate(data); err != nil {
		return err
	}
	p, target, err := structOf(v)
	if err != nil {
		return err
	}
	s := scanner{data: data, budget: b}
	if first := s.next(); first != '{' && p.raw < 0 {
		return notAnObject(first)
	}
	return p.readEntry(&s, target)
}

// UnmarshalJSON is the body of a type's method of that name. It reads what a method is given: a member of any shape for most types,
// which cannot know whether they are one.
func UnmarshalJSON(data []byte, v any) error {
	data = withoutMark(data)
	if err := validate(data); err != nil {
		return err
	}
	p, target, err := structOf(v)
	if err != nil {
		return err
	}
	s := scanner{data: data, budget: newBudget(data)}
	if first := s.next(); p.document && first != '{' && first != 'n' {
		return notAnObject(first)
	}
	return p.readEntry(&s, target)
}

// MarshalJSON is the body of a type's method of that name.
func MarshalJSON(v any) ([]byte, error) {
	return json.Marshal(writerTo{v}, syntax())
}

// writerTo lets json.Marshal lend its pooled encoder to a struct.
type writerTo struct{ v any }

func (w writerTo) MarshalJSONTo(enc *jsontext.Encoder) error {
	p, source, err := structOf(w.v)
	if err != nil {
		return err
	}
	return p.write(enc, source)
}

// syntax is what is accepted beyond what jsontext does.
func syntax() json.Options {
	return json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// withoutMark takes away the byte order mark that some servers and editors put before JSON.
func withoutMark(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\ufeff")) }

// validate says what is wrong with the syntax of data, which is one JSON value. All that comes after it relies on it.
func validate(data []byte) error {
	if jsontext.Value(data).IsValid(syntax()) {
		return nil
	}
	var value jsontext.Value
	if err := json.Unmarshal(data, &value, syntax()); err != nil {
		return err
	}
	return errors.New("not a JSON value")
}

func (p *structPlan) readEntry(s *scanner, target reflect.Value) error {
	target.SetZero()
	first := s.next()
	how := p.read(s, target)
	switch {
	case s.budget.spent():
		target.SetZero()
		return ErrTooLarge
	case how == misfit:
		target.SetZero()
		return notAnObject(first)
	}
	return nil
}

func structOf(v any) (*structPlan, reflect.Value, error) {
	pointer := reflect.ValueOf(v)
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() || pointer.Type().Elem().Kind() != reflect.Struct {
		return nil, reflect.Value{}, fmt.Errorf("a %T is not a pointer to a struct, or is nil", v)
	}
	return planOf(pointer.Type().Elem()), pointer.Elem(), nil
}

func notAnObject(first byte) error {
	what := "a number"
	switch first {
	case '{':
		what = "an object that does not fit"
	case '[':
		what = "an array"
	case '"':
		what = "a string"
	case 'n':
		what = "null"
	case 't', 'f':
		what = "a boolean"
	}
	return fmt.Errorf("%s where a JSON object was expected", what)
}
