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

// Into makes a request's check that decodes the whole response into v, or is the Console API's error.
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

// One makes a request's check for one thing: in data as an object or as the only element of an array, or bare. It sets out to the first
// that is valid. Without one the error is missing, or a DecodeError if that is nil.
func One[T any](out **T, valid func(*T) bool, missing error) func(*transport.Response) error {
	return func(resp *transport.Response) error {
		var body struct {
			Data []*T `json:"data"` // one for many is accepted
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
		return transport.NotJSON(resp, errors.New("the response does not hold what was asked for"))
	}
}

// NotFound is the service's other way of saying "not found": success, and nothing in it, not even a message. what names the thing, as
// "file 6b1e".
func NotFound(what string) error {
	return &acrcloud.APIError{StatusCode: http.StatusOK, Remedy: "The response holds no " + what + ". " + remedy.CheckIDs}
}

// Acknowledged is the check of a request for which the service need not return anything: a body that reports an error is an error, and so is a web
// page, which is from in between.
func Acknowledged(resp *transport.Response) error {
	if err := transport.Acknowledged(resp); err != nil {
		return err
	}
	if bytes.HasPrefix(bytes.TrimSpace(resp.Body), []byte("<")) {
		return transport.NotJSON(resp, nil)
	}
	return nil
}
