package console

import (
	"encoding/json"
	"strconv"
	"time"
)

// A BucketFile is audio, or a fingerprint, that recognition compares with.
//
// Decoding is tolerant in the way of [acrcloud.Music].
type BucketFile struct {
	ID        int    `json:"id"`
	AccountID int    `json:"uid,omitzero"`       // of the console account
	BucketID  int    `json:"bucket_id,omitzero"` // of the bucket that it is in
	ACRID     string `json:"acr_id,omitzero"`    // CustomFile.ACRID of results; perhaps empty until it is ready
	Title     string `json:"title,omitzero"`
	AudioID   string `json:"audio_id,omitzero"` // an id of your own, from an older API; no call sets it

	State    FileState `json:"state"`
	Duration float64   `json:"duration"` // in seconds; see PlayingTime

	// UserDefined is what you gave it, by key. Results have these keys among those of [acrcloud.CustomFile].
	UserDefined map[string]json.RawMessage `json:"user_defined,omitzero"`

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has every member that is not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

func (f *BucketFile) settle() { readUserDefined(&f.UserDefined, &f.Extra) }

// PlayingTime is Duration: how long the file is, or 0 if that is unknown.
func (f BucketFile) PlayingTime() time.Duration { return seconds(f.Duration) }

// A FileState is how far a file has come. It is an open set.
type FileState int

// The documented states.
const (
	FileProcessing FileState = 0
	FileReady      FileState = 1 // it is found from now on
	FileError      FileState = -1
)

// Done reports whether the file is ready or has failed. An unknown positive state has not ended: it is taken for a new stage of
// processing.
func (s FileState) Done() bool { return s == FileReady || s < 0 }

// Failed reports whether the file cannot be found, and never will. An unknown negative state has failed.
func (s FileState) Failed() bool { return s < 0 }

// String says the state in words, as "ready" or "state 2".
func (s FileState) String() string {
	switch s {
	case FileProcessing:
		return "processing"
	case FileReady:
		return "ready"
	case FileError:
		return "error"
	}
	return "state " + strconv.Itoa(int(s))
}
