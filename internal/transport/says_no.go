package transport

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// saysNo reports whether the body of a success says that it is none. The Console API is known to say some of its refusals in a message
// ("Invalid Container"), with a status that is not known, and nothing else about it is documented, so the rule is narrow. A body says no
// if all of this holds:
//
//  1. It is a JSON object of which all members are such that describe a result (envelope); any other member makes it a thing of the API,
//     which may have a status of its own.
//  2. It has no data: the member is absent or null. An empty list or object may stand beside a plain no (3), not beside mere words (4).
//  3. It says so plainly: "success" is false; "error" or "errors" holds something; "status" is "error" or "fail", or one of the
//     identification API's with a code other than 0 and 1001; "status", "status_code" or "code" is a number from 400 to 599.
//  4. Or "message" (or "msg", "detail") has words of refusal in it, and none of success.
//
// What acknowledges, such as an empty body, {"message":"success"} or {"message":"File deleted"}, stays a success.
func saysNo(body []byte) bool {
	dec := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if dec.PeekKind() != '{' {
		return false
	}
	_, _ = dec.ReadToken() // the brace
	var plain, inWords, emptyData bool
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return false
		}
		member := name.String()
		if !envelope[member] {
			return false
		}
		value, ok := readSmall(dec, member == "data")
		if !ok {
			return false
		}
		switch member {
		case "data":
			emptyData = value != nil
		case "success":
			plain = plain || isFalse(value)
		case "error", "errors":
			plain = plain || !isNothing(value)
		case "code", "status", "status_code", "statusCode":
			plain = plain || statusSaysNo(value)
		case "message", "msg", "detail":
			s, _ := value.(string)
			inWords = inWords || refuses(s)
		}
	}
	if end, err := dec.ReadToken(); err != nil || end.Kind() != '}' {
		return false
	}
	return plain || inWords && !emptyData
}

// envelope are the members that describe a result, and are no part of a thing.
var envelope = map[string]bool{
	"data": true, "success": true, "status": true, "status_code": true, "statusCode": true, "code": true, "error_code": true,
	"message": true, "msg": true, "detail": true, "details": true, "title": true, "reason": true, "type": true, "instance": true,
	"error": true, "errors": true, "error_description": true, "exception": true, "file": true, "line": true, "trace": true,
	"timestamp": true, "path": true, "request_id": true, "requestId": true, "meta": true, "links": true, "jsonapi": true,
}

// readSmall reads a value. Data is only looked at: it is nil for null, and not ok if there is something in it.
func readSmall(dec *jsontext.Decoder, data bool) (value any, ok bool) {
	if kind := dec.PeekKind(); data && kind != 'n' {
		if kind != '{' && kind != '[' {
			return nil, false
		}
		_, _ = dec.ReadToken()
		end, err := dec.ReadToken()
		return struct{}{}, err == nil && (end.Kind() == '}' || end.Kind() == ']')
	}
	raw, err := dec.ReadValue()
	if err != nil || json.Unmarshal(raw, &value) != nil {
		return nil, false
	}
	return value, true
}

// isNothing reports whether the value of "error" says that there was none.
func isNothing(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "", "0", "no", "none", "null", "false", "ok", "success":
			return true
		}
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func isFalse(value any) bool {
	switch v := value.(type) {
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		return v == "false"
	}
	return false
}

func statusSaysNo(value any) bool {
	switch v := value.(type) {
	case float64:
		return v >= 400 && v < 600
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "error", "fail", "failed", "failure":
			return true
		}
	case map[string]any:
		code, ok := v["code"].(float64)
		return ok && code != 0 && code != 1001 && (code < 200 || code > 299)
	}
	return false
}

var (
	refusing = regexp.MustCompile(`(?i)\b(invalid|errors?|exception|fail(s|ed|ure)?|not found|no such|(does not|doesn't|not) exist|denied|unauthori[sz]ed|unauthenticated|` +
		`forbidden|not (allowed|permitted|authori[sz]ed|available|supported)|no permission|cannot|can't|could ?n[o']t|unable|refused|rejected|expired|exceeded|` +
		`missing|unknown|unsupported|unavailable|incorrect|illegal|insufficient|too many)\b`)
	granting = regexp.MustCompile(`(?i)\bsuccess|\b(no|without|0|zero) (errors?|failures?)\b`)
)

// refuses reports whether a message has words of refusal in it.
func refuses(message string) bool {
	return refusing.MatchString(message) && !granting.MatchString(message)
}
