package mock

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

const (
	maxSample   = 5_000_000
	maxForm     = 64 << 20 // the most that is read of a request; much more than is accepted, so that the response is still 3016
	maxPartText = 1 << 20
	usualSample = 200 << 10 // 12 seconds of 8 kHz, 16 bits
)

// An identifyForm is the body of an identification request, in either encoding.
type identifyForm struct {
	values     map[string][]string
	sample     []byte
	humming    []byte
	hasSample  bool
	hasHumming bool
	gzip       bool
	project    *project
	value      func(name string) string // first or last, whichever the signature is over
}

func (f *identifyForm) first(name string) string {
	if v := f.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (f *identifyForm) last(name string) string {
	if v := f.values[name]; len(v) > 0 {
		return v[len(v)-1]
	}
	return ""
}

// isBinary reports whether a field is binary content.
func isBinary(name string) bool { return name == "sample" || name == "sample_hum" }

// readIdentifyForm reads a body as far as it is valid, and returns the code of its problem, or 0. Anything but the two
// encodings is 3002. Go's ParseForm is not used, since it refuses long bodies.
func readIdentifyForm(r *http.Request) (*identifyForm, int) {
	f := &identifyForm{values: map[string][]string{}, gzip: strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")}
	f.value = f.first
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return f, codeContentType
	}
	body := http.MaxBytesReader(nil, r.Body, maxForm)
	switch {
	case kind == "multipart/form-data" && params["boundary"] != "":
		err = f.readParts(multipart.NewReader(body, params["boundary"]))
	case kind == "application/x-www-form-urlencoded":
		err = f.readEncoded(body)
	default:
		return f, codeContentType
	}
	_, _ = io.Copy(io.Discard, body)
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong), len(f.sample) > maxSample, len(f.humming) > maxSample:
		return f, codeTooLarge
	case err != nil:
		return f, codeArguments
	}
	return f, 0
}

// readParts reads parts with and without file names.
func (f *identifyForm) readParts(parts *multipart.Reader) error {
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := p.FormName()
		limit := int64(maxPartText)
		if isBinary(name) {
			limit = maxForm
		}
		var content bytes.Buffer
		if isBinary(name) {
			content.Grow(usualSample)
		}
		if _, err := content.ReadFrom(io.LimitReader(p, limit)); err != nil {
			return err
		}
		f.set(name, content.Bytes())
	}
}

// readEncoded reads protocol 2, in which content is Base64.
func (f *identifyForm) readEncoded(body io.Reader) error {
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	var failed error
	for pair := range strings.SplitSeq(string(text), "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		content := []byte(value)
		var err3 error
		if isBinary(name) {
			content, err3 = base64.StdEncoding.DecodeString(strings.TrimSpace(value)) // it skips line breaks
		}
		if err := errors.Join(err1, err2, err3); err != nil {
			failed = err
			continue
		}
		f.set(name, content)
	}
	return failed
}

func (f *identifyForm) set(name string, content []byte) {
	switch name {
	case "sample":
		f.sample, f.hasSample = content, true
	case "sample_hum":
		f.humming, f.hasHumming = content, true
	default:
		f.values[name] = append(f.values[name], string(content))
	}
}

// identification is the form for a script.
func (f *identifyForm) identification(dataType string, found []passage) Identification {
	i := Identification{DataType: dataType, Sample: f.sample, Humming: f.humming, Fields: map[string]string{}, AcceptedGzip: f.gzip}
	for name := range f.values {
		switch name {
		case "access_key", "data_type", "signature", "signature_version", "timestamp", "sample_bytes", "sample_hum_bytes":
		default:
			i.Fields[name] = f.first(name)
		}
	}
	for _, p := range found {
		i.Recognised = append(i.Recognised, p.track.clone())
	}
	return i
}
