package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxProblems limits the number of reported mistakes. A text with more is probably not a scenario.
const maxProblems = 20

// A reader collects mistakes.
type reader struct{ problems []Problem }

func (r *reader) add(at, message, remedy string) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{at, message, remedy})
	}
}

func (r *reader) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	return &Error{r.problems}
}

// An object is a JSON object that is read member by member. Members that are never read are reported as unknown.
type object struct {
	*reader

	at      string
	members map[string]json.RawMessage
	asked   map[string]bool
}

// decode reads one JSON value.
func decode(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("unexpected text after its end")
	}
	return nil
}

// object reads an object. Any other value has no members.
func (r *reader) object(at string, data json.RawMessage) *object {
	o := &object{reader: r, at: at, asked: map[string]bool{}}
	if err := decode(data, &o.members); err != nil || o.members == nil {
		r.add(at, "this is "+kind(data)+", not an object", `write it as {"name": value, …}`)
		o.members = map[string]json.RawMessage{}
	}
	return o
}

// kind names the type of a JSON value.
func kind(data json.RawMessage) string {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return "nothing"
	}
	switch data[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// place returns the place of a member.
func (o *object) place(name string) string {
	if o.at == "" {
		return name
	}
	return o.at + "." + name
}

// take returns a member if it is present and not null.
func (o *object) take(name string) (json.RawMessage, bool) {
	o.asked[name] = true
	data, ok := o.members[name]
	return data, ok && string(bytes.TrimSpace(data)) != "null"
}

func (o *object) has(name string) bool {
	_, ok := o.take(name)
	return ok
}

// read decodes a member if it is present.
func (o *object) read(name, wanted, example string, v any) bool {
	data, ok := o.take(name)
	if !ok {
		return false
	}
	if decode(data, v) != nil {
		o.add(o.place(name), "this is "+kind(data)+", not "+wanted, "write it as "+example)
		return false
	}
	return true
}

func (o *object) text(name string) (s string) {
	o.read(name, "a string", `"text"`, &s)
	return s
}

func (o *object) flag(name string) (b bool) {
	o.read(name, "a boolean", "true", &b)
	return b
}

func (o *object) texts(name string) (list []string) {
	if data, ok := o.take(name); ok && kind(data) == "a string" {
		return []string{o.text(name)}
	}
	o.read(name, "a string or a list of strings", `["text"]`, &list)
	return list
}

// integer reads a whole number from low to high.
func (o *object) integer(name string, low, high int64) int64 {
	var n json.Number
	if data, ok := o.take(name); !ok || kind(data) != "a number" || !o.read(name, "a number", "1", &n) {
		o.refuseKind(name, "a number", "a number", "1")
		return 0
	}
	i, err := n.Int64()
	if f, ferr := n.Float64(); err != nil && ferr == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		i, err = int64(f), nil
	}
	if err != nil || i < low || i > high {
		o.add(o.place(name), n.String()+" is out of range", fmt.Sprintf("use a whole number from %d to %d", low, high))
		return 0
	}
	return i
}

// refuseKind reports a member of the wrong type.
func (o *object) refuseKind(name, kindWanted, wanted, example string) {
	if data, ok := o.take(name); ok && kind(data) != kindWanted {
		o.add(o.place(name), "this is "+kind(data)+", not "+wanted, "write it as "+example)
	}
}

func (o *object) count(name string) int { return int(o.integer(name, 0, math.MaxInt32)) }

// number reads a number from low to high.
func (o *object) number(name string, low, high float64) float64 {
	var n json.Number
	if data, ok := o.take(name); !ok || kind(data) != "a number" || !o.read(name, "a number", "0.5", &n) {
		o.refuseKind(name, "a number", "a number", "0.5")
		return 0
	}
	f, err := n.Float64()
	if err != nil || f < low || f > high {
		o.add(o.place(name), n.String()+" is out of range", fmt.Sprintf("use a number from %v to %v", low, high))
		return 0
	}
	return f
}

// maxDuration is longer than anything waits.
const maxDuration = 100 * 365 * 24 * time.Hour

// duration reads a string such as "1m30s", or a number of seconds.
func (o *object) duration(name string) time.Duration {
	data, ok := o.take(name)
	if !ok {
		return 0
	}
	const remedy = `write a string such as "500ms", "30s" or "1m30s", or a number of seconds`
	var d time.Duration
	var err error
	switch kind(data) {
	case "a string":
		d, err = time.ParseDuration(o.text(name))
	case "a number":
		var seconds float64
		seconds, err = strconv.ParseFloat(string(bytes.TrimSpace(data)), 64)
		if math.Abs(seconds) > maxDuration.Seconds() {
			seconds = -1
		}
		d = time.Duration(seconds * float64(time.Second))
	default:
		err = errors.New("of another kind")
	}
	if err != nil || d < 0 || d > maxDuration {
		o.add(o.place(name), "this is not a duration", remedy)
		return 0
	}
	return d
}

// choice reads one of the known strings, or an empty one.
func (o *object) choice(name string, known ...string) string {
	s := o.text(name)
	if s != "" && !slices.Contains(known, s) {
		o.add(o.place(name), fmt.Sprintf("unknown value %q", s), oneOf(s, known))
		return ""
	}
	return s
}

// items returns the items of a list.
func (o *object) items(name string) (places []string, items []json.RawMessage) {
	o.read(name, "a list", "[…]", &items)
	for i := range items {
		places = append(places, o.place(name)+"["+strconv.Itoa(i)+"]")
	}
	return places, items
}

// header reads header fields: names with a string or a list of strings.
func (o *object) header(name string) http.Header {
	data, ok := o.take(name)
	if !ok {
		return nil
	}
	h := http.Header{}
	inner := o.object(o.place(name), data)
	for _, key := range slices.Sorted(maps.Keys(inner.members)) {
		for _, value := range inner.texts(key) {
			if !validHeader(key, value) {
				o.add(inner.place(key), "this is not a valid HTTP header", "use letters, digits and - in the name, and no line breaks in the value")
				continue
			}
			h.Add(key, value)
		}
	}
	return h
}

func validHeader(name, value string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.", r)
	}) && !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// done reports the members that were not read.
func (o *object) done() {
	known := slices.Sorted(maps.Keys(o.asked))
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		if !o.asked[name] {
			o.add(o.place(name), "unknown field", oneOf(name, known))
		}
	}
}
