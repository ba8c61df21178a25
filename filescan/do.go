package filescan

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Do makes any other call of the Console API, with this client's host, token, retries and errors: buckets, projects, billing
// and so on. path is what follows the host, with a query if need be, such as "/api/buckets?page=2"; the "/api" may be left
// out.
//
// in is sent as JSON, unless it is nil. out receives the answer: an [io.Writer] gets its bytes, any other pointer is decoded into as
// JSON by encoding/json; nil ignores it. JSON that does not fit out is an [*acrcloud.DecodeError]: the call itself was a success then.
//
// GET, HEAD, PUT and DELETE are retried after any passing failure. POST and PATCH are sent again only if the service cannot
// have accepted them; where that is not known the error is [acrcloud.ErrOutcomeUnknown].
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	if err := c.usable(); err != nil {
		return err
	}
	cost, err := costOf(method)
	if err != nil {
		return err
	}
	path, err = checkPath(path)
	if err != nil {
		return err
	}
	req := &transport.Request{Op: "console", Cost: cost, Method: method, URL: c.hosts.main + path}
	if in != nil {
		data, err := jsonBody(in)
		if err != nil {
			return &acrcloud.ArgumentError{Field: "in", Problem: "cannot be encoded as JSON: " + err.Error(), Remedy: "use a value that encoding/json accepts"}
		}
		setJSON(req, data)
	}
	w, raw := out.(io.Writer)
	decode := out != nil && !raw
	if decode {
		if v := reflect.ValueOf(out); v.Kind() != reflect.Pointer || v.IsNil() {
			return &acrcloud.ArgumentError{Field: "out", Problem: "is no pointer to decode into", Remedy: "give the address of a variable, an io.Writer, or nil"}
		}
		req.Check = func(resp *transport.Response) error {
			if err := transport.ConsoleError(resp); err != nil || json.Valid(resp.Body) {
				return err
			}
			return transport.NotJSON(resp, nil)
		}
	}
	resp, err := c.send(ctx, req)
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
	return 0, &acrcloud.ArgumentError{Field: "method", Problem: "is none of GET, HEAD, PUT, DELETE, POST and PATCH", Remedy: "use one of these, in capital letters"}
}

// checkPath returns the path without its leading /api.
func checkPath(path string) (string, error) {
	refuse := func(problem string) (string, error) {
		return "", &acrcloud.ArgumentError{Field: "path", Problem: problem, Remedy: `use a path such as "/buckets?page=2"; the host comes from the configuration`}
	}
	u, err := url.Parse(path)
	switch {
	case err != nil:
		return refuse("cannot be parsed")
	case u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/"):
		return refuse("does not begin with one slash")
	case u.Fragment != "":
		return refuse("has a fragment")
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if part == "." || part == ".." {
			return refuse("has a relative part")
		}
	}
	if path == "/api" || strings.HasPrefix(path, "/api/") {
		path = strings.TrimPrefix(path, "/api")
	}
	return path, nil
}
