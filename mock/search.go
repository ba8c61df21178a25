package mock

import "strings"

// A searchIndex finds the files whose name or URI contains a text. It maps each sequence of four bytes to its files.
// Most files with the rarest sequence of a text contain the text. Files are added when a search happens, so that
// containers without searches do not pay for it.
type searchIndex struct {
	next  uint32 // the number of the first file that is not in it
	dead  int    // files in it that have been deleted since
	files [searchBuckets][]uint32
}

const (
	searchGram    = 4
	searchBuckets = 1 << 16
	searchFrom    = 256 // with fewer files, looking at each is faster
)

// bucketOf returns the key of the four bytes.
func bucketOf(text string, at int) uint32 {
	word := uint32(text[at])<<24 | uint32(text[at+1])<<16 | uint32(text[at+2])<<8 | uint32(text[at+3])
	return word * 0x9e3779b1 >> 16
}

// add adds the new files.
func (x *searchIndex) add(files fileList) {
	first, _ := files.find(x.next)
	for _, f := range files[first:] {
		x.next = f.number + 1
		x.addText(f.number, f.name)
		x.addText(f.number, f.uri)
	}
}

func (x *searchIndex) addText(number uint32, text string) {
	for i := range len(text) - searchGram + 1 {
		bucket := &x.files[bucketOf(text, i)]
		if n := len(*bucket); n == 0 || (*bucket)[n-1] != number {
			*bucket = append(*bucket, number)
		}
	}
}

// candidates returns the numbers of all files that may contain a text of four bytes or more, in order.
func (x *searchIndex) candidates(text string) []uint32 {
	rarest := x.files[bucketOf(text, 0)]
	for i := range len(text) - searchGram + 1 {
		if other := x.files[bucketOf(text, i)]; len(other) < len(rarest) {
			rarest = other
		}
	}
	return rarest
}

// search returns the files of the container whose name or URI contains a text. It is assumed that case matters.
func (c *container) search(text string) fileList {
	var found fileList
	add := func(f *file) {
		if strings.Contains(f.name, text) || strings.Contains(f.uri, text) {
			found = append(found, f)
		}
	}
	if len(text) < searchGram || len(c.files) < searchFrom {
		for _, f := range c.files {
			add(f)
		}
		return found
	}
	if c.index == nil || c.index.dead > len(c.files) {
		c.index = &searchIndex{}
	}
	c.index.add(c.files)
	for _, number := range c.index.candidates(text) {
		if i, there := c.files.find(number); there {
			add(c.files[i])
		}
	}
	return found
}
