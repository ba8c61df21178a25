package lenient

import (
	"encoding/json"
	"slices"
	"strings"
)

// A keptMember is on its way to a struct's Extra. One without raw takes back those of its name before it.
type keptMember struct {
	name string
	raw  json.RawMessage
}

func (s *scanner) addKept(name string, raw json.RawMessage) {
	if n := len(s.kept); n == cap(s.kept) {
		more := max(n, 8)
		if !s.budget.pay((n + more) * 48) {
			return
		}
		s.kept = slices.Grow(s.kept, more)
	}
	s.kept = append(s.kept, keptMember{name, raw})
}

// lastOfEach leaves of the members from start on the last of each name.
func (s *scanner) lastOfEach(start int) {
	all := s.kept[start:]
	const few = 16
	var seen map[string]bool
	if len(all) > few {
		if !s.budget.pay(mapFirst + mapEntry/4*len(all)) {
			return
		}
		seen = make(map[string]bool, len(all))
	}
	superseded := func(i int) bool {
		name := all[i].name
		if seen == nil {
			return slices.ContainsFunc(all[i+1:], func(m keptMember) bool { return m.name == name })
		}
		defer func() { seen[name] = true }()
		return seen[name]
	}
	// From the last to the first; what stays moves to the end, and from there back to start.
	to := len(all)
	for i, m := range slices.Backward(all) {
		if !superseded(i) {
			to--
			all[to] = m
		}
	}
	n := copy(all, all[to:])
	all = slices.DeleteFunc(all[:n], func(m keptMember) bool { return m.raw == nil })
	s.kept = s.kept[:start+len(all)]
}

// mergeKept joins those members from start on that have one name: to an array of all elements for what several objects had, and for
// what belongs to a slice, to stand after the elements that fit.
func (s *scanner) mergeKept(start int, p *structPlan) {
	all := s.kept[start:]
	slices.SortStableFunc(all, func(a, b keptMember) int { return strings.Compare(a.name, b.name) })
	merged := all[:0]
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].name == all[0].name {
			n++
		}
		one := all[0]
		if m := p.member([]byte(one.name)); n > 1 || m.field != nil && m.codec.element != nil {
			one.raw = s.join(all[:n])
		}
		merged = append(merged, one)
		all = all[n:]
	}
	s.kept = s.kept[:start+len(merged)]
}

// join makes one JSON array of the elements of all.
func (s *scanner) join(all []keptMember) json.RawMessage {
	var array []byte
	for _, m := range all {
		if !s.budget.payBytes(2 * 24 * (1 + len(m.raw)/2)) { // a list of elements
			break
		}
		for _, raw := range elements(m.raw) {
			array = s.appendElement(array, raw)
		}
	}
	if array == nil {
		return json.RawMessage(`[]`)
	}
	return array
}
