package filescan

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

const (
	listPerPage = 20  // the service's own default
	allPerPage  = 100 // of iterators
)

// clockGrain is how much the service's Date header may lag behind the times in its records.
const clockGrain = 2 * time.Second

func checkPage(page, perPage int) error {
	switch {
	case page < 0:
		return &acrcloud.ArgumentError{Field: "Page", Problem: "is negative", Remedy: "the first page is 1"}
	case perPage < 0:
		return &acrcloud.ArgumentError{Field: "PerPage", Problem: "is negative", Remedy: "leave it zero for the default"}
	}
	return nil
}

// listBody is the envelope of lists. Other endpoints than those of this package's lists are known to have the numbers at the top.
type listBody[T any] struct {
	Data []*T        `json:"data"`
	Meta listNumbers `json:"meta"`
	listNumbers
}

type listNumbers struct {
	CurrentPage int `json:"current_page"`
	PerPage     int `json:"per_page"`
	LastPage    int `json:"last_page"`
	Total       int `json:"total"`
}

// fetchPage gets one page, and the service's time. perPage is what was asked for.
func fetchPage[T any](ctx context.Context, c *Client, perPage int, req *transport.Request) (*Page[T], time.Time, error) {
	var body listBody[T]
	req.Cost = transport.Read
	req.Check = func(resp *transport.Response) error {
		if err := decodeInto(&body)(resp); err != nil {
			return err
		}
		if body.Data == nil && !hasMember(resp.Body, "data") {
			return transport.NotJSON(resp, errors.New("the answer has no list"))
		}
		return nil
	}
	resp, err := c.send(ctx, req)
	if err != nil {
		return nil, time.Time{}, err
	}
	now, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		now = time.Time{} // the service does not tell
	}
	n := body.Meta
	if n == (listNumbers{}) {
		n = body.listNumbers
	}
	page := &Page[T]{Page: n.CurrentPage, PerPage: orDefault(n.PerPage, perPage), LastPage: n.LastPage, Total: n.Total}
	for _, v := range body.Data {
		if v != nil {
			page.Items = append(page.Items, v)
		}
	}
	return page, now, nil
}

// hasMember reports whether a JSON object has a member of that name.
func hasMember(data []byte, name string) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return false
	}
	_, ok := members[name]
	return ok
}
