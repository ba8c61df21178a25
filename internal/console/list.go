package console

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Page is one page of a list. The clients have their own types with the same fields, and convert.
type Page[T any] struct {
	Items    []*T
	Page     int // the number of this page, from 1
	PerPage  int // how many items a full page has
	LastPage int // the number of the last page; 0 if the service does not say
	Total    int // how many items there are on all pages; 0 if the service does not say
}

// The service's own page size, and that of iterators.
const (
	DefaultPerPage = 20
	AllPerPage     = 100
)

// PageQuery returns the query of a list's page, and the requested page size. An invalid page is an
// *acrcloud.ArgumentError.
func PageQuery(page, perPage int) (q Query, asked int, err error) {
	switch {
	case page < 0:
		return q, 0, refuse("Page", "is negative", "the first page is 1")
	case perPage < 0:
		return q, 0, refuse("PerPage", "is negative", "leave it zero for the default")
	case perPage == 0:
		perPage = DefaultPerPage
	}
	return q.Number("page", max(page, 1)).Number("per_page", perPage), perPage, nil
}

// listBody is the envelope of lists. Some endpoints have the numbers at the top.
type listBody[T any] struct {
	Data []*T        `json:"data"`
	Meta listNumbers `json:"meta"`

	CurrentPage int `json:"current_page"`
	PerPage     int `json:"per_page"`
	LastPage    int `json:"last_page"`
	Total       int `json:"total"`
}

type listNumbers struct {
	CurrentPage int `json:"current_page"`
	PerPage     int `json:"per_page"`
	LastPage    int `json:"last_page"`
	Total       int `json:"total"`
}

// GetPage gets one page of a list, and the service's time, or zero if the response does not have it. perPage is the
// requested size.
func GetPage[T any](ctx context.Context, c *Client, perPage int, req *transport.Request) (*Page[T], time.Time, error) {
	var body listBody[T]
	req.Method, req.Cost = http.MethodGet, transport.Read
	req.Check = func(resp *transport.Response) error {
		if err := Into(&body)(resp); err != nil {
			return err
		}
		if body.Data == nil && !HasMember(resp.Body, "data") {
			return transport.NotJSON(resp, errors.New("the response has no list"))
		}
		return nil
	}
	resp, err := c.Send(ctx, req)
	if err != nil {
		return nil, time.Time{}, err
	}
	n := body.Meta
	if n == (listNumbers{}) {
		n = listNumbers{CurrentPage: body.CurrentPage, PerPage: body.PerPage, LastPage: body.LastPage, Total: body.Total}
	}
	if n.PerPage == 0 {
		n.PerPage = perPage
	}
	page := &Page[T]{Page: n.CurrentPage, PerPage: n.PerPage, LastPage: n.LastPage, Total: n.Total}
	for _, v := range body.Data {
		if v != nil {
			page.Items = append(page.Items, v)
		}
	}
	return page, TimeOf(resp), nil
}

// TimeOf returns the service's time when it responded; zero if it does not say.
func TimeOf(resp *transport.Response) time.Time {
	now, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return now
}

// HasMember reports whether a JSON object has the named member.
func HasMember(data []byte, name string) bool {
	dec := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if brace, err := dec.ReadToken(); err != nil || brace.Kind() != '{' {
		return false
	}
	for dec.PeekKind() == '"' {
		member, err := dec.ReadToken()
		if err != nil || member.String() == name {
			return err == nil
		}
		if dec.SkipValue() != nil {
			return false
		}
	}
	return false
}
