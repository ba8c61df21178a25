package acrcloud

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/nearest"
)

// maxConfigBytes bounds what ReadConfigs reads: room for hundreds of configurations, tokens included.
const maxConfigBytes = 1 << 20

// ReadConfigs reads configurations as JSON: one object, or a list of objects with a name each,
//
//	[
//	  {"name": "scans", "bearer_token": "eyJ…", "container_id": 10005},
//	  {"name": "radio", "identify_host": "identify-eu-west-1.acrcloud.com", "identify_access_key": "…", "identify_access_secret": "…"}
//	]
//
// with these members: name, base_url, region, bearer_token, container_id, identify_host, identify_access_key,
// identify_access_secret and is_active, spelled exactly like this. All are optional; an empty string counts as absent.
//
// ReadConfigs also accepts the members that only the command acrcloud uses: "default", and "bearer_token_command" and the like,
// which name a program that prints the credential. It checks their form and runs no program, so the credential stays empty.
//
// It is strict, because a misspelled setting would otherwise be noticed only when it is needed. A malformed value, an unknown
// or repeated member, a null, or anything after the end is an [*ArgumentError] whose Field is the path to it, such as
// "[1].container_id". No error shows a value. At most 1 MiB is read.
func ReadConfigs(r io.Reader) ([]Config, error) {
	if checked.IsNil(r) {
		return nil, refuseConfigs("has no reader", "give ReadConfigs an open file")
	}
	data, err := io.ReadAll(io.LimitReader(checked.Reader(r), maxConfigBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("acrcloud: cannot read the configuration: %w", err)
	case len(data) > maxConfigBytes:
		return nil, refuseConfigs("is longer than 1 MiB", "check that it is the right file")
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF")) // some editors put a mark there
	reader := &configReader{
		data: data,
		dec:  jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true)), // object finds them, and names the path
	}
	configs, err := reader.document()
	if err == nil {
		err = checkNames(configs)
	}
	if err != nil {
		return nil, err
	}
	return configs, nil
}

// refuseConfigs is an error about the document as a whole.
func refuseConfigs(problem, remedy string) error {
	return &ArgumentError{Field: "configuration", Problem: problem, Remedy: remedy}
}

// checkNames makes sure that several configurations have different names.
func checkNames(configs []Config) error {
	seen := map[string]int{}
	for i, c := range configs {
		field := "[" + strconv.Itoa(i) + "].name"
		if c.Name == "" && len(configs) > 1 {
			return &ArgumentError{Field: field, Problem: "is missing", Remedy: "give each of several configurations a unique name"}
		}
		if first, ok := seen[c.Name]; ok {
			return &ArgumentError{Field: field, Problem: fmt.Sprintf("is the same as [%d].name", first), Remedy: "give each configuration a unique name"}
		}
		seen[c.Name] = i
	}
	return nil
}

// A configReader reads one document, token by token: only so is the place of every mistake known.
type configReader struct {
	data []byte
	dec  *jsontext.Decoder
}

func (r *configReader) document() ([]Config, error) {
	var configs []Config
	switch kind := r.dec.PeekKind(); kind {
	case '{':
		c, err := r.object("")
		if err != nil {
			return nil, err
		}
		configs = append(configs, c)
	case '[':
		if _, err := r.token(); err != nil {
			return nil, err
		}
		for r.dec.PeekKind() != ']' {
			path := "[" + strconv.Itoa(len(configs)) + "]"
			if kind := r.dec.PeekKind(); kind != '{' {
				return nil, r.wrongKind(path, kind, "an object", `write it as {"name": …}`)
			}
			c, err := r.object(path)
			if err != nil {
				return nil, err
			}
			configs = append(configs, c)
		}
		if _, err := r.token(); err != nil {
			return nil, err
		}
		if len(configs) == 0 {
			return nil, refuseConfigs("is an empty list", "write one object or a list of objects")
		}
	default:
		if len(bytes.TrimSpace(r.data)) == 0 {
			return nil, refuseConfigs("is empty", "write one JSON object or a list of objects")
		}
		return nil, r.wrongKind("configuration", kind, "an object or a list of objects", `write it as {"name": …}`)
	}
	end := r.dec.InputOffset()
	switch _, err := r.dec.ReadToken(); {
	case err == nil:
		return nil, refuseConfigs("continues after its end at "+r.position(end), "put several configurations into one list: [{…}, {…}]")
	case !errors.Is(err, io.EOF):
		return nil, r.syntaxError(err)
	}
	return configs, nil
}

// object reads one configuration, whose path is empty if the document is nothing else.
func (r *configReader) object(path string) (Config, error) {
	var c Config
	if _, err := r.token(); err != nil {
		return c, err
	}
	fields, seen := configFields(), map[string]bool{}
	for r.dec.PeekKind() != '}' {
		name, err := r.token()
		if err != nil {
			return c, err
		}
		key := name.String()
		member := strings.TrimPrefix(path+"."+key, ".")
		field := fieldOf(fields, key)
		switch {
		case field == nil && !isCommandMember(key):
			return c, r.unknownKey(path, member, key, fields)
		case seen[key]:
			return c, &ArgumentError{Field: member, Problem: "is there twice", Remedy: "keep one of them"}
		}
		seen[key] = true
		if field == nil {
			if err := r.passOver(member, key); err != nil {
				return c, err
			}
			continue
		}
		text, err := r.text(member, field.bare)
		if err != nil {
			return c, err
		}
		if err := field.set(&c, member, text); err != nil {
			return c, err
		}
	}
	if _, err := r.token(); err != nil {
		return c, err
	}
	return c, checkCommands(path, seen)
}

// text reads the value of a member: text, or one of the bare kinds.
func (r *configReader) text(path, bare string) (string, error) {
	kind := r.dec.PeekKind()
	if kind != '"' && (kind == 0 || !strings.ContainsRune(bare, rune(kind))) {
		want, remedy := "text", "put it in quotes"
		switch bare {
		case "0":
			want, remedy = "a positive integer", "write a number such as 10005"
		case "tf":
			want, remedy = "true or false", "write true or false"
		}
		if kind == 'n' {
			remedy = "leave the member out if there is nothing to set"
		}
		return "", r.wrongKind(path, kind, want, remedy)
	}
	token, err := r.token()
	if err != nil {
		return "", err
	}
	return token.String(), nil
}

// wrongKind is an error about a value that cannot stand where it does, or about no value at all.
func (r *configReader) wrongKind(path string, kind jsontext.Kind, want, remedy string) error {
	var is string
	switch kind {
	case 'n':
		is = "null"
	case 't', 'f':
		is = "a truth value"
	case '"':
		is = "text"
	case '0':
		is = "a number"
	case '{':
		is = "an object"
	case '[':
		is = "a list"
	default:
		_, err := r.dec.ReadToken() // there is none: let it say why
		return r.syntaxError(err)
	}
	return &ArgumentError{Field: path, Problem: "is " + is + ", not " + want, Remedy: remedy}
}

func (r *configReader) token() (jsontext.Token, error) {
	token, err := r.dec.ReadToken()
	if err != nil {
		return token, r.syntaxError(err)
	}
	return token, nil
}

// syntaxError says where the JSON is broken, and not with which text: that may be a credential without its quotes.
func (r *configReader) syntaxError(err error) error {
	if bytes.IndexByte(r.data, 0) >= 0 || !utf8.Valid(r.data) {
		return refuseConfigs("is not UTF-8 text", "save the file as UTF-8")
	}
	offset := int64(len(r.data))
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset = e.ByteOffset
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return refuseConfigs("breaks off at "+r.position(int64(len(r.data))), "complete the JSON: a quote, brace or bracket is missing at the end")
	}
	return refuseConfigs("is not valid JSON at "+r.position(offset), "check the quotes, commas and brackets there; JSON has no comments and no comma after the last member")
}

func (r *configReader) position(offset int64) string {
	before := r.data[:max(0, min(offset, int64(len(r.data))))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}

// unknownKey is an error about a member that means nothing. Its name is shown unless it may be a value in the wrong place.
func (r *configReader) unknownKey(path, member, key string, fields []configField) error {
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.key
	}
	remedy := "the known ones are " + strings.Join(known, ", ")
	if near := nearest.Key(key, known); near != "" {
		remedy = "did you mean " + near + "?"
	}
	if !looksLikeKey(key) {
		if path == "" {
			path = "configuration"
		}
		return &ArgumentError{Field: path, Problem: "has an unknown member at " + r.position(r.dec.InputOffset()), Remedy: remedy}
	}
	return &ArgumentError{Field: member, Problem: "is unknown", Remedy: remedy}
}

// looksLikeKey distinguishes the name of a member from a credential, which is longer than any name.
func looksLikeKey(key string) bool {
	return key != "" && len(key) <= 30 && strings.Trim(strings.ToLower(key), "abcdefghijklmnopqrstuvwxyz0123456789_-. ") == ""
}

func fieldOf(fields []configField, key string) *configField {
	for i := range fields {
		if fields[i].key == key {
			return &fields[i]
		}
	}
	return nil
}
