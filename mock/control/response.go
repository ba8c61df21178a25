package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/mock/scenario"
)

// maxBody is the largest request body. A track's content is the largest part of one.
const maxBody = 96 << 20

// A failure is an error response.
type failure struct {
	status   int
	Message  string             `json:"message"`
	Problems []scenario.Problem `json:"problems"`
}

// problem returns a failure with one reason.
func problem(status int, field, message, remedy string) *failure {
	return &failure{status, message, []scenario.Problem{{Field: field, Message: message, Remedy: remedy}}}
}

// invalid returns the failure for an invalid request.
func invalid(err error) *failure {
	if failed, ok := errors.AsType[*scenario.Error](err); ok {
		return &failure{http.StatusUnprocessableEntity, "the request is invalid", failed.Problems}
	}
	return problem(http.StatusUnprocessableEntity, "", err.Error(), "")
}

func (f *failure) write(w http.ResponseWriter) {
	respond(w, f.status, f)
}

// respond sends JSON.
func respond(w http.ResponseWriter, status int, v any) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		status = http.StatusInternalServerError
		buf.Reset()
		_, _ = fmt.Fprintf(&buf, `{"message":%q,"problems":[]}`, err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // an error means that the client has gone
}

// read returns the body of a request. It must be declared as JSON, which forms of web pages cannot do.
func read(w http.ResponseWriter, r *http.Request) ([]byte, *failure) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, problem(http.StatusUnsupportedMediaType, "", "the body is not declared as JSON", "send the header Content-Type: application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, problem(http.StatusRequestEntityTooLarge, "", "the body is too large", fmt.Sprintf("send at most %d MiB", maxBody>>20))
	}
	if err != nil {
		return nil, problem(http.StatusBadRequest, "", "the body was incomplete", "send it again")
	}
	return body, nil
}

// A page selects a part of a list.
type page struct{ offset, limit int }

const (
	defaultLimit = 50
	maxLimit     = 1000
)

// paging reads the page from a query.
func paging(r *http.Request) (page, *failure) {
	offset, failed := number(r, "offset", 0, 0, 1<<31-1)
	if failed != nil {
		return page{}, failed
	}
	limit, failed := number(r, "limit", defaultLimit, 1, maxLimit)
	return page{int(offset), int(limit)}, failed
}

// number reads a whole number from a query.
func number(r *http.Request, name string, otherwise, low, high int64) (int64, *failure) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < low || n > high {
		return 0, problem(http.StatusUnprocessableEntity, name, fmt.Sprintf("%q is not such a number", text), fmt.Sprintf("use a whole number from %d to %d", low, high))
	}
	return n, nil
}

// A list is the JSON form of a page of a list.
type list[T any] struct {
	Items []T `json:"items"`
	Total int `json:"total"` // on all pages
}

// cut returns a page of a list.
func cut[T any](all []T, p page) list[T] {
	from := min(p.offset, len(all))
	return list[T]{append([]T{}, all[from:min(from+p.limit, len(all))]...), len(all)}
}

// duration reads a duration from a query, in Go's notation.
func duration(r *http.Request, name string, otherwise time.Duration) (time.Duration, *failure) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, problem(http.StatusUnprocessableEntity, name, fmt.Sprintf("%q is not a duration", text), `use a duration such as "30s"`)
	}
	return d, nil
}
