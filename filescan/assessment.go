package filescan

// An Assessment is the verdict of [Assess].
type Assessment struct {
	Risk           Risk      `json:"risk"`            // the highest that any rule gives
	MatchType      MatchType `json:"match_type"`      // of that rule
	Confidence     float64   `json:"confidence"`      // that rule's figure, 0 to 100
	MatchedSeconds float64   `json:"matched_seconds"` // of the file, overlaps counted once; allowed and ignored matches apart
	Reasons        []Reason  `json:"reasons"`         // in the order of the rules, then of the file
}

// A Reason is one thing that an [Assessment] is based on, or that was left out of it.
type Reason struct {
	Rule    string   `json:"rule"`              // such as "music.exact"; see [Assess]
	Text    string   `json:"text"`              // in words that can be checked: the match, its seconds, the figure and its threshold
	Title   string   `json:"title,omitempty"`   // of the recording
	Artists []string `json:"artists,omitempty"` // of the recording
	ISRC    string   `json:"isrc,omitempty"`    // of the recording; the first, if there are several
	Start   float64  `json:"start"`             // in the file, in seconds
	End     float64  `json:"end"`               // in the file, in seconds
}
