package acrcloud

import "encoding/json"

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

// Creator is someone who wrote a [Work] or part of it.
type Creator struct {
	Name     string   `json:"name,omitzero"`
	LastName string   `json:"last_name,omitzero"`
	IPI      string   `json:"ipi,omitzero"`                     // Interested Party Information number
	Roles    []string `json:"roles,omitzero" lenient:"or=role"` // such as "Composer", "C", "Writer" or "W"; role is read too

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, such as affiliation, and unreadable ones
}

// AgencyWork is a [Work] as one agency has it.
type AgencyWork struct {
	Code   string `json:"code,omitzero"` // the agency's own code for the work
	Agency Agency `json:"agency,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// Agency is a society that administers works.
type Agency struct {
	Code string `json:"code,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}
