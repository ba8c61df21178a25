package acrcloud

import "encoding/json"

// Genre is a genre of a recording, in the words of whoever delivered it. A bare text in place of the object is read as the Name.
type Genre struct {
	Name string `json:"name,omitzero" lenient:"text"`
	ID   string `json:"id,omitzero"` // a number, as a rule

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}
