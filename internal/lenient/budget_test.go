package lenient_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// allocated returns how many bytes f allocates, garbage included: more than the heap can have grown by at any time.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// within decodes data and checks what it took: no more than 32 times its size and 1 MiB, or an error that says why not.
func within(t *testing.T, what string, data []byte, v json.Unmarshaler) error {
	t.Helper()
	var err error
	used := allocated(func() { err = v.UnmarshalJSON(data) })
	assert.LessOrEqual(t, used, uint64(slack*float64(32*len(data)+1<<20)), "%s: %d bytes took %d, %.1f times", what, len(data), used, float64(used)/float64(len(data)))
	if err != nil {
		require.ErrorIs(t, err, lenient.ErrTooLarge, what)
		assert.Zero(t, reflect.ValueOf(v).Elem().Interface(), what)
	}
	return err
}

// What a stranger may put into a list, an object or a text, again and again.
var elements = []string{
	`{}`, `[]`, `[{}]`, `[[]]`, `null`, `""`, `"a"`, `"\u00e9"`, "\"\xff\"", `1`, `"1"`, `1.5`, `true`, `{"x":1}`, `{"x":1,"x":2}`, `{"x": 1}`, `[ 1]`, `{"0":{}}`,
	`{"name":"a"}`, `{"id":[1]}`, `{"result":{}}`, `{"langs":{}}`, `{"artists":[{}]}`, `{"track":{"id":"1"}}`, `{"spotify":{}}`, `"2024-01-02"`,
}

// documents are those in which one place of the type holds very many of an element: each list, object and other member, wherever it is.
func documents(of reflect.Type, prefix, suffix string, seen map[reflect.Type]bool, yield func(what, prefix, suffix string)) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice && of.Elem().Kind() != reflect.Uint8 {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || seen[of] {
		return
	}
	seen[of] = true
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		prefix := prefix + `{"` + name + `":`
		switch field.Type.Kind() {
		case reflect.Slice, reflect.Map, reflect.Struct:
			yield(of.Name()+"."+field.Name, prefix, "}"+suffix)
		default: // all alike
			if kind := field.Type; !seen[kind] {
				seen[kind] = true
				yield(of.Name()+"."+field.Name, prefix, "}"+suffix)
			}
		}
		documents(field.Type, prefix, "}"+suffix, seen, yield)
	}
}

//nolint:paralleltest // it measures what the whole program allocates
func TestBoundedMemory(t *testing.T) {
	const size = 48 << 10
	seen := map[reflect.Type]bool{}
	for _, sample := range []json.Unmarshaler{new(filescan.File), new(filescan.Container), new(acrcloud.Music), new(acrcloud.ExternalMetadata), new(identify.Result)} {
		of := reflect.TypeOf(sample).Elem()
		check := func(what string, data string) {
			_ = within(t, what, []byte(data), reflect.New(of).Interface().(json.Unmarshaler))
		}
		each := func(what, prefix, suffix string) {
			for _, e := range elements {
				list := strings.Repeat(e+",", size/(len(e)+1)) + e
				check(what+" of many "+e, prefix+"["+list+"]"+suffix)
			}
			check(what+" of many members", prefix+"{"+members(size, `"m%d":1`)+"}"+suffix)
			check(what+" of many odd members", prefix+"{"+members(size, `"m%d":[ {}]`)+"}"+suffix)
			check(what+" of one member again and again", prefix+"{"+strings.Repeat(`"name":[],"name":"a",`, size/20)+`"name":""}`+suffix)
			check(what+" of numbered members", prefix+"{"+members(size, `"%d":{}`)+"}"+suffix)
			check(what+" of a long text", prefix+`"`+strings.Repeat("a", size)+`"`+suffix)
			check(what+" of a long text with escapes", prefix+`"`+strings.Repeat(`\u0000`, size/6)+`"`+suffix)
			check(what+" of invalid UTF-8", prefix+`"`+strings.Repeat("\xff", size)+`"`+suffix)
			check(what+" of texts that grow", prefix+"["+growing(size)+"]"+suffix)
			check(what+" of a long number", prefix+strings.Repeat("1", size)+suffix)
			check(what+" of JSON in a text", prefix+`"{\"x\":[`+strings.Repeat(`{},`, size/3)+`{}]}"`+suffix)
			check(what+" deep down", prefix+strings.Repeat("[", 9000)+strings.Repeat("]", 9000)+suffix)
			check(what+" deep in objects", prefix+strings.Repeat(`{"x":`, 9000)+"1"+strings.Repeat("}", 9000)+suffix)
		}
		each(of.Name(), `{"x":`, "}")
		if of == reflect.TypeFor[identify.Result]() { // its fields do not say what their members are
			each("Result.Music", `{"status":{"code":0},"metadata":{"music":`, "}}")
			each("Result.Humming", `{"metadata":{"humming":`, "}}")
			each("Result.Status", `{"response":{"status":`, "}}")
		}
		documents(of, "", "", seen, each)
	}
	assert.True(t, seen[reflect.TypeFor[acrcloud.ListingItem]()] && seen[reflect.TypeFor[filescan.Segment]()], "%v", seen)
}

func members(size int, format string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, format+",", i)
	}
	return strings.TrimSuffix(b.String(), ",")
}

func growing(size int) string {
	var b strings.Builder
	for i := 1; b.Len() < size; i++ {
		b.WriteString(`"` + strings.Repeat(`\u00e9`, i) + `",`)
	}
	return b.String() + `""`
}

//nolint:paralleltest // it measures what the whole program allocates
func TestOneMebibyteMemory(t *testing.T) {
	objects := func(prefix string) []byte {
		return []byte(prefix + strings.Repeat(`{},`, 1<<20/3) + `{}]}}`)
	}
	require.ErrorIs(t, within(t, "empty rows", objects(`{"file_id":"a","results":{"music":[`), new(filescan.File)), lenient.ErrTooLarge)
	require.NoError(t, within(t, "an odd name", objects(`{"a":{"b":[]},"album":{},"x":{},"artists":{"name":[`), new(acrcloud.Music)), "it is kept in one piece")
	require.NoError(t, within(t, "a long title", []byte(`{"title":"`+strings.Repeat("a", 1<<20)+`"}`), new(acrcloud.Music)))

	var few filescan.File
	require.NoError(t, few.UnmarshalJSON([]byte(`{"results":{"music":[`+strings.Repeat(`{},`, 400)+`{}]}}`)), "what is small is small")
	assert.Len(t, few.Results.Music, 401)

	callback := fixture.Callback()
	var file filescan.File
	used := allocated(func() { require.NoError(t, file.UnmarshalJSON(callback)) })
	assert.Less(t, used, uint64(8*len(callback)), "a real document stays far below the bound")
}
