package filescan

import (
	"encoding/json"
	"math"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Match is one place in the scanned file where a recording was recognised.
//
// There are two scores, and they mean different things. A container with derivative works detection (Deepright) gives the Match a
// Score; the Score of its Result is then often missing, or as low as 1 where the Match's is 99. Any other container gives the Result
// a Score and the Match none. Covers have neither. [Match.Similarity] chooses.
type Match struct {
	Offset         float64 `json:"offset"`               // where it begins in the scanned file, in seconds
	PlayedDuration float64 `json:"played_duration"`      // how long it lasts, in seconds; not always the length of the matched samples
	Type           string  `json:"type,omitzero"`        // "traverse" wherever it was seen
	EngineType     string  `json:"engine_type,omitzero"` // with derivative works detection: "1", "2" or "3", supposedly fingerprint, melody, both

	Score         *float64 `json:"score,omitzero"`          // with derivative works detection: similarity, 0 to 100
	TimeSkew      *float64 `json:"time_skew,omitzero"`      // with derivative works detection: the difference in tempo, 0.02 being 2 %
	FrequencySkew *float64 `json:"frequency_skew,omitzero"` // with derivative works detection: the difference in pitch, 0.02 being 2 %
	FileDuration  float64  `json:"file_duration,omitzero"`  // with derivative works detection: of the scanned file, in seconds

	Result acrcloud.Music `json:"result,omitzero"` // what was recognised

	// Extra has every member that is not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// Similarity is how much the audio resembles the recording, from 0 to 100: the Match's own Score if it has one, or else its
// Result's. It is false if neither has one, as with covers.
func (m Match) Similarity() (float64, bool) {
	switch {
	case m.Score != nil:
		return *m.Score, true
	case m.Result.Score != nil:
		return *m.Result.Score, true
	}
	return 0, false
}

// Start is Offset: where the match begins in the scanned file.
func (m Match) Start() time.Duration { return seconds(m.Offset) }

// End is where the match ends in the scanned file.
func (m Match) End() time.Duration { return seconds(m.Offset + m.PlayedDuration) }

// seconds rounds to the nanosecond, and stops at the longest Duration there is instead of overflowing.
func seconds(s float64) time.Duration {
	n := math.Round(s * float64(time.Second))
	switch {
	case n >= math.MaxInt64:
		return math.MaxInt64
	case n <= math.MinInt64:
		return math.MinInt64
	case math.IsNaN(n):
		return 0
	}
	return time.Duration(n)
}
