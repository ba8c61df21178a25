package console

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A UserReport reports a play that the service did not recognise. All fields but UserDefined are required.
type UserReport struct {
	Title       string
	Start, End  time.Time      // their time zone is sent to the service
	UserDefined map[string]any // such as "artists" and "album"
}

// A UserReportResult is the result of a report. The service returns one object for any number of reports.
type UserReportResult struct {
	ID     int          `json:"id"`
	Result ReportedPlay `json:"result"`

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// A ReportedPlay is a reported play as stored by the service.
type ReportedPlay struct {
	Start           time.Time `json:"start_timestamp_utc,omitzero"`
	End             time.Time `json:"end_timestamp_utc,omitzero"`
	RecordTimestamp string    `json:"record_timestamp,omitzero"`
	Title           string    `json:"title,omitzero"`
	Artists         string    `json:"artists,omitzero"`
	Album           string    `json:"album,omitzero"`
	ACRID           string    `json:"acrid,omitzero"`                 // "null" has been seen
	Duration        float64   `json:"duration"`                       // in seconds
	PlayedDuration  float64   `json:"played_duration"`                // in seconds
	MonitorType     string    `json:"monitor_type,omitzero"`          // undocumented
	ResultType      string    `json:"result_type,omitzero"`           // "custom"
	From            string    `json:"from,omitzero"`                  // "api-report"
	StartLocal      string    `json:"start_timestamp_local,omitzero"` // in the zone of the report
	EndLocal        string    `json:"end_timestamp_local,omitzero"`   // in the zone of the report

	Metadata map[string]json.RawMessage `json:"raw_metadata,omitzero"` // UserDefined and the title

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

func (m monitored) report(ctx context.Context, reports []UserReport) (*UserReportResult, error) {
	if err := m.ready(); err != nil || len(reports) == 0 {
		return nil, err
	}
	rows := make([]fields, 0, len(reports))
	for _, r := range reports {
		switch {
		case r.Title == "":
			return nil, refuse("UserReport.Title", "is empty", "set it to what was played")
		case r.Start.IsZero() || r.End.IsZero():
			return nil, refuse("UserReport.Start", "or End is not set", "set both to when it was played")
		case !r.Start.Before(r.End):
			return nil, refuse("UserReport.End", "is not after Start", "exchange the two")
		}
		_, offset := r.Start.Zone()
		zone := time.FixedZone("", offset) // one offset is sent for both, also if clocks change between them
		row := fields{
			"from": "api", "title": r.Title, "timeoffset": TimeOffsetOf(r.Start),
			"start_timestamp": r.Start.Format(time.DateTime), "end_timestamp": r.End.In(zone).Format(time.DateTime),
		}
		if r.UserDefined != nil {
			row["user_defined"] = r.UserDefined
		}
		rows = append(rows, row)
	}
	a := m.action("report", "/user-reports", core.Query{})
	a.method, a.cost, a.body = http.MethodPost, transport.Billed, fields{"data": rows}
	return one(ctx, m.group, a, func(r *UserReportResult) bool { return r.ID != 0 || r.Result.Title != "" }, nil)
}
