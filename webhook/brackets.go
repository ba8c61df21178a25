package webhook

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep the names of a form's fields may nest, as in PHP.
const maxDepth = 64

// checkName refuses a name whose brackets do not pair: "results[music][0][offset]" is the offset of the first of results.music.
func checkName(name string) error {
	depth := 0
	for rest := name; rest != ""; depth++ {
		var key string
		var ok bool
		if key, rest, ok = cutKey(rest, depth == 0); !ok {
			return fmt.Errorf("the brackets in the name of a field do not pair: %.40q", name)
		}
		if key == "" && (depth == 0 || rest != "") { // a[][b]=1&a[][c]=2 is one row to some and two to others
			return fmt.Errorf("a part of a field's name is empty: %.40q", name)
		}
	}
	switch {
	case depth == 0:
		return errors.New("a field has no name")
	case depth > maxDepth:
		return fmt.Errorf("a field is nested more than %d levels deep", maxDepth)
	}
	return nil
}

// cutKey cuts the first key off a name: the text before the first bracket, or within the first pair of brackets.
func cutKey(name string, first bool) (key, rest string, ok bool) {
	if first {
		key, _, _ = strings.Cut(name, "[")
		return key, name[len(key):], !strings.Contains(key, "]")
	}
	key, rest, ok = strings.Cut(name, "]")
	if !ok || !strings.HasPrefix(key, "[") || strings.Contains(key[1:], "[") {
		return "", "", false
	}
	return key[1:], rest, true
}

// nest writes the fields of a form, whose names have been checked, as a JSON object. It sorts them.
//
// Keys that are numbered from 0 without gaps make an array, in the order of their numbers. With gaps they stay an object, which is
// read as a list too, in that order. No number takes memory by its size.
func nest(fields []field) ([]byte, error) {
	slices.SortStableFunc(fields, func(a, b field) int { return compareNames(a.name, b.name) })
	size := 2
	for _, f := range fields {
		size += len(f.name) + len(f.value) + 8
	}
	n := nester{out: make([]byte, 0, size), limit: 2*size + 1<<10}
	if err := n.write(fields, true); err != nil {
		return nil, fmt.Errorf("the form cannot be read: %w", err)
	}
	return n.out, nil
}

func compareNames(a, b string) int {
	for first := true; a != "" && b != ""; first = false {
		var keyA, keyB string
		keyA, a, _ = cutKey(a, first)
		keyB, b, _ = cutKey(b, first)
		if order := compareKeys(keyA, keyB); order != 0 {
			return order
		}
	}
	return cmp.Compare(len(a), len(b))
}

// compareKeys puts numbers first, by their value.
func compareKeys(a, b string) int {
	switch numberA, numberB := isIndex(a), isIndex(b); {
	case numberA && numberB:
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	case numberA:
		return -1
	case numberB:
		return 1
	}
	return cmp.Compare(a, b)
}

// isIndex recognises whole numbers.
func isIndex(key string) bool { return key != "" && strings.Trim(key, "0123456789") == "" }

// A nester writes JSON.
type nester struct {
	out   []byte
	limit int // no text but one of control characters grows more
}

// write writes an object or array of fields, sorted, each of which has a key at least.
func (n *nester) write(fields []field, top bool) error {
	isArray := !top && isList(fields)
	begin, end := byte('{'), byte('}')
	if isArray {
		begin, end = '[', ']'
	}
	n.out = append(n.out, begin)
	for i := 0; i < len(fields); {
		key, _, _ := cutKey(fields[i].name, top)
		last := i + 1 // after those of the same key
		for ; last < len(fields) && (key != "" || top); last++ {
			if next, _, _ := cutKey(fields[last].name, top); next != key {
				break
			}
		}
		if i > 0 {
			n.out = append(n.out, ',')
		}
		if !isArray {
			if key == "" {
				return errors.New("a list has both numbered and other elements")
			}
			n.out = appendText(n.out, key)
			n.out = append(n.out, ':')
		}
		group := fields[i:last]
		for j := range group {
			_, group[j].name, _ = cutKey(group[j].name, top)
		}
		if err := n.writeValue(key, group, top); err != nil {
			return err
		}
		i = last
	}
	n.out = append(n.out, end)
	return nil
}

// writeValue writes what the fields of one key have.
func (n *nester) writeValue(key string, group []field, top bool) error {
	nested := 0
	for _, f := range group {
		if f.name != "" {
			nested++
		}
	}
	switch {
	case nested == len(group):
		return n.write(group, false)
	case nested > 0:
		return fmt.Errorf("%.40q is both a value and a list", key)
	}
	value := group[len(group)-1].value
	for _, f := range group {
		if f.value != value && (!top || mustAgree(key)) {
			return fmt.Errorf("%.40q has two values", key)
		}
	}
	n.out = appendText(n.out, value)
	if len(n.out) > n.limit {
		return errors.New("it is made of control characters")
	}
	return nil
}

// mustAgree reports whether a plain field of that name must not come with two values: it holds a document, of which nothing may be lost,
// or says what the event is about. Of other fields that come twice the last one counts, as it does in JSON.
func mustAgree(name string) bool {
	switch name {
	case "results", "data", "payload", "file_id", "cid", "stream_id":
		return true
	}
	return false
}

// isList reports whether the keys of the fields are those of an array: 0, 1, 2 and so on, or all of them empty.
func isList(fields []field) bool {
	want := 0
	previous := ""
	for i, f := range fields {
		key, _, _ := cutKey(f.name, false)
		switch {
		case i > 0 && key == previous:
		case key == "" && i == 0:
			previous = key
		case key == strconv.Itoa(want):
			previous = key
			want++
		default:
			return false
		}
	}
	return true
}

// appendText appends a JSON string. Invalid UTF-8 becomes U+FFFD, which is all that the error says.
func appendText(out []byte, text string) []byte {
	out, _ = jsontext.AppendQuote(out, text)
	return out
}
