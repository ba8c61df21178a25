package console

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// JSON encodes a request's body.
func JSON(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// SetJSON makes data the body of a request.
func SetJSON(req *transport.Request, data []byte) {
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Body = &transport.Body{Length: int64(len(data)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

// URLSecrets returns the parts of a URL that no error may show: the query, the fragment, and the password, or the user name if there is none.
func URLSecrets(u *url.URL) []string {
	secrets := []string{u.RawQuery, u.Fragment}
	if password, ok := u.User.Password(); ok {
		return append(secrets, password)
	}
	return append(secrets, u.User.Username())
}

// A Query is the query of a URL, without empty values. The zero value is empty.
type Query struct{ values url.Values }

// Text adds a parameter unless it is empty.
func (q Query) Text(name, value string) Query {
	if value == "" {
		return q
	}
	values := maps.Clone(q.values) // the Query may be shared
	if values == nil {
		values = url.Values{}
	}
	values.Set(name, value)
	return Query{values}
}

// Number adds a parameter unless it is zero.
func (q Query) Number(name string, value int) Query {
	if value == 0 {
		return q
	}
	return q.Text(name, strconv.Itoa(value))
}

// Bool adds a parameter as 1 if it is true.
func (q Query) Bool(name string, value bool) Query {
	if !value {
		return q
	}
	return q.Text(name, "1")
}

// String returns the query with its question mark, or an empty string.
func (q Query) String() string {
	if len(q.values) == 0 {
		return ""
	}
	return "?" + q.values.Encode()
}
