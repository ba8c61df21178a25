package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// Parse reads the body of a callback: JSON, or a form. It accepts all that the service is known or supposed to post: the file's id as
// file_id or id, the whole bare or in a member data, which may be an array of one, and results as an object, [], null or JSON inside a
// string. Odd values do not fail it, nor do invalid UTF-8 and members that come twice.
//
// A body that is a JSON object, or a form, of something else is an [Unknown] event. Anything else is a [*RequestError] with
// [ReasonMalformed] or [ReasonBinary]; so is a file id that has a character no id has, since ids end up in paths. Parse does not
// limit the size of body; [ParseRequest] does.
func Parse(body []byte) (*Event, error) {
	event, err := parse(bytes.Clone(body), "")
	if err != nil {
		return nil, err // not a typed nil
	}
	return event, nil
}

// payload has every member that any callback is known to have.
type payload struct {
	FileID      string            `json:"file_id"`
	ID          string            `json:"id"` // in place of file_id
	State       *filescan.State   `json:"state"`
	ContainerID *int              `json:"cid"`
	Name        string            `json:"name"`
	Results     *filescan.Results `json:"results"`

	StreamID   string          `json:"stream_id"`
	StreamURL  string          `json:"stream_url"`
	StreamName string          `json:"stream_name"`
	Data       json.RawMessage `json:"data"` // the whole event, or what was recognised in the stream

	Extra map[string]json.RawMessage `json:",embed,inline"`
}

// parse reads a body, which becomes the event's. The content type only helps where the body alone leaves it open.
func parse(body []byte, contentType string) (*Event, *RequestError) {
	document := bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	var p payload
	var err error
	switch begin := bytes.TrimLeft(document, blanks); {
	case len(begin) == 0:
		return nil, refuse(ReasonMalformed, "the body is empty")
	case begin[0] == '{':
		err = lenient.Unmarshal(document, &p)
	case begin[0] == '[':
		err = p.readArray(document)
	default:
		if document, err = formToJSON(document, contentType); err == nil {
			err = lenient.Unmarshal(document, &p)
		}
	}
	if err != nil {
		if isBinary(body) {
			return nil, refuse(ReasonBinary, "the body is binary")
		}
		return nil, &RequestError{Reason: ReasonMalformed, Err: err}
	}
	if p.isEnvelope() {
		p.unwrap()
	}
	event := p.event()
	event.Raw = body
	if event.FileID != "" && !isFileID(event.FileID) {
		return nil, refuse(ReasonMalformed, "the file id has a character that no id has, or is too long")
	}
	return event, nil
}

// isBinary recognises what is no text, for a better answer than that it is malformed.
func isBinary(body []byte) bool {
	head := body[:min(len(body), 512)]
	return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) || bytes.IndexByte(head, 0) >= 0
}

// isEnvelope reports that the payload itself says nothing of a file or a stream, but holds something that may.
func (p *payload) isEnvelope() bool {
	return p.Data != nil && p.FileID == "" && p.StreamID == "" && p.State == nil && p.Results == nil && p.ContainerID == nil
}

// unwrap replaces the payload by the one object in its data, if that is about a file or a stream. Members beside it stay in Extra.
func (p *payload) unwrap() {
	object, _ := soleObject(unquote(p.Data))
	var inner payload
	if object == nil || lenient.Unmarshal(object, &inner) != nil || (inner.FileID == "" && inner.ID == "" && inner.StreamID == "") {
		return
	}
	for name, raw := range p.Extra {
		if _, ok := inner.Extra[name]; !ok {
			inner.keep(name, raw)
		}
	}
	if inner.ID == "" {
		inner.ID = p.ID
	}
	*p = inner
}

// readArray reads a body that is an array, of one event as far as anyone knows. Of several none is picked: the event is Unknown.
func (p *payload) readArray(data []byte) error {
	object, err := soleObject(data)
	if err != nil || object == nil {
		return err
	}
	return lenient.Unmarshal(object, p)
}

// soleObject returns the object that data is, or that is the only element of the array that data is; nil if there are several.
func soleObject(data []byte) ([]byte, error) {
	if bytes.HasPrefix(bytes.TrimLeft(data, blanks), []byte("{")) {
		return data, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, err
	}
	for _, element := range list {
		if !bytes.HasPrefix(element, []byte("{")) {
			return nil, errors.New("an array of something else than objects")
		}
	}
	switch len(list) {
	case 0:
		return nil, errors.New("an empty array")
	case 1:
		return list[0], nil
	}
	return nil, nil
}

// blanks are what JSON takes for white space.
const blanks = " \t\r\n"

// unquote returns the JSON inside a JSON string, as forms have it, or data itself.
func unquote(data json.RawMessage) json.RawMessage {
	var text string
	if !bytes.HasPrefix(data, []byte{'"'}) || json.Unmarshal(data, &text) != nil {
		return data
	}
	return json.RawMessage(text)
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

func (p *payload) keepData() {
	if p.Data != nil {
		p.keep("data", p.Data)
	}
}

// event says what the payload is.
func (p *payload) event() *Event {
	switch {
	case p.StreamID != "" && p.FileID == "":
		return p.monitoringEvent()
	case p.FileID == "" && p.ID != "" && (p.State != nil || p.Results != nil || p.ContainerID != nil):
		p.FileID, p.ID = p.ID, ""
	case p.FileID == "":
		p.keepText("id", p.ID)
		p.keepData()
		return &Event{Kind: Unknown, Extra: p.Extra}
	case strings.EqualFold(p.ID, p.FileID):
		p.ID = ""
	}
	p.keepText("id", p.ID)
	p.keepText("stream_id", p.StreamID)
	p.keepText("stream_url", p.StreamURL)
	p.keepText("stream_name", p.StreamName)
	p.keepData()
	event := &Event{Kind: FileScan, FileID: p.FileID, Name: p.Name, Results: p.Results, Extra: p.Extra}
	if p.State != nil {
		event.State = *p.State
	}
	if p.ContainerID != nil {
		event.ContainerID = *p.ContainerID
	}
	if isTestID(p.FileID) || p.hasTestRow() {
		event.Kind = Test
	}
	return event
}

// isTestID recognises the ids in the console's test payloads. A real file's is a UUID, a real stream's begins with "s-".
func isTestID(id string) bool {
	id = strings.ToLower(id)
	return id == "test" || strings.HasPrefix(id, "test_") || strings.HasPrefix(id, "test-")
}

// testACRID is the recording in the console's test payloads.
const testACRID = "test_acrid"

func (p *payload) hasTestRow() bool {
	return p.Results != nil && len(p.Results.Music) == 1 && p.Results.Music[0].Result.ACRID == testACRID
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
