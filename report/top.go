package report

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A top counts the files in which each of many things was found, and for how long, in constant memory. It keeps topSize
// things; a new one replaces the rarest and inherits its count (the algorithm is called Space-Saving). Up to topSize
// things the counts are exact. Beyond, frequent things are never missed, and their counts are too high by at most
// inherited.
type top struct {
	of   map[string]*tally
	heap []*tally // the rarest first
}

const topSize = 2048

// A tally is the count of one thing.
type tally struct {
	Name      string
	By        string
	Files     int
	Seconds   float64 // counted so far
	inherited int     // the part of Files that may belong to another
	key       string
	index     int
}

// AtLeast is the least number of files in which it was found.
func (t *tally) AtLeast() string {
	if t.inherited == 0 {
		return grouped(t.Files)
	}
	return "at least " + grouped(t.Files-t.inherited)
}

// Length is how long it was found in all.
func (t *tally) Length() string { return clock(math.Round(t.Seconds)) }

func (t *top) add(key, name, by string, seconds float64) {
	if c := t.of[key]; c != nil {
		c.Files++
		c.Seconds += seconds
		t.sink(c.index)
		return
	}
	if t.of == nil {
		t.of = map[string]*tally{}
	}
	// Copies, so that they do not keep the whole file in memory.
	key, name, by = strings.Clone(key), strings.Clone(brief(name, 120)), strings.Clone(brief(by, 120))
	if len(t.heap) < topSize {
		c := &tally{Name: name, By: by, Files: 1, Seconds: seconds, key: key}
		t.of[key] = c
		t.push(c)
		return
	}
	c := t.heap[0]
	delete(t.of, c.key)
	c.Name, c.By, c.key, c.Seconds, c.inherited = name, by, key, seconds, c.Files
	c.Files++
	t.of[key] = c
	t.sink(0)
}

// push adds a thing that was counted once, and so is among the rarest.
func (t *top) push(c *tally) {
	c.index = len(t.heap)
	t.heap = append(t.heap, c)
	for i := c.index; i > 0 && t.heap[i].Files < t.heap[(i-1)/2].Files; i = (i - 1) / 2 {
		t.swap(i, (i-1)/2)
	}
}

// sink restores the order after a thing became more frequent.
func (t *top) sink(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(t.heap); child++ {
			if t.heap[child].Files < t.heap[least].Files {
				least = child
			}
		}
		if least == i {
			return
		}
		t.swap(i, least)
		i = least
	}
}

func (t *top) swap(i, j int) {
	t.heap[i], t.heap[j] = t.heap[j], t.heap[i]
	t.heap[i].index, t.heap[j].index = i, j
}

// best returns the things that were found most often.
func (t *top) best() []*tally {
	all := slices.Clone(t.heap)
	slices.SortFunc(all, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(b.Files-b.inherited, a.Files-a.inherited), cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(a.Name, b.Name), cmp.Compare(a.key, b.key))
	})
	return all[:min(most, len(all))]
}
