package webhook

import (
	"encoding/json"
	"errors"

	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// Monitoring is what a broadcast monitoring project posts about one of its streams, be it a project of custom streams or one of the
// broadcast database. What else is posted of the stream, such as its country, is in Event.Extra.
type Monitoring struct {
	StreamID   string // empty if only the result was posted
	StreamURL  string
	StreamName string
	Status     int // 1 with a result, 0 without

	// Result is what was recognised, and when. It is nil if the body has none. Its MetadataExtra has what only monitoring reports:
	// type, played_duration, record_timestamp.
	Result *identify.Result
}

// Play returns what was played as package console has it, which reads it from the service: when it began, for how long, and on what
// stream. It is nil without a Result.
func (m *Monitoring) Play() *console.Play {
	if m == nil || m.Result == nil {
		return nil
	}
	data := m.Result.Raw
	if data == nil { // it was not read, but made
		var err error
		if data, err = json.Marshal(m.Result); err != nil {
			return nil
		}
	}
	play := new(console.Play)
	if json.Unmarshal(data, play) != nil {
		return nil
	}
	play.StreamID = m.StreamID
	return play
}

// isRecord reports whether the payload is a bare result of monitoring: the documentation shows them without the stream around.
func (p *payload) isRecord() bool {
	return isObject(p.Extra["status"]) && isObject(p.Extra["metadata"])
}

func isObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }

// monitoringEvent makes the event of a payload about a stream. The record is what was recognised.
func (p *payload) monitoringEvent(record json.RawMessage) (*Event, error) {
	m := &Monitoring{StreamID: p.StreamID, StreamURL: p.StreamURL, StreamName: p.StreamName}
	bare := p.isRecord() && p.StreamID == ""
	if len(record) > 0 && string(record) != "null" {
		result, err := readRecord(record)
		if errors.Is(err, lenient.ErrTooLarge) {
			return nil, err
		}
		if err == nil && result != nil {
			m.Result = result
			p.Data = nil
		}
	} else {
		p.Data = nil
	}
	if bare {
		p.Extra = nil // it is in the result
		if m.Result.Matched() {
			m.Status = 1
		}
	} else if status, ok := number(p.Extra["status"]); ok {
		m.Status = status
		delete(p.Extra, "status")
	}
	p.keepText("id", p.ID)
	p.keepText("name", p.Name)
	p.keepWrapped()
	if len(p.Extra) == 0 {
		p.Extra = nil
	}
	event := &Event{Kind: BroadcastMonitoring, Monitoring: m, Extra: p.Extra}
	if isTestID(m.StreamID) || m.Result != nil && len(m.Result.Music) == 1 && m.Result.Music[0].ACRID == testACRID {
		event.Kind = Test
	}
	return event, nil
}

// readRecord reads the one result in data, or returns nil if there are several.
func readRecord(data []byte) (*identify.Result, error) {
	object, err := soleObject(data)
	if err != nil || object == nil {
		return nil, err
	}
	result := new(identify.Result)
	return result, json.Unmarshal(object, result)
}
