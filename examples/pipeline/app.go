package main

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"log/slog"
	"net/http"

	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/report"
)

// An app is the web application.
type app struct {
	db     *database
	jobs   *riverbatch.Client[*sql.Tx]
	dir    string // of the uploads
	policy *filescan.UploadPolicy
	sample []byte // that the embedded mock recognises, if there is one
	log    *slog.Logger
	pages  *pages
}

// routes adds the pages.
func (a *app) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { a.index(w, r, http.StatusOK, "") })
	mux.HandleFunc("POST /uploads", a.receiveUpload)
	mux.HandleFunc("GET /uploads/{id}", a.progress)
	mux.HandleFunc("GET /uploads/{id}/result", a.result)
	mux.HandleFunc("GET /callbacks", a.callbackLog)
	mux.HandleFunc("GET /sample.wav", a.sendSample)
	mux.Handle("GET /static/", http.FileServerFS(static))
}

// shown is how many rows a list has.
const shown = 50

// How often pages update themselves, in milliseconds.
const (
	often     = 1000
	sometimes = 5000
)

// index shows the form and the newest uploads.
func (a *app) index(w http.ResponseWriter, r *http.Request, status int, problem string) {
	uploads, err := a.db.uploads(r.Context(), shown)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	every := sometimes
	for _, u := range uploads {
		if u.open() {
			every = often
		}
	}
	a.show(w, r, status, "index.html", page{Title: "Uploads", Every: every, Data: map[string]any{
		"Uploads": uploads, "Problem": problem, "Most": megabytes(a.policy.MaxBytes), "MostBytes": a.policy.MaxBytes, "Sample": a.sample != nil,
		"Form": rand.Text(),
	}})
}

// progress shows how far an upload is, and updates itself until the journal has its outcome.
func (a *app) progress(w http.ResponseWriter, r *http.Request) {
	u, outcome, err := a.db.upload(r.Context(), r.PathValue("id"))
	switch {
	case errors.Is(err, errNoUpload):
		http.NotFound(w, r)
	case err != nil:
		a.fail(w, r, err)
	case outcome == nil:
		a.show(w, r, http.StatusOK, "progress.html", page{Title: u.Name, Every: often, Reload: true, Data: map[string]any{"Upload": u, "Steps": steps(u.Phase)}})
	case outcome.Err == nil:
		http.Redirect(w, r, "/uploads/"+u.ID+"/result", http.StatusSeeOther)
	default:
		a.log.WarnContext(r.Context(), "an upload failed", "id", u.ID, "error", outcome.Err)
		a.show(w, r, http.StatusOK, "progress.html", page{Title: u.Name, Data: map[string]any{"Upload": u, "Steps": steps(u.Phase), "Reason": reasonText(outcome.Err)}})
	}
}

// result shows the report about a finished upload, under the name that it came with.
func (a *app) result(w http.ResponseWriter, r *http.Request) {
	u, outcome, err := a.db.upload(r.Context(), r.PathValue("id"))
	switch {
	case errors.Is(err, errNoUpload):
		http.NotFound(w, r)
		return
	case err != nil:
		a.fail(w, r, err)
		return
	case outcome == nil, outcome.Err != nil:
		http.Redirect(w, r, "/uploads/"+u.ID, http.StatusSeeOther) // which says how far it is
		return
	}
	file := *outcome.File
	file.Name = u.Name
	parts, err := report.Fragment(report.File(&file, nil))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.show(w, r, http.StatusOK, "result.html", page{Title: u.Name, Report: parts})
}

// callbackLog shows the newest callbacks, with the responses that they got.
func (a *app) callbackLog(w http.ResponseWriter, r *http.Request) {
	callbacks, err := a.db.callbacks(r.Context(), shown)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.show(w, r, http.StatusOK, "callbacks.html", page{Title: "Callbacks", Every: sometimes, Data: map[string]any{"Callbacks": callbacks}})
}

// sendSample sends a recording to try the form with.
func (a *app) sendSample(w http.ResponseWriter, r *http.Request) {
	if a.sample == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Content-Disposition", `attachment; filename="sample.wav"`)
	_, _ = w.Write(a.sample) // the browser is gone, or has it
}

// show writes a page.
func (a *app) show(w http.ResponseWriter, r *http.Request, status int, name string, p page) {
	if err := a.pages.write(w, r, status, name, p); err != nil {
		a.log.WarnContext(r.Context(), "writing a page", "page", name, "error", err)
	}
}

// fail responds to a request that failed, without saying why, which is in the log.
func (a *app) fail(w http.ResponseWriter, r *http.Request, err error) {
	a.log.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "error", err)
	http.Error(w, "This did not work. Try again later.", http.StatusInternalServerError)
}
