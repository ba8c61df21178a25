package control_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock/control"
)

//go:embed openapi.json
var openapiText []byte

// An object is one of JSON.
type object = map[string]any

// A description is the OpenAPI file.
type description struct{ root object }

func described(t *testing.T) *description {
	t.Helper()
	d := &description{}
	require.NoError(t, json.Unmarshal(openapiText, &d.root))
	return d
}

// at follows members; nothing is nil.
func at(v any, names ...string) any {
	for _, name := range names {
		o, _ := v.(object)
		v = o[name]
	}
	return v
}

// operation finds a method of a path, such as /_mock/files/abc.
func (d *description) operation(method, path string) (pattern string, op object) {
	for pattern, methods := range d.root["paths"].(object) {
		want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
		if len(want) != len(have) || !slices.EqualFunc(want, have, func(w, h string) bool { return w == h || (strings.HasPrefix(w, "{") && h != "") }) {
			continue
		}
		if op, ok := methods.(object)[strings.ToLower(method)].(object); ok && (!strings.Contains(pattern, "{") || op != nil) {
			return pattern, op
		}
	}
	return "", nil
}

// checkResponse checks a response against its description.
func (d *description) checkResponse(t *testing.T, method, path string, resp *http.Response, body []byte) {
	t.Helper()
	_, op := d.operation(method, path)
	if op == nil {
		return // it is tested that there is nothing
	}
	r := at(op, "responses", strconv.Itoa(resp.StatusCode))
	require.NotNil(t, r, "%s %s answers %d, which is not described: %s", method, path, resp.StatusCode, body)
	content, _ := at(r, "content").(object)
	if content == nil {
		assert.Empty(t, body, "%s %s", method, path)
		return
	}
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	require.Contains(t, content, kind, "%s %s", method, path)
	if kind != "application/json" {
		return
	}
	var v any
	require.NoError(t, json.Unmarshal(body, &v))
	for _, problem := range d.check(at(content, kind, "schema"), v, "$") {
		assert.Fail(t, "the response is not as described", "%s %s: %s", method, path, problem)
	}
}

// check returns how a value differs from a schema, of the keywords that the file uses.
func (d *description) check(schema, v any, where string) (problems []string) {
	s, ok := schema.(object)
	if !ok {
		return []string{where + ": there is no schema"}
	}
	bad := func(format string, args ...any) { problems = append(problems, where+": "+fmt.Sprintf(format, args...)) }
	for keyword, arg := range s {
		switch keyword {
		case "$ref":
			return d.check(at(d.root, strings.Split(strings.TrimPrefix(arg.(string), "#/"), "/")...), v, where)
		case "type":
			if !slices.ContainsFunc(types(arg), func(name string) bool { return isOf(v, name) }) {
				bad("%v is not of %v", v, arg)
			}
		case "const":
			if v != arg {
				bad("%v is not %v", v, arg)
			}
		case "enum":
			if !slices.Contains(arg.([]any), v) {
				bad("%v is not one of %v", v, arg)
			}
		case "minimum", "maximum":
			if n, ok := v.(float64); ok && ((keyword == "minimum" && n < arg.(float64)) || (keyword == "maximum" && n > arg.(float64))) {
				bad("%v is not in range", v)
			}
		case "format":
			if arg == "date-time" {
				if _, err := time.Parse(time.RFC3339Nano, v.(string)); err != nil {
					bad("%v is no time", v)
				}
			}
		case "required":
			for _, name := range arg.([]any) {
				if o, isObject := v.(object); isObject {
					if _, there := o[name.(string)]; !there {
						bad("%v is missing", name)
					}
				}
			}
		case "items":
			if items, ok := v.([]any); ok {
				for i, item := range items {
					problems = append(problems, d.check(arg, item, fmt.Sprintf("%s[%d]", where, i))...)
				}
			}
		case "properties":
			if o, ok := v.(object); ok {
				for name, inner := range arg.(object) {
					if value, there := o[name]; there {
						problems = append(problems, d.check(inner, value, where+"."+name)...)
					}
				}
			}
		case "additionalProperties":
			o, _ := v.(object)
			for name, value := range o {
				if at(s, "properties", name) != nil {
					continue
				}
				if allowed, isBool := arg.(bool); isBool && !allowed {
					bad("%q is not described", name)
				} else if !isBool {
					problems = append(problems, d.check(arg, value, where+"."+name)...)
				}
			}
		case "description", "default":
		default:
			bad("the keyword %q is not understood by this test", keyword)
		}
	}
	return problems
}

func types(arg any) (names []string) {
	if name, ok := arg.(string); ok {
		return []string{name}
	}
	for _, name := range arg.([]any) {
		names = append(names, name.(string))
	}
	return names
}

func isOf(v any, name string) bool {
	switch v := v.(type) {
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case float64:
		return name == "number" || (name == "integer" && v == math.Trunc(v))
	case []any:
		return name == "array"
	case object:
		return name == "object"
	}
	return name == "null"
}

func TestTheCheckerFindsMistakes(t *testing.T) {
	t.Parallel()
	d := described(t)
	failure := object{"$ref": "#/components/schemas/Failure"}
	assert.Empty(t, d.check(failure, object{"message": "m", "problems": []any{object{"field": "f", "message": "m"}}}, "$"))
	for _, v := range []any{
		nil, object{}, object{"message": "m", "problems": []any{object{"field": 1.0, "message": "m"}}}, object{"message": "m", "problems": []any{}, "more": 1.0}, object{"message": "m", "problems": object{}},
	} {
		assert.NotEmpty(t, d.check(failure, v, "$"), "%v", v)
	}
	assert.NotEmpty(t, d.check(object{"enum": []any{"a"}}, "b", "$"))
	assert.NotEmpty(t, d.check(object{"const": "a"}, "b", "$"))
	assert.NotEmpty(t, d.check(object{"minimum": 1.0}, 0.0, "$"))
	assert.NotEmpty(t, d.check(object{"type": "integer"}, 1.5, "$"))
	assert.NotEmpty(t, d.check(object{"type": "string", "format": "date-time"}, "soon", "$"))
	assert.NotEmpty(t, d.check(object{"unknown": 1.0}, 0.0, "$"))
}

func TestTheDescriptionIsOfTheRoutes(t *testing.T) {
	t.Parallel()
	d := described(t)
	assert.Equal(t, "3.1.0", d.root["openapi"])
	var described []string
	ids := map[string]bool{}
	for pattern, methods := range d.root["paths"].(object) {
		for method, op := range methods.(object) {
			if method == "parameters" {
				continue
			}
			described = append(described, strings.ToUpper(method)+" "+pattern)
			id := at(op, "operationId").(string)
			assert.False(t, ids[id], "%s is there twice", id)
			ids[id] = true
			assert.NotEmpty(t, at(op, "summary"))
			for segment := range strings.SplitSeq(pattern, "/") {
				if strings.HasPrefix(segment, "{") {
					assert.Contains(t, fmt.Sprint(methods.(object)["parameters"]), "name:"+strings.Trim(segment, "{}"), pattern)
				}
			}
		}
	}
	var handled []string
	for _, r := range control.Routes() {
		handled = append(handled, r[0]+" "+r[1])
	}
	assert.ElementsMatch(t, handled, described)
}
