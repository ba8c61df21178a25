package acrcloud

import (
	"encoding/json"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// Stream is a radio or television channel that was playing the sample: a public one, or one of your own.
type Stream struct {
	ACRID string `json:"acrid,omitzero"` // the service's id of the channel
	Title string `json:"title,omitzero"`

	// TimestampsMS is when the channel played it. Despite its name the documented example is in seconds: use Time.
	TimestampsMS int64 `json:"timestamps_ms,omitzero"`

	ResultType string   `json:"result_type,omitzero"` // "live" or "timeshift"
	Score      *float64 `json:"score,omitzero"`       // how well the audio matched: 60 to 100 as documented, or nil

	// Extra has the channel's user defined keys, and members above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// UnmarshalJSON reads a Stream tolerantly.
func (s *Stream) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// MarshalJSON writes the Stream with its Extra.
func (s Stream) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// Time is when the channel played it: TimestampsMS, as seconds or as milliseconds since 1970, whichever gives a plausible date. It
// is the zero Time if there is none.
func (s Stream) Time() time.Time {
	const latestSeconds = 100_000_000_000 // the year 5138; as milliseconds it is in 1973, before there was anything to recognise
	switch n := s.TimestampsMS; {
	case n <= 0:
		return time.Time{}
	case n < latestSeconds:
		return time.Unix(n, 0).UTC()
	default:
		return time.UnixMilli(n).UTC()
	}
}
