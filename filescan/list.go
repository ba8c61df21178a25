package filescan

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

const (
	listPerPage = 20  // the service's own default
	allPerPage  = 100 // of iterators
	pageMemory  = 8   // how many pages an iterator remembers the ids of
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

// listBody is the envelope of lists.
type listBody[T any] struct {
	Data []*T `json:"data"`
	Meta struct {
		CurrentPage int `json:"current_page"`
		PerPage     int `json:"per_page"`
		LastPage    int `json:"last_page"`
		Total       int `json:"total"`
	} `json:"meta"`
}

// fetchPage gets one page, and the service's time.
func fetchPage[T any](ctx context.Context, c *Client, req *transport.Request) (*Page[T], time.Time, error) {
	var body listBody[T]
	req.Cost, req.Check = transport.Read, decodeInto(&body)
	resp, err := c.send(ctx, req)
	if err != nil {
		return nil, time.Time{}, err
	}
	now, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		now = time.Time{} // the service does not tell
	}
	page := &Page[T]{Page: body.Meta.CurrentPage, PerPage: body.Meta.PerPage, LastPage: body.Meta.LastPage, Total: body.Meta.Total}
	for _, v := range body.Data {
		if v != nil {
			page.Items = append(page.Items, v)
		}
	}
	return page, now, nil
}

var errRepeatedPage = errors.New("acrcloud: the service returned the same page again: the list cannot be completed")

// pages iterates over the rows of all pages from the first. Rows may move while it runs: those that it has just seen are
// left out, and where rows have gone it looks back for what has moved up. Its memory does not grow with the number of pages.
func pages[T any, K comparable](ctx context.Context, first int, fetch func(context.Context, int) (*Page[T], error), key func(*T) K) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		var (
			seen  = newRecent[K](pageMemory)
			total = -1
			stale int // pages in a row without a new row
		)
		for number := max(first, 1); ; {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			page, err := fetch(ctx, number)
			if err != nil {
				yield(nil, err)
				return
			}
			fresh := 0
			seen.turn()
			for _, row := range page.Items {
				if !seen.add(key(row)) {
					continue
				}
				fresh++
				if !yield(row, nil) {
					return
				}
			}
			if page.Total < total && number > max(first, 1) {
				gone := total - page.Total
				total, stale = page.Total, 0
				number = max(number-(gone+len(page.Items))/max(len(page.Items), 1), first, 1)
				continue
			}
			total = page.Total
			if fresh > 0 {
				stale = 0
			} else if stale++; len(page.Items) > 0 && (stale > 1 || (page.Page != 0 && page.Page != number)) {
				yield(nil, errRepeatedPage)
				return
			}
			if len(page.Items) == 0 || number >= page.LastPage {
				return
			}
			number++
		}
	}
}

// recent remembers the keys of the last few pages.
type recent[K comparable] struct {
	pages []map[K]bool
	size  int
}

func newRecent[K comparable](size int) *recent[K] { return &recent[K]{size: size} }

// turn begins a new page.
func (r *recent[K]) turn() {
	if len(r.pages) == r.size {
		oldest := r.pages[0]
		clear(oldest)
		r.pages = append(r.pages[1:r.size:r.size], oldest)
		return
	}
	r.pages = append(r.pages, map[K]bool{})
}

// add reports whether the key is new, and remembers it.
func (r *recent[K]) add(key K) bool {
	for _, p := range r.pages {
		if p[key] {
			return false
		}
	}
	r.pages[len(r.pages)-1][key] = true
	return true
}
