package console

import (
	"context"
	"encoding/json"
	"time"

	core "github.com/musicchartsai/acrcloud-go/internal/console"
)

// StateOptions select days of the state of a stream or channel. The zero value leaves the choice to the service.
type StateOptions struct {
	Days DateRange // zero: the service's choice

	// TimeOffset is the zone of the days, in minutes as JavaScript counts them: -480 is UTC+8. TimeOffsetOf makes it.
	TimeOffset int
}

// TimeOffsetOf is the offset of a time's zone from UTC in minutes as JavaScript counts them, negative to the east.
func TimeOffsetOf(t time.Time) int {
	_, east := t.Zone()
	return -east / 60
}

// StreamStates says when a stream or channel was available.
type StreamStates struct {
	TotalTime  int64         `json:"total_time"`          // in seconds
	ValidTime  int64         `json:"valid_time"`          // how much of it the stream was running, in seconds
	TimeOffset int           `json:"timeoffset"`          // as in StateOptions
	Periods    []StatePeriod `json:"state_list,omitzero"` // in the service's order

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// A StatePeriod is a period in one state. The service sends its times without a zone, and the SDK reads them as UTC;
// whether they follow TimeOffset is not documented.
type StatePeriod struct {
	Code     int       `json:"code"` // 0 is running; 12 has been seen for an unavailable stream
	Start    time.Time `json:"start,omitzero"`
	End      time.Time `json:"end,omitzero"`
	Duration int64     `json:"duration"` // in seconds

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// Running reports whether the stream was available.
func (p StatePeriod) Running() bool { return p.Code == 0 }

// Gaps returns the periods in which the stream was not available.
func (s StreamStates) Gaps() []StatePeriod {
	var gaps []StatePeriod
	for _, p := range s.Periods {
		if !p.Running() {
			gaps = append(gaps, p)
		}
	}
	return gaps
}

func (m monitored) state(ctx context.Context, opts *StateOptions) (*StreamStates, error) {
	if err := m.ready(); err != nil {
		return nil, err
	}
	o := valueOf(opts)
	q := core.Query{}.Number("timeoffset", o.TimeOffset)
	if !o.Days.From.IsZero() || !o.Days.To.IsZero() {
		if err := o.Days.check("StateOptions.Days"); err != nil {
			return nil, err
		}
		q = q.Text("start_date", o.Days.From.compact()).Text("end_date", o.Days.To.compact())
	}
	if o.TimeOffset < -15*60 || o.TimeOffset > 15*60 {
		return nil, refuse("StateOptions.TimeOffset", "is not the offset of a time zone", "use minutes, such as from TimeOffsetOf")
	}
	return one(ctx, m.group, m.action("state", "/state", q), func(s *StreamStates) bool { return s != nil }, nil)
}
