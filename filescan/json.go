package filescan

import "github.com/musicchartsai/acrcloud-go/internal/lenient"

// The content types' own JSON methods, so that they are as tolerant in a program's structs, whichever package of JSON it uses.

// UnmarshalJSON reads a Results tolerantly.
func (r *Results) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, r) }

// MarshalJSON writes the Results with its Extra.
func (r Results) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&r) }

// UnmarshalJSON reads a Match tolerantly.
func (m *Match) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, m) }

// MarshalJSON writes the Match with its Extra.
func (m Match) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&m) }

// UnmarshalJSON reads a CustomMatch tolerantly.
func (c *CustomMatch) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// MarshalJSON writes the CustomMatch with its Extra.
func (c CustomMatch) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// UnmarshalJSON reads a Segment tolerantly.
func (s *Segment) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// MarshalJSON writes the Segment with its Extra.
func (s Segment) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// UnmarshalJSON reads an AIDetection tolerantly.
func (a *AIDetection) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// MarshalJSON writes the AIDetection with its Extra.
func (a AIDetection) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// UnmarshalJSON reads a SourceProbability tolerantly.
func (s *SourceProbability) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// MarshalJSON writes the SourceProbability with its Extra.
func (s SourceProbability) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// UnmarshalJSON reads an AISegment tolerantly.
func (a *AISegment) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// MarshalJSON writes the AISegment with its Extra.
func (a AISegment) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// UnmarshalJSON reads a File tolerantly.
func (f *File) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, f) }

// MarshalJSON writes the File with its Extra, and its URL without credentials.
func (f File) MarshalJSON() ([]byte, error) {
	f.URL = RemoteURL(f.URL.String())
	return lenient.MarshalJSON(&f)
}

// UnmarshalJSON reads a Container tolerantly.
func (c *Container) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// MarshalJSON writes the Container with its Extra.
func (c Container) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// UnmarshalJSON reads a Bucket tolerantly.
func (b *Bucket) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, b) }

// MarshalJSON writes the Bucket with its Extra.
func (b Bucket) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&b) }

// UnmarshalJSON reads a Policy tolerantly.
func (p *Policy) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, p) }

// MarshalJSON writes the Policy with its Extra.
func (p Policy) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&p) }
