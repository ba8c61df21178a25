package console

import (
	"encoding/json"
	"strconv"
	"time"
)

// A BucketFile is audio, or a fingerprint, that recognition compares with.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type BucketFile struct {
	ID        int    `json:"id"`
	AccountID int    `json:"uid,omitzero"`       // of the console account
	BucketID  int    `json:"bucket_id,omitzero"` // the bucket that holds it
	ACRID     string `json:"acr_id,omitzero"`    // CustomFile.ACRID in results; may be empty until the file is ready
	Title     string `json:"title,omitzero"`
	AudioID   string `json:"audio_id,omitzero"` // your own id, from an older API; no call sets it

	State    FileState `json:"state"`
	Duration float64   `json:"duration"` // in seconds; see PlayingTime

	// UserDefined is your own metadata, by key. In results these keys are members of [acrcloud.CustomFile].
	UserDefined map[string]json.RawMessage `json:"user_defined,omitzero"`

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

func (f *BucketFile) settle() { readUserDefined(&f.UserDefined, &f.Extra) }

// PlayingTime is Duration as a time.Duration; 0 if it is unknown.
func (f BucketFile) PlayingTime() time.Duration { return seconds(f.Duration) }

// A FileState is the processing state of a file. The service may add others.
type FileState int

// The documented states.
const (
	FileProcessing FileState = 0
	FileReady      FileState = 1 // recognition finds it
	FileError      FileState = -1
)

// Done reports whether the file is ready or has failed. An unknown positive state counts as processing.
func (s FileState) Done() bool { return s == FileReady || s < 0 }

// Failed reports whether processing has failed for good, so that recognition never finds the file. An unknown negative
// state counts as failed.
func (s FileState) Failed() bool { return s < 0 }

// String returns the state in words, such as "ready" or "state 2".
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
