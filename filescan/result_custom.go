package filescan

import (
	"encoding/json"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// CustomMatch is one place in the scanned file where audio of your own bucket was recognised.
type CustomMatch struct {
	Offset         float64  `json:"offset"`          // where it begins in the scanned file, in seconds
	PlayedDuration float64  `json:"played_duration"` // how long it lasts, in seconds
	Type           string   `json:"type,omitzero"`   // "traverse" wherever it was seen
	Score          *float64 `json:"score,omitzero"`  // as of [Match]

	Result acrcloud.CustomFile `json:"result,omitzero"` // what was recognised

	// Extra has every member that is not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// Similarity is how much the audio resembles the bucket's, from 0 to 100: the CustomMatch's own Score if it has one, or else its
// Result's. It is false if neither has one.
func (c CustomMatch) Similarity() (float64, bool) {
	return Match{Score: c.Score, Result: acrcloud.Music{Score: c.Result.Score}}.Similarity()
}

// Start is Offset: where the match begins in the scanned file.
func (c CustomMatch) Start() time.Duration { return seconds(c.Offset) }

// End is where the match ends in the scanned file.
func (c CustomMatch) End() time.Duration { return seconds(c.Offset + c.PlayedDuration) }

// asMatch is what a CustomMatch has in common with a Match.
func (c CustomMatch) asMatch() Match {
	f := c.Result
	return Match{
		Offset: c.Offset, PlayedDuration: c.PlayedDuration, Type: c.Type, Score: c.Score, Extra: c.Extra,
		Result: acrcloud.Music{
			ACRID: f.ACRID, Title: f.Title, Score: f.Score, DurationMS: f.DurationMS, PlayOffsetMS: f.PlayOffsetMS,
			SampleBeginTimeOffsetMS: f.SampleBeginTimeOffsetMS, SampleEndTimeOffsetMS: f.SampleEndTimeOffsetMS, DBBeginTimeOffsetMS: f.DBBeginTimeOffsetMS, DBEndTimeOffsetMS: f.DBEndTimeOffsetMS,
		},
	}
}
