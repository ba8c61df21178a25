package transport

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/checked"
)

// maxErrorBody is how much of an error's body is read and kept.
const maxErrorBody = 64 << 10

// A Response was read completely.
type Response struct {
	StatusCode int
	Header     http.Header
	Body       []byte // without the byte order mark that some servers write before JSON
	Attempts   int    // how often the request was sent
}

// OK reports whether the status is 2xx.
func (r *Response) OK() bool { return r.StatusCode >= 200 && r.StatusCode < 300 }

// busy reports whether the service turned the request away unseen, and said for how long.
func (r *Response) busy() bool {
	_, said := retryAfter(r.Header, time.Now())
	return said && r.StatusCode == http.StatusServiceUnavailable
}

// unsure reports whether the request may have been processed although it failed.
func (r *Response) unsure() bool {
	switch {
	case r.busy(), r.StatusCode == http.StatusNotImplemented:
		return false
	case r.OK(), // but not with what was promised
		r.StatusCode == http.StatusSeeOther: // the result is elsewhere
		return true
	}
	return r.StatusCode >= 500 || r.StatusCode == http.StatusRequestTimeout
}

// read reads a response, bounded. It returns no Response where the body of a success breaks off. One that is longer than limit is cut,
// which is an error for a success. The body of an error may break off or be cut: its status says enough.
func read(r *http.Response, limit int64) (*Response, error) {
	resp := &Response{StatusCode: r.StatusCode, Header: r.Header}
	if !resp.OK() {
		limit = maxErrorBody
	}
	body := checked.Reader(r.Body)
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") { // compressed though nobody had asked for it
		unpacked, err := gzip.NewReader(body)
		switch {
		case errors.Is(err, io.EOF), err != nil && !resp.OK():
			return resp, nil // nothing was compressed, or the status says enough
		case err != nil:
			return nil, fmt.Errorf("reading the response: %w", err)
		}
		body = unpacked
	}
	data, err := readUpTo(body, limit, r.ContentLength)
	if err != nil && resp.OK() {
		return nil, fmt.Errorf("reading the response: %w", err)
	}
	cut := int64(len(data)) > limit
	resp.Body = withoutMark(data[:min(int64(len(data)), limit)])
	if cut && resp.OK() {
		return resp, &acrcloud.DecodeError{Err: fmt.Errorf("the body is longer than %d bytes (WithMaxResponseBytes)", limit)}
	}
	return resp, nil
}

// readUpTo reads limit+1 bytes at most, in one allocation where the length was announced.
func readUpTo(r io.Reader, limit, announced int64) ([]byte, error) {
	limit = min(limit, math.MaxInt64-1)
	size := int64(512)
	if announced > 0 {
		size = min(announced, limit, 1<<20)
	}
	buf := make([]byte, 0, size+1)
	for int64(len(buf)) <= limit {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):min(int64(cap(buf)), limit+1)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// withoutMark removes byte order marks before JSON, which may be ignored (RFC 8259, section 8.1). Files of PHP that were saved with one
// write it before every response, each its own.
func withoutMark(body []byte) []byte {
	rest := body
	for bytes.HasPrefix(rest, []byte("\uFEFF")) {
		rest = bytes.TrimLeft(rest[len("\uFEFF"):], " \t\r\n")
	}
	if len(rest) > 0 && strings.IndexByte(`{["`, rest[0]) >= 0 {
		return rest
	}
	return body
}
