package acrcloud

import (
	"encoding/json"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// ExternalIDs are a recording's ids in standard registries, as the service has them: lower case, spaces, punctuation and invalid
// ids occur. One id and a list of ids are both read as a list.
type ExternalIDs struct {
	ISRC []string `json:"isrc,omitzero"` // of the recording (ISO 3901)
	UPC  []string `json:"upc,omitzero"`  // of releases that have it: 12 to 14 digits, leading zeros included
	ISWC []string `json:"iswc,omitzero"` // of the composition (ISO 15707), such as "T0345246801" or "T-034.524.680-1"

	Extra map[string]json.RawMessage `json:",embed,inline"` // other registries, and unreadable members
}

// UnmarshalJSON reads an ExternalIDs tolerantly.
func (e *ExternalIDs) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, e) }

// MarshalJSON writes the ExternalIDs with its Extra.
func (e ExternalIDs) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&e) }
