package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// maxMessage bounds a message that was made of a body that is not JSON.
const maxMessage = 256

// ellipsis is what a cut text ends in.
const ellipsis = "…"

// ConsoleError reads the Console API's way of saying no: JSON with message, or error, and the validation messages by field;
// else the beginning of the body.
func ConsoleError(resp *Response) error {
	if resp.OK() {
		return nil
	}
	e := &acrcloud.APIError{StatusCode: resp.StatusCode, Header: resp.Header, Body: resp.Body}
	var body struct {
		Message any            `json:"message"`
		Error   any            `json:"error"`
		Errors  map[string]any `json:"errors"`
	}
	if json.Unmarshal(resp.Body, &body) == nil {
		e.Message = text(body.Message)
		if e.Message == "" {
			e.Message = text(body.Error)
		}
		for field, problems := range body.Errors {
			if e.Fields == nil {
				e.Fields = map[string][]string{}
			}
			e.Fields[field] = texts(problems)
		}
	}
	if e.Message == "" && len(e.Fields) == 0 {
		e.Message = Excerpt(resp.Body)
	}
	return e
}

// text makes a message of a JSON value that should have been one.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(v)
	case map[string]any:
		if s, ok := v["message"].(string); ok {
			return strings.TrimSpace(s)
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return Excerpt(b)
}

func texts(v any) []string {
	list, ok := v.([]any)
	if !ok {
		return []string{text(v)}
	}
	out := make([]string, 0, len(list))
	for _, item := range list {
		out = append(out, text(item))
	}
	return out
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

// finish completes an error with what only the call knows, and removes every secret from it.
func (c *call) finish(err error, resp *Response) error {
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
		e.Op, e.Method, e.Path, e.Attempts = c.req.Op, c.req.Method, c.path, c.n
		e.RetryAfter, _ = retryAfter(resp.Header, time.Now())
		e.Header = c.redact.header(e.Header)
		e.Message = c.redact.text(e.Message)
		for _, problems := range e.Fields {
			for i, p := range problems {
				problems[i] = c.redact.text(p)
			}
		}
		switch {
		case c.req.SecretURL:
			e.Message, e.Fields, e.Body, e.Header = "", nil, nil, nil
		case c.req.SecretBody:
			e.Body = nil
		default:
			e.Body = []byte(c.redact.text(string(e.Body)))
		}
		return err
	}
	if e, ok := errors.AsType[*acrcloud.DecodeError](err); ok {
		e.Op, e.StatusCode = c.req.Op, resp.StatusCode
		e.Excerpt = c.redact.text(e.Excerpt)
		if c.req.SecretURL || c.req.SecretBody {
			e.Excerpt = ""
		}
	}
	return err
}

// failed describes an attempt that got no answer. The error of net/http holds the whole URL, which is taken out.
func (c *call) failed(err error) error {
	if e, ok := errors.AsType[*acrcloud.SourceError](err); ok {
		return e // names the source, which is the caller's own
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if c.redact.hides(err.Error()) {
		err = opaque(err, c.redact.text(err.Error()))
	}
	return fmt.Errorf("acrcloud: %s: %s %s: %w", c.req.Op, c.req.Method, c.host+c.path, err)
}

// opaque replaces an error whose text holds a secret. What it wrapped is cut off too, but for the context's errors.
func opaque(err error, text string) error {
	for _, kind := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			return fmt.Errorf("%s: %w", text, kind)
		}
	}
	return errors.New(text)
}

// A timeoutError is the cause of an attempt that was ended by one of the client's own time limits.
type timeoutError struct{ text string }

func (e *timeoutError) Error() string   { return e.text }
func (e *timeoutError) Timeout() bool   { return true }
func (e *timeoutError) Temporary() bool { return true }

// NotJSON is the error for a success that does not hold the JSON that was promised: an HTML page of a proxy, say, or nothing. err
// says what was wrong with it, if it is JSON at all.
func NotJSON(resp *Response, err error) *acrcloud.DecodeError {
	body := bytes.TrimSpace(resp.Body)
	switch {
	case len(body) == 0:
		err = errors.New("the body is empty")
	case body[0] == '<':
		err = errors.New("the body is HTML or XML, not JSON: is there a proxy or a login page in between?")
	case json.Valid(body):
	case body[0] == '{' || body[0] == '[':
		err = errors.New("the JSON is broken, or breaks off")
	default:
		err = errors.New("the body is not JSON")
	}
	return &acrcloud.DecodeError{StatusCode: resp.StatusCode, Excerpt: Excerpt(resp.Body), Err: err}
}
