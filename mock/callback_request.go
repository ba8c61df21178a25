package mock

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
)

// A Callback is what the service posts when a file is done. A test of a receiver can create one without a server:
//
//	req, err := mock.Callback{FileID: "…", State: 1}.Request(ctx, "https://example.com/hook?key=…")
type Callback struct {
	FileID      string
	State       int
	ContainerID int
	Name        string
	Results     json.RawMessage // null if empty
	Shape       CallbackShape
}

// CallbackShape is the format of a callback. The zero value is the observed one. Receivers should accept the others
// too, since some have been reported, and others are plausible.
type CallbackShape struct {
	Form        bool // as a form, with results as JSON in a text; Wrapped and List do not apply then
	Wrapped     bool // in {"data": …}
	List        bool // in {"data": [ … ]}
	ID          bool // the id is called id, not file_id
	TextResults bool // results is a JSON string that holds the JSON
}

// callbackBody is the wire format.
type callbackBody struct {
	FileID  string          `json:"file_id,omitempty"`
	ID      string          `json:"id,omitempty"`
	State   int             `json:"state"`
	CID     int             `json:"cid"`
	Name    string          `json:"name"`
	Results json.RawMessage `json:"results"`
}

// Body returns the body, and its content type.
func (c Callback) Body() (body []byte, contentType string) {
	results := c.Results
	if len(results) == 0 {
		results = json.RawMessage("null")
	}
	if c.Shape.Form {
		return c.form(results), "application/x-www-form-urlencoded"
	}
	if c.Shape.TextResults {
		results = encode(string(results))
	}
	v := callbackBody{FileID: c.FileID, State: c.State, CID: c.ContainerID, Name: c.Name, Results: results}
	if c.Shape.ID {
		v.FileID, v.ID = "", c.FileID
	}
	switch {
	case c.Shape.List:
		return encode(map[string]any{"data": []any{v}}), "application/json"
	case c.Shape.Wrapped:
		return encode(map[string]any{"data": v}), "application/json"
	}
	return encode(v), "application/json"
}

func (c Callback) form(results json.RawMessage) []byte {
	name := "file_id"
	if c.Shape.ID {
		name = "id"
	}
	return []byte(url.Values{
		name: {c.FileID}, "state": {strconv.Itoa(c.State)}, "cid": {strconv.Itoa(c.ContainerID)}, "name": {c.Name}, "results": {string(results)},
	}.Encode())
}

// Request returns the request that posts the callback to url. The error does not repeat the URL, which may carry a secret.
func (c Callback) Request(ctx context.Context, url string) (*http.Request, error) {
	body, contentType := c.Body()
	return callbackRequest(ctx, url, body, contentType)
}

func callbackRequest(ctx context.Context, url string, body []byte, contentType string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("mock: the callback URL cannot be requested")
	}
	req.Header.Set("Content-Type", contentType)
	return req, nil
}

// encode encodes JSON without escapes for HTML. Values that cannot be encoded become null.
func encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
