package filescan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/nearest"
)

// Rules are the thresholds of [Assess]. A nil member, and a nil *Rules, mean the default; [DefaultRules] has all of them. The defaults are
// this SDK's, not ACRCloud's.
type Rules struct {
	MinSeconds *float64 `json:"min_seconds,omitempty"` // shorter matches are ignored; 3

	ExactSimilarity   *float64 `json:"exact_similarity,omitempty"`   // music from here on is the recording itself; 80
	SimilarSimilarity *float64 `json:"similar_similarity,omitempty"` // music from here on resembles it; 50
	LongSeconds       *float64 `json:"long_seconds,omitempty"`       // exact music is critical if it covers so much; 30
	LongShare         *float64 `json:"long_share,omitempty"`         // or so much of the file, 1 being all of it; 0.5
	Skew              *float64 `json:"skew,omitempty"`               // music whose tempo or pitch differs by more was altered; 0.02
	WeakConfidence    *float64 `json:"weak_confidence,omitempty"`    // confidence of music without a similarity; 25

	CoverSeconds         *float64 `json:"cover_seconds,omitempty"`          // covers are a high risk if they cover so much; 30
	CoverShare           *float64 `json:"cover_share,omitempty"`            // or so much of the file; 0.5
	LongCoverConfidence  *float64 `json:"long_cover_confidence,omitempty"`  // confidence of those; 60
	ShortCoverConfidence *float64 `json:"short_cover_confidence,omitempty"` // confidence of other covers; 50

	CustomSimilarity *float64 `json:"custom_similarity,omitempty"` // audio of your own buckets is a high risk from here on; 80
	CustomConfidence *float64 `json:"custom_confidence,omitempty"` // confidence of such audio without a similarity; 50

	AIHigh       *float64 `json:"ai_high,omitempty"`        // AI probability that is a high risk, in percent; 90
	AIMedium     *float64 `json:"ai_medium,omitempty"`      // AI probability that is a medium risk, in percent; 50
	AIMinSeconds *float64 `json:"ai_min_seconds,omitempty"` // shorter audio is not judged; 3

	Allow AllowList `json:"allow,omitzero"` // whose matches are listed, and count for nothing
}

// An AllowList names what may be matched: the songs of a catalogue's owner, say. Texts are compared without regard to upper and lower
// case.
type AllowList struct {
	ISRC   []string `json:"isrc,omitempty"`
	ACRID  []string `json:"acrid,omitempty"`
	Label  []string `json:"label,omitempty"`
	Bucket []string `json:"bucket,omitempty"` // ids of your own buckets
}

// threshold is a member of Rules: its JSON name, its default, and the largest value that makes sense.
type threshold struct {
	name  string
	value **float64
	usual float64
	most  float64
}

// thresholds is the one place where the members of Rules are listed.
func (r *Rules) thresholds() []threshold {
	const percent, share, anything = 100, 1, math.MaxFloat64
	return []threshold{
		{"min_seconds", &r.MinSeconds, 3, anything},
		{"exact_similarity", &r.ExactSimilarity, 80, percent},
		{"similar_similarity", &r.SimilarSimilarity, 50, percent},
		{"long_seconds", &r.LongSeconds, 30, anything},
		{"long_share", &r.LongShare, 0.5, share},
		{"skew", &r.Skew, 0.02, anything},
		{"weak_confidence", &r.WeakConfidence, 25, percent},
		{"cover_seconds", &r.CoverSeconds, 30, anything},
		{"cover_share", &r.CoverShare, 0.5, share},
		{"long_cover_confidence", &r.LongCoverConfidence, 60, percent},
		{"short_cover_confidence", &r.ShortCoverConfidence, 50, percent},
		{"custom_similarity", &r.CustomSimilarity, 80, percent},
		{"custom_confidence", &r.CustomConfidence, 50, percent},
		{"ai_high", &r.AIHigh, 90, percent},
		{"ai_medium", &r.AIMedium, 50, percent},
		{"ai_min_seconds", &r.AIMinSeconds, 3, anything},
	}
}

// DefaultRules returns the default rules, every member set.
func DefaultRules() *Rules { return (*Rules)(nil).complete() }

// complete returns a copy in which every threshold is set.
func (r *Rules) complete() *Rules {
	var c Rules
	if r != nil {
		c = *r
	}
	for _, t := range c.thresholds() {
		if *t.value == nil {
			*t.value = new(t.usual)
		}
	}
	return &c
}

// Validate reports the first threshold that makes no sense, as an [*acrcloud.ArgumentError] that names its JSON path.
func (r *Rules) Validate() error {
	if checked.IsNil(r) {
		return nil
	}
	for _, t := range r.thresholds() {
		if v := *t.value; v != nil && !(*v >= 0 && *v <= t.most) { // NaN is neither
			remedy := "use a number from 0 on"
			if t.most < math.MaxFloat64 {
				remedy = fmt.Sprintf("use a number from 0 to %g", t.most)
			}
			return &acrcloud.ArgumentError{Field: t.name, Problem: "is out of range", Remedy: remedy}
		}
	}
	c := r.complete()
	switch {
	case *c.SimilarSimilarity > *c.ExactSimilarity:
		return &acrcloud.ArgumentError{Field: "similar_similarity", Problem: "is above exact_similarity", Remedy: "the exact threshold is the higher of the two"}
	case *c.AIMedium > *c.AIHigh:
		return &acrcloud.ArgumentError{Field: "ai_medium", Problem: "is above ai_high", Remedy: "the high threshold is the higher of the two"}
	}
	return nil
}

// maxRules bounds what ReadRules reads.
const maxRules = 1 << 20

// ReadRules reads rules from a JSON object whose members are those of [Rules]; absent members keep the default. An unknown key, or a
// value of the wrong type or out of range, is an [*acrcloud.ArgumentError] that names the JSON path, and suggests a similar key.
func ReadRules(r io.Reader) (*Rules, error) {
	if r == nil {
		return nil, refuseRules("rules", "have no reader", "give ReadRules an open file, or use nil Rules for the defaults")
	}
	data, err := io.ReadAll(io.LimitReader(checked.Reader(r), maxRules+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxRules {
		return nil, refuseRules("rules", "are longer than 1 MiB", "keep to the members of Rules")
	}
	members, err := objectOf("rules", bytes.TrimPrefix(data, []byte("\uFEFF"))) // some editors put a mark there
	if err != nil {
		return nil, err
	}
	rules := &Rules{}
	known := map[string]any{"allow": nil}
	for _, t := range rules.thresholds() {
		known[t.name] = t.value
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		target, ok := known[name]
		switch {
		case !ok:
			return nil, unknownKey("", name, slices.Sorted(maps.Keys(known)))
		case name == "allow":
			if err := rules.Allow.read(members[name]); err != nil {
				return nil, err
			}
		default:
			if string(members[name]) == "null" || json.Unmarshal(members[name], target) != nil {
				return nil, refuseRules(name, "is not a number", "write a number, or leave it out for the default")
			}
		}
	}
	if err := rules.Validate(); err != nil {
		return nil, err
	}
	return rules, nil
}

func (a *AllowList) read(data []byte) error {
	members, err := objectOf("allow", data)
	if err != nil {
		return err
	}
	known := map[string]*[]string{"isrc": &a.ISRC, "acrid": &a.ACRID, "label": &a.Label, "bucket": &a.Bucket}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		target, ok := known[name]
		if !ok {
			return unknownKey("allow.", name, slices.Sorted(maps.Keys(known)))
		}
		var texts []*string
		if json.Unmarshal(members[name], &texts) != nil || texts == nil || slices.Contains(texts, nil) {
			return refuseRules("allow."+name, "is not a list of texts", `write it as ["…", "…"]`)
		}
		for _, text := range texts {
			*target = append(*target, *text)
		}
	}
	return nil
}

// objectOf splits a JSON object into its members.
func objectOf(path string, data []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	err := jsonv2.Unmarshal(data, &members)
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return nil, refuseRules(path, "has a member twice", "keep one of them")
	case !json.Valid(data):
		return nil, refuseRules(path, "is not valid JSON", "write one JSON object")
	case err != nil, members == nil:
		return nil, refuseRules(path, "is not an object", `write it as {"…": …}`)
	}
	return members, nil
}

func unknownKey(prefix, name string, known []string) error {
	remedy := "see Rules for the keys that there are"
	if meant := nearest.Key(name, known); meant != "" {
		remedy = fmt.Sprintf("did you mean %q?", prefix+meant)
	}
	return refuseRules(prefix+name, "is not a known key", remedy)
}

func refuseRules(path, problem, remedy string) error {
	return &acrcloud.ArgumentError{Field: path, Problem: problem, Remedy: remedy}
}
