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

// WithRequestBodies keeps bodies in [Request.Body] and [Request.Response], in a readable form: up to 64 KiB of each,
// and up to total bytes of the most recent ones. Credentials and the queries of URLs are removed, and uploaded content
// is replaced by its size. Without this option no bodies are kept.
func WithRequestBodies(total int64) Option {
	return optionFunc(func(o *options) error {
		o.bodies = total
		if total < 0 {
			return fmt.Errorf("mock: WithRequestBodies: %d is negative; use the maximum number of bytes to keep, such as 16 << 20", total)
		}
		return nil
	})
}

const (
	maxBodyKept = 64 << 10
	maxPartKept = 1 << 10 // of a field of a form
)

// readable returns a body in readable form: text without secrets, and only the size of anything else. head is the
// beginning of the body.
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

// cut marks a text as truncated.
func cut(text string, size int64) string {
	if int64(len(text)) < size {
		return fmt.Sprintf("%s… [%d bytes in all]", text, size)
	}
	return text
}

// readableJSON returns indented JSON. Incomplete JSON is treated as text.
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

// conceal replaces secret values in decoded JSON, which it recognises by their names.
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

// field returns a field of a form on a line of its own.
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

// readableForm returns a form with a line for each field. Its last part may be truncated.
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
	// namedSecrets matches secret members of JSON that was truncated, and similar text.
	namedSecrets = regexp.MustCompile(`(?i)("?[\w-]*(?:token|secret|signature|password|access[_-]?key|api[_-]?key)[\w-]*"?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|[^\s,&}"]+)`)
	tokens       = regexp.MustCompile(`eyJ[\w-]{4,}(?:\.[\w-]*)*`)
	queries      = regexp.MustCompile(`(\w+:(?:\\?/){2}[^\s"'<>?]*)\?[^\s"'<>]*`)
	userInfo     = regexp.MustCompile(`(:(?:\\?/){2})[^/@\s"']+@`)
)

// scrub removes secrets from a text.
func scrub(text string) string {
	text = namedSecrets.ReplaceAllString(text, `${1}`+redacted)
	text = tokens.ReplaceAllString(text, redacted)
	text = queries.ReplaceAllString(text, `${1}?`+redacted)
	return userInfo.ReplaceAllString(text, `${1}`+redacted+`@`)
}

// keepBodies limits the size of all kept bodies: the oldest are dropped first. The lock must be held.
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
