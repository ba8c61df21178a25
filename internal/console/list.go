package console

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
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

func (b *listBody[T]) numbers() listNumbers {
	if b.Meta == (listNumbers{}) {
		return listNumbers{CurrentPage: b.CurrentPage, PerPage: b.PerPage, LastPage: b.LastPage, Total: b.Total}
	}
	return b.Meta
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
		if n := body.numbers(); body.Data == nil && n != (listNumbers{}) && n.Total == 0 {
			return CheckRows(resp, len(body.Data), false)
		}
		return CheckRows(resp, len(body.Data), true)
	}
	resp, err := c.Send(ctx, req)
	if err != nil {
		return nil, time.Time{}, err
	}
	n := body.numbers()
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

// CheckRows refuses a response of whose list no row could be read, unless the list is empty: nothing may be concluded
// from what cannot be read. required says that the list must not be missing.
func CheckRows(resp *transport.Response, rows int, required bool) error {
	if rows > 0 {
		return nil
	}
	data, found := member(resp.Body, "data")
	switch {
	case !found && required:
		return transport.NotJSON(resp, errors.New("the response has no list"))
	case found && !isEmpty(data):
		return transport.NotJSON(resp, errors.New("the list in the response cannot be read"))
	}
	return nil
}

// isEmpty reports whether a value is null, [], {} or a list of nulls.
func isEmpty(value jsontext.Value) bool {
	var list []jsontext.Value
	switch value.Kind() {
	case 'n':
		return true
	case '{':
		return len(bytes.TrimSpace(value[1:len(value)-1])) == 0
	case '[':
		if err := json.Unmarshal(value, &list); err != nil {
			return false
		}
		return !slices.ContainsFunc(list, func(row jsontext.Value) bool { return row.Kind() != 'n' })
	}
	return false
}

// member returns a member of a JSON object, if it has that.
func member(data []byte, name string) (value jsontext.Value, found bool) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if brace, err := dec.ReadToken(); err != nil || brace.Kind() != '{' {
		return nil, false
	}
	for dec.PeekKind() == '"' {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, false
		}
		if token.String() == name {
			value, err = dec.ReadValue()
			return value, err == nil
		}
		if dec.SkipValue() != nil {
			return nil, false
		}
	}
	return nil, false
}
