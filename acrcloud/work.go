package acrcloud

import (
	"encoding/json"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// Work is a composition, as the societies that administer it know it.
type Work struct {
	ID         string       `json:"id,omitzero"`
	ISWC       string       `json:"iswc,omitzero"` // International Standard Musical Work Code
	Name       string       `json:"name,omitzero"`
	OtherNames []string     `json:"other_names,omitzero"`
	Creators   []Creator    `json:"creators,omitzero"`
	Works      []AgencyWork `json:"works,omitzero"` // the same composition in the books of single agencies

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a Work tolerantly.
func (w *Work) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, w) }

// MarshalJSON writes the Work with its Extra.
func (w Work) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&w) }

// Creator is someone who wrote a [Work] or part of it.
type Creator struct {
	Name     string   `json:"name,omitzero"`
	LastName string   `json:"last_name,omitzero"`
	IPI      string   `json:"ipi,omitzero"`                     // Interested Party Information number
	Roles    []string `json:"roles,omitzero" lenient:"or=role"` // such as "Composer", "C", "Writer" or "W"; role is read too

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, such as affiliation, and unreadable ones
}

// UnmarshalJSON reads a Creator tolerantly.
func (c *Creator) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// MarshalJSON writes the Creator with its Extra.
func (c Creator) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// AgencyWork is a [Work] as one agency has it.
type AgencyWork struct {
	Code   string `json:"code,omitzero"` // the agency's own code for the work
	Agency Agency `json:"agency,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads an AgencyWork tolerantly.
func (a *AgencyWork) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// MarshalJSON writes the AgencyWork with its Extra.
func (a AgencyWork) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// Agency is a society that administers works.
type Agency struct {
	Code string `json:"code,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads an Agency tolerantly.
func (a *Agency) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// MarshalJSON writes the Agency with its Extra.
func (a Agency) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }
