package main

import (
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
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
}

//go:embed templates
var files embed.FS

// pages are the templates.
func pages() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{"phase": phaseText}).ParseFS(files, "templates/*.html")
}

// phaseText says in plain words how far a job is.
func phaseText(p batch.Phase) string {
	switch p {
	case batch.PhaseNew:
		return "waiting for its upload to ACRCloud"
	case batch.PhaseIntent:
		return "being uploaded"
	case batch.PhaseWaiting:
		return "being analysed"
	case batch.PhaseDone:
		return "analysed"
	case batch.PhaseFailed:
		return "failed"
	}
	return string(p)
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n>>20) }

// routes adds the pages.
func (a *app) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { a.index(w, r, http.StatusOK, "") })
	mux.Handle("POST /uploads", http.NewCrossOriginProtection().Handler(http.HandlerFunc(a.receiveUpload)))
	mux.HandleFunc("GET /uploads/{id}", a.progress)
	mux.Handle("GET /uploads/{id}/result", report.Handler(a.result, func(r *http.Request, err error) {
		a.log.WarnContext(r.Context(), "no result", "error", err)
	}))
	mux.HandleFunc("GET /callbacks", a.callbackLog)
	mux.HandleFunc("GET /sample.wav", a.sendSample)
}

// shown is how many rows a list has.
const shown = 50

// index shows the form and the newest uploads.
func (a *app) index(w http.ResponseWriter, r *http.Request, status int, problem string) {
	uploads, err := a.db.uploads(r.Context(), shown)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	open := false
	for _, u := range uploads {
		open = open || !u.Phase.Finished()
	}
	a.show(w, r, status, "index.html", map[string]any{
		"Uploads": uploads, "Problem": problem, "Limit": megabytes(a.policy.MaxBytes), "Sample": a.sample != nil, "Refresh": open && problem == "",
	})
}

// progress shows how far an upload is, and reloads itself until the journal has its outcome.
func (a *app) progress(w http.ResponseWriter, r *http.Request) {
	u, outcome, err := a.db.upload(r.Context(), r.PathValue("id"))
	switch {
	case errors.Is(err, errNoUpload):
		http.NotFound(w, r)
	case err != nil:
		a.fail(w, r, err)
	case outcome != nil && outcome.Err == nil:
		http.Redirect(w, r, "/uploads/"+u.ID+"/result", http.StatusSeeOther)
	default:
		a.show(w, r, http.StatusOK, "progress.html", map[string]any{"Upload": u, "Refresh": outcome == nil})
	}
}

// result is the report about a finished upload, under the name that it came with.
func (a *app) result(r *http.Request) (report.Report, error) {
	u, outcome, err := a.db.upload(r.Context(), r.PathValue("id"))
	switch {
	case errors.Is(err, errNoUpload), err == nil && (outcome == nil || outcome.File == nil):
		return report.Report{}, acrcloud.ErrNotFound
	case err != nil:
		return report.Report{}, err
	}
	file := *outcome.File
	file.Name = u.Name
	return report.File(&file, nil), nil
}

// callbackLog shows the newest callbacks, with the answers that they got.
func (a *app) callbackLog(w http.ResponseWriter, r *http.Request) {
	callbacks, err := a.db.callbacks(r.Context(), shown)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.show(w, r, http.StatusOK, "callbacks.html", map[string]any{"Callbacks": callbacks, "Refresh": true})
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
func (a *app) show(w http.ResponseWriter, r *http.Request, status int, name string, data map[string]any) {
	templates, err := pages()
	if err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := templates.ExecuteTemplate(w, name, data); err != nil {
		a.log.WarnContext(r.Context(), "writing a page", "error", err)
	}
}

// fail answers a request that failed, without saying why, which is in the log.
func (a *app) fail(w http.ResponseWriter, r *http.Request, err error) {
	a.log.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "error", err)
	http.Error(w, "This did not work. Try again later.", http.StatusInternalServerError)
}
