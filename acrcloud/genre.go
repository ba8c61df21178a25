package acrcloud

import (
	"encoding/json"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// Genre is a genre of a recording, as the content provider named it. A bare string instead of the object is read as the
// Name.
type Genre struct {
	Name string `json:"name,omitzero" lenient:"text"`
	ID   string `json:"id,omitzero"` // a number, as a rule

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a Genre tolerantly.
func (g *Genre) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, g) }

// MarshalJSON writes the Genre with its Extra.
func (g Genre) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&g) }
