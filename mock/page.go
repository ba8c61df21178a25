package mock

import (
	"net/http"
	"strconv"
)

const defaultPerPage = 20

// paged returns a page of total rows in the service's envelope. per_page is returned as text if it was in the request.
func paged(r *http.Request, total int, row func(i int) any) *response {
	q := r.URL.Query()
	perPage, err := strconv.Atoi(q.Get("per_page"))
	var perPageShown any = q.Get("per_page")
	if err != nil || perPage < 1 {
		perPage, perPageShown = defaultPerPage, defaultPerPage
	}
	return pagedBy(r, total, q.Get("page"), min(perPage, 1_000_000), perPageShown, row)
}

// pagedBy returns a page with perPage rows.
func pagedBy(r *http.Request, total int, wanted string, perPage int, perPageShown any, row func(i int) any) *response {
	page, _ := strconv.Atoi(wanted)
	page = max(page, 1)
	last := max((total+perPage-1)/perPage, 1)
	first := total
	if page <= last {
		first = (page - 1) * perPage
	}
	end := min(first+perPage, total)
	shown := make([]any, 0, end-first)
	for i := first; i < end; i++ {
		shown = append(shown, row(i))
	}
	self := originOf(r) + canonical(r.URL.Path)
	link := func(n int) any {
		if n < 1 || n > last {
			return nil
		}
		return self + "?page=" + strconv.Itoa(n)
	}
	var from, to any
	if len(shown) > 0 {
		from, to = first+1, end
	}
	return jsonResponse(http.StatusOK, map[string]any{
		"data":  shown,
		"links": map[string]any{"first": link(1), "last": link(last), "prev": link(page - 1), "next": link(page + 1)},
		"meta": map[string]any{
			"current_page": page, "from": from, "last_page": last, "path": self, "per_page": perPageShown, "to": to, "total": total,
		},
	})
}
