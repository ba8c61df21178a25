package control

import (
	"net/http"
	"slices"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// A summary is a request without its bodies, which are requested separately.
type summary struct {
	mock.Request

	Header   *struct{} `json:"header,omitempty"` // these hide the request's
	Body     *struct{} `json:"body,omitempty"`
	Response *struct{} `json:"response,omitempty"`
}

// listRequests lists the newest first, or those after a number.
func (h *Handler) listRequests(w http.ResponseWriter, r *http.Request) {
	p, failed := paging(r)
	after := int64(0)
	if failed == nil {
		after, failed = number(r, "after", 0, 0, 1<<62)
	}
	if failed != nil {
		failed.write(w)
		return
	}
	op := r.URL.Query().Get("op")
	found := list[summary]{Items: []summary{}}
	requests := h.srv.Requests()
	for i := len(requests) - 1; i >= 0 && requests[i].Number > after; i-- {
		if op != "" && string(requests[i].Op) != op {
			continue
		}
		if found.Total >= p.offset && len(found.Items) < p.limit {
			found.Items = append(found.Items, summary{Request: requests[i]})
		}
		found.Total++
	}
	respond(w, http.StatusOK, found)
}

func (h *Handler) getRequest(w http.ResponseWriter, r *http.Request) {
	wanted := requestNumber(r)
	for _, q := range slices.Backward(h.srv.Requests()) {
		if q.Number == wanted {
			respond(w, http.StatusOK, q)
			return
		}
	}
	problem(http.StatusNotFound, "number", "this request does not exist, or was dropped", "see "+Path+"requests").write(w)
}

// listDeliveries lists the newest first, or those after a number.
func (h *Handler) listDeliveries(w http.ResponseWriter, r *http.Request) {
	p, failed := paging(r)
	after := int64(0)
	if failed == nil {
		after, failed = number(r, "after", 0, 0, 1<<62)
	}
	if failed != nil {
		failed.write(w)
		return
	}
	file := r.URL.Query().Get("file")
	var found []mock.Delivery
	for _, d := range slices.Backward(h.srv.Deliveries()) {
		if d.Number <= after {
			break
		}
		if file == "" || d.FileID == file {
			found = append(found, d)
		}
	}
	respond(w, http.StatusOK, cut(found, p))
}
