package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// WithRequestBodies keeps what requests and responses say, in [Request.Body] and [Request.Response], for people to read: up to 64 KiB of each, and
// total bytes of all, the last ones. Credentials and the queries of URLs are left out, and of content its size is kept. Without it nothing
// is.
func WithRequestBodies(total int64) Option {
	return optionFunc(func(o *options) error {
		o.bodies = total
		if total < 0 {
			return fmt.Errorf("mock: WithRequestBodies: %d is negative; use the most bytes to keep, such as 16 << 20", total)
		}
		return nil
	})
}

const (
	maxBodyKept = 64 << 10
	maxPartKept = 1 << 10 // of a field of a form
)

// readable is a body for people: text without secrets, and of anything else how much it is. head is its beginning.
func readable(header http.Header, head []byte, size int64) string {
	kind, params, _ := mime.ParseMediaType(header.Get("Content-Type"))
	trimmed := bytes.TrimSpace(head)
	switch {
	case size == 0 || len(trimmed) == 0:
		return ""
	case header.Get("Content-Encoding") != "":
		return amount(size, "compressed "+kind)
	case kind == "multipart/form-data":
		return readableForm(multipart.NewReader(bytes.NewReader(head), params["boundary"]), size)
	case kind == "application/x-www-form-urlencoded":
		return readableQuery(string(head))
	case trimmed[0] == '{', trimmed[0] == '[':
		return readableJSON(head, size)
	case utf8.Valid(head) && (strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "xml") || kind == "application/json"):
		return scrub(cut(string(head), size))
	}
	return amount(size, kind)
}

func amount(size int64, kind string) string {
	if kind == "" {
		kind = "unknown type"
	}
	return fmt.Sprintf("[%d bytes, %s]", size, kind)
}

// cut says that a text goes on.
func cut(text string, size int64) string {
	if int64(len(text)) < size {
		return fmt.Sprintf("%s… [%d bytes in all]", text, size)
	}
	return text
}

// readableJSON is JSON in lines. What is not whole is text.
func readableJSON(head []byte, size int64) string {
	var v any
	dec := json.NewDecoder(bytes.NewReader(head))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return scrub(cut(strings.ToValidUTF8(string(head), "\uFFFD"), size))
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if enc.Encode(conceal("", v)) != nil {
		return amount(size, "application/json")
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// conceal replaces what is secret in a decoded value, by the name that it has.
func conceal(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = conceal(key, value)
		}
		return v
	case []any:
		for i := range v {
			v[i] = conceal(name, v[i])
		}
		return v
	case string:
		if v != "" && isSecretName(name) {
			return redacted
		}
		if text := strings.TrimSpace(v); strings.HasPrefix(text, "{") && json.Valid([]byte(text)) { // JSON in a text
			return readableJSON([]byte(text), int64(len(text)))
		}
		return scrub(v)
	case json.Number:
		if isSecretName(name) {
			return redacted
		}
	}
	return v
}

func readableQuery(query string) string {
	var lines []string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		plainName, err1 := url.QueryUnescape(name)
		plainValue, err2 := url.QueryUnescape(value)
		if errors.Join(err1, err2) != nil {
			plainName, plainValue = name, value
		}
		lines = append(lines, field(plainName, []byte(plainValue), int64(len(plainValue))))
	}
	return strings.Join(lines, "\n")
}

// field is a field of a form in a line of its own.
func field(name string, value []byte, size int64) string {
	switch {
	case isSecretName(name) && size > 0:
		return name + ": " + redacted
	case isBinary(name), size > maxPartKept, !utf8.Valid(value):
		return name + ": " + amount(size, "content")
	case bytes.HasPrefix(bytes.TrimSpace(value), []byte("{")):
		return name + ": " + readableJSON(value, size)
	}
	return scrub(name + ": " + string(value))
}

// readableForm is a form with a line for each field. Its last part may be cut off.
func readableForm(parts *multipart.Reader, size int64) string {
	var lines []string
	for {
		p, err := parts.NextRawPart()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				lines = append(lines, amount(size, "in all"))
			}
			return strings.Join(lines, "\n")
		}
		n := &head{}
		kept := &bytes.Buffer{}
		_, err = io.Copy(io.MultiWriter(n, &limitedWriter{kept, maxPartKept + 1}), p)
		switch {
		case p.FileName() != "" && err != nil:
			lines = append(lines, scrub(fmt.Sprintf("%s: %s, a part of it seen here", p.FormName(), p.FileName())))
		case p.FileName() != "":
			lines = append(lines, scrub(fmt.Sprintf("%s: %s, %s", p.FormName(), p.FileName(), amount(n.size, "content"))))
		default:
			lines = append(lines, field(p.FormName(), kept.Bytes(), n.size))
		}
	}
}

// limitedWriter keeps the first bytes.
type limitedWriter struct {
	w    *bytes.Buffer
	left int
}

// Write implements [io.Writer].
func (l *limitedWriter) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.w.Write(p[:n])
	return len(p), nil
}

var (
	// namedSecrets are members of JSON that was cut off, or is none, and what looks like them.
	namedSecrets = regexp.MustCompile(`(?i)("?[\w-]*(?:token|secret|signature|password|access[_-]?key|api[_-]?key)[\w-]*"?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|[^\s,&}"]+)`)
	tokens       = regexp.MustCompile(`eyJ[\w-]{4,}(?:\.[\w-]*)*`)
	queries      = regexp.MustCompile(`(\w+:(?:\\?/){2}[^\s"'<>?]*)\?[^\s"'<>]*`)
	userInfo     = regexp.MustCompile(`(:(?:\\?/){2})[^/@\s"']+@`)
)

// scrub takes secrets out of a text.
func scrub(text string) string {
	text = namedSecrets.ReplaceAllString(text, `${1}`+redacted)
	text = tokens.ReplaceAllString(text, redacted)
	text = queries.ReplaceAllString(text, `${1}?`+redacted)
	return userInfo.ReplaceAllString(text, `${1}`+redacted+`@`)
}

// keepBodies bounds what is kept of bodies: the oldest go first. It is called with the lock held.
func (s *Server) keepBodies() {
	for i := range s.requests {
		if s.bodyBytes <= s.bodies {
			return
		}
		r := &s.requests[i]
		s.bodyBytes -= r.bodySize()
		r.Body, r.Response = "", ""
	}
}

func (r *Request) bodySize() int64 { return int64(len(r.Body) + len(r.Response)) }
