package filescan

import (
	"iter"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// MatchKind is the list of [Results] that a match is in.
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
