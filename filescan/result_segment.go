package filescan

import (
	"encoding/json"
	"time"
)

// The labels of a [Segment].
const (
	SegmentMusic       = "m"
	SegmentMusicSpeech = "ms" // music and speech together
	SegmentSpeech      = "s"
	SegmentOthers      = "o" // neither
)

// Segment is a part of the scanned file that is music, speech, both or neither. (identify.Segment is a track that several windows
// recognised.)
type Segment struct {
	Start float64 `json:"start"` // in seconds
	End   float64 `json:"end"`   // in seconds
	Label string  `json:"label"` // SegmentMusic, SegmentMusicSpeech, SegmentSpeech or SegmentOthers

	// Extra has every member that is not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// PlayingTime is End minus Start as a duration.
func (s Segment) PlayingTime() time.Duration { return seconds(s.End - s.Start) }
