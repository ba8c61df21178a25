package filescan

import (
	"slices"
	"strconv"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// An Assessment is the verdict of [Assess].
type Assessment struct {
	Risk           Risk      `json:"risk"`            // the highest that any rule gives
	MatchType      MatchType `json:"match_type"`      // of that rule
	Confidence     float64   `json:"confidence"`      // that rule's figure, 0 to 100
	MatchedSeconds float64   `json:"matched_seconds"` // of the file, overlaps counted once; allowed and ignored matches apart
	Reasons        []Reason  `json:"reasons"`         // in the order of the rules, then of the file
}

// A Reason is one basis of an [Assessment], or something that it ignored. Start and End are seconds.
type Reason struct {
	Rule    string   `json:"rule"`              // such as "music.exact"; see [Assess]
	Text    string   `json:"text"`              // in words that can be checked: the match, its seconds, the figure and its threshold
	Title   string   `json:"title,omitempty"`   // of the recording
	Artists []string `json:"artists,omitempty"` // of the recording
	ISRC    string   `json:"isrc,omitempty"`    // of the recording; the first, if there are several
	Start   float64  `json:"start"`             // in the file, in seconds
	End     float64  `json:"end"`               // in the file, in seconds
}

// Risk is how urgently a file should be reviewed, in rising order. It is a technical indication, not a legal one.
type Risk int

// The risks. RiskUnknown means that the scan says nothing: it is not done, or it has failed.
const (
	RiskUnknown Risk = iota
	RiskNone
	RiskLow
	RiskMedium
	RiskHigh
	RiskCritical
)

var riskNames = [...]string{"unknown", "none", "low", "medium", "high", "critical"}

// String is the risk as a word, such as "high".
func (r Risk) String() string {
	if r < 0 || int(r) >= len(riskNames) {
		return "risk " + strconv.Itoa(int(r))
	}
	return riskNames[r]
}

// MarshalText writes what String returns.
func (r Risk) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText writes. Anything else is an [*acrcloud.ArgumentError].
func (r *Risk) UnmarshalText(text []byte) error {
	i := slices.Index(riskNames[:], string(text))
	if i < 0 {
		return &acrcloud.ArgumentError{Field: "risk", Problem: "is unknown", Remedy: "use a word that Risk.String returns, such as \"high\""}
	}
	*r = Risk(i)
	return nil
}

// MatchType is the kind of evidence behind an [Assessment]. It is not Match.Type, which is the service's own string.
type MatchType string

// The match types.
const (
	MatchNone        MatchType = "none"
	MatchExact       MatchType = "exact"        // the recording itself
	MatchSimilar     MatchType = "similar"      // something like the recording: a derivative, or a weak match
	MatchCover       MatchType = "cover"        // another recording of the composition
	MatchCustom      MatchType = "custom"       // audio of your own bucket
	MatchAIGenerated MatchType = "ai_generated" // music that was probably made by a machine
)
