package acrcloud

import (
	"encoding/json"
	"math"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// Music is a recording of ACRCloud's music catalogue, or of one of its partners', as a scan or an identification found it.
//
// The service promises very little of it: ACRID, Title, Artists and Album are usual, everything else depends on the engine and on
// what the account pays for. Lists may be empty, so look before you index.
//
// Decoding accepts what the service is known to send instead of each type, as [encoding/json] too does with this type:
// a number as text, text as a number, one value for a list, [] for an object, null for anything. What is not declared
// here is in Extra, and so is a member that could not be read as its field, which then is zero. Decoding replaces the
// whole value.
//
// In a struct of your own give it a field with a name: embedded, its methods would take the whole struct's JSON.
type Music struct {
	ACRID   string   `json:"acrid,omitzero"` // the service's id of the recording; may be missing in rows of covers and derivative works
	Title   string   `json:"title,omitzero"`
	Artists []Artist `json:"artists,omitzero"`
	Album   Album    `json:"album,omitzero"`

	// Score is how well the audio matched, from 0 to 100, where 70 and more is usual for plain fingerprint matches and down to 1 is
	// normal in derivative works detection, whose similarity is in the row around the Music. It is nil where the service gives none.
	Score *float64 `json:"score,omitzero"`

	DurationMS int64 `json:"duration_ms,omitzero"` // of the whole recording, in milliseconds; see PlayingTime

	// PlayOffsetMS is where in the recording the sample was when it ended, in milliseconds. It is not where the match begins.
	PlayOffsetMS *int64 `json:"play_offset_ms,omitzero"`

	// Which part of the sample matched which part of the recording (DB), in milliseconds, if the service says so. An
	// identification analyses the last 12 seconds or so of a sample, and counts from where these begin.
	SampleBeginTimeOffsetMS *int64 `json:"sample_begin_time_offset_ms,omitzero"`
	SampleEndTimeOffsetMS   *int64 `json:"sample_end_time_offset_ms,omitzero"`
	DBBeginTimeOffsetMS     *int64 `json:"db_begin_time_offset_ms,omitzero"`
	DBEndTimeOffsetMS       *int64 `json:"db_end_time_offset_ms,omitzero"`

	Label       string  `json:"label,omitzero"`
	ReleaseDate string  `json:"release_date,omitzero"` // "2006-01-02" as a rule; "2006" and "None" have been seen
	Genres      []Genre `json:"genres,omitzero"`
	Language    string  `json:"language,omitzero"` // ISO 639-1, such as "en"
	Langs       []Lang  `json:"langs,omitzero"`    // the title in other languages

	ExternalIDs      ExternalIDs      `json:"external_ids,omitzero"`
	ExternalMetadata ExternalMetadata `json:"external_metadata,omitzero"`

	Contributors         Contributors       `json:"contributors,omitzero"`
	Works                []Work             `json:"works,omitzero"` // the compositions that were recorded
	Lyrics               Lyrics             `json:"lyrics,omitzero"`
	RightsClaims         []RightsClaim      `json:"rights_claim,omitzero"`
	RightsClaimPolicy    string             `json:"rights_claim_policy,omitzero"` // such as "monetize", where it is given for the whole recording
	ReleaseByTerritories []TerritoryRelease `json:"release_by_territories,omitzero"`
	Distributors         []string           `json:"distributors,omitzero"` // such as "UMG"

	Rank       int    `json:"rank,omitzero"`        // undocumented
	ResultFrom int    `json:"result_from,omitzero"` // 1 or 3; the service says to ignore it
	BPM        string `json:"bpm,omitzero"`         // beats per minute; "true" and "false" have been seen
	PPM        string `json:"ppm,omitzero"`         // undocumented

	// Extra has every member that is not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// UnmarshalJSON reads a Music tolerantly.
func (m *Music) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, m) }

// MarshalJSON writes the Music with its Extra.
func (m Music) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&m) }

// PlayingTime is DurationMS as a duration: how long the whole recording is, or 0 if that is not known.
func (m Music) PlayingTime() time.Duration { return milliseconds(m.DurationMS) }

// milliseconds stops at the longest Duration there is, 292 years, instead of overflowing.
func milliseconds(n int64) time.Duration {
	const most = math.MaxInt64 / int64(time.Millisecond)
	return time.Duration(min(max(n, -most), most)) * time.Millisecond
}
