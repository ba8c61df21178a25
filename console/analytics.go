package console

import (
	"context"
	"encoding/json"
	"time"

	core "github.com/musicchartsai/acrcloud-go/internal/console"
)

// An AnalyticsQuery says what to count over the last seven days. Both fields are required.
type AnalyticsQuery struct {
	By     AnalyticsBy // what the rows are
	Result PlayKind    // PlayMusic or PlayCustom
}

// AnalyticsBy is what the rows of an [Analytics] are.
type AnalyticsBy string

// What there can be a row for. Custom files know ByDate, ByTrack, and ByStream or ByChannel only.
const (
	ByDate    AnalyticsBy = "date"
	ByTrack   AnalyticsBy = "track"
	ByArtists AnalyticsBy = "artists"
	ByLabel   AnalyticsBy = "label"
	ByStream  AnalyticsBy = "stream"  // of Streams
	ByChannel AnalyticsBy = "channel" // of Channels
)

// An Analytics counts the plays of a project over the last seven days.
type Analytics struct {
	ID        string         `json:"id,omitzero"`
	ProjectID int            `json:"project_id,omitzero"`
	By        AnalyticsBy    `json:"stats_type,omitzero"`
	Result    PlayKind       `json:"result_type,omitzero"`
	Start     time.Time      `json:"start_timestamp_utc,omitzero"`
	End       time.Time      `json:"end_timestamp_utc,omitzero"`
	Rows      []AnalyticsRow `json:"results,omitzero"`

	// Extra has every member that is not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// An AnalyticsRow is the plays of one date, track and so on. What else it says, such as a title, is in Extra: only rows of dates are
// documented.
type AnalyticsRow struct {
	Date     string `json:"date,omitzero"` // "2006-01-02"; of ByDate
	PlayTime int64  `json:"play_time"`     // in seconds
	Plays    int    `json:"plays"`
	Rank     int    `json:"rank,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// analytics counts; of is ByStream or ByChannel.
func (g group) analytics(ctx context.Context, op string, query AnalyticsQuery, of AnalyticsBy) (*Analytics, error) {
	if query.By == "" || query.Result == "" {
		return nil, refuse("AnalyticsQuery", "lacks By or Result", "use ByDate and PlayMusic, for example")
	}
	if err := checkChoice("AnalyticsQuery.By", string(query.By), string(ByDate), string(ByTrack), string(ByArtists), string(ByLabel), string(of)); err != nil {
		return nil, err
	}
	if err := checkChoice("AnalyticsQuery.Result", string(query.Result), string(PlayMusic), string(PlayCustom)); err != nil {
		return nil, err
	}
	if query.Result == PlayCustom && (query.By == ByArtists || query.By == ByLabel) {
		return nil, refuse("AnalyticsQuery.By", "is not counted for custom files", "use ByDate or ByTrack")
	}
	q := core.Query{}.Text("stats_type", string(query.By)).Text("result_type", string(query.Result))
	return one(ctx, g, action{op: op, path: "/analytics/results", query: q}, func(a *Analytics) bool { return a.ID != "" || a.By != "" || a.Rows != nil }, nil)
}
