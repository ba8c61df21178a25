package mock

import (
	"slices"
	"sort"
)

// A fileList is files in the order of their creation, the oldest first.
type fileList []*file

// find returns where the file of that number is, or would be.
func (l *fileList) find(number uint32) (i int, found bool) {
	list := *l
	i = sort.Search(len(list), func(i int) bool { return list[i].number >= number })
	return i, i < len(list) && list[i].number == number
}

// insert adds a file, which is the newest as a rule.
func (l *fileList) insert(f *file) {
	i, _ := l.find(f.number)
	*l = slices.Insert(*l, i, f)
}

// remove takes a file out. It moves the files on the shorter side: files are done, and often deleted, in the order in which they came.
func (l *fileList) remove(f *file) {
	list := *l
	i, found := l.find(f.number)
	switch {
	case !found:
	case i < len(list)/2:
		copy(list[1:i+1], list[:i])
		list[0] = nil
		*l = list[1:]
	default:
		*l = slices.Delete(list, i, i+1)
	}
}

// until returns the files that were created at that time, in nanoseconds since 1970, or before.
func (l *fileList) until(created int64) fileList {
	list := *l
	return list[:sort.Search(len(list), func(i int) bool { return list[i].created > created })]
}
