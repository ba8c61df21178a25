package filescan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// jsonBody encodes what is sent.
func jsonBody(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// setJSON makes data the body of a request.
func setJSON(req *transport.Request, data []byte) {
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Body = &transport.Body{Length: int64(len(data)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

// decodeInto makes a request's check: the Console API's error, or the answer decoded into v.
func decodeInto(v any) func(*transport.Response) error {
	return func(resp *transport.Response) error {
		if err := transport.ConsoleError(resp); err != nil {
			return err
		}
		if err := lenient.Unmarshal(resp.Body, v); err != nil {
			return transport.NotJSON(resp, err)
		}
		return nil
	}
}

// decodeOne makes the check of a request for one thing: in data as an object or as the only element of an array, or bare. It
// sets out to the first that is valid; without one, missing is the error.
func decodeOne[T any](out **T, valid func(*T) bool, missing error) func(*transport.Response) error {
	return func(resp *transport.Response) error {
		if err := transport.ConsoleError(resp); err != nil {
			return err
		}
		var body struct {
			Data []*T `json:"data"` // one for many is accepted
		}
		if err := lenient.Unmarshal(resp.Body, &body); err != nil {
			return transport.NotJSON(resp, err)
		}
		if len(body.Data) == 0 {
			bare := new(T)
			if err := lenient.Unmarshal(resp.Body, bare); err != nil {
				return transport.NotJSON(resp, err)
			}
			body.Data = append(body.Data, bare)
		}
		for _, v := range body.Data {
			if v != nil && valid(v) {
				*out = v
				return nil
			}
		}
		if missing != nil {
			return missing
		}
		return transport.NotJSON(resp, errors.New("the answer does not hold what was asked for"))
	}
}

// errNotFound is the service's other way of saying "not found": success, and nothing in it.
func errNotFound(what string) error {
	return &acrcloud.APIError{StatusCode: http.StatusOK, Message: "the answer holds no " + what, Remedy: "Check the id, and that it belongs to this container and account."}
}

func containersPath(id int) string {
	if id == 0 {
		return "/fs-containers"
	}
	return "/fs-containers/" + strconv.Itoa(id)
}

func checkContainerID(field string, id int) error {
	switch {
	case id == 0:
		return &acrcloud.ArgumentError{Field: field, Problem: "is missing", Remedy: "give the container's id, or set Config.ContainerID; the console shows it in the list of containers"}
	case id < 0:
		return &acrcloud.ArgumentError{Field: field, Problem: "is negative", Remedy: "use the number that the console shows for the container"}
	}
	return nil
}

// checkFileID keeps ids from reaching other paths than their own.
func checkFileID(id string) error {
	refuse := func(problem string) error {
		return &acrcloud.ArgumentError{Field: "fileID", Problem: problem, Remedy: "use the File.ID that the service has given out"}
	}
	switch {
	case id == "":
		return refuse("is empty")
	case id == "." || strings.Contains(id, ".."):
		return refuse("is a relative path")
	case strings.ContainsAny(id, `/\,?#%`):
		return refuse("has a character that an id cannot have")
	case strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\uFFFD' }):
		return refuse("has white space or a control character")
	}
	return nil
}

// query builds the query of a list; empty values are left out.
type query struct{ values url.Values }

func newQuery() query { return query{values: url.Values{}} }

func (q query) text(name, value string) query {
	if value != "" {
		q.values.Set(name, value)
	}
	return q
}

func (q query) number(name string, value int) query {
	if value != 0 {
		q.values.Set(name, strconv.Itoa(value))
	}
	return q
}

func (q query) String() string {
	if len(q.values) == 0 {
		return ""
	}
	return "?" + q.values.Encode()
}

// unknownOutcome reports whether err leaves open if the request was processed.
func unknownOutcome(err error) bool { return errors.Is(err, acrcloud.ErrOutcomeUnknown) }
