package mock

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// An answer is the response to a request.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func jsonAnswer(status int, v any) *answer {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return message(http.StatusInternalServerError, err.Error())
	}
	return &answer{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: bytes.TrimSuffix(buf.Bytes(), []byte("\n"))}
}

// data is the usual envelope.
func data(status int, v any) *answer { return jsonAnswer(status, map[string]any{"data": v}) }

func message(status int, text string) *answer {
	return jsonAnswer(status, map[string]string{"message": text})
}

func nothing() *answer { return &answer{status: http.StatusNoContent} }

// invalid is a validation error: JSON for those who ask for it, else a redirect to a page, as the framework does.
func invalid(r *http.Request, problems map[string][]string) *answer {
	if !acceptsJSON(r) {
		return &answer{
			status: http.StatusFound,
			header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}, "Location": {originOf(r)}},
			body:   []byte("<!DOCTYPE html>\n<html><head><title>Redirecting</title></head><body>Redirecting</body></html>\n"),
		}
	}
	return jsonAnswer(http.StatusUnprocessableEntity, map[string]any{"message": "The given data was invalid.", "errors": problems})
}

func acceptsJSON(r *http.Request) bool {
	for _, accept := range r.Header.Values("Accept") {
		if strings.Contains(accept, "json") {
			return true
		}
	}
	return false
}

// write sends the response.
func (a *answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified && w.Header().Get("Content-Length") == "" {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = io.Copy(w, bytes.NewReader(a.body))
}
