package filescan

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// The content types' own JSON methods, so that they are as tolerant in a program's structs and under plain encoding/json, to
// which the options of json/v2 do not pass.

// UnmarshalJSON reads a Results tolerantly.
func (r *Results) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, r) }

// UnmarshalJSONFrom reads a Results tolerantly.
func (r *Results) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, r)
}

// MarshalJSON writes the Results with its Extra.
func (r Results) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&r) }

// MarshalJSONTo writes the Results with its Extra.
func (r Results) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &r) }

// UnmarshalJSON reads a Match tolerantly.
func (m *Match) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, m) }

// UnmarshalJSONFrom reads a Match tolerantly.
func (m *Match) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, m)
}

// MarshalJSON writes the Match with its Extra.
func (m Match) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&m) }

// MarshalJSONTo writes the Match with its Extra.
func (m Match) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &m) }

// UnmarshalJSON reads a CustomMatch tolerantly.
func (c *CustomMatch) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// UnmarshalJSONFrom reads a CustomMatch tolerantly.
func (c *CustomMatch) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, c)
}

// MarshalJSON writes the CustomMatch with its Extra.
func (c CustomMatch) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// MarshalJSONTo writes the CustomMatch with its Extra.
func (c CustomMatch) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &c)
}

// UnmarshalJSON reads a Segment tolerantly.
func (s *Segment) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// UnmarshalJSONFrom reads a Segment tolerantly.
func (s *Segment) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, s)
}

// MarshalJSON writes the Segment with its Extra.
func (s Segment) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// MarshalJSONTo writes the Segment with its Extra.
func (s Segment) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &s) }

// UnmarshalJSON reads an AIDetection tolerantly.
func (a *AIDetection) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// UnmarshalJSONFrom reads an AIDetection tolerantly.
func (a *AIDetection) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, a)
}

// MarshalJSON writes the AIDetection with its Extra.
func (a AIDetection) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// MarshalJSONTo writes the AIDetection with its Extra.
func (a AIDetection) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &a)
}

// UnmarshalJSON reads a SourceProbability tolerantly.
func (s *SourceProbability) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// UnmarshalJSONFrom reads a SourceProbability tolerantly.
func (s *SourceProbability) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, s)
}

// MarshalJSON writes the SourceProbability with its Extra.
func (s SourceProbability) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// MarshalJSONTo writes the SourceProbability with its Extra.
func (s SourceProbability) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &s)
}

// UnmarshalJSON reads an AISegment tolerantly.
func (a *AISegment) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// UnmarshalJSONFrom reads an AISegment tolerantly.
func (a *AISegment) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, a)
}

// MarshalJSON writes the AISegment with its Extra.
func (a AISegment) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// MarshalJSONTo writes the AISegment with its Extra.
func (a AISegment) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &a) }

// UnmarshalJSON reads a File tolerantly.
func (f *File) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, f) }

// UnmarshalJSONFrom reads a File tolerantly.
func (f *File) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, f)
}

// MarshalJSON writes the File with its Extra.
func (f File) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&f) }

// MarshalJSONTo writes the File with its Extra.
func (f File) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &f) }

// UnmarshalJSON reads a Container tolerantly.
func (c *Container) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// UnmarshalJSONFrom reads a Container tolerantly.
func (c *Container) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, c)
}

// MarshalJSON writes the Container with its Extra.
func (c Container) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// MarshalJSONTo writes the Container with its Extra.
func (c Container) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &c) }

// UnmarshalJSON reads a Bucket tolerantly.
func (b *Bucket) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, b) }

// UnmarshalJSONFrom reads a Bucket tolerantly.
func (b *Bucket) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, b)
}

// MarshalJSON writes the Bucket with its Extra.
func (b Bucket) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&b) }

// MarshalJSONTo writes the Bucket with its Extra.
func (b Bucket) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &b) }

// UnmarshalJSON reads a Policy tolerantly.
func (p *Policy) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, p) }

// UnmarshalJSONFrom reads a Policy tolerantly.
func (p *Policy) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, p)
}

// MarshalJSON writes the Policy with its Extra.
func (p Policy) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&p) }

// MarshalJSONTo writes the Policy with its Extra.
func (p Policy) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &p) }
