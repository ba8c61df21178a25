package acrcloud

import (
	"encoding/json"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// Album is a release that has the recording. A bare string instead of the object is read as the Name, which is often
// empty.
type Album struct {
	Name        string `json:"name,omitzero" lenient:"text"`
	ID          string `json:"id,omitzero"`
	UPC         string `json:"upc,omitzero"`          // Universal Product Code
	ReleaseDate string `json:"release_date,omitzero"` // "2006-01-02" as a rule
	Type        string `json:"type,omitzero"`
	Langs       []Lang `json:"langs,omitzero"` // the name in other languages

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads an Album tolerantly.
func (a *Album) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// MarshalJSON writes the Album with its Extra.
func (a Album) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }
