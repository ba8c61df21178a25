package mock

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/musicchartsai/acrcloud-go/internal/media"
)

// content describes uploaded content, whose bytes are not kept.
type content struct {
	hash     [sha256.Size]byte
	size     int64
	heard    []stretch
	duration float64 // in seconds; 0: not known
	readable bool    // something can be heard in it
}

// sha256 is the hash as text.
func (c *content) sha256() string { return hex.EncodeToString(c.hash[:]) }

// take reads content without keeping it.
func take(r io.Reader) (*content, error) {
	hash, ear, start := sha256.New(), &listener{}, &head{}
	all := io.TeeReader(r, io.MultiWriter(hash, ear, start))
	duration, known := media.Duration(all) // as far as it reads
	if _, err := io.Copy(io.Discard, all); err != nil {
		return nil, err
	}
	c := &content{size: start.size, heard: stretches(ear.sightings()), duration: ear.duration()}
	if known {
		c.duration = duration.Seconds()
	}
	c.readable = known || media.Detect(start.bytes) != media.Unknown
	if ear.reader != nil {
		c.readable = ear.reader.audible
	}
	hash.Sum(c.hash[:0])
	return c, nil
}

// A head keeps the first bytes written to it, and counts all of them.
type head struct {
	bytes []byte
	size  int64
}

// Write implements [io.Writer].
func (h *head) Write(p []byte) (int, error) {
	h.bytes = append(h.bytes, p[:min(len(p), media.HeadBytes-len(h.bytes))]...)
	h.size += int64(len(p))
	return len(p), nil
}
