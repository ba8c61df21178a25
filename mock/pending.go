package mock

import (
	"container/heap"
	"slices"
)

// pending has the files that are being processed, ordered by when they are done. It implements [heap.Interface].
type pending []*file

// Len implements [heap.Interface].
func (p *pending) Len() int { return len(*p) }

// Less implements [heap.Interface].
func (p *pending) Less(i, j int) bool { return (*p)[i].readyAt < (*p)[j].readyAt }

// Swap implements [heap.Interface].
func (p *pending) Swap(i, j int) {
	files := *p
	files[i], files[j] = files[j], files[i]
	files[i].slot, files[j].slot = int32(i), int32(j) //nolint:gosec // there are not as many
}

// Push implements [heap.Interface].
func (p *pending) Push(f any) {
	added, _ := f.(*file)
	added.slot = int32(len(*p)) //nolint:gosec // there are not as many
	*p = append(*p, added)
}

// Pop implements [heap.Interface].
func (p *pending) Pop() any {
	last := len(*p) - 1
	f := (*p)[last]
	f.slot = -1
	*p = slices.Delete(*p, last, last+1)
	return f
}

// add adds a file, or moves it to its new position.
func (p *pending) add(f *file) {
	if f.slot >= 0 {
		heap.Fix(p, int(f.slot))
		return
	}
	heap.Push(p, f)
}

func (p *pending) remove(f *file) {
	if f.slot >= 0 {
		heap.Remove(p, int(f.slot))
	}
}
