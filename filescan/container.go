package filescan

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Container holds files and says how they are scanned.
//
// Decoding is tolerant in the way of [acrcloud.Music].
type Container struct {
	ID        int             `json:"id"`
	AccountID int             `json:"uid,omitzero"` // of the console account
	Name      string          `json:"name,omitzero"`
	Region    acrcloud.Region `json:"region,omitzero"` // where its files live, which decides the host they are reached at
	AudioType AudioType       `json:"audio_type,omitzero"`
	Buckets   []Bucket        `json:"buckets,omitzero"` // what files are compared with
	Engine    Engine          `json:"engine,omitzero"`
	Policy    Policy          `json:"policy,omitzero"`

	// CallbackURL is where results are posted. Encoding redacts it, because its query carries a shared secret.
	CallbackURL acrcloud.Secret `json:"callback_url,omitzero"`

	// CallbackSignSecret is the value of callback_sign_secret, if the service returns one. Its purpose is not documented.
	CallbackSignSecret acrcloud.Secret `json:"callback_sign_secret,omitzero"`

	Deepright      bool `json:"deepright,omitzero"`       // derivative works detection: rows of music get a similarity of their own
	MusicDetection bool `json:"music_detection,omitzero"` // distinguishes music from speech: Results.MusicSpeech
	AIDetection    bool `json:"ai_detection,omitzero"`    // detects AI-generated music: Results.AIDetection

	Num   int   `json:"num,omitzero"`   // how many files it has
	Size  int64 `json:"size,omitzero"`  // of all its files; the unit is not documented
	State int   `json:"state,omitzero"` // undocumented

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has every member that is not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// Engine is what a container looks for. It is an open set: the service may add others.
type Engine int

// The engines.
const (
	EngineFingerprint          Engine = 1 // the same recording, by its sound
	EngineCovers               Engine = 2 // other recordings of the same composition
	EngineFingerprintAndCovers Engine = 3
	EngineSpeechToText         Engine = 4
	EngineAIMusic              Engine = 5 // music that machines made; it needs no buckets
)

// String says the engine in words, as "fingerprint" or "engine 6".
func (e Engine) String() string {
	switch e {
	case EngineFingerprint:
		return "fingerprint"
	case EngineCovers:
		return "covers"
	case EngineFingerprintAndCovers:
		return "fingerprint and covers"
	case EngineSpeechToText:
		return "speech to text"
	case EngineAIMusic:
		return "AI music"
	}
	return "engine " + strconv.Itoa(int(e))
}

// AudioType is the kind of audio for which a container is intended. The wrong one reduces accuracy.
type AudioType string

// The audio types.
const (
	LineIn   AudioType = "linein"   // original files and clean streams
	Recorded AudioType = "recorded" // recordings through a microphone, with noise
)

// Bucket is a collection of audio that files are compared with: ACRCloud's own music, or your uploads. To name one in a request use
// [BucketID] or [BucketName]; the service responds with both.
type Bucket struct {
	ID   int    `json:"id,omitzero" lenient:"number"`
	Name string `json:"name,omitzero" lenient:"text"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// BucketID names a bucket by its id. 23 is "ACRCloud Music".
func BucketID(id int) Bucket { return Bucket{ID: id} }

// BucketName names a bucket by its name, such as "ACRCloud Music".
func BucketName(name string) Bucket { return Bucket{Name: name} }

// Policy says which parts of a file are examined. Make one with [Traverse] or [Points].
type Policy struct {
	Type      string `json:"type,omitzero"`       // "traverse" or "points"
	Interval  *int   `json:"interval,omitzero"`   // of traverse: supposedly seconds between samples
	RecLength *int   `json:"rec_length,omitzero"` // of traverse: supposedly seconds in each sample
	Points    *int   `json:"points,omitzero"`     // of points: how many samples

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// Traverse examines all of a file, in samples of recLength with interval between them, supposedly in seconds. The official tool's
// values are 0 and 10.
func Traverse(interval, recLength int) Policy {
	return Policy{Type: "traverse", Interval: new(interval), RecLength: new(recLength)}
}

// Points examines n positions of a file. The official tool's value is 3.
func Points(n int) Policy { return Policy{Type: "points", Points: new(n)} }
