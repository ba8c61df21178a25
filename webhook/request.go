package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
)

// The defaults for reading a request. The largest body known is 202 kB; how fast the service sends is not known.
const (
	defaultMaxBytes    = 4 << 20
	defaultReadTimeout = 30 * time.Second
)

// ParseRequest reads a callback from a request, as [Parse] does with its body. It reads at most 4 MiB and for at most 30 seconds,
// in addition to the server's limits, and closes the body. It does not authenticate the request: [Handler] does.
//
// The error is a [*RequestError], whose StatusCode is the one to respond with: for another method than POST, a body that is compressed
// or clearly binary, too large, too slow, or that cannot be read. Event.Header is that of the request without credentials; a header
// with a shared secret of your own stays in it.
func ParseRequest(r *http.Request) (*Event, error) {
	if r == nil || r.Method != http.MethodPost {
		return nil, refuse(ReasonMethod, "a callback is a POST")
	}
	body, err := bodyReader{maxBytes: defaultMaxBytes, timeout: defaultReadTimeout}.read(r)
	if err != nil {
		return nil, err
	}
	event, err := parse(body, reading{contentType: r.Header.Get("Content-Type"), charset: charsetOf(r.Header)})
	if err != nil {
		return nil, err
	}
	event.Header = withoutCredentials(r, "", nil)
	return event, nil
}

// A bodyReader reads the body of a request within bounds.
type bodyReader struct {
	maxBytes int64
	timeout  time.Duration
	unblock  func() // makes a read that hangs return; may be nil
}

func (b bodyReader) read(r *http.Request) ([]byte, *RequestError) {
	if refused := checkHeader(r.Header); refused != nil {
		return nil, refused
	}
	if r.ContentLength > b.maxBytes {
		return nil, b.tooLarge()
	}
	if r.Body == nil {
		return nil, nil
	}
	return b.readBody(r)
}

func (b bodyReader) tooLarge() *RequestError {
	return refuse(ReasonTooLarge, "the body has more than %d bytes", b.maxBytes)
}

// readBody reads in another goroutine, since a read can block for as long as the sender likes.
func (b bodyReader) readBody(r *http.Request) ([]byte, *RequestError) {
	type result struct {
		body []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		var res result
		finished := false
		defer func() {
			if !finished {
				res = result{err: fmt.Errorf("reading the body: %v", recover())}
			}
			done <- res
			_ = r.Body.Close()
		}()
		res.body, res.err = readAll(checked.Reader(io.LimitReader(r.Body, b.maxBytes+1)), min(r.ContentLength, b.maxBytes))
		finished = true
	}()
	timer := time.NewTimer(b.timeout)
	defer timer.Stop()
	refused := refuse(ReasonStalled, "the body did not arrive within %v", b.timeout)
	select {
	case res := <-done:
		return b.judge(res.body, res.err)
	case <-timer.C:
	case <-r.Context().Done():
		refused = refuse(ReasonMalformed, "the sender hung up")
	}
	select {
	case res := <-done: // it was in time all the same
		return b.judge(res.body, res.err)
	default:
	}
	if b.unblock != nil {
		b.unblock()
	}
	return nil, refused
}

// judge says what a body that was read to its end is worth.
func (b bodyReader) judge(body []byte, err error) ([]byte, *RequestError) {
	switch {
	case int64(len(body)) > b.maxBytes:
		return nil, b.tooLarge()
	case isTimeout(err):
		return nil, refuse(ReasonStalled, "the body stalled after %d bytes", len(body))
	case err != nil:
		return nil, refuse(ReasonMalformed, "the body broke off after %d bytes: %w", len(body), err)
	}
	return body, nil
}

// isTimeout recognises the deadlines of the server around the handler.
func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// trustedLength is how much of an announced length is allocated before anything has arrived.
const trustedLength = 1 << 20

func readAll(r io.Reader, announced int64) ([]byte, error) {
	body := make([]byte, 0, min(max(announced, 511), trustedLength)+1)
	for {
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) {
			return body, nil
		}
		if err != nil {
			return body, err
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

// checkHeader refuses bodies that are compressed or clearly not text. A missing or meaningless label is ignored.
func checkHeader(header http.Header) *RequestError {
	for _, line := range header.Values("Content-Encoding") {
		for encoding := range strings.SplitSeq(line, ",") {
			switch encoding = strings.ToLower(strings.TrimSpace(encoding)); {
			case encoding == "", encoding == "identity", encoding == "none": // it says nothing
			case encoding == "7bit", encoding == "8bit", encoding == "binary", encoding == "chunked", strings.Contains(encoding, "/"): // it belongs to another header
			case isCharset(charsetLabel(encoding)): // a common mistake: the body is plain text
			default:
				return refuse(ReasonBinary, "the body is compressed, which is never unpacked")
			}
		}
	}
	kind, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	kind, _, err := mime.ParseMediaType(kind)
	if err == nil && isBinaryType(kind) && !strings.HasSuffix(kind, "+json") {
		return refuse(ReasonBinary, "the content type is binary")
	}
	return nil
}

func isBinaryType(kind string) bool {
	major, minor, _ := strings.Cut(kind, "/")
	switch major {
	case "audio", "video", "image", "font", "model":
		return true
	case "application":
		switch strings.TrimPrefix(minor, "x-") {
		case "octet-stream", "binary", "zip", "gzip", "bzip2", "7z-compressed", "rar-compressed", "compress", "zlib", "zstd", "tar", "gtar", "pdf", "protobuf", "msgpack", "cbor",
			"java-archive", "wasm":
			return true
		}
	}
	return false
}
