package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
)

// maxFields bounds what a form is made of. The fields of the largest callback known are some 6,000.
const maxFields = 100_000

// A field is one of a form, with all its escapes undone.
type field struct {
	name, value string
}

// A form is read in full or not at all: a field that is dropped could be a match.
type form struct {
	fields  []field
	charset string
}

// formToJSON writes a form as a JSON object, which is read as tolerantly as any.
func formToJSON(body []byte, how reading) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(how.contentType)
	if err != nil {
		kind = ""
	}
	f := form{charset: how.charset}
	switch {
	case kind == "multipart/form-data":
		err = f.readMultipart(body, params["boundary"])
	case kind == "application/x-www-form-urlencoded" || looksLikeForm(body):
		err = f.readURLEncoded(body)
	default:
		return nil, errors.New("the body is neither a JSON object nor a form")
	}
	if err != nil {
		return nil, fmt.Errorf("the form cannot be read: %w", err)
	}
	switch {
	case len(f.fields) == 0:
		return nil, errors.New("the form has no field")
	case len(f.fields) == 1 && f.fields[0].value == "":
		return nil, fmt.Errorf("the form has one name and no value: %.20q", f.fields[0].name)
	}
	return nest(f.fields)
}

// looksLikeForm reports whether the body begins like name=value.
func looksLikeForm(body []byte) bool {
	name, _, ok := bytes.Cut(body, []byte("="))
	return ok && len(name) > 0 && len(name) <= 512 && bytes.IndexFunc(name, func(r rune) bool {
		return !strings.ContainsRune("_-.[]%+", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}

// add appends a field.
func (f *form) add(name, value string) error {
	if len(f.fields) == maxFields {
		return fmt.Errorf("it has more than %d fields", maxFields)
	}
	name, value = strings.TrimPrefix(toUTF8(name, f.charset), byteOrderMark), strings.TrimPrefix(toUTF8(value, f.charset), byteOrderMark)
	if err := checkName(name); err != nil {
		return err
	}
	f.fields = append(f.fields, field{name, value})
	return nil
}

func (f *form) readURLEncoded(body []byte) error {
	f.fields = make([]field, 0, min(bytes.Count(body, []byte("&"))+1, maxFields))
	for pair := range strings.SplitSeq(string(bytes.TrimSpace(body)), "&") {
		if pair == "" {
			continue
		}
		if strings.Contains(pair, ";") { // some take it for a separator, others for a part of the value
			return errors.New("it has a semicolon that is not escaped")
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return err
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return err
		}
		if err := f.add(name, value); err != nil {
			return err
		}
	}
	return nil
}

func (f *form) readMultipart(body []byte, boundary string) error {
	// To package multipart, a body that breaks off in the header of a part is at its end.
	if end := []byte("--" + boundary + "--"); !bytes.HasPrefix(body, end) && !bytes.Contains(body, append([]byte("\n"), end...)) {
		return io.ErrUnexpectedEOF
	}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch encoding := strings.ToLower(strings.TrimSpace(part.Header.Get("Content-Transfer-Encoding"))); encoding {
		case "", "7bit", "8bit", "binary": // package multipart decodes quoted-printable itself
		default:
			return fmt.Errorf("a part has the unknown transfer encoding %.20q", encoding)
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if err := f.add(part.FormName(), string(value)); err != nil {
			return err
		}
	}
}
