package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
)

// formToJSON writes a form as a JSON object of texts, which is read as tolerantly as any.
func formToJSON(body []byte, contentType string) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = ""
	}
	values := map[string]string{}
	switch {
	case kind == "multipart/form-data":
		err = readMultipart(body, params["boundary"], values)
	case kind == "application/x-www-form-urlencoded" || looksLikeForm(body):
		err = readURLEncoded(body, values)
	default:
		err = errors.New("the body is neither a JSON object nor a form")
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(values)
}

// looksLikeForm reports whether the body begins like name=value.
func looksLikeForm(body []byte) bool {
	name, _, ok := bytes.Cut(body, []byte("="))
	return ok && len(name) > 0 && len(name) <= 64 && bytes.IndexFunc(name, func(r rune) bool {
		return !strings.ContainsRune("_-.[]%+", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}

func readURLEncoded(body []byte, values map[string]string) error {
	form, err := url.ParseQuery(string(bytes.TrimSpace(body)))
	if err != nil {
		return fmt.Errorf("the form cannot be read: %w", err)
	}
	if len(form) == 1 {
		for name, list := range form {
			if len(list) == 1 && list[0] == "" {
				return fmt.Errorf("the form has one name and no value: %.20q", name)
			}
		}
	}
	for name, list := range form {
		values[name] = list[len(list)-1]
	}
	return nil
}

func readMultipart(body []byte, boundary string, values map[string]string) error {
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the form cannot be read: %w", err)
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return fmt.Errorf("the form cannot be read: %w", err)
		}
		if name := part.FormName(); name != "" {
			values[name] = string(value)
		}
	}
}
