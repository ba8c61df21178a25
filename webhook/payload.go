package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// payload has every member that any callback is known to have.
type payload struct {
	FileID      string            `json:"file_id"`
	ID          string            `json:"id"` // instead of file_id
	State       *filescan.State   `json:"state"`
	ContainerID *int              `json:"cid"`
	Name        string            `json:"name"`
	Results     *filescan.Results `json:"results"`

	StreamID   string          `json:"stream_id"`
	StreamURL  string          `json:"stream_url"`
	StreamName string          `json:"stream_name"`
	Data       json.RawMessage `json:"data"` // the whole event, or what was recognised in the stream
	Payload    json.RawMessage `json:"payload"`

	Extra map[string]json.RawMessage `json:",embed,inline"`

	undecoded json.RawMessage // the results, if they were skimmed
	object    []byte          // all of it
}

// skimmed is a payload whose results are not decoded.
type skimmed struct {
	FileID      string          `json:"file_id"`
	ID          string          `json:"id"`
	State       *filescan.State `json:"state"`
	ContainerID *int            `json:"cid"`
	Name        string          `json:"name"`
	Results     json.RawMessage `json:"results"`

	StreamID   string          `json:"stream_id"`
	StreamURL  string          `json:"stream_url"`
	StreamName string          `json:"stream_name"`
	Data       json.RawMessage `json:"data"`
	Payload    json.RawMessage `json:"payload"`

	Extra map[string]json.RawMessage `json:",embed,inline"`
}

func skimPayload(object []byte, unmarshal func([]byte, any) error) (*payload, error) {
	var s skimmed
	if err := unmarshal(object, &s); err != nil {
		return nil, err
	}
	return &payload{
		FileID: s.FileID, ID: s.ID, State: s.State, ContainerID: s.ContainerID, Name: s.Name, undecoded: s.Results,
		StreamID: s.StreamID, StreamURL: s.StreamURL, StreamName: s.StreamName, Data: s.Data, Payload: s.Payload, Extra: s.Extra, object: object,
	}, nil
}

// isEnvelope reports that the payload itself says nothing of a file or a stream, but holds something that may.
func (p *payload) isEnvelope() bool {
	return (p.Data != nil || p.Payload != nil) && p.FileID == "" && p.StreamID == "" && p.State == nil && p.ContainerID == nil && !p.hasResults()
}

func (p *payload) hasResults() bool { return p.Results != nil || p.undecoded != nil }

// unwrap returns the one object in data or payload, if that is about a file or a stream, and otherwise p. Members beside it stay in
// Extra.
func (p *payload) unwrap(skim bool) (*payload, error) {
	for _, wrapped := range []*json.RawMessage{&p.Data, &p.Payload} {
		object, _ := soleObject(unquote(*wrapped))
		if object == nil {
			continue
		}
		inner, err := readPayload(object, skim, lenient.UnmarshalInner)
		if errors.Is(err, lenient.ErrTooLarge) {
			return nil, err
		}
		if err != nil || inner.FileID == "" && inner.ID == "" && inner.StreamID == "" && !inner.isRecord() {
			continue
		}
		*wrapped = nil
		p.keepWrapped() // the other
		for name, raw := range p.Extra {
			if _, ok := inner.Extra[name]; !ok {
				inner.keep(name, raw)
			}
		}
		if inner.ID == "" {
			inner.ID = p.ID
		}
		return inner, nil
	}
	return p, nil
}

// checkForm refuses a form whose content could not be read: an event without results is how a clean file looks.
func (p *payload) checkForm() error {
	if _, odd := p.Extra["results"]; odd {
		return errors.New("the form's field results cannot be read")
	}
	for name, raw := range map[string]json.RawMessage{"data": p.Data, "payload": p.Payload, "results": p.undecoded} {
		text := bytes.TrimLeft(unquote(raw), blanks)
		if len(text) > 0 && (text[0] == '{' || text[0] == '[' || name == "results") && !json.Valid(text) {
			return fmt.Errorf("the form's field %s has JSON that cannot be read", name)
		}
	}
	for name := range p.Extra {
		if strings.HasPrefix(name, "results.") {
			return fmt.Errorf("the form's field %.40q nests with dots: only brackets are read", name)
		}
	}
	if p.Results == nil {
		return nil
	}
	for _, list := range []string{"music", "cover_songs", "custom_files", "ai_detection"} {
		if _, odd := p.Results.Extra[list]; odd {
			return fmt.Errorf("the form's field results[%s] cannot be read in full", list)
		}
	}
	return nil
}

func (p *payload) keep(name string, raw json.RawMessage) {
	if p.Extra == nil {
		p.Extra = map[string]json.RawMessage{}
	}
	p.Extra[name] = raw
}

func (p *payload) keepText(name, text string) {
	if text == "" {
		return
	}
	if raw, err := json.Marshal(text); err == nil {
		p.keep(name, raw)
	}
}

// keepWrapped keeps data and payload where they are not what the event is read from.
func (p *payload) keepWrapped() {
	if p.Data != nil {
		p.keep("data", p.Data)
	}
	if p.Payload != nil {
		p.keep("payload", p.Payload)
	}
}

// event says what the payload is.
func (p *payload) event() (*Event, error) {
	switch {
	case p.StreamID != "" && p.FileID == "":
		return p.monitoringEvent(unquote(p.Data))
	case p.FileID == "" && p.ID != "" && (p.State != nil || p.hasResults() || p.ContainerID != nil):
		p.FileID, p.ID = p.ID, ""
	case p.FileID == "" && p.isRecord():
		return p.monitoringEvent(p.object)
	case p.FileID == "":
		p.keepText("id", p.ID)
		p.keepWrapped()
		return &Event{Kind: Unknown, Extra: p.Extra}, nil
	case strings.EqualFold(p.ID, p.FileID):
		p.ID = ""
	}
	p.keepText("id", p.ID)
	p.keepText("stream_id", p.StreamID)
	p.keepText("stream_url", p.StreamURL)
	p.keepText("stream_name", p.StreamName)
	p.keepWrapped()
	event := &Event{Kind: FileScan, FileID: p.FileID, Name: p.Name, Results: p.Results, Extra: p.Extra, undecoded: unquote(p.undecoded)}
	if p.State != nil {
		event.State = *p.State
	}
	if p.ContainerID != nil {
		event.ContainerID = *p.ContainerID
	}
	if isTestID(p.FileID) || p.hasTestRow() {
		event.Kind = Test
	}
	return event, nil
}

// isTestID recognises the ids in the console's test payloads. A real file's is a UUID, a real stream's begins with "s-".
func isTestID(id string) bool {
	id = strings.ToLower(id)
	return id == "test" || strings.HasPrefix(id, "test_") || strings.HasPrefix(id, "test-")
}

// testACRID is the recording in the console's test payloads.
const testACRID = "test_acrid"

func (p *payload) hasTestRow() bool {
	results := p.Results
	if raw := unquote(p.undecoded); len(raw) < 4096 && bytes.Contains(raw, []byte(testACRID)) { // small enough for a test
		results = new(filescan.Results)
		if json.Unmarshal(raw, results) != nil {
			return false
		}
	}
	return results != nil && len(results.Music) == 1 && results.Music[0].Result.ACRID == testACRID
}

// isFileID reports whether id may be one: ids are UUIDs, but any text is allowed that cannot lead to another path or into another
// line of a log.
func isFileID(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == ':':
		case c == '.' && i > 0 && id[i-1] != '.':
		default:
			return false
		}
	}
	return len(id) <= 128
}

// number reads a whole number from a member that may be text.
func number(raw json.RawMessage) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(string(unquote(raw))))
	return n, err == nil
}
