package console

import (
	"context"
	"encoding/json"
	"time"

	core "github.com/musicchartsai/acrcloud-go/internal/console"
)

// An AnalyticsQuery selects what is counted over the last seven days. Both fields are required.
type AnalyticsQuery struct {
	By     AnalyticsBy // what plays are grouped by
	Result PlayKind    // PlayMusic or PlayCustom
}

// AnalyticsBy is what the plays are grouped by.
type AnalyticsBy string

// What plays can be grouped by. Custom files can only be grouped ByDate, ByTrack, and ByStream or ByChannel.
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

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// An AnalyticsRow counts the plays of one date, track and so on. Only rows of dates are documented; the other members,
// such as a title, are in Extra.
type AnalyticsRow struct {
	Date     string `json:"date,omitzero"` // "2006-01-02"; with ByDate
	PlayTime int64  `json:"play_time"`     // in seconds
	Plays    int    `json:"plays"`
	Rank     int    `json:"rank,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// analytics counts plays; of is ByStream or ByChannel.
func (g group) analytics(ctx context.Context, op string, query AnalyticsQuery, of AnalyticsBy) (*Analytics, error) {
	if query.By == "" || query.Result == "" {
		return nil, refuse("AnalyticsQuery", "has no By or no Result", "set both, such as ByDate and PlayMusic")
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
