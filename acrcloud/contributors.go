package acrcloud

import (
	"encoding/json"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// Contributors are the names of those who wrote the composition.
type Contributors struct {
	Composers []string `json:"composers,omitzero"`
	Lyricists []string `json:"lyricists,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a Contributors tolerantly.
func (c *Contributors) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// MarshalJSON writes the Contributors with its Extra.
func (c Contributors) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// Lyrics says who owns the words of a recording.
type Lyrics struct {
	Copyrights []string `json:"copyrights,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a Lyrics tolerantly.
func (l *Lyrics) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// MarshalJSON writes the Lyrics with its Extra.
func (l Lyrics) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }
