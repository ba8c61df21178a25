package report

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
	"strings"
)

// A top counts in how many files each of many things was found, and for how long, in constant memory: of what is counted it keeps no
// more than topSize, and gives the place of the rarest to what is new, with its count (the algorithm is called Space-Saving). Up to
// topSize things the counts are exact. After that, what is found often is never missed, and its count is known to within inherited.
type top struct {
	of   map[string]*tally
	heap tallies
}

const topSize = 2048

// A tally is the count of one thing.
type tally struct {
	Name      string
	By        string
	Files     int
	Seconds   float64 // since it has been counted
	inherited int     // of Files, those that may have been another's
	key       string
	index     int
}

// AtLeast is in how many files it was found for certain.
func (t *tally) AtLeast() string {
	if t.inherited == 0 {
		return grouped(t.Files)
	}
	return "at least " + grouped(t.Files-t.inherited)
}

// Length is for how long it was found.
func (t *tally) Length() string { return clock(math.Round(t.Seconds)) }

func (t *top) add(key, name, by string, seconds float64) {
	if c := t.of[key]; c != nil {
		c.Files++
		c.Seconds += seconds
		heap.Fix(&t.heap, c.index)
		return
	}
	if t.of == nil {
		t.of = map[string]*tally{}
	}
	// Copies: what is kept must not hold the file that it comes from.
	key, name, by = strings.Clone(key), strings.Clone(brief(name, 120)), strings.Clone(brief(by, 120))
	if len(t.heap) < topSize {
		c := &tally{Name: name, By: by, Files: 1, Seconds: seconds, key: key}
		t.of[key] = c
		heap.Push(&t.heap, c)
		return
	}
	c := t.heap[0]
	delete(t.of, c.key)
	c.Name, c.By, c.key, c.Seconds, c.inherited = name, by, key, seconds, c.Files
	c.Files++
	t.of[key] = c
	heap.Fix(&t.heap, 0)
}

// best returns the n that were found most often.
func (t *top) best(n int) []*tally {
	all := slices.Clone(t.heap)
	slices.SortFunc(all, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(b.Files-b.inherited, a.Files-a.inherited), cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(a.Name, b.Name), cmp.Compare(a.key, b.key))
	})
	return all[:min(n, len(all))]
}

// tallies are a heap, the rarest first.
type tallies []*tally

// Len implements [heap.Interface].
func (t tallies) Len() int { return len(t) }

// Less implements [heap.Interface].
func (t tallies) Less(i, j int) bool { return t[i].Files < t[j].Files }

// Swap implements [heap.Interface].
func (t tallies) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].index, t[j].index = i, j
}

// Push implements [heap.Interface].
func (t *tallies) Push(x any) {
	c := x.(*tally)
	c.index = len(*t)
	*t = append(*t, c)
}

// Pop implements [heap.Interface]. Nothing here takes tallies away.
func (t *tallies) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}
