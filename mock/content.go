package mock

import (
	"crypto/sha256"
	"io"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// content is what was uploaded, as far as it is kept: not its bytes.
type content struct {
	hash     [sha256.Size]byte
	size     int64
	heard    []stretch
	duration float64 // in seconds; 0: not known
	readable bool    // something can be heard in it
}

// headSize is how much of the start of content its format is detected by.
const headSize = 4 << 10

// take reads content without keeping it.
func take(r io.Reader) (*content, error) {
	hash, ear, head := sha256.New(), &listener{}, &head{}
	n, err := io.Copy(io.MultiWriter(hash, ear, head), r)
	if err != nil {
		return nil, err
	}
	c := &content{size: n, heard: stretches(ear.sightings()), duration: ear.duration()}
	c.readable = acrcloud.DetectFormat(head.bytes) != acrcloud.FormatUnknown
	if ear.reader != nil {
		c.readable = ear.reader.audible
	}
	hash.Sum(c.hash[:0])
	return c, nil
}

// A head keeps the first bytes that are written to it.
type head struct{ bytes []byte }

// Write implements [io.Writer].
func (h *head) Write(p []byte) (int, error) {
	h.bytes = append(h.bytes, p[:min(len(p), headSize-len(h.bytes))]...)
	return len(p), nil
}
