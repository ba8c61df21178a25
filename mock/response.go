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

// A response is the response to a request, before it is sent.
type response struct {
	status int
	header http.Header
	body   []byte
}

func jsonResponse(status int, v any) *response {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return message(http.StatusInternalServerError, err.Error())
	}
	return &response{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: bytes.TrimSuffix(buf.Bytes(), []byte("\n"))}
}

// data returns a response with the service's usual envelope.
func data(status int, v any) *response { return jsonResponse(status, map[string]any{"data": v}) }

func message(status int, text string) *response {
	return jsonResponse(status, map[string]string{"message": text})
}

func nothing() *response { return &response{status: http.StatusNoContent} }

// invalid returns a validation error: JSON if the client accepts it, otherwise a redirect to a page, as the service's
// framework does.
func invalid(r *http.Request, problems map[string][]string) *response {
	if !acceptsJSON(r) {
		return &response{
			status: http.StatusFound,
			header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}, "Location": {originOf(r)}},
			body:   []byte("<!DOCTYPE html>\n<html><head><title>Redirecting</title></head><body>Redirecting</body></html>\n"),
		}
	}
	return jsonResponse(http.StatusUnprocessableEntity, map[string]any{"message": "The given data was invalid.", "errors": problems})
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
func (a *response) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified && w.Header().Get("Content-Length") == "" {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = io.Copy(w, bytes.NewReader(a.body))
}
