package transport

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// saysNo reports whether the body of a success says that it is none. The Console API is known to say some of its refusals in a message
// ("Invalid Container"), with a status that is not known, and nothing else about it is documented. A body says no if it is a JSON object,
// no thing of the API (which may have a status, or an error, of its own), and one of this holds:
//
//  1. It says so plainly: "success" is false; or, unless there is something in "data", "error" or "errors" holds something.
//  2. All of its members are such that describe a result (envelope), there is nothing in "data", and "status" or "ok" is false, or a word
//     such as "error"; a code is one of a refusal, of HTTP or of the identification API; or "error_code" is not 0.
//  3. As 2, and "data" is absent or null: "message" (or "msg", "detail") has words of refusal in it, none of success, and nothing else
//     says yes.
//  4. "data" is an object that says no itself, or words of refusal.
//
// What acknowledges, such as an empty body, {"message":"success"} or {"message":"File deleted"}, stays a success.
func saysNo(body []byte) bool { return says(body, 1) }

func says(body []byte, depth int) (no bool) {
	dec := newDecoder(body)
	if dec.PeekKind() != '{' {
		return false
	}
	_, _ = dec.ReadToken() // the brace
	var failed, erred, coded, granted, inWords, other bool
	data := dataAbsent
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return false
		}
		member := strings.ToLower(name.String())
		switch {
		case ofThings[member]:
			return false
		case member == "data":
			if data, no = readData(dec, depth); no {
				return true
			}
			continue
		case !telling[member]:
			other = other || !envelope[member]
			if dec.SkipValue() != nil {
				return false
			}
			continue
		}
		value, ok := readSmall(dec)
		if !ok {
			return false
		}
		switch member {
		case "success":
			failed = failed || isFalse(value)
			granted = granted || isTrue(value)
		case "error", "errors":
			erred = erred || !isNothing(value)
		case "error_code", "errcode", "errno":
			coded = coded || !isNothing(value)
		case "ok", "result", "code", "status", "status_code", "statuscode":
			coded = coded || statusSaysNo(member, value)
			granted = granted || isTrue(value) || value == "ok" || value == "success"
		case "message", "msg", "detail", "error_message", "error_msg", "errmsg":
			s, _ := value.(string)
			inWords = inWords || refuses(s)
		}
	}
	if end, err := dec.ReadToken(); err != nil || end.Kind() != '}' {
		return false
	}
	switch {
	case failed:
		return true
	case data == dataThere:
		return false
	}
	return erred || !other && (coded || inWords && !granted && data == dataAbsent)
}

// ofThings are the members that only things of the API have.
var ofThings = map[string]bool{"id": true, "file_id": true, "uid": true, "cid": true, "state": true, "name": true}

// telling are the members that describe a result, and of which it may depend whether it is a success.
var telling = map[string]bool{
	"success": true, "ok": true, "result": true, "status": true, "status_code": true, "statuscode": true, "code": true,
	"error": true, "errors": true, "error_code": true, "errcode": true, "errno": true,
	"message": true, "msg": true, "detail": true, "error_message": true, "error_msg": true, "errmsg": true,
}

// envelope are the others that describe a result, and are no part of a thing.
var envelope = map[string]bool{
	"details": true, "title": true, "reason": true, "type": true, "instance": true, "error_description": true, "exception": true, "file": true, "line": true, "trace": true,
	"timestamp": true, "path": true, "request_id": true, "requestid": true, "meta": true, "links": true, "jsonapi": true,
}

// What "data" holds.
const (
	dataAbsent = iota // it is missing or null
	dataEmpty
	dataThere
)

// readData looks at what "data" holds, and whether that says no by itself.
func readData(dec *jsontext.Decoder, depth int) (holds int, no bool) {
	raw, err := dec.ReadValue()
	switch {
	case err != nil:
		return dataThere, false
	case raw.Kind() == 'n':
		return dataAbsent, false
	case raw.Kind() == '"':
		if len(raw) > maxSmall {
			return dataThere, false
		}
		var words string
		return dataThere, json.Unmarshal(raw, &words) == nil && refuses(words)
	case raw.Kind() == '{' && depth > 0 && says(raw, depth-1):
		return dataThere, true
	}
	if inside := bytes.TrimSpace(raw[1:]); len(inside) == 1 && (raw.Kind() == '{' || raw.Kind() == '[') {
		return dataEmpty, false
	}
	return dataThere, false
}

// maxSmall bounds what is decoded of a body to find out what it says. A Go value may take a hundred times the memory of its JSON.
const maxSmall = 8 << 10

// A large value is one of which nothing is known but that there is something.
type large struct{}

// readSmall reads the value of a member that describes a result.
func readSmall(dec *jsontext.Decoder) (value any, ok bool) {
	raw, err := dec.ReadValue()
	switch {
	case err != nil:
		return nil, false
	case len(raw) > maxSmall:
		return large{}, true
	}
	return value, json.Unmarshal(raw, &value) == nil
}

// newDecoder makes a decoder that takes no memory of its own for the length of the body.
func newDecoder(body []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// smallMembers decodes the members of an object, but for those that are too large, and for what comes after too many.
func smallMembers(body []byte) map[string]any {
	members := map[string]any{}
	dec := newDecoder(body)
	if dec.PeekKind() != '{' {
		return nil
	}
	_, _ = dec.ReadToken() // the brace
	for left := 2 * maxSmall; left > 0 && dec.PeekKind() == '"'; {
		name, err := dec.ReadToken()
		if err != nil {
			break
		}
		key, before := name.String(), dec.InputOffset()
		value, ok := readSmall(dec)
		if !ok {
			break
		}
		if _, isLarge := value.(large); !isLarge {
			members[key] = value
			left -= len(key) + int(dec.InputOffset()-before)
		}
	}
	return members
}

// Acknowledged is [ConsoleError] for a request of which the service need not return anything. What is no object says no as well, if it is
// false, or nothing but words of refusal.
func Acknowledged(resp *Response) error {
	err := ConsoleError(resp)
	if err != nil {
		return err
	}
	if words, no := refusedInWords(resp.Body); no {
		return &acrcloud.APIError{StatusCode: resp.StatusCode, Header: resp.Header, Body: resp.Body, Message: words}
	}
	return nil
}

// refusedInWords reads a body that is text, JSON or not, or a list of texts or of objects that say no.
func refusedInWords(body []byte) (words string, no bool) {
	var value any
	if body = bytes.TrimSpace(body); len(body) > maxWords {
		return "", false
	}
	if json.Unmarshal(body, &value) != nil {
		words = Excerpt(body)
		return words, !bytes.HasPrefix(body, []byte("{")) && !bytes.HasPrefix(body, []byte("[")) && refuses(words)
	}
	switch v := value.(type) {
	case bool:
		return Excerpt(body), !v
	case string:
		return clip(v), refuses(v)
	case []any:
		for _, item := range v {
			s, isText := item.(string)
			raw, _ := json.Marshal(item) // it was JSON
			if no = isText && refuses(s) || saysNo(raw); !no {
				return "", false
			}
		}
		return text(v), no
	}
	return "", false
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
		for _, inner := range v {
			if !isNothing(inner) {
				return false
			}
		}
		return true
	}
	return false
}

func isTrue(value any) bool {
	is, ok := value.(bool)
	return ok && is
}

func isFalse(value any) bool {
	switch v := value.(type) {
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "false", "0", "no", "off":
			return true
		}
	}
	return false
}

// statusSaysNo reads a status or code, which may be a number in text.
func statusSaysNo(member string, value any) bool {
	switch v := value.(type) {
	case bool:
		return !v
	case float64:
		return v >= 400 && v < 600 || member == "code" && (v < 0 || v >= 2000 && v < 4000) // the identification API's
	case string:
		switch v = strings.ToLower(strings.TrimSpace(v)); v {
		case "error", "fail", "failed", "failure", "false", "ko":
			return true
		}
		number, err := strconv.ParseFloat(v, 64)
		return err == nil && statusSaysNo(member, number)
	case map[string]any:
		code, ok := v["code"].(float64)
		return ok && code != 0 && code != 1001 && (code < 200 || code > 299)
	}
	return false
}

var (
	refusing = regexp.MustCompile(`(?i)\b(invalid|errors?|exception|fail(s|ed|ure)?|not found|no such|no query results|(does not|doesn't|not) exist|denied|` +
		`unauthori[sz]ed|unauthenticated|forbidden|not (allowed|permitted|authori[sz]ed|available|supported)|no permission|cannot|can't|could ?n[o']t|unable|` +
		`refused|rejected|blocked|expired|revoked|disabled|suspended|exceeded|reached|mismatch|missing|(is|are) required|already (exists?|been taken)|bad request|` +
		`unknown|unsupported|unavailable|incorrect|illegal|insufficient|too many|(timed|time) ?out)\b`)
	granting = regexp.MustCompile(`(?i)\bsuccess|\b(no|without|0|zero) (errors?|failures?)\b|` +
		`^\W*(\w+ ){0,4}(has|have|was|were) (been )?(deleted|removed|updated|created|accepted|queued|scheduled|rescanned)\b`)
	plain = regexp.MustCompile(`(?i)\b(invalid|exception|(is|are) required|is missing|already (exists?|been taken)|not found|no such|no query results|(does not|doesn't|not) exist|` +
		`denied|unauthori[sz]ed|unauthenticated|forbidden|not (allowed|permitted|authori[sz]ed|supported)|no permission|unsupported|too many|bad request)\b`)
	accepting = regexp.MustCompile(`(?i)\b(accepted|added|completed?|created|in progress|processing|queued|received|saved|scheduled|started|stored|` +
		`submitted|success\w*|uploaded|will be)\b`)
	throttling = regexp.MustCompile(`(?i)\btoo many (attempts|requests)\b`)
	breaking   = regexp.MustCompile(`(?i)\b(server error|internal error|(timed|time) ?out|bad gateway|unavailable)\b`)
)

// brokeDown reports whether a success that says no tells of a breakdown, after which nobody knows what became of the request, as after
// a status of 5xx.
func brokeDown(e *acrcloud.APIError) bool {
	body := smallMembers(e.Body)
	return breaking.MatchString(e.Message) || slices.ContainsFunc([]any{member(body, "status"), member(body, "code"), member(body, "statuscode"), member(body, "status_code")}, func(v any) bool {
		number, err := strconv.ParseFloat(fmt.Sprint(v), 64)
		return err == nil && number >= 500 && number < 600
	})
}

// MayPass reports whether a success that says no tells of a breakdown, or of too many requests, as a status of 5xx or 429 does.
func MayPass(e *acrcloud.APIError) bool {
	return e.StatusCode >= 200 && e.StatusCode < 300 && (brokeDown(e) || throttling.MatchString(e.Message))
}

// refusesPlainly reports whether a success that says no leaves no doubt that nothing was done: it says so by "success", by fields, an error
// or a code, or in the words of a refusal. Other words, and codes that mean nothing here, may come with what was accepted, and a status of
// 201 or 202 says that it was.
func refusesPlainly(resp *Response, e *acrcloud.APIError) bool {
	if resp.StatusCode == http.StatusCreated || resp.StatusCode == http.StatusAccepted || brokeDown(e) {
		return false
	}
	body := smallMembers(resp.Body)
	success := member(body, "success")
	switch {
	case success != nil && isFalse(success), len(e.Fields) > 0:
		return true
	case isTrue(success), accepting.MatchString(e.Message):
		return false
	}
	for _, name := range []string{"code", "status", "status_code", "statuscode"} {
		if code, err := strconv.ParseFloat(fmt.Sprint(member(body, name)), 64); err == nil && code >= 2000 && code < 3000 {
			return false
		}
	}
	data, _ := body["data"].(map[string]any)
	return !saidInWords(body) || !saidInWords(data) || plain.MatchString(e.Message)
}

// saidInWords reports whether nothing but its words makes a body one that says no.
func saidInWords(body map[string]any) bool {
	for name := range body {
		if name = strings.ToLower(name); telling[name] && name != "message" && name != "msg" && name != "detail" {
			return false
		}
	}
	return true
}

// refuses reports whether a message has words of refusal in it.
func refuses(message string) bool {
	return refusing.MatchString(message) && !granting.MatchString(message)
}
