package report

import (
	"errors"
	"net/http"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Handler serves the page of the report that find returns for a request. It answers GET and HEAD, and 405 to everything else. An error of
// find is 404 if it matches [acrcloud.ErrNotFound], else 500, without a word of what it is. If the files end with an error, what there
// is of the report is sent with the status 500, and says that it is incomplete. Either error goes to failed, unless that is nil.
//
// Who may see a report is for the caller to check, before it comes here. The page must not be stored, is not sniffed for another type, and is
// framed by the same origin only.
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
		http.Error(w, "A report is read with GET.", http.StatusMethodNotAllowed)
		return nil
	}
	if find == nil {
		http.Error(w, "The report cannot be made.", http.StatusInternalServerError)
		return &acrcloud.ArgumentError{Field: "find", Problem: "is nil", Remedy: "give Handler a function that returns a report"}
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
	h.Set("Content-Security-Policy", policy()+"; frame-ancestors 'self'")
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
		http.Error(w, "There is no such report.", http.StatusNotFound)
		return
	}
	http.Error(w, "The report cannot be made.", http.StatusInternalServerError)
}
