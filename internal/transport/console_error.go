package transport

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// maxMessage bounds a message that was made of a body that is not JSON.
const maxMessage = 256

// ellipsis is what a cut text ends in.
const ellipsis = "…"

// ConsoleError reads the Console API's way of saying no: a status other than 2xx, or a success whose body says no. The message and the
// problems of each field come in the shapes of Laravel, JSON:API and RFC 9457 (problem details); else the message is the beginning of
// the body.
func ConsoleError(resp *Response) error {
	if resp.OK() && !saysNo(resp.Body) {
		return nil
	}
	e := &acrcloud.APIError{StatusCode: resp.StatusCode, Header: resp.Header, Body: resp.Body[:min(len(resp.Body), maxErrorBody)]}
	e.Message, e.Fields = complaint(smallMembers(resp.Body))
	if e.Message == "" && len(e.Fields) == 0 {
		e.Message = Excerpt(resp.Body)
	}
	return e
}

// Refused is the error for a response in which the service refuses the request by a code of its own, whatever the status of HTTP.
func Refused(resp *Response, code int, message string) *acrcloud.APIError {
	return &acrcloud.APIError{
		StatusCode: resp.StatusCode, Code: code, Message: clip(message), Header: resp.Header, Body: resp.Body[:min(len(resp.Body), maxErrorBody)],
	}
}

// complaint reads the message and the problems of each field from an error's body.
func complaint(body map[string]any) (string, map[string][]string) {
	p := problems{}
	general := p.read("", body["errors"])
	message := text(body["message"])
	if message == "" {
		if fields, ok := body["error"].(map[string]any); ok && words(fields) == "" && isFields(fields) {
			general = append(general, p.read("", fields)...)
		} else {
			message = text(body["error"])
			if detail := text(body["error_description"]); detail != "" {
				message = strings.TrimPrefix(message+": "+detail, ": ")
			}
		}
	}
	if message == "" {
		message = words(body)
	}
	if message == "" {
		message = strings.Join(general, "; ")
	}
	if data, ok := body["data"].(map[string]any); message == "" && len(p) == 0 && ok {
		return complaint(data)
	}
	if data, ok := body["data"].(string); message == "" && len(p) == 0 && ok {
		message = clip(data)
	}
	if len(p) == 0 {
		return message, nil
	}
	return message, p
}

// problems are the problems of each field.
type problems map[string][]string

// maxDepth bounds how deep fields are looked for in each other.
const maxDepth = 8

// read adds what v, the value of "errors", says about fields, and returns what it says about none. field is the name so far.
func (p problems) read(field string, v any) (general []string) {
	switch v := v.(type) {
	case nil:
	case []any:
		for _, item := range v {
			general = append(general, p.read(field, item)...)
		}
	case map[string]any:
		if said := words(v); said != "" {
			if name := source(v); name != "" {
				field = join(field, name)
			}
			return p.add(field, said)
		}
		if strings.Count(field, ".") >= maxDepth {
			return p.add(field, text(v))
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			general = append(general, p.read(join(field, name), v[name])...)
		}
	default:
		return p.add(field, text(v))
	}
	return general
}

func (p problems) add(field, problem string) []string {
	switch {
	case problem == "":
		return nil
	case field == "":
		return []string{problem}
	}
	p[field] = append(p[field], problem)
	return nil
}

// join is the name of a field within another, as Laravel writes it.
func join(outer, inner string) string {
	if outer == "" {
		return inner
	}
	return outer + "." + inner
}

// source returns the field that an object of JSON:API is about, or another that names it itself.
func source(v map[string]any) string {
	if s, ok := v["source"].(map[string]any); ok {
		if pointer, ok := s["pointer"].(string); ok {
			pointer = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(pointer, "/"), "data/"), "attributes/")
			return strings.ReplaceAll(pointer, "/", ".")
		}
		if parameter, ok := s["parameter"].(string); ok {
			return parameter
		}
	}
	for _, name := range []string{"field", "param"} {
		if field, ok := v[name].(string); ok {
			return field
		}
	}
	return ""
}

// isFields reports whether an object's values are lists, as the problems of a field are.
func isFields(v map[string]any) bool {
	for _, problems := range v {
		list, ok := problems.([]any)
		if !ok || slices.ContainsFunc(list, func(item any) bool { _, ok := item.(string); return !ok }) {
			return false
		}
	}
	return len(v) > 0
}

// words is what an object says in one of the members that hold a message, if they are text.
func words(v map[string]any) string {
	for _, name := range []string{"message", "msg", "detail", "title", "error_description", "error", "error_message", "error_msg", "errmsg", "reason"} {
		if s, ok := member(v, name).(string); ok && strings.TrimSpace(s) != "" {
			return clip(s)
		}
	}
	if status, ok := v["status"].(map[string]any); ok { // of the identification API
		return words(status)
	}
	return ""
}

// member returns a member of an object, whatever the case of its name.
func member(v map[string]any, name string) any {
	if value, ok := v[name]; ok {
		return value
	}
	for other, value := range v {
		if strings.EqualFold(other, name) {
			return value
		}
	}
	return nil
}

// text makes a message of a JSON value that should have been one.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return clip(v)
	case bool: // a flag
		return ""
	case []any:
		parts := make([]string, 0, len(v))
		for _, item := range v {
			if s := text(item); s != "" {
				parts = append(parts, s)
			}
		}
		return clip(strings.Join(parts, "; "))
	case map[string]any:
		if s := words(v); s != "" {
			return s
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return Excerpt(b)
}

// maxWords bounds a message that the service has written as one.
const maxWords = 4096

func clip(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > maxWords {
		return strings.ToValidUTF8(s[:maxWords], "") + ellipsis
	}
	return s
}

// Excerpt returns the beginning of a body as one line of valid text.
func Excerpt(body []byte) string {
	cut := len(body) > maxMessage
	if cut {
		body = body[:maxMessage]
	}
	s := strings.ToValidUTF8(strings.Join(strings.Fields(string(body)), " "), string(utf8.RuneError))
	if cut {
		s += ellipsis
	}
	return s
}
