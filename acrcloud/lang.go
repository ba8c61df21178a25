package acrcloud

import "encoding/json"

// Lang is a title or name in one language.
type Lang struct {
	Code string `json:"code,omitzero"` // such as "en" or "zh-Hans"
	Name string `json:"name,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}
