package identify

import (
	"encoding/json"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// HummingMatch is a recording whose melody resembles what was hummed or sung, or a cover version of it. It is not [acrcloud.Music]:
// its score is on another scale, and there are no offsets.
//
// Decoding is tolerant in the way of [acrcloud.Music].
type HummingMatch struct {
	ACRID   string            `json:"acrid,omitzero"` // the service's id of the recording
	Title   string            `json:"title,omitzero"`
	Artists []acrcloud.Artist `json:"artists,omitzero"`
	Album   acrcloud.Album    `json:"album,omitzero"`

	// Score is how alike the melodies are, from 0 to 1, or nil. Scores around 0.5 are common for good matches.
	Score *float64 `json:"score,omitzero"`

	DurationMS  int64            `json:"duration_ms,omitzero"` // of the whole recording, in milliseconds; see PlayingTime
	Label       string           `json:"label,omitzero"`
	ReleaseDate string           `json:"release_date,omitzero"` // as of [acrcloud.Music]
	Genres      []acrcloud.Genre `json:"genres,omitzero"`
	Language    string           `json:"language,omitzero"` // ISO 639-1, such as "en"
	Langs       []acrcloud.Lang  `json:"langs,omitzero"`    // the title in other languages

	ExternalIDs      acrcloud.ExternalIDs      `json:"external_ids,omitzero"`
	ExternalMetadata acrcloud.ExternalMetadata `json:"external_metadata,omitzero"`
	Contributors     acrcloud.Contributors     `json:"contributors,omitzero"`

	// Extra has every member that is not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline"`
}

// PlayingTime is DurationMS as a duration: how long the whole recording is, or 0 if that is not known.
func (h HummingMatch) PlayingTime() time.Duration { return milliseconds(h.DurationMS) }

// milliseconds stops at the ends of a century instead of overflowing, also when a few of them are added.
func milliseconds(n int64) time.Duration {
	const most = 100 * 365 * 24 * int64(time.Hour/time.Millisecond)
	return time.Duration(min(max(n, -most), most)) * time.Millisecond
}
