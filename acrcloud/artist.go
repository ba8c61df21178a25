package acrcloud

import (
	"encoding/json"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// Artist is a performer of a recording. A bare string instead of the object is read as the Name.
type Artist struct {
	Name   string   `json:"name,omitzero" lenient:"text"` // may be missing where only ids are licensed
	ID     string   `json:"id,omitzero"`
	Roles  []string `json:"roles,omitzero" lenient:"or=role"` // such as "MainArtist" or "FeaturedArtist"; role, an older spelling, is read too
	ISNI   string   `json:"isni,omitzero"`                    // International Standard Name Identifier
	SEOKey string   `json:"seokey,omitzero"`
	Langs  []Lang   `json:"langs,omitzero"` // the name in other languages

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads an Artist tolerantly.
func (a *Artist) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// MarshalJSON writes the Artist with its Extra.
func (a Artist) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }
