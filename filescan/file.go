package filescan

import (
	"encoding/json"
	"time"
)

// File is a file, or other content that a container scans, with its state and results.
//
// Decoding is tolerant in the way of [acrcloud.Music].
type File struct {
	ID          string `json:"id"`            // a UUID
	AccountID   int    `json:"uid,omitzero"`  // of the console account
	ContainerID int    `json:"cid,omitzero"`  // of the container that it is in
	Name        string `json:"name,omitzero"` // as it was uploaded

	Duration float64   `json:"duration"`           // in seconds; 0 until the service has decoded it, and if it cannot. See PlayingTime
	URI      string    `json:"uri,omitzero"`       // where it came from, such as "audio:song.mp3" or "youtube:video:<id>"
	URL      RemoteURL `json:"url,omitzero"`       // of what was imported, shown without credentials; empty for uploads
	DataType string    `json:"data_type,omitzero"` // "audio", "fingerprint", "audio_url", "platforms", or a platform such as "youtube"
	Engine   Engine    `json:"engine,omitzero"`    // what it was scanned with

	State         State `json:"state"`
	MusicDetected int   `json:"music_detected,omitzero"` // 0 unknown, 1 music, with or without speech, 2 something else

	// Results is what was found. It is nil before the scan has ended, in lists that were asked for without results, and where the
	// service sends null, [] or "" in its place.
	Results *Results `json:"results,omitzero"`

	Detail string `json:"detail,omitzero"` // supposedly what went wrong, in words
	Count  int    `json:"count,omitzero"`  // unused by the service
	Total  int    `json:"total,omitzero"`  // unused by the service

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has every member that is not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// PlayingTime is Duration as a [time.Duration]: how long the file is, or 0 if that is not known.
func (f File) PlayingTime() time.Duration { return seconds(f.Duration) }
