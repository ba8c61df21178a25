package filescan

import "encoding/json"

// What an [AIDetection] can predict. More exist: be ready for texts that are not here.
const (
	PredictionAIGenerated = "ai_generated"
	PredictionHuman       = "human"
)

// AIDetection says whether music is AI-generated: in the whole file, or in one stem of it, so there may be several.
type AIDetection struct {
	Prediction    string   `json:"prediction,omitzero"`     // PredictionAIGenerated from an AIProbability of 50 on, PredictionHuman or another text
	AIProbability *float64 `json:"ai_probability,omitzero"` // in percent, or nil if it is not given
	LikelySource  string   `json:"likely_source,omitzero"`  // such as "suno" or "udio"; the list grows

	SourceProbabilities []SourceProbability `json:"source_probabilities,omitzero"`

	Start    *float64    `json:"start,omitzero"`    // of what was examined, in seconds, or nil if it is not given
	End      *float64    `json:"end,omitzero"`      // of what was examined, in seconds, or nil if it is not given
	Duration float64     `json:"duration,omitzero"` // of what was examined, in seconds; 0 if it is not given
	Stem     string      `json:"stem,omitzero"`     // "original" for the whole mix
	Segments []AISegment `json:"segments,omitzero"` // usually none
	ModelID  string      `json:"model_id,omitzero"` // of what made the prediction

	// Extra has every member that is not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// SourceProbability is how probable one origin of the music is.
type SourceProbability struct {
	Source      string  `json:"source"`      // such as "human", "suno" or "udio"
	Probability float64 `json:"probability"` // in percent

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// AISegment is the prediction for a part of the file.
type AISegment struct {
	Start         float64  `json:"start"` // in seconds
	End           float64  `json:"end"`   // in seconds
	Prediction    string   `json:"prediction,omitzero"`
	LikelySource  string   `json:"likely_source,omitzero"`
	AIProbability *float64 `json:"ai_probability,omitzero"` // in percent, or nil if it is not given

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}
