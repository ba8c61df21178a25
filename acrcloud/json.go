package acrcloud

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// The content types' own JSON methods, so that they are as tolerant in a program's structs and under plain encoding/json, to
// which the options of json/v2 do not pass.

// UnmarshalJSON reads a Music tolerantly.
func (m *Music) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, m) }

// UnmarshalJSONFrom reads a Music tolerantly.
func (m *Music) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, m)
}

// MarshalJSON writes the Music with its Extra.
func (m Music) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&m) }

// MarshalJSONTo writes the Music with its Extra.
func (m Music) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &m) }

// UnmarshalJSON reads an Artist tolerantly.
func (a *Artist) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// UnmarshalJSONFrom reads an Artist tolerantly.
func (a *Artist) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, a)
}

// MarshalJSON writes the Artist with its Extra.
func (a Artist) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// MarshalJSONTo writes the Artist with its Extra.
func (a Artist) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &a) }

// UnmarshalJSON reads an Album tolerantly.
func (a *Album) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// UnmarshalJSONFrom reads an Album tolerantly.
func (a *Album) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, a)
}

// MarshalJSON writes the Album with its Extra.
func (a Album) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// MarshalJSONTo writes the Album with its Extra.
func (a Album) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &a) }

// UnmarshalJSON reads a Genre tolerantly.
func (g *Genre) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, g) }

// UnmarshalJSONFrom reads a Genre tolerantly.
func (g *Genre) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, g)
}

// MarshalJSON writes the Genre with its Extra.
func (g Genre) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&g) }

// MarshalJSONTo writes the Genre with its Extra.
func (g Genre) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &g) }

// UnmarshalJSON reads a Lang tolerantly.
func (l *Lang) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// UnmarshalJSONFrom reads a Lang tolerantly.
func (l *Lang) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, l)
}

// MarshalJSON writes the Lang with its Extra.
func (l Lang) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }

// MarshalJSONTo writes the Lang with its Extra.
func (l Lang) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &l) }

// UnmarshalJSON reads an ExternalIDs tolerantly.
func (e *ExternalIDs) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, e) }

// UnmarshalJSONFrom reads an ExternalIDs tolerantly.
func (e *ExternalIDs) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, e)
}

// MarshalJSON writes the ExternalIDs with its Extra.
func (e ExternalIDs) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&e) }

// MarshalJSONTo writes the ExternalIDs with its Extra.
func (e ExternalIDs) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &e)
}

// UnmarshalJSON reads an ExternalMetadata tolerantly.
func (e *ExternalMetadata) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, e) }

// UnmarshalJSONFrom reads an ExternalMetadata tolerantly.
func (e *ExternalMetadata) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, e)
}

// MarshalJSON writes the ExternalMetadata with its Extra.
func (e ExternalMetadata) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&e) }

// MarshalJSONTo writes the ExternalMetadata with its Extra.
func (e ExternalMetadata) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &e)
}

// UnmarshalJSON reads a Listing tolerantly.
func (l *Listing) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// UnmarshalJSONFrom reads a Listing tolerantly.
func (l *Listing) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, l)
}

// MarshalJSON writes the Listing with its Extra.
func (l Listing) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }

// MarshalJSONTo writes the Listing with its Extra.
func (l Listing) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &l) }

// UnmarshalJSON reads a ListingItem tolerantly.
func (l *ListingItem) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// UnmarshalJSONFrom reads a ListingItem tolerantly.
func (l *ListingItem) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, l)
}

// MarshalJSON writes the ListingItem with its Extra.
func (l ListingItem) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }

// MarshalJSONTo writes the ListingItem with its Extra.
func (l ListingItem) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &l)
}

// UnmarshalJSON reads a YouTubeVideo tolerantly.
func (y *YouTubeVideo) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, y) }

// UnmarshalJSONFrom reads a YouTubeVideo tolerantly.
func (y *YouTubeVideo) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, y)
}

// MarshalJSON writes the YouTubeVideo with its Extra.
func (y YouTubeVideo) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&y) }

// MarshalJSONTo writes the YouTubeVideo with its Extra.
func (y YouTubeVideo) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &y)
}

// UnmarshalJSON reads a LyricFind tolerantly.
func (l *LyricFind) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// UnmarshalJSONFrom reads a LyricFind tolerantly.
func (l *LyricFind) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, l)
}

// MarshalJSON writes the LyricFind with its Extra.
func (l LyricFind) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }

// MarshalJSONTo writes the LyricFind with its Extra.
func (l LyricFind) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &l) }

// UnmarshalJSON reads a Contributors tolerantly.
func (c *Contributors) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// UnmarshalJSONFrom reads a Contributors tolerantly.
func (c *Contributors) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, c)
}

// MarshalJSON writes the Contributors with its Extra.
func (c Contributors) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// MarshalJSONTo writes the Contributors with its Extra.
func (c Contributors) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &c)
}

// UnmarshalJSON reads a Lyrics tolerantly.
func (l *Lyrics) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// UnmarshalJSONFrom reads a Lyrics tolerantly.
func (l *Lyrics) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, l)
}

// MarshalJSON writes the Lyrics with its Extra.
func (l Lyrics) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }

// MarshalJSONTo writes the Lyrics with its Extra.
func (l Lyrics) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &l) }

// UnmarshalJSON reads a Work tolerantly.
func (w *Work) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, w) }

// UnmarshalJSONFrom reads a Work tolerantly.
func (w *Work) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, w)
}

// MarshalJSON writes the Work with its Extra.
func (w Work) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&w) }

// MarshalJSONTo writes the Work with its Extra.
func (w Work) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &w) }

// UnmarshalJSON reads a Creator tolerantly.
func (c *Creator) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// UnmarshalJSONFrom reads a Creator tolerantly.
func (c *Creator) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, c)
}

// MarshalJSON writes the Creator with its Extra.
func (c Creator) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// MarshalJSONTo writes the Creator with its Extra.
func (c Creator) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &c) }

// UnmarshalJSON reads an AgencyWork tolerantly.
func (a *AgencyWork) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// UnmarshalJSONFrom reads an AgencyWork tolerantly.
func (a *AgencyWork) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, a)
}

// MarshalJSON writes the AgencyWork with its Extra.
func (a AgencyWork) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// MarshalJSONTo writes the AgencyWork with its Extra.
func (a AgencyWork) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &a) }

// UnmarshalJSON reads an Agency tolerantly.
func (a *Agency) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// UnmarshalJSONFrom reads an Agency tolerantly.
func (a *Agency) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, a)
}

// MarshalJSON writes the Agency with its Extra.
func (a Agency) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// MarshalJSONTo writes the Agency with its Extra.
func (a Agency) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &a) }

// UnmarshalJSON reads a RightsClaim tolerantly.
func (r *RightsClaim) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, r) }

// UnmarshalJSONFrom reads a RightsClaim tolerantly.
func (r *RightsClaim) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, r)
}

// MarshalJSON writes the RightsClaim with its Extra.
func (r RightsClaim) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&r) }

// MarshalJSONTo writes the RightsClaim with its Extra.
func (r RightsClaim) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &r)
}

// UnmarshalJSON reads a Distributor tolerantly.
func (d *Distributor) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, d) }

// UnmarshalJSONFrom reads a Distributor tolerantly.
func (d *Distributor) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, d)
}

// MarshalJSON writes the Distributor with its Extra.
func (d Distributor) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&d) }

// MarshalJSONTo writes the Distributor with its Extra.
func (d Distributor) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &d)
}

// UnmarshalJSON reads a RightsOwner tolerantly.
func (r *RightsOwner) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, r) }

// UnmarshalJSONFrom reads a RightsOwner tolerantly.
func (r *RightsOwner) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, r)
}

// MarshalJSON writes the RightsOwner with its Extra.
func (r RightsOwner) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&r) }

// MarshalJSONTo writes the RightsOwner with its Extra.
func (r RightsOwner) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &r)
}

// UnmarshalJSON reads a TerritoryRelease tolerantly.
func (t *TerritoryRelease) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, t) }

// UnmarshalJSONFrom reads a TerritoryRelease tolerantly.
func (t *TerritoryRelease) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, t)
}

// MarshalJSON writes the TerritoryRelease with its Extra.
func (t TerritoryRelease) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&t) }

// MarshalJSONTo writes the TerritoryRelease with its Extra.
func (t TerritoryRelease) MarshalJSONTo(enc *jsontext.Encoder) error {
	return lenient.MarshalJSONTo(enc, &t)
}

// UnmarshalJSON reads a CustomFile tolerantly.
func (c *CustomFile) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// UnmarshalJSONFrom reads a CustomFile tolerantly.
func (c *CustomFile) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, c)
}

// MarshalJSON writes the CustomFile with its Extra.
func (c CustomFile) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// MarshalJSONTo writes the CustomFile with its Extra.
func (c CustomFile) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &c) }

// UnmarshalJSON reads a Stream tolerantly.
func (s *Stream) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// UnmarshalJSONFrom reads a Stream tolerantly.
func (s *Stream) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return lenient.UnmarshalJSONFrom(dec, s)
}

// MarshalJSON writes the Stream with its Extra.
func (s Stream) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// MarshalJSONTo writes the Stream with its Extra.
func (s Stream) MarshalJSONTo(enc *jsontext.Encoder) error { return lenient.MarshalJSONTo(enc, &s) }
