package console

import (
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
		readable := len(body.Data)
		if readable == 0 {
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
		if err := CheckRows(resp, readable, false); err != nil {
			return err
		}
		if missing != nil {
			return missing
		}
		return transport.NotJSON(resp, errors.New("the response does not have the requested data"))
	}
}

// Made returns a check for the response to a request that creates one thing. It sets out to that thing. id returns the
// id of a thing, or an empty text. A page of a list, or a response about several things, does not say which one was
// created: it may be another's.
func Made[T any](out **T, id func(*T) string) func(*transport.Response) error {
	return func(resp *transport.Response) error {
		var made *T
		several := false
		err := One(new(*T), func(v *T) bool { // it looks at all of them
			switch {
			case id(v) == "":
			case made == nil:
				made = v
			default:
				several = several || id(v) != id(made)
			}
			return false
		}, nil)(resp)
		switch {
		case made == nil:
			return err
		case several:
			return transport.NotJSON(resp, errors.New("the response is about several things, not the one that was to be created"))
		case isPage(resp.Body):
			return transport.NotJSON(resp, errors.New("the response is a list, not what was to be created"))
		}
		*out = made
		return nil
	}
}

// isPage reports whether a body is a page of a list.
func isPage(body []byte) bool {
	data, _ := member(body, "data")
	if data.Kind() != '[' {
		return false
	}
	for _, name := range []string{"meta", "links", "current_page", "last_page", "per_page", "total"} {
		if value, found := member(body, name); found && !isEmpty(value) {
			return true
		}
	}
	return false
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
	if transport.IsMarkup(resp.Body) {
		return transport.NotJSON(resp, nil)
	}
	return nil
}
