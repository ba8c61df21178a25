package control

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
)

//go:embed openapi.json
var openapi []byte

//go:embed page.gohtml
var pageText string

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

func (h *Handler) openapi(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openapi) // an error means that the client has gone
}

// A built holds the page, which is the same for all clients.
type built struct {
	page   []byte
	policy string
}

// build creates the dashboard's page. Its policy admits only its own style and script, and requests to this server.
func build() (*built, error) {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = t.Execute(&page, map[string]any{"Style": template.CSS(pageStyle), "Script": template.JS(pageScript)}) //nolint:gosec // both are part of the program
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	policy := "default-src 'none'; connect-src 'self'; frame-src 'self'; style-src " + hash(pageStyle) + "; script-src " + hash(pageScript) +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return &built{page.Bytes(), policy}, err
}

// dashboard sends the page, which gets its data from the API.
func (h *Handler) dashboard(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", h.page.policy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(h.page.page) // an error means that the client has gone
}
