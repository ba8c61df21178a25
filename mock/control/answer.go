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

// maxBody is the most that a request may say; a track's content is the longest.
const maxBody = 96 << 20

// A failure is a response that says no.
type failure struct {
	status   int
	Message  string             `json:"message"`
	Problems []scenario.Problem `json:"problems"`
}

// problem is a failure with one reason.
func problem(status int, field, message, remedy string) *failure {
	return &failure{status, message, []scenario.Problem{{Field: field, Message: message, Remedy: remedy}}}
}

// invalid is what is wrong with what was asked for.
func invalid(err error) *failure {
	if failed, ok := errors.AsType[*scenario.Error](err); ok {
		return &failure{http.StatusUnprocessableEntity, "what was sent is wrong", failed.Problems}
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
	_, _ = w.Write(buf.Bytes()) // who has gone does not need it
}

// read returns the body of a request; it has to be JSON, which no form of a web page is.
func read(w http.ResponseWriter, r *http.Request) ([]byte, *failure) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, problem(http.StatusUnsupportedMediaType, "", "the body is not said to be JSON", "send the header Content-Type: application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, problem(http.StatusRequestEntityTooLarge, "", "the body is too long", fmt.Sprintf("send at most %d MiB", maxBody>>20))
	}
	if err != nil {
		return nil, problem(http.StatusBadRequest, "", "the body did not come whole", "send it again")
	}
	return body, nil
}

// A page is which part of a list is wanted.
type page struct{ offset, limit int }

const (
	defaultLimit = 50
	maxLimit     = 1000
)

// paging reads it from a query.
func paging(r *http.Request) (page, *failure) {
	offset, failed := number(r, "offset", 0, 0, 1<<31-1)
	if failed != nil {
		return page{}, failed
	}
	limit, failed := number(r, "limit", defaultLimit, 1, maxLimit)
	return page{int(offset), int(limit)}, failed
}

// number reads a whole number of a query.
func number(r *http.Request, name string, otherwise, low, high int64) (int64, *failure) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < low || n > high {
		return 0, problem(http.StatusUnprocessableEntity, name, fmt.Sprintf("%q is no such number", text), fmt.Sprintf("use a whole number from %d to %d", low, high))
	}
	return n, nil
}

// A list is a page of a list, as it is sent.
type list[T any] struct {
	Items []T `json:"items"`
	Total int `json:"total"` // on all pages
}

// cut takes a page of a list.
func cut[T any](all []T, p page) list[T] {
	from := min(p.offset, len(all))
	return list[T]{append([]T{}, all[from:min(from+p.limit, len(all))]...), len(all)}
}

// duration reads one of a query, as Go writes it.
func duration(r *http.Request, name string, otherwise time.Duration) (time.Duration, *failure) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, problem(http.StatusUnprocessableEntity, name, fmt.Sprintf("%q is no duration", text), `write one such as "30s"`)
	}
	return d, nil
}
