package acrcloud

import (
	"encoding/json"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// Lang is a title or name in one language.
type Lang struct {
	Code string `json:"code,omitzero"` // such as "en" or "zh-Hans"
	Name string `json:"name,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a Lang tolerantly.
func (l *Lang) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// MarshalJSON writes the Lang with its Extra.
func (l Lang) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }
