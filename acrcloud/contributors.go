package acrcloud

import "encoding/json"

// Contributors are the names of those who wrote the composition.
type Contributors struct {
	Composers []string `json:"composers,omitzero"`
	Lyricists []string `json:"lyricists,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// Lyrics says who owns the words of a recording.
type Lyrics struct {
	Copyrights []string `json:"copyrights,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}
