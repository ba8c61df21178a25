package webhook

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// Parse reads the body of a callback: JSON, or a form. It accepts all that the service is known or supposed to post:
// the file's id as file_id or id, the whole object bare or in a member data or payload, which may be an array of one,
// and results as an object, [], null or JSON inside a string. Odd values do not fail it, nor do invalid UTF-8 and
// members that come twice.
//
// The fields of a form may be nested with brackets, as PHP writes them: results[music][0][offset]=1. A form that cannot
// be read completely is an error, because the missing part could contain a match.
//
// A body that is a JSON object, or a form, of something else is an [Unknown] event. Anything else is a [*RequestError] with
// [ReasonMalformed] or [ReasonBinary]; so is a file id that has a character no id has, since ids end up in paths. Parse does not
// limit the size of body; [ParseRequest] does.
func Parse(body []byte) (*Event, error) {
	event, err := parse(bytes.Clone(body), reading{})
	if err != nil {
		return nil, err // not a typed nil
	}
	return event, nil
}

// reading says how a body is read.
type reading struct {
	contentType string // helps where the body alone leaves it open
	charset     string // in lower case, if known
	skim        bool   // leave the results of a file undecoded
}

const byteOrderMark = "\xef\xbb\xbf"

// parse reads a body, which becomes the event's.
func parse(body []byte, how reading) (*Event, *RequestError) {
	p, err := readBody(withoutMark(body), how)
	if err != nil {
		if isBinary(body) {
			return nil, refuse(ReasonBinary, "the body is binary")
		}
		return nil, malformed(err)
	}
	event, err := p.event()
	if err != nil {
		return nil, malformed(err)
	}
	event.Raw = body
	if event.FileID != "" && !isFileID(event.FileID) {
		return nil, refuse(ReasonMalformed, "the file id has a character that no id has, or is too long")
	}
	return event, nil
}

// withoutMark removes byte order marks, of which each file of PHP may have written one, and what is blank around them.
func withoutMark(body []byte) []byte {
	body = bytes.TrimLeft(body, blanks)
	for bytes.HasPrefix(body, []byte(byteOrderMark)) {
		body = bytes.TrimLeft(body[len(byteOrderMark):], blanks)
	}
	return body
}

func malformed(err error) *RequestError {
	if errors.Is(err, lenient.ErrTooLarge) {
		return &RequestError{Reason: ReasonTooLarge, Err: err}
	}
	return &RequestError{Reason: ReasonMalformed, Err: err}
}

// readBody reads the event in a body, in any wrapping.
func readBody(document []byte, how reading) (*payload, error) {
	begin := bytes.TrimLeft(document, blanks)
	if bytes.HasPrefix(begin, []byte{'"'}) { // JSON that was encoded twice
		document = unquote(bytes.TrimRight(begin, blanks))
		begin = bytes.TrimLeft(document, blanks)
	}
	isForm := false
	switch {
	case len(begin) == 0:
		return nil, errors.New("the body is empty")
	case begin[0] == '{':
		document = toUTF8(document, how.charset)
	case begin[0] == '[':
		object, err := soleObject(toUTF8(document, how.charset))
		if err != nil {
			return nil, err
		}
		if object == nil { // of several events none is picked
			return &payload{}, nil
		}
		document = object
	default:
		nested, err := formToJSON(document, how)
		if err != nil {
			return nil, err
		}
		document, isForm = nested, true
	}
	p, err := readPayload(document, how.skim, lenient.Unmarshal)
	if err != nil {
		return nil, err
	}
	if isForm {
		if err := p.checkForm(); err != nil {
			return nil, err
		}
	}
	if !p.isEnvelope() {
		return p, nil
	}
	if p, err = p.unwrap(how.skim); err == nil && isForm {
		err = p.checkForm()
	}
	return p, err
}

// isBinary detects a body that is not text, for a better error than "malformed".
func isBinary(body []byte) bool {
	head := body[:min(len(body), 512)]
	return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) || bytes.IndexByte(head, 0) >= 0
}

// soleObject returns the object that data is, or that is the only element of the array that data is; nil if there are several.
func soleObject(data []byte) ([]byte, error) {
	if bytes.HasPrefix(bytes.TrimLeft(data, blanks), []byte("{")) {
		return data, nil
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if begin, err := dec.ReadToken(); err != nil || begin.Kind() != '[' {
		return nil, cmp.Or(err, errors.New("neither an object nor an array"))
	}
	var sole []byte
	count := 0
	for ; dec.PeekKind() == '{'; count++ {
		element, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		if count == 0 {
			sole = bytes.Clone(element)
		}
	}
	end, err := dec.ReadToken()
	switch {
	case err != nil:
		return nil, err
	case end.Kind() != ']':
		return nil, errors.New("an array of something else than objects")
	case count == 0:
		return nil, errors.New("an empty array")
	case count > 1:
		sole = nil
	}
	if _, err = dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, cmp.Or(err, errors.New("something follows the array"))
	}
	return sole, nil
}

// blanks are what JSON takes for white space.
const blanks = " \t\r\n"

// unquote returns the JSON inside a JSON string, as forms have it, or data itself.
func unquote(data json.RawMessage) json.RawMessage {
	var text string
	if !bytes.HasPrefix(data, []byte{'"'}) || json.Unmarshal(data, &text) != nil {
		return data
	}
	return withoutMark([]byte(text))
}

// readPayload reads one object with lenient.Unmarshal, or lenient.UnmarshalInner.
func readPayload(object []byte, skim bool, unmarshal func([]byte, any) error) (*payload, error) {
	if skim {
		return skimPayload(object, unmarshal)
	}
	var p payload
	if err := unmarshal(object, &p); err != nil {
		return nil, err
	}
	p.object = object
	return &p, nil
}
