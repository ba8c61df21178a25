package console

import (
	"bytes"
	"errors"
	"net/http"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
	"github.com/musicchartsai/acrcloud-go/internal/remedy"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Into returns a check that decodes the whole response into v, or returns the Console API's error.
func Into(v any) func(*transport.Response) error {
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

// One returns a check for a response with one thing: in data, as an object or an array, or at the top level. It sets
// out to the first valid one. If there is none, the error is missing, or a DecodeError if missing is nil.
func One[T any](out **T, valid func(*T) bool, missing error) func(*transport.Response) error {
	return func(resp *transport.Response) error {
		var body struct {
			Data []*T `json:"data"` // one object for an array is accepted
		}
		if err := Into(&body)(resp); err != nil {
			return err
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
		return transport.NotJSON(resp, errors.New("the response does not have the requested data"))
	}
}

// NotFound is the error for a successful response without the requested thing, which is how the service sometimes says
// "not found". what names the thing, such as "file 6b1e".
func NotFound(what string) error {
	return &acrcloud.APIError{StatusCode: http.StatusOK, Remedy: "The response has no " + what + ". " + remedy.CheckIDs}
}

// Acknowledged is the check of a request whose response may be empty. A body that reports an error is an error, and so
// is a web page, which must come from a proxy.
func Acknowledged(resp *transport.Response) error {
	if err := transport.Acknowledged(resp); err != nil {
		return err
	}
	if bytes.HasPrefix(bytes.TrimSpace(resp.Body), []byte("<")) {
		return transport.NotJSON(resp, nil)
	}
	return nil
}
