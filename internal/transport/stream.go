package transport

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
)

// stream hands the body of a success to Request.Stream.
func (c *call) stream(r *http.Response) error {
	a := c.attempt
	resp := &Response{StatusCode: r.StatusCode, Header: r.Header, Attempts: a.n}
	body := &streamedBody{attempt: a, body: checked.Reader(r.Body)}
	var in io.Reader = body
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") { // compressed though nobody had asked for it
		in = &unpacked{body: body}
	}
	err := c.req.Stream(resp, in)
	_ = r.Body.Close()
	timeout := a.end()
	switch {
	case body.failed != nil && body.got == 0: // as if there were no response, so that it may be sent again
		if timeout != nil && c.ctx.Err() == nil {
			return timeout
		}
		return body.failed
	case body.failed != nil:
		if timeout != nil && c.ctx.Err() == nil {
			err = timeout
		}
		err = c.failure(err)
	}
	a.resp, a.err = resp, c.refusal(err, resp)
	if a.err != nil {
		c.said = a.err
	}
	return a.err
}

// A streamedBody counts what is read, and remembers its own failure.
type streamedBody struct {
	attempt *attempt
	body    io.Reader
	got     int64
	failed  error
}

// Read implements [io.Reader].
func (s *streamedBody) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	s.got += int64(n)
	s.attempt.streamed.Add(int64(n))
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}

// An unpacked reads what was compressed; it waits for the first Read.
type unpacked struct {
	body io.Reader
	from *gzip.Reader
}

// Read implements [io.Reader].
func (u *unpacked) Read(p []byte) (int, error) {
	if u.from == nil {
		var err error
		if u.from, err = gzip.NewReader(u.body); err != nil {
			return 0, err
		}
	}
	return u.from.Read(p)
}
