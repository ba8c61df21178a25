package console

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Do makes any call of the Console API on the main host. GET, HEAD, PUT and DELETE are retried after temporary
// failures; POST and PATCH are retried only if the service cannot have accepted them.
//
// in is sent as JSON, unless it is nil. If out is an io.Writer, it receives the response's bytes; any other pointer is
// decoded into with encoding/json; nil ignores the response.
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	cost, err := costOf(method)
	if err != nil {
		return err
	}
	path, err = checkPath(path)
	if err != nil {
		return err
	}
	if out != nil && checked.IsNil(out) {
		return refuse("out", "is a nil pointer", "pass the address of a variable, an io.Writer, or nil")
	}
	req := &transport.Request{Op: "console", Cost: cost, Method: method, URL: c.URL(path), Check: Acknowledged}
	if in != nil {
		data, err := JSON(in)
		if err != nil {
			return refuse("in", "cannot be encoded as JSON: "+err.Error(), "use a value that encoding/json accepts")
		}
		SetJSON(req, data)
	}
	w, raw := out.(io.Writer)
	decode := out != nil && !raw
	switch {
	case raw:
		req.Check = transport.ConsoleError
	case decode:
		if v := reflect.ValueOf(out); v.Kind() != reflect.Pointer || v.IsNil() {
			return refuse("out", "is not a pointer", "pass the address of a variable, an io.Writer, or nil")
		}
		req.Check = func(resp *transport.Response) error {
			if err := transport.ConsoleError(resp); err != nil || json.Valid(resp.Body) {
				return err
			}
			return transport.NotJSON(resp, nil)
		}
	}
	resp, err := c.Send(ctx, req)
	switch {
	case err != nil:
		return err
	case raw:
		_, err = w.Write(resp.Body)
		return err
	case decode:
		if err := json.Unmarshal(resp.Body, out); err != nil {
			return &acrcloud.DecodeError{Op: req.Op, StatusCode: resp.StatusCode, Err: err}
		}
	}
	return nil
}

func costOf(method string) (transport.Cost, error) {
	switch method {
	case http.MethodGet, http.MethodHead:
		return transport.Read, nil
	case http.MethodPut, http.MethodDelete:
		return transport.Write, nil
	case http.MethodPost, http.MethodPatch:
		return transport.Billed, nil
	}
	return 0, refuse("method", "is not GET, HEAD, PUT, DELETE, POST or PATCH", "use one of these, in capital letters")
}

// checkPath returns the path without its leading /api.
func checkPath(path string) (string, error) {
	problem := ""
	u, err := url.Parse(path)
	switch {
	case err != nil:
		problem = "cannot be parsed"
	case u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/"):
		problem = "does not begin with a single slash"
	case u.Fragment != "":
		problem = "has a fragment"
	default:
		for part := range strings.SplitSeq(u.Path, "/") {
			if part == "." || part == ".." {
				problem = "has a relative segment"
			}
		}
	}
	if problem != "" {
		return "", refuse("path", problem, `use a path such as "/buckets?page=2"; the host comes from the configuration`)
	}
	if path == "/api" || strings.HasPrefix(path, "/api/") {
		path = strings.TrimPrefix(path, "/api")
	}
	return path, nil
}
