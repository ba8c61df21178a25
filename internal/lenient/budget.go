package lenient

import (
	"errors"
	"reflect"
)

// ErrTooLarge is the error for JSON that would take far more memory than it has bytes, such as a list of a million empty objects.
// No document of the service comes near.
var ErrTooLarge = errors.New("the JSON is small, but would take too much memory: it is made of very many empty or tiny values")

// A document may allocate so many bytes for each of its own, and so many in any case. Together with what reading it and keeping it
// takes elsewhere, this stays within 32 times its size and 1 MiB.
const (
	perByte  = 24
	inner    = 14 // of a document within another
	anywhere = 512 << 10
)

// A budget is what the decoding of one document may still allocate, garbage included. What a decoder asks for is paid before it is
// allocated: a type's size counts, not what is in it.
type budget struct{ left int }

func newBudget(data []byte) *budget { return &budget{left: anywhere + perByte*len(data)} }

func innerBudget(data []byte) *budget { return &budget{left: anywhere/4 + inner*len(data)} }

// pay reports whether so many bytes may be allocated.
func (b *budget) pay(bytes int) bool {
	b.left -= bytes
	return b.left >= 0
}

// payBytes is pay for text or JSON of that length, rounded up as the allocator does.
func (b *budget) payBytes(length int) bool { return b.pay(length + length/8 + 8) }

// payType is pay for a value of the type.
func (b *budget) payType(t reflect.Type) bool { return b.payBytes(int(t.Size())) }

// spent reports whether the document was given up.
func (b *budget) spent() bool { return b.left < 0 }

// What maps take for each entry, growth included, and for the first.
const (
	mapEntry = 200
	mapFirst = 400
)
