package webhook

import (
	"encoding/json"

	"github.com/musicchartsai/acrcloud-go/identify"
)

// Monitoring is what a broadcast monitoring project posts about one of its streams.
type Monitoring struct {
	StreamID   string
	StreamURL  string
	StreamName string
	Status     int // 1 with a result, 0 without

	// Result is what was recognised, and when. It is nil if the body has none.
	Result *identify.Result
}

// monitoringEvent makes the event of a payload about a stream. Its data is what was recognised; with a form it is JSON in a string.
func (p *payload) monitoringEvent() *Event {
	m := &Monitoring{StreamID: p.StreamID, StreamURL: p.StreamURL, StreamName: p.StreamName}
	if status, ok := number(p.Extra["status"]); ok {
		m.Status = status
		delete(p.Extra, "status")
	}
	if len(p.Extra) == 0 {
		p.Extra = nil
	}
	if data := unquote(p.Data); len(data) > 0 && string(data) != "null" {
		var result identify.Result
		if json.Unmarshal(data, &result) == nil {
			m.Result = &result
		} else {
			p.keepData()
		}
	}
	event := &Event{Kind: BroadcastMonitoring, Monitoring: m, Extra: p.Extra}
	if isTestID(m.StreamID) {
		event.Kind = Test
	}
	return event
}
