package filescan

import (
	"cmp"
	"slices"
)

// A span is a part of a file, in seconds.
type span struct{ start, end float64 }

// spansOf returns the spans of the evidence that is wanted.
func spansOf(found []*evidence, want func(*evidence) bool) []span {
	spans := make([]span, 0, len(found))
	for _, e := range found {
		if want(e) {
			spans = append(spans, e.span)
		}
	}
	return spans
}

// union is how much all spans cover together.
func union(spans []span) float64 {
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	total, reached := 0.0, 0.0
	for _, s := range sorted {
		if s.end > reached {
			total += s.end - max(s.start, reached)
			reached = s.end
		}
	}
	return total
}
