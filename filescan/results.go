package filescan

import (
	"encoding/json"
	"iter"
)

// Results is what a scan found in a file. Each list may be empty, and which ones can be filled depends on the container's engine.
// Neither is sorted by score.
//
// Decoding is tolerant in the way of [acrcloud.Music]. Results are also read from null and from [], which the service sends where
// there are none, and from a JSON string that holds their JSON.
type Results struct {
	Music       []Match           `json:"music,omitzero"`        // engines 1 and 3: recordings, by their sound
	CoverSongs  []Match           `json:"cover_songs,omitzero"`  // engines 2 and 3: recordings of the same composition; they have no score
	CustomFiles []CustomMatch     `json:"custom_files,omitzero"` // audio of your own buckets
	MusicSpeech []Segment         `json:"music_speech,omitzero"` // with music detection: where there is music and where speech
	AIDetection []AIDetection     `json:"ai_detection,omitzero"` // engine 5, or AI detection: whether a machine made the music
	Speech      []json.RawMessage `json:"speech,omitzero"`       // engine 4: what was said. The service does not document its shape

	// Raw is the JSON that the Results were decoded from, byte for byte, or nil. It is not encoded again.
	Raw json.RawMessage `json:"-" lenient:"raw"`

	// Extra has every member that is not above. A row that could not be read as its type is here too, under its list's name.
	Extra map[string]json.RawMessage `json:",embed,inline"`
}

// MatchKind is the list of [Results] that a match is in. [MatchType] is the evidence behind a verdict.
type MatchKind string

// The kinds of matches.
const (
	KindMusic  MatchKind = "music"
	KindCover  MatchKind = "cover"
	KindCustom MatchKind = "custom" // of your own bucket
)

// All iterates over all matches with their kind: music, then covers, then those of your own buckets, each in the service's order. Of the
// latter the Result has what all recordings have; the keys of your own are in CustomFiles. It works on nil Results.
func (r *Results) All() iter.Seq2[MatchKind, Match] {
	return func(yield func(MatchKind, Match) bool) {
		if r == nil {
			return
		}
		for _, m := range r.Music {
			if !yield(KindMusic, m) {
				return
			}
		}
		for _, m := range r.CoverSongs {
			if !yield(KindCover, m) {
				return
			}
		}
		for _, m := range r.CustomFiles {
			if !yield(KindCustom, m.asMatch()) {
				return
			}
		}
	}
}
