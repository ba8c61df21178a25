package acrcloud

import (
	"encoding/json"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// RightsClaim says who claims a recording, and where. It needs a project for copyright permissions.
type RightsClaim struct {
	Distributor  Distributor   `json:"distributor,omitzero"`
	RightsOwners []RightsOwner `json:"rights_owners,omitzero"`
	Policy       string        `json:"rights_claim_policy,omitzero"` // what the owner wants, such as "monetize"

	Territories         []string `json:"territories,omitzero"` // where it holds: ISO 3166-1 alpha-2 codes
	ExcludedTerritories []string `json:"excluded_territories,omitzero"`
	StartDate           string   `json:"start_date,omitzero"` // since when

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a RightsClaim tolerantly.
func (r *RightsClaim) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, r) }

// MarshalJSON writes the RightsClaim with its Extra.
func (r RightsClaim) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&r) }

// Distributor is who delivers a recording to services.
type Distributor struct {
	ID   string `json:"id,omitzero"` // a DDEX party id, such as "PADPIDA2007040502I"
	Name string `json:"name,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a Distributor tolerantly.
func (d *Distributor) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, d) }

// MarshalJSON writes the Distributor with its Extra.
func (d Distributor) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&d) }

// RightsOwner owns a share of a recording.
type RightsOwner struct {
	Name            string   `json:"name,omitzero"`
	SharePercentage *float64 `json:"share_percentage,omitzero"` // 0 to 100, or nil if it is not given

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a RightsOwner tolerantly.
func (r *RightsOwner) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, r) }

// MarshalJSON writes the RightsOwner with its Extra.
func (r RightsOwner) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&r) }

// TerritoryRelease says when a recording came out in some territories.
type TerritoryRelease struct {
	Territories        []string `json:"territories,omitzero"` // ISO 3166-1 alpha-2 codes
	ExcludeTerritories []string `json:"exclude_territories,omitzero"`
	ReleaseDate        string   `json:"release_date,omitzero"` // "2006-01-02" as a rule

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a TerritoryRelease tolerantly.
func (t *TerritoryRelease) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, t) }

// MarshalJSON writes the TerritoryRelease with its Extra.
func (t TerritoryRelease) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&t) }
