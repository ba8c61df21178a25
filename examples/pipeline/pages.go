package main

import (
	"bytes"
	"embed"
	"html/template"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/report"
)

//go:embed templates
var templates embed.FS

//go:embed static
var static embed.FS

// A page is what the template of a page gets.
type page struct {
	Title  string
	Every  int           // milliseconds between updates; 0: it does not change any more
	Reload bool          // without scripts it reloads itself; a page with a form must not
	Report *report.Parts // embedded, if there is one
	Data   map[string]any
}

// pages are the templates.
type pages struct{ templates *template.Template }

func newPages() (*pages, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"phase": phaseText, "verdict": verdictText,
		"moment": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}).ParseFS(templates, "templates/*.html")
	return &pages{t}, err
}

// A link is one of those on top of each page.
type link struct {
	Path, Name string
	Here       bool
}

// write writes a page. If it cannot be made, the status is 500.
func (p *pages) write(w http.ResponseWriter, r *http.Request, status int, name string, content page) error {
	data := map[string]any{"Title": content.Title, "Every": content.Every, "Reload": content.Reload, "Report": content.Report}
	maps.Copy(data, content.Data)
	links := []link{{Path: "/", Name: "Uploads"}, {Path: "/callbacks", Name: "Callbacks"}, {Path: monitorPath + "/", Name: "Queue"}}
	for i := range links {
		links[i].Here = links[i].Path == r.URL.Path
	}
	data["Nav"] = links
	var body bytes.Buffer
	if err := p.templates.ExecuteTemplate(&body, name, data); err != nil {
		http.Error(w, "This did not work. Try again later.", http.StatusInternalServerError)
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if content.Report != nil {
		w.Header().Set("Content-Security-Policy", strings.Replace(pagePolicy, "style-src", "style-src "+content.Report.StyleHash, 1))
	}
	w.WriteHeader(status)
	_, err := body.WriteTo(w)
	return err
}

// policies are the Content-Security-Policies. Neither lets a page run a script that is part of it, or of another origin.
const (
	pagePolicy    = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	monitorPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

// secure adds headers that limit what a page may do, and refuses requests that a page of another origin makes for its reader.
func secure(next http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		switch {
		case strings.HasPrefix(r.URL.Path, monitorPath+"/"):
			h.Set("Content-Security-Policy", monitorPolicy)
		case strings.HasPrefix(r.URL.Path, "/static/"):
			h.Set("Cache-Control", "no-cache")
		default:
			h.Set("Content-Security-Policy", pagePolicy)
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	}))
}
