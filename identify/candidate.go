package identify

import (
	"cmp"
	"math"
	"slices"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// MatchKind is the list of a [Result] that a [Candidate] comes from.
type MatchKind string

// The kinds of candidates.
const (
	KindMusic        MatchKind = "music"
	KindHumming      MatchKind = "humming"
	KindCustomFile   MatchKind = "custom_file"
	KindStream       MatchKind = "stream"
	KindCustomStream MatchKind = "custom_stream"
)

// A Candidate is one match of a sample, from any list of a [Result], in common terms. Exactly one of its pointers is
// set, and points into the Result.
type Candidate struct {
	Kind    MatchKind
	ACRID   string
	Title   string
	Artists []string // their names; none for custom files and channels
	ISRC    string   // of the recording (ISO 3901), the first if there are several; empty where the service gives none
	Score   float64  // 0 to 100; that of humming is multiplied by 100. 0 if the service gives none

	Music   *acrcloud.Music
	Humming *HummingMatch
	Custom  *acrcloud.CustomFile
	Stream  *acrcloud.Stream // of either kind
}

// Best returns the first of [Result.Top], or nil if nothing was recognised.
func (r *Result) Best() *Candidate {
	top := r.Top(1)
	if len(top) == 0 {
		return nil
	}
	return &top[0]
}

// Top returns the n best candidates of all lists, or all of them if n is negative, the best first.
//
// They are ranked by score. Where scores tie, your own things come first: custom files, then music, your own channels, other channels, humming;
// then what began earlier in the sample; then what the service names first. Several equal scores are normal for one recording, since
// releases share audio. Scores of humming are not on the same scale as the others, and rank as if they were.
func (r *Result) Top(n int) []Candidate {
	if r == nil || n == 0 {
		return nil
	}
	all := r.candidates()
	slices.SortStableFunc(all, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Kind.order(), b.Kind.order()), cmp.Compare(a.begin(), b.begin()))
	})
	if n > 0 && n < len(all) {
		all = all[:n:n]
	}
	return all
}

func (k MatchKind) order() int {
	return slices.Index([]MatchKind{KindCustomFile, KindMusic, KindCustomStream, KindStream, KindHumming}, k)
}

// begin is where in the sample it began, in milliseconds; what does not say so comes last.
func (c Candidate) begin() int64 {
	var ms *int64
	switch {
	case c.Music != nil:
		ms = c.Music.SampleBeginTimeOffsetMS
	case c.Custom != nil:
		ms = c.Custom.SampleBeginTimeOffsetMS
	}
	if ms == nil {
		return math.MaxInt64
	}
	return *ms
}

// candidates lists everything, in the order of the lists.
func (r *Result) candidates() []Candidate {
	all := make([]Candidate, 0, len(r.Music)+len(r.Humming)+len(r.CustomFiles)+len(r.Streams)+len(r.CustomStreams))
	for i := range r.CustomFiles {
		f := &r.CustomFiles[i]
		all = append(all, Candidate{Kind: KindCustomFile, ACRID: f.ACRID, Title: f.Title, Score: percent(f.Score, 1), Custom: f})
	}
	for i := range r.Music {
		m := &r.Music[i]
		all = append(all, Candidate{Kind: KindMusic, ACRID: m.ACRID, Title: m.Title, Artists: names(m.Artists), ISRC: cmp.Or(m.ExternalIDs.ISRC...), Score: percent(m.Score, 1), Music: m})
	}
	for _, list := range []struct {
		kind    MatchKind
		streams []acrcloud.Stream
	}{{KindCustomStream, r.CustomStreams}, {KindStream, r.Streams}} {
		for i := range list.streams {
			s := &list.streams[i]
			all = append(all, Candidate{Kind: list.kind, ACRID: s.ACRID, Title: s.Title, Score: percent(s.Score, 1), Stream: s})
		}
	}
	for i := range r.Humming {
		h := &r.Humming[i]
		all = append(all, Candidate{Kind: KindHumming, ACRID: h.ACRID, Title: h.Title, Artists: names(h.Artists), ISRC: cmp.Or(h.ExternalIDs.ISRC...), Score: percent(h.Score, 100), Humming: h})
	}
	return all
}

// percent is a score on the scale of 0 to 100. A score over 1 of something that is scored from 0 to 1 is on that scale already.
func percent(score *float64, factor float64) float64 {
	switch {
	case score == nil || math.IsNaN(*score):
		return 0
	case factor > 1 && *score > 1:
		return min(*score, 100)
	}
	return min(max(*score*factor, 0), 100)
}

func names(artists []acrcloud.Artist) []string {
	var list []string
	for _, a := range artists {
		if a.Name != "" {
			list = append(list, a.Name)
		}
	}
	return list
}
