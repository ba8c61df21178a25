package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// refusal completes the error that a response stands for with what only the call knows, and removes every secret from it.
func (c *call) refusal(err error, resp *Response) error {
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
		c.complete(e, resp.Header)
		return err
	}
	if e, ok := errors.AsType[*acrcloud.DecodeError](err); ok {
		e.Op, e.StatusCode = c.req.Op, resp.StatusCode
		e.Excerpt = newRedactor(c.secrets()...).text(e.Excerpt)
		if c.req.SecretURL || c.req.SecretBody {
			e.Excerpt = ""
		}
	}
	return err
}

func (c *call) complete(e *acrcloud.APIError, header http.Header) {
	r := newRedactor(c.secrets()...)
	e.Op, e.Method, e.Path, e.Attempts = c.req.Op, c.req.Method, c.path, c.n
	e.RetryAfter, _ = retryAfter(header, time.Now())
	e.Header = r.header(e.Header)
	e.Message = r.text(e.Message)
	for _, problems := range e.Fields {
		for i, p := range problems {
			problems[i] = r.text(p)
		}
	}
	switch {
	case c.req.SecretURL:
		e.Fields, e.Body, e.Header = nil, nil, nil
		if !storageCode.MatchString(e.Message) {
			e.Message = ""
		}
	case c.req.SecretBody:
		e.Body = nil
	default:
		body := []byte(r.text(string(e.Body)))
		e.Body = body[:min(len(body), maxErrorBody)] // hiding may have made it longer
	}
	switch {
	case e.StatusCode == http.StatusProxyAuthRequired && e.Code == 0:
		wantsProxyCredentials(e)
	case e.StatusCode >= 300 && e.StatusCode < 400 && e.Code == 0:
		c.redirected(e, header.Get("Location"))
	}
}

// loss describes an attempt that got no response, or only a part of it.
func (c *call) loss(err error) error {
	if timeout := c.attempt.end(); timeout != nil && c.ctx.Err() == nil {
		err = timeout
	}
	return c.failure(err)
}

// failure describes an error of the network. That of net/http holds the whole URL, which is taken out.
func (c *call) failure(err error) error {
	if e, ok := errors.AsType[*acrcloud.SourceError](err); ok {
		return e // names the source, which is the caller's own
	}
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok { // a proxy's
		c.complete(e, nil)
		return e
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if text := newRedactor(c.secrets()...).text(err.Error()); text != err.Error() {
		err = opaque(err, text)
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

// NotJSON is the error for a success that does not hold the JSON that was promised: an HTML page of a proxy, say, or nothing. err
// says what was wrong with it, if it is JSON at all.
func NotJSON(resp *Response, err error) *acrcloud.DecodeError {
	body := bytes.TrimSpace(resp.Body)
	switch {
	case len(body) == 0:
		err = errors.New("the body is empty")
	case IsMarkup(body):
		err = errors.New("the body is HTML or XML, not JSON: is there a proxy or a login page in between?")
	case json.Valid(body):
	case body[0] == '{' || body[0] == '[':
		err = errors.New("the JSON is broken, or breaks off")
	default:
		err = errors.New("the body is not JSON")
	}
	return &acrcloud.DecodeError{StatusCode: resp.StatusCode, Excerpt: Excerpt(resp.Body), Err: err}
}
