package acrcloud

import (
	"encoding/json"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// CustomFile is a match with audio in your own bucket. Your user-defined metadata is in Extra, key by key, because the
// service mixes it with its own members. Its values, such as "artists", have the types that you gave them, so nothing
// is assumed about them.
type CustomFile struct {
	ACRID    string `json:"acrid,omitzero"`     // the service's id of the audio
	AudioID  string `json:"audio_id,omitzero"`  // a number, as a rule
	BucketID string `json:"bucket_id,omitzero"` // of the bucket that it is in; a number, as a rule
	Title    string `json:"title,omitzero"`

	Score        *float64 `json:"score,omitzero"`          // how well the audio matched, 0 to 100, or nil
	DurationMS   int64    `json:"duration_ms,omitzero"`    // of the whole audio in the bucket, in milliseconds; see PlayingTime
	PlayOffsetMS *int64   `json:"play_offset_ms,omitzero"` // as of [Music]

	// Which part of the sample matched which part of the bucket's audio (DB), in milliseconds, if the service says so.
	SampleBeginTimeOffsetMS *int64 `json:"sample_begin_time_offset_ms,omitzero"`
	SampleEndTimeOffsetMS   *int64 `json:"sample_end_time_offset_ms,omitzero"`
	DBBeginTimeOffsetMS     *int64 `json:"db_begin_time_offset_ms,omitzero"`
	DBEndTimeOffsetMS       *int64 `json:"db_end_time_offset_ms,omitzero"`

	// Extra has the user's own keys, and members above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// UnmarshalJSON reads a CustomFile tolerantly.
func (c *CustomFile) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// MarshalJSON writes the CustomFile with its Extra.
func (c CustomFile) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// PlayingTime is DurationMS as a duration: how long the whole audio is, or 0 if that is not known.
func (c CustomFile) PlayingTime() time.Duration { return milliseconds(c.DurationMS) }
