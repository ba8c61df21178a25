package report

import (
	"errors"
	"net/http"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Handler serves the page of the report that find returns for a request. It accepts GET and HEAD; other methods get
// status 405. If find returns an error, the status is 404 if it matches [acrcloud.ErrNotFound], otherwise 500; the
// response does not include the error. If the iterator of files ends with an error, the incomplete report is sent with
// status 500, and says that it is incomplete. In both cases failed, unless nil, is called with the error.
//
// Handler does not check who may see a report: do that before you call it. The page's headers forbid caching, content
// sniffing, and framing by other origins.
func Handler(find func(*http.Request) (Report, error), failed func(*http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		err := serve(w, req, find)
		if err != nil && failed != nil {
			failed(req, err)
		}
	})
}

func serve(w http.ResponseWriter, req *http.Request, find func(*http.Request) (Report, error)) error {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Use GET to read a report.", http.StatusMethodNotAllowed)
		return nil
	}
	if find == nil {
		http.Error(w, "The report cannot be made.", http.StatusInternalServerError)
		return &acrcloud.ArgumentError{Field: "find", Problem: "is nil", Remedy: "pass a function that returns a report"}
	}
	r, err := find(req)
	if err != nil {
		refuse(w, err)
		return err
	}
	p, err := r.gather(nil)
	if p == nil {
		refuse(w, err)
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", constants().policy+"; frame-ancestors 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
	if req.Method == http.MethodHead {
		return errors.Join(err, p.close())
	}
	return errors.Join(err, p.writePage(w, ""), p.close())
}

func refuse(w http.ResponseWriter, err error) {
	if errors.Is(err, acrcloud.ErrNotFound) {
		http.Error(w, "This report does not exist.", http.StatusNotFound)
		return
	}
	http.Error(w, "The report cannot be made.", http.StatusInternalServerError)
}
