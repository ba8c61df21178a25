package mock

import (
	"slices"
	"sort"
)

// A fileList is a list of files, the oldest first.
type fileList []*file

// find returns the index of the file with the given number, or where to insert it.
func (l *fileList) find(number uint32) (i int, found bool) {
	list := *l
	i = sort.Search(len(list), func(i int) bool { return list[i].number >= number })
	return i, i < len(list) && list[i].number == number
}

// insert adds a file, which is usually the newest.
func (l *fileList) insert(f *file) {
	i, _ := l.find(f.number)
	*l = slices.Insert(*l, i, f)
}

// remove removes a file. It moves the files on the shorter side, since files are mostly finished and deleted in the
// order of their creation.
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

// until returns the files created at or before a time, in nanoseconds since 1970.
func (l *fileList) until(created int64) fileList {
	list := *l
	return list[:sort.Search(len(list), func(i int) bool { return list[i].created > created })]
}
