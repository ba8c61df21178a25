package mock

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A body has the fields of a Console API request, and the problems found in them.
type body struct {
	members  map[string]any
	problems problems
}

// maxBody is the most that is read of a body without a file.
const maxBody = 1 << 20

// readBody reads a body. JSON is documented; older documentation shows forms, too.
func readBody(r *http.Request) *body {
	b := &body{members: map[string]any{}, problems: problems{}}
	switch kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/x-www-form-urlencoded":
		text, _ := io.ReadAll(io.LimitReader(r.Body, maxBody))
		values, _ := url.ParseQuery(string(text))
		for name, value := range values {
			b.field(name, value...)
		}
	case "multipart/form-data":
		parts := multipart.NewReader(io.LimitReader(r.Body, maxBody), params["boundary"])
		for {
			part, err := parts.NextPart()
			if err != nil {
				break
			}
			text, _ := io.ReadAll(part)
			b.field(part.FormName(), string(text))
		}
	default:
		b.members = readJSON(r)
	}
	return b
}

// readUpload reads a body that may have a file in a part of the given name. The content is not kept.
func readUpload(r *http.Request) (b *body, upload *content, err error) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return readBody(r), nil, nil
	}
	b = &body{members: map[string]any{}, problems: problems{}}
	parts := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return b, upload, nil
		case err != nil:
			return nil, nil, err
		case part.FormName() == "file" && part.FileName() != "":
			if upload, err = take(part); err != nil {
				return nil, nil, err
			}
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, 64<<10))
		if err != nil {
			return nil, nil, err
		}
		b.field(part.FormName(), string(text))
	}
}

// field adds a field of a form. "name[]" is one value of a list.
func (b *body) field(name string, values ...string) {
	listed, isList := strings.CutSuffix(name, "[]")
	for _, value := range values {
		if !isList {
			b.members[name] = value
			continue
		}
		list, _ := b.members[listed].([]any)
		b.members[listed] = append(list, value)
	}
}

func (b *body) has(name string) bool { return b.members[name] != nil }

// required notes missing fields.
func (b *body) required(names ...string) {
	for _, name := range names {
		if !b.has(name) || b.members[name] == "" {
			b.problems.add(name, "The "+name+" field is required.")
		}
	}
}

func (b *body) invalid(name string) { b.problems.add(name, "The selected "+name+" is invalid.") }

// text sets a text if the body has it. Without allowed values, any value is accepted.
func (b *body) text(name string, into *string, allowed ...string) {
	if !b.has(name) {
		return
	}
	v, ok := b.members[name].(string)
	if !ok || (len(allowed) > 0 && !slices.Contains(allowed, v)) {
		b.invalid(name)
		return
	}
	*into = v
}

// number sets a whole number, which may be sent as text. Without allowed values, any value is accepted.
func (b *body) number(name string, into *int, allowed ...int) {
	if !b.has(name) {
		return
	}
	n, ok := wholeNumber(b.members[name])
	if !ok || (len(allowed) > 0 && !slices.Contains(allowed, n)) {
		b.invalid(name)
		return
	}
	*into = n
}

// wholeNumber reads a number, true, false, or a text that is a number.
func wholeNumber(v any) (n int, ok bool) {
	switch v := v.(type) {
	case bool:
		if v {
			n = 1
		}
		return n, true
	case json.Number:
		i, err := v.Int64()
		return int(i), err == nil
	case string:
		i, err := strconv.Atoi(strings.TrimSpace(v))
		return i, err == nil
	}
	return 0, false
}

// texts sets a list of texts, which may be sent as one text with commas.
func (b *body) texts(name string, into *[]string) {
	switch v := b.members[name].(type) {
	case nil:
	case string:
		*into = split(v)
	case []any:
		list := make([]string, 0, len(v))
		for _, item := range v {
			switch item := item.(type) {
			case string:
				list = append(list, item)
			case json.Number:
				list = append(list, item.String())
			default:
				b.invalid(name)
				return
			}
		}
		*into = list
	default:
		b.invalid(name)
	}
}

// numbers sets a list of whole numbers, which may be sent as texts, or as one text with commas.
func (b *body) numbers(name string, into *[]int) {
	var texts []string
	b.texts(name, &texts)
	list := make([]int, 0, len(texts))
	for _, text := range texts {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			b.invalid(name)
			return
		}
		list = append(list, n)
	}
	if b.has(name) {
		*into = list
	}
}

// object sets an object, which may be sent as JSON in a text, or as an empty list.
func (b *body) object(name string, into *map[string]any) {
	switch v := b.members[name].(type) {
	case nil:
	case map[string]any:
		*into = v
	case string:
		var object map[string]any
		dec := json.NewDecoder(strings.NewReader(v))
		dec.UseNumber()
		if v != "" && v != "[]" && dec.Decode(&object) != nil {
			b.problems.add(name, "The "+name+" must be a valid JSON string.")
			return
		}
		*into = object
	case []any:
		if len(v) > 0 {
			b.invalid(name)
			return
		}
		*into = nil
	default:
		b.invalid(name)
	}
}

// bucketList sets a list of buckets of an account, by their ids or names.
func (b *body) bucketList(name string, a *account, into *[]*bucket) {
	if !b.has(name) {
		return
	}
	items, ok := b.members[name].([]any)
	if text, isText := b.members[name].(string); isText {
		for _, item := range split(text) {
			items, ok = append(items, item), true
		}
	}
	list := make([]*bucket, 0, len(items))
	for _, item := range items {
		if n, isNumber := wholeNumber(item); isNumber {
			item = json.Number(strconv.Itoa(n))
		}
		found, known := a.bucket(item)
		ok = ok && known
		list = append(list, found)
	}
	if !ok {
		b.invalid(name)
		return
	}
	*into = list
}

// region sets the region of something new.
func (b *body) region(where place, into *string) {
	if !b.has("region") {
		return
	}
	b.text("region", into)
	if !slices.ContainsFunc(where.containerRegions(), func(r acrcloud.Region) bool { return string(r) == *into }) {
		delete(b.problems, "region")
		b.invalid("region")
	}
}

// split splits a list with commas.
func split(text string) []string {
	var list []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}
