package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/musicchartsai/acrcloud-go/mock/scenario"
)

// The limits of a scenario.
const (
	maxScenarioBytes = 16 << 20
	maxScenarioNodes = 1_000_000 // an alias counts each time that it is used
	maxScenarioText  = 64 << 20  // of scalars and of the names of fields, counted likewise
	maxScenarioDepth = 100
)

// A scenarioFile is a scenario with the place of each field in its file.
type scenarioFile struct {
	path   string
	places map[string]place // by field, such as "files[2].state"
	nodes  int
	text   int   // bytes of scalars and of the names of fields
	begun  int64 // offset of the JSON line that is being read
	read   int64 // offset that has been read
	line   int
	parsed *scenario.Scenario
}

// A place is a position in a text.
type place struct{ line, column int }

// readScenario reads a scenario in JSON or YAML, with the files that it names.
func readScenario(path string) (*scenarioFile, error) {
	f := &scenarioFile{path: path, places: map[string]place{}}
	text, err := os.ReadFile(path) //nolint:gosec // a file that the user names
	switch {
	case err != nil:
		return nil, usagef("--scenario: %v", err)
	case len(text) > maxScenarioBytes:
		return nil, usagef("--scenario: %s is larger than %d MiB", path, maxScenarioBytes>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // as editors on Windows write it
	var data bytes.Buffer
	if strings.EqualFold(filepath.Ext(path), ".json") {
		data.Write(text)
		err = f.locateJSON(text)
	} else {
		err = f.fromYAML(text, &data)
	}
	if err != nil {
		return nil, usagef("--scenario: %v", err)
	}
	if f.parsed, err = scenario.Parse(data.Bytes()); err != nil {
		return nil, f.explain(err)
	}
	err = f.load()
	return f, err
}

// load reads the files of tracks. Their paths are relative to the scenario's.
func (f *scenarioFile) load() error {
	for i := range f.parsed.Tracks {
		t := &f.parsed.Tracks[i]
		if t.File == "" {
			continue
		}
		path := t.File
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(f.path), path)
		}
		data, err := readTrack(path)
		if err != nil {
			return f.explain(&scenario.Error{Problems: []scenario.Problem{{Field: fmt.Sprintf("tracks[%d].file", i), Message: err.Error(), Remedy: "give the file's path relative to " + filepath.Dir(f.path)}}})
		}
		t.Data = data
	}
	return nil
}

// readTrack reads a recording for the mock.
func readTrack(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", path)
	case info.Size() == 0:
		return nil, fmt.Errorf("%s is empty", path)
	case info.Size() > maxTrackBytes:
		return nil, fmt.Errorf("%s is larger than %d MiB", path, maxTrackBytes>>20)
	}
	return os.ReadFile(path) //nolint:gosec // a file that the user names
}

// explain adds the place in the file to each problem.
func (f *scenarioFile) explain(err error) error {
	failed, ok := errors.AsType[*scenario.Error](err)
	if !ok {
		return usagef("--scenario: %s: %v", f.path, err)
	}
	lines := make([]string, 0, len(failed.Problems)+1)
	lines = append(lines, fmt.Sprintf("--scenario: %s has %s:", f.path, count(len(failed.Problems), "mistake")))
	for _, p := range failed.Problems {
		at := f.path
		if place, ok := f.place(p.Field); ok {
			at = fmt.Sprintf("%s:%d:%d", f.path, place.line, place.column)
		}
		lines = append(lines, at+": "+p.String())
	}
	return &usageError{text: strings.Join(lines, "\n")}
}

// place returns the place of a field, or of the object that it is missing from.
func (f *scenarioFile) place(field string) (place, bool) {
	for {
		if p, ok := f.places[field]; ok {
			return p, true
		}
		i := strings.LastIndexAny(field, ".[")
		if i < 0 {
			p, ok := f.places[""]
			return p, ok
		}
		field = field[:i]
	}
}

func member(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

func item(at string, i int) string { return fmt.Sprintf("%s[%d]", at, i) }

// fromYAML writes YAML as JSON.
func (f *scenarioFile) fromYAML(text []byte, to *bytes.Buffer) error {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s is empty: write tracks, files, faults or callbacks", f.path)
		}
		return fmt.Errorf("%s is not valid YAML: %s%s", f.path, strings.TrimPrefix(err.Error(), "yaml: "), remedyOfYAML(text))
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s has several documents: keep only one", f.path)
	}
	return f.write(doc.Content[0], "", 0, to)
}

// remedyOfYAML says what to do about the mistakes whose messages do not.
func remedyOfYAML(text []byte) string {
	for i, line := range bytes.Split(text, []byte("\n")) {
		switch {
		case !utf8.Valid(line):
			return fmt.Sprintf(" (line %d is not UTF-8: save the file in that encoding)", i+1)
		case bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("\t")):
			return fmt.Sprintf(" (line %d is indented with a tab: use spaces)", i+1)
		}
	}
	return ""
}

// wrong returns the error for a mistake that only YAML can contain.
func (f *scenarioFile) wrong(n *yaml.Node, text string) error {
	return fmt.Errorf("%s:%d:%d: %s", f.path, n.Line, n.Column, text)
}

// write writes a node as JSON.
func (f *scenarioFile) write(n *yaml.Node, at string, depth int, to *bytes.Buffer) error {
	if f.nodes++; f.nodes > maxScenarioNodes || depth > maxScenarioDepth || !f.take(len(n.Value)+len(at)) {
		return f.wrong(n, "this is too large or too deeply nested: use fewer aliases")
	}
	if _, there := f.places[at]; !there {
		f.places[at] = place{n.Line, n.Column}
	}
	switch n.Kind {
	case yaml.AliasNode:
		return f.write(n.Alias, at, depth+1, to)
	case yaml.MappingNode:
		return f.writeMapping(n, at, depth, to)
	case yaml.SequenceNode:
		to.WriteByte('[')
		for i, inner := range n.Content {
			if i > 0 {
				to.WriteByte(',')
			}
			if err := f.write(inner, item(at, i), depth+1, to); err != nil {
				return err
			}
		}
		to.WriteByte(']')
		return nil
	default:
		return f.writeScalar(n, to)
	}
}

// take reports whether n more bytes may be stored.
func (f *scenarioFile) take(n int) bool {
	f.text += n
	return f.text <= maxScenarioText
}

func (f *scenarioFile) writeMapping(n *yaml.Node, at string, depth int, to *bytes.Buffer) error {
	seen := map[string]bool{}
	to.WriteByte('{')
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			return f.wrong(key, "the name of a field must be a string")
		case key.Tag == "!!merge":
			return f.wrong(key, "<< is not supported: write the fields out, or use an alias for a whole value")
		case seen[key.Value]:
			return f.wrong(key, fmt.Sprintf("field %q appears twice: keep only one", key.Value))
		}
		seen[key.Value] = true
		if !f.take(len(key.Value)) {
			return f.wrong(key, "this is too large: use fewer aliases")
		}
		if i > 0 {
			to.WriteByte(',')
		}
		if err := putJSON(to, key.Value); err != nil {
			return err
		}
		to.WriteByte(':')
		f.places[member(at, key.Value)] = place{key.Line, key.Column}
		if err := f.write(n.Content[i+1], member(at, key.Value), depth+1, to); err != nil {
			return err
		}
	}
	to.WriteByte('}')
	return nil
}

// writeScalar writes a scalar. A date stays text.
func (f *scenarioFile) writeScalar(n *yaml.Node, to *bytes.Buffer) error {
	if n.ShortTag() == "!!timestamp" || n.ShortTag() == "!!str" {
		return putJSON(to, n.Value)
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return f.wrong(n, "this cannot be read: put it in quotes")
	}
	if number, ok := v.(float64); ok && (math.IsNaN(number) || math.IsInf(number, 0)) {
		return f.wrong(n, "this number has no JSON form")
	}
	return putJSON(to, v)
}

func putJSON(to *bytes.Buffer, v any) error {
	b, err := json.Marshal(v)
	to.Write(b)
	return err
}

// locateJSON records the places of the fields of a JSON text.
func (f *scenarioFile) locateJSON(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	err := f.walk(dec, text, "", 0)
	if err == nil {
		_, err = dec.Token()
		if err == nil || !errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: unexpected text after the end of the object", f.at(text, dec.InputOffset()))
		}
		return nil
	}
	offset := dec.InputOffset()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = max(syntax.Offset-1, offset)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		offset = int64(len(text))
	}
	return fmt.Errorf("%s: this is not valid JSON: %w", f.at(text, offset), err)
}

// at formats a place in a text as compilers do.
func (f *scenarioFile) at(text []byte, offset int64) string {
	p := f.placeIn(text, offset)
	return fmt.Sprintf("%s:%d:%d", f.path, p.line, p.column)
}

// placeIn returns the place of an offset. Offsets must not decrease from call to call.
func (f *scenarioFile) placeIn(text []byte, offset int64) place {
	for end := min(max(offset, f.read), int64(len(text))); f.read < end; f.read++ {
		if text[f.read] == '\n' {
			f.line, f.begun = f.line+1, f.read+1
		}
	}
	return place{f.line + 1, int(max(offset-f.begun, 0)) + 1}
}

// walk records the places within a value.
func (f *scenarioFile) walk(dec *json.Decoder, text []byte, at string, depth int) error {
	if depth > maxScenarioDepth || !f.take(len(at)) {
		return errors.New("it is too large or too deeply nested")
	}
	f.note(dec, text, at)
	token, err := dec.Token()
	if err != nil {
		return unexpected(err)
	}
	switch token {
	case json.Delim('{'):
		seen := map[string]bool{}
		for dec.More() {
			start := skipped(text, dec.InputOffset())
			key, err := dec.Token()
			if err != nil {
				return unexpected(err)
			}
			name, _ := key.(string)
			if seen[name] {
				return fmt.Errorf("field %q appears twice: keep only one", name)
			}
			seen[name] = true
			f.places[member(at, name)] = f.placeIn(text, start)
			if err := f.walk(dec, text, member(at, name), depth+1); err != nil {
				return err
			}
		}
	case json.Delim('['):
		for i := 0; dec.More(); i++ {
			if err := f.walk(dec, text, item(at, i), depth+1); err != nil {
				return err
			}
		}
	default:
		return nil
	}
	_, err = dec.Token() // the closing delimiter
	return unexpected(err)
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// note records where the next value begins, unless its name has been recorded.
func (f *scenarioFile) note(dec *json.Decoder, text []byte, at string) {
	if _, there := f.places[at]; !there {
		f.places[at] = f.placeIn(text, skipped(text, dec.InputOffset()))
	}
}

// skipped returns the offset after white space and separators.
func skipped(text []byte, offset int64) int64 {
	for offset < int64(len(text)) && strings.IndexByte(" \t\r\n,:", text[offset]) >= 0 {
		offset++
	}
	return offset
}
