package lenient_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

type raws = map[string]json.RawMessage

// A document has a field of every kind that there is.
type document struct {
	Text     string            `json:"text,omitzero"`
	Named    named             `json:"named,omitzero"`
	Int      int64             `json:"int,omitzero"`
	Small    int8              `json:"small,omitzero"`
	Float    float64           `json:"float,omitzero"`
	Single   float32           `json:"single,omitzero"`
	Bool     bool              `json:"bool,omitzero"`
	Time     time.Time         `json:"time,omitzero"`
	IntPtr   *int64            `json:"int_ptr,omitzero"`
	FloatPtr *float64          `json:"float_ptr,omitzero"`
	Raw      json.RawMessage   `json:"raw,omitzero"`
	Texts    []string          `json:"texts,omitzero"`
	Raws     []json.RawMessage `json:"raws,omitzero"`
	Floats   []float64         `json:"floats,omitzero"`
	Lists    [][]string        `json:"lists,omitzero"`
	Part     part              `json:"part,omitzero"`
	PartPtr  *part             `json:"part_ptr,omitzero"`
	Parts    []part            `json:"parts,omitzero"`
	PartPtrs []*part           `json:"part_ptrs,omitzero"`
	Merged   merged            `json:"merged,omitzero"`
	Quoted   *quoted           `json:"quoted,omitzero"`
	Map      map[string]int    `json:"map,omitzero"`
	ListMap  map[string][]int  `json:"list_map,omitzero"`
	Secret   secret            `json:"secret,omitzero"`
	Always   int               `json:"always"`
	Ignored  string            `json:"-"`
	Untagged string
	Channel  chan int `json:"channel,omitzero"`

	Extra raws `json:",embed,inline"`
}

type named string

// A part can be given as a text or a number, and has a member with two names.
type part struct {
	ID    int      `json:"id,omitzero" lenient:"number"`
	Name  string   `json:"name,omitzero" lenient:"text"`
	Roles []string `json:"roles,omitzero" lenient:"or=role"`

	Extra raws `json:",embed,inline"`
}

// An item cannot be given as anything but an object.
type item struct {
	ID int `json:"id,omitzero"`
}

type merged struct {
	A []item `json:"a,omitzero"`
	B []item `json:"b,omitzero"`

	Extra raws `json:",embed,inline" lenient:"merge"`
}

type quoted struct {
	ID int `json:"id,omitzero"`

	Raw   json.RawMessage `json:"-" lenient:"raw"`
	Extra raws            `json:",embed,inline"`
}

type strict struct {
	ID int `json:"id,omitzero"`

	Extra raws `json:",embed,inline" lenient:"document"`
}

// A secret behaves as acrcloud.Secret does, but can be compared.
type secret struct{ text string }

func (s secret) Reveal() string             { return s.text }
func (secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

func (s *secret) UnmarshalText(text []byte) error {
	if string(text) == "[redacted]" {
		return errors.New("redacted")
	}
	s.text = string(text)
	return nil
}

func raw(s string) json.RawMessage { return json.RawMessage(s) }

func extra(name, value string) raws { return raws{name: raw(value)} }

func TestReadings(t *testing.T) {
	t.Parallel()
	noon := time.Date(2021, 4, 8, 10, 23, 29, 0, time.UTC)
	tests := map[string]struct {
		in   string
		want document
	}{
		"nothing at all": {`{}`, document{}},

		"text":                     {`{"text":"x"}`, document{Text: "x"}},
		"text, escaped":            {`{"text":"a\u00e9\/\n\"\ud83d\ude00"}`, document{Text: "aé/\n\"😀"}},
		"text, beyond ASCII":       {`{"text":"阿黛尔"}`, document{Text: "阿黛尔"}},
		"text from integer":        {`{"text":86578}`, document{Text: "86578"}},
		"text from large integer":  {`{"text":123456789012345678901234567890}`, document{Text: "123456789012345678901234567890"}},
		"text from fraction":       {`{"text":1.50}`, document{Text: "1.50"}},
		"text from true":           {`{"text":true}`, document{Text: "true"}},
		"text from false":          {`{"text":false}`, document{Text: "false"}},
		"text from null":           {`{"text":null}`, document{}},
		"text from object":         {`{"text":{"a": 1}}`, document{Extra: extra("text", `{"a":1}`)}},
		"text from array":          {`{"text":["x"]}`, document{Extra: extra("text", `["x"]`)}},
		"text, half a surrogate":   {`{"text":"a\ud800b"}`, document{Text: "a\uFFFDb"}},
		"text, invalid UTF-8":      {"{\"text\":\"a\xffb\"}", document{Text: "a\uFFFDb"}},
		"named text from a number": {`{"named":3}`, document{Named: "3"}},

		"integer":                       {`{"int":-7}`, document{Int: -7}},
		"integer from text":             {`{"int":"375040"}`, document{Int: 375040}},
		"integer from padded text":      {`{"int":" 12 "}`, document{Int: 12}},
		"integer from fraction":         {`{"int":148165.64262986183}`, document{Int: 148166}},
		"integer from negative half":    {`{"int":-2.5}`, document{Int: -3}},
		"integer from fraction as text": {`{"int":"0.4"}`, document{}},
		"integer from exponent":         {`{"int":1.5e3}`, document{Int: 1500}},
		"integer from empty text":       {`{"int":""}`, document{}},
		"integer from blank text":       {`{"int":"  "}`, document{}},
		"integer from null":             {`{"int":null}`, document{}},
		"integer, largest":              {`{"int":9223372036854775807}`, document{Int: math.MaxInt64}},
		"integer, smallest":             {`{"int":-9223372036854775808}`, document{Int: math.MinInt64}},
		"integer, too large":            {`{"int":9223372036854775808}`, document{Extra: extra("int", `9223372036854775808`)}},
		"integer, much too large":       {`{"int":1e999}`, document{Extra: extra("int", `1e999`)}},
		"integer, too large for int8":   {`{"small":128}`, document{Extra: extra("small", `128`)}},
		"integer from NaN":              {`{"int":"NaN"}`, document{Extra: extra("int", `"NaN"`)}},
		"integer from infinity":         {`{"int":"-Inf"}`, document{Extra: extra("int", `"-Inf"`)}},
		"integer from hexadecimal":      {`{"int":"0x10"}`, document{Extra: extra("int", `"0x10"`)}},
		"integer from underscores":      {`{"int":"1_000"}`, document{Extra: extra("int", `"1_000"`)}},
		"integer from words":            {`{"int":"three"}`, document{Extra: extra("int", `"three"`)}},
		"integer from only a sign":      {`{"int":"-"}`, document{Extra: extra("int", `"-"`)}},
		"integer from true":             {`{"int":true}`, document{Extra: extra("int", `true`)}},
		"integer from object":           {`{"int":{}}`, document{Extra: extra("int", `{}`)}},
		"integer from array":            {`{"int":[1]}`, document{Extra: extra("int", `[1]`)}},

		"float":                      {`{"float":1.4}`, document{Float: 1.4}},
		"float from integer":         {`{"float":46}`, document{Float: 46}},
		"float from text":            {`{"float":"0.88"}`, document{Float: 0.88}},
		"float from empty text":      {`{"float":""}`, document{}},
		"float from null":            {`{"float":null}`, document{}},
		"float, too large":           {`{"float":1e999}`, document{Extra: extra("float", `1e999`)}},
		"float, too large for 32":    {`{"single":1e200}`, document{Extra: extra("single", `1e200`)}},
		"float from NaN":             {`{"float":"nan"}`, document{Extra: extra("float", `"nan"`)}},
		"float from infinity":        {`{"float":"Infinity"}`, document{Extra: extra("float", `"Infinity"`)}},
		"float from object":          {`{"float":{"v":1}}`, document{Extra: extra("float", `{"v":1}`)}},
		"float from false":           {`{"float":false}`, document{Extra: extra("float", `false`)}},
		"float from date":            {`{"float":"2020-01-02"}`, document{Extra: extra("float", `"2020-01-02"`)}},
		"pointer to float":           {`{"float_ptr":0}`, document{FloatPtr: new(0.0)}},
		"pointer from text":          {`{"float_ptr":"0.96"}`, document{FloatPtr: new(0.96)}},
		"pointer from null":          {`{"float_ptr":null}`, document{}},
		"pointer from empty text":    {`{"float_ptr":""}`, document{}},
		"pointer from words":         {`{"float_ptr":"high"}`, document{Extra: extra("float_ptr", `"high"`)}},
		"pointer to integer":         {`{"int_ptr":"0"}`, document{IntPtr: new(int64(0))}},
		"pointer to rounded integer": {`{"int_ptr":202000.0}`, document{IntPtr: new(int64(202000))}},

		"bool":                 {`{"bool":true}`, document{Bool: true}},
		"bool from 1":          {`{"bool":1}`, document{Bool: true}},
		"bool from 0":          {`{"bool":0}`, document{}},
		"bool from text 1":     {`{"bool":"1"}`, document{Bool: true}},
		"bool from text 0":     {`{"bool":"0"}`, document{}},
		"bool from text true":  {`{"bool":"true"}`, document{Bool: true}},
		"bool from text false": {`{"bool":"false"}`, document{}},
		"bool from empty text": {`{"bool":""}`, document{}},
		"bool from null":       {`{"bool":null}`, document{}},
		"bool from 2":          {`{"bool":2}`, document{Extra: extra("bool", `2`)}},
		"bool from words":      {`{"bool":"yes"}`, document{Extra: extra("bool", `"yes"`)}},
		"bool from array":      {`{"bool":[]}`, document{Extra: extra("bool", `[]`)}},

		"merged, two unknown":        {`{"merged":[{"x":1},{"x":2}]}`, document{Merged: merged{Extra: extra("x", `[1,2]`)}}},
		"float of too many digits":   {`{"float":0.` + strings.Repeat("0", 1100) + `}`, document{Extra: extra("float", `0.`+strings.Repeat("0", 1100))}},
		"int of too many digits":     {`{"int":1.` + strings.Repeat("0", 1100) + `}`, document{Extra: extra("int", `1.`+strings.Repeat("0", 1100))}},
		"merged, then an empty list": {`{"merged":[{"a":[{"id":5}]},{"a":[]},{"b":[]},{}]}`, document{Merged: merged{A: []item{{ID: 5}}}}},
		"time of the service":        {`{"time":"2021-04-08T10:23:29.000000Z"}`, document{Time: noon}},
		"time with microseconds":     {`{"time":"2021-04-08T10:23:29.123456Z"}`, document{Time: noon.Add(123456 * time.Microsecond)}},
		"time with nanoseconds":      {`{"time":"2021-04-08T10:23:29.123456789Z"}`, document{Time: noon.Add(123456789)}},
		"time of RFC 3339":           {`{"time":"2021-04-08T12:23:29+02:00"}`, document{Time: noon}},
		"time without zone":          {`{"time":"2021-04-08 10:23:29"}`, document{Time: noon}},
		"time from empty text":       {`{"time":""}`, document{}},
		"time from null":             {`{"time":null}`, document{}},
		"time that is zero":          {`{"time":"0001-01-01T00:00:00Z"}`, document{}},
		"time from zeros":            {`{"time":"0000-00-00 00:00:00"}`, document{}},
		"time before all years":      {`{"time":"0001-01-01T00:00:00+01:00"}`, document{Extra: extra("time", `"0001-01-01T00:00:00+01:00"`)}},
		"time after all years":       {`{"time":"9999-12-31T23:59:59-01:00"}`, document{Extra: extra("time", `"9999-12-31T23:59:59-01:00"`)}},
		"time from number":           {`{"time":1617877409}`, document{Time: noon}},
		"time from small number":     {`{"time":2021}`, document{Extra: extra("time", `2021`)}},
		"time from something else":   {`{"time":"soon"}`, document{Extra: extra("time", `"soon"`)}},
		"raw":                        {`{"raw": {"a": [1, 2.0, "\u0041"]} }`, document{Raw: raw(`{"a":[1,2.0,"A"]}`)}},
		"raw null":                   {`{"raw":null}`, document{Raw: raw(`null`)}},
		"secret":                     {`{"secret":"https://example.org/?key=1"}`, document{Secret: secret{"https://example.org/?key=1"}}},
		"secret, redacted":           {`{"secret":"[redacted]"}`, document{}},
		"secret from null":           {`{"secret":null}`, document{}},
		"secret from empty text":     {`{"secret":""}`, document{}},
		"secret from empty array":    {`{"secret":[]}`, document{}},
		"secret from object":         {`{"secret":{"key":"k"}}`, document{Secret: secret{`{"key":"k"}`}}},
		"secret from number":         {`{"secret":7}`, document{Secret: secret{`7`}}},
		"member of unsupported sort": {`{"channel":1}`, document{Extra: extra("channel", `1`)}},

		"struct":                           {`{"part":{"name":"x"}}`, document{Part: part{Name: "x"}}},
		"struct from empty array":          {`{"part":[]}`, document{}},
		"struct from spaced empty array":   {`{"part":[ ]}`, document{}},
		"struct from null":                 {`{"part":null}`, document{}},
		"struct from empty text":           {`{"part":""}`, document{}},
		"struct from text":                 {`{"part":"x"}`, document{Part: part{Name: "x"}}},
		"struct from number":               {`{"part":23}`, document{Part: part{ID: 23}}},
		"struct from array of one":         {`{"part":[{"name":"x"}]}`, document{Part: part{Name: "x"}}},
		"struct from array of two":         {`{"part":[{"name":"x"},{"name":"y"}]}`, document{Extra: extra("part", `[{"name":"x"},{"name":"y"}]`)}},
		"struct from array of a text":      {`{"part":["x"]}`, document{Extra: extra("part", `["x"]`)}},
		"struct from array in array":       {`{"part":[[{"name":"x"}]]}`, document{Extra: extra("part", `[[{"name":"x"}]]`)}},
		"struct from true":                 {`{"part":true}`, document{Extra: extra("part", `true`)}},
		"struct from number out of range":  {`{"part":1e99}`, document{Extra: extra("part", `1e99`)}},
		"struct with odd and other member": {`{"part":{"id":[],"name":null,"x":{}}}`, document{Part: part{Extra: raws{"id": raw(`[]`), "x": raw(`{}`)}}}},
		"pointer to struct":                {`{"part_ptr":{}}`, document{PartPtr: &part{}}},
		"pointer from empty array":         {`{"part_ptr":[]}`, document{}},
		"pointer to struct from null":      {`{"part_ptr":null}`, document{}},
		"pointer to struct from text":      {`{"part_ptr":"x"}`, document{PartPtr: &part{Name: "x"}}},

		"roles":                         {`{"part":{"roles":["A","B"]}}`, document{Part: part{Roles: []string{"A", "B"}}}},
		"role":                          {`{"part":{"role":"A"}}`, document{Part: part{Roles: []string{"A"}}}},
		"role before roles":             {`{"part":{"role":"A","roles":["B","A"]}}`, document{Part: part{Roles: []string{"B", "A"}}}},
		"roles before role":             {`{"part":{"roles":["B"],"role":["A","B"],"name":"x"}}`, document{Part: part{Roles: []string{"B", "A"}, Name: "x"}}},
		"role twice":                    {`{"part":{"role":"A","role":"B"}}`, document{Part: part{Roles: []string{"B"}}}},
		"role that is empty":            {`{"part":{"role":[]}}`, document{}},
		"role that does not fit":        {`{"part":{"role":{"a":1},"roles":"B"}}`, document{Part: part{Roles: []string{"B"}, Extra: extra("role", `{"a":1}`)}}},
		"role that fits in part":        {`{"part":{"role":[{},"A"]}}`, document{Part: part{Roles: []string{"A"}, Extra: extra("role", `[{}]`)}}},
		"roles and role fitting partly": {`{"part":{"roles":[[1],"B"],"role":[[2],"A"]}}`, document{Part: part{Roles: []string{"B", "A"}, Extra: raws{"roles": raw(`[[1]]`), "role": raw(`[[2]]`)}}}},

		"list":                            {`{"texts":["a","b"]}`, document{Texts: []string{"a", "b"}}},
		"list, empty":                     {`{"texts":[]}`, document{Texts: []string{}}},
		"list from one":                   {`{"texts":"a"}`, document{Texts: []string{"a"}}},
		"list from one number":            {`{"texts":5}`, document{Texts: []string{"5"}}},
		"list from null":                  {`{"texts":null}`, document{}},
		"list from empty text":            {`{"texts":""}`, document{}},
		"list from empty object":          {`{"texts":{ }}`, document{}},
		"list from object":                {`{"texts":{"a":1}}`, document{Extra: extra("texts", `{"a":1}`)}},
		"list of mixed elements":          {`{"texts":["a",1,null,true,"",{"b": 2},["c"]]}`, document{Texts: []string{"a", "1", "true", ""}, Extra: extra("texts", `[{"b":2},["c"]]`)}},
		"list of nothing":                 {`{"texts":[null]}`, document{}},
		"list of misfits":                 {`{"texts":[{},[]]}`, document{Extra: extra("texts", `[{},[]]`)}},
		"list of numbers":                 {`{"floats":[1,"2.5","",null,"x"]}`, document{Floats: []float64{1, 2.5}, Extra: extra("floats", `["x"]`)}},
		"list of anything":                {`{"raws":[1,{"a" : 1},null,"x"]}`, document{Raws: []json.RawMessage{raw(`1`), raw(`{"a":1}`), raw(`null`), raw(`"x"`)}}},
		"list of anything from null":      {`{"raws":null}`, document{}},
		"list of anything from one":       {`{"raws":{"a":1}}`, document{Raws: []json.RawMessage{raw(`{"a":1}`)}}},
		"list of structs":                 {`{"parts":[{"id":1},{},"x",2]}`, document{Parts: []part{{ID: 1}, {}, {Name: "x"}, {ID: 2}}}},
		"list of structs from one":        {`{"parts":{"id":1}}`, document{Parts: []part{{ID: 1}}}},
		"list of structs from text":       {`{"parts":"x"}`, document{Parts: []part{{Name: "x"}}}},
		"list of structs from object":     {`{"parts":{}}`, document{}},
		"list of structs with nothing":    {`{"parts":[null,{"id":1},"",[]]}`, document{Parts: []part{{ID: 1}}}},
		"list of structs with one in one": {`{"parts":[[{"id":1}]]}`, document{Parts: []part{{ID: 1}}}},
		"list of structs with misfits":    {`{"parts":[true,{"id":1},[1, 2],{"id":2}]}`, document{Parts: []part{{ID: 1}, {ID: 2}}, Extra: extra("parts", `[true,[1,2]]`)}},
		"list of structs from misfit":     {`{"parts":true}`, document{Extra: extra("parts", `true`)}},
		"list of pointers":                {`{"part_ptrs":[{"id":1},null,"x",true]}`, document{PartPtrs: []*part{{ID: 1}, {Name: "x"}}, Extra: extra("part_ptrs", `[true]`)}},
		"lists":                           {`{"lists":[["a"],"b",[]]}`, document{Lists: [][]string{{"a"}, {"b"}, {}}}},
		"lists with a misfit inside":      {`{"lists":[["a",{}],["b"]]}`, document{Lists: [][]string{{"b"}}, Extra: extra("lists", `[["a",{}]]`)}},

		"map":                       {`{"map":{"a":1,"b":"2"}}`, document{Map: map[string]int{"a": 1, "b": 2}}},
		"map, empty":                {`{"map":{}}`, document{Map: map[string]int{}}},
		"map from empty array":      {`{"map":[]}`, document{}},
		"map from null":             {`{"map":null}`, document{}},
		"map from empty text":       {`{"map":""}`, document{}},
		"map from array":            {`{"map":[1]}`, document{Extra: extra("map", `[1]`)}},
		"map from nested array":     {`{"map":[[]]}`, document{Extra: extra("map", `[[]]`)}},
		"map from text":             {`{"map":"x"}`, document{Extra: extra("map", `"x"`)}},
		"map from number":           {`{"map":1}`, document{Extra: extra("map", `1`)}},
		"map with a misfit":         {`{"map":{"a":1,"c":"x","b\"":{}}}`, document{Map: map[string]int{"a": 1}, Extra: extra("map", `{"b\"":{},"c":"x"}`)}},
		"map of misfits":            {`{"map":{"a":"x"}}`, document{Extra: extra("map", `{"a":"x"}`)}},
		"map, twice, last fits":     {`{"map":{"a":1,"b":"x","b":2}}`, document{Map: map[string]int{"a": 1, "b": 2}}},
		"map, twice, first fits":    {`{"map":{"a":1,"b":2,"b":"x"}}`, document{Map: map[string]int{"a": 1}, Extra: extra("map", `{"b":"x"}`)}},
		"map of lists, one odd":     {`{"list_map":{"a":[1,"x"],"b":[2]},"int":1}`, document{Int: 1, ListMap: map[string][]int{"b": {2}}, Extra: extra("list_map", `{"a":[1,"x"]}`)}},
		"map of lists":              {`{"list_map":{"a":[1,2],"b":3}}`, document{ListMap: map[string][]int{"a": {1, 2}, "b": {3}}}},
		"map of lists with misfits": {`{"list_map":{"a":[1,"x"]},"int":1}`, document{Int: 1, Extra: extra("list_map", `{"a":[1,"x"]}`)}},

		"numbered":              {`{"merged":{"a":{"0":{"id":1},"2":{"id":2}}}}`, document{Merged: merged{A: []item{{1}, {2}}}}},
		"numbered with misfits": {`{"merged":{"a":{"0":{"id":1},"2":7,"x":{"id":2}}}}`, document{Merged: merged{A: []item{{1}, {2}}, Extra: extra("a", `[7]`)}}},
		"merged":                {`{"merged":{"a":{"id":1}}}`, document{Merged: merged{A: []item{{1}}}}},
		"merged from list":      {`{"merged":[{"a":[{"id":1}],"x":1},{"a":{"id":2},"b":{"id":3},"y":2}]}`, document{Merged: merged{A: []item{{1}, {2}}, B: []item{{3}}, Extra: raws{"x": raw(`1`), "y": raw(`2`)}}}},
		"merged, same unknown":  {`{"merged":[{"x":1},{"x":[2,3]},{"x":{}}]}`, document{Merged: merged{Extra: extra("x", `[1,2,3,{}]`)}}},
		"merged, empty unknown": {`{"merged":[{"x":[]},{"x":[]}]}`, document{Merged: merged{Extra: extra("x", `[]`)}}},
		"merged with misfits":   {`{"merged":[{"a":5},{"a":{"id":1}},{"a":[6,{"id":2}]}]}`, document{Merged: merged{A: []item{{1}, {2}}, Extra: extra("a", `[5,6]`)}}},
		"merged from odd list":  {`{"merged":[{"a":{"id":1}},5]}`, document{Extra: extra("merged", `[{"a":{"id":1}},5]`)}},

		"quoted object":    {`{"quoted":"{\"id\": 1}"}`, document{Quoted: &quoted{ID: 1, Raw: raw(`{"id": 1}`)}}},
		"quoted array":     {`{"quoted":"[]"}`, document{}},
		"quoted null":      {`{"quoted":" null"}`, document{}},
		"quoted blank":     {`{"quoted":"  "}`, document{}},
		"quoted twice":     {`{"quoted":"\"{}\""}`, document{Extra: extra("quoted", `"\"{}\""`)}},
		"quoted nonsense":  {`{"quoted":"{"}`, document{Extra: extra("quoted", `"{"`)}},
		"quoted number":    {`{"quoted":"1"}`, document{Extra: extra("quoted", `"1"`)}},
		"not quoted":       {`{"quoted":{"id": 1}}`, document{Quoted: &quoted{ID: 1, Raw: raw(`{"id": 1}`)}}},
		"quoted, but null": {`{"quoted":null}`, document{}},

		"unknown members":          {`{"b": {"x": "y z"} ,"a":[ ],"c":"\u003c","":1}`, document{Extra: raws{"a": raw(`[]`), "b": raw(`{"x":"y z"}`), "c": raw(`"<"`), "": raw(`1`)}}},
		"unknown, invalid UTF-8":   {"{\"a\xff\":\"b\xff\"}", document{Extra: extra("a\uFFFD", `"b`+"\uFFFD"+`"`)}},
		"unknown, large number":    {`{"a":1.000000000000000000000000000000001e400}`, document{Extra: extra("a", `1.000000000000000000000000000000001e400`)}},
		"other spelling":           {`{"Text":"x","TEXT":"y"}`, document{Extra: raws{"Text": raw(`"x"`), "TEXT": raw(`"y"`)}}},
		"escaped name":             {`{"te\u0078t":"x"}`, document{Text: "x"}},
		"names of Go fields":       {`{"Ignored":"x","-":"y","Untagged":1,"Extra":{}}`, document{Extra: raws{"Ignored": raw(`"x"`), "-": raw(`"y"`), "Untagged": raw(`1`), "Extra": raw(`{}`)}}},
		"twice":                    {`{"text":"a","text":"b"}`, document{Text: "b"}},
		"twice, then null":         {`{"text":"a","text":null}`, document{}},
		"twice, then misfit":       {`{"text":"a","text":[]}`, document{Extra: extra("text", `[]`)}},
		"twice, misfit first":      {`{"text":[],"text":"b"}`, document{Text: "b"}},
		"twice, objects":           {`{"part":{"name":"x"},"part":{"id":1}}`, document{Part: part{ID: 1}}},
		"twice, lists":             {`{"texts":["a",{}],"texts":["b"]}`, document{Texts: []string{"b"}}},
		"twice, pointer then null": {`{"int_ptr":1,"int_ptr":null}`, document{}},
		"twice, map":               {`{"map":{"a":1},"map":{"b":2}}`, document{Map: map[string]int{"b": 2}}},
		"twice, unknown":           {`{"x":1,"x":2}`, document{Extra: extra("x", `2`)}},
		"white space everywhere":   {" {\n\t\"text\" : \"x\" , \"parts\" : [ { } , 1 ] , \"int\" : 2\r} ", document{Text: "x", Parts: []part{{}, {ID: 1}}, Int: 2}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got document
			require.NoError(t, lenient.Unmarshal([]byte(tt.in), &got))
			require.Equal(t, tt.want, got)

			// Decoding again what was encoded gives the same, whoever has encoded it.
			encoded, err := lenient.MarshalJSON(&got)
			require.NoError(t, err)
			var again document
			require.NoError(t, lenient.Unmarshal(encoded, &again), "%s", encoded)
			want := tt.want
			want.Secret = secret{}
			if want.Quoted != nil {
				want.Quoted = &quoted{ID: want.Quoted.ID, Raw: again.Quoted.Raw, Extra: want.Quoted.Extra}
			}
			require.Equal(t, want, again, "%s", encoded)

			escaped, err := json.Marshal(json.RawMessage(encoded)) // which escapes < and >
			require.NoError(t, err)
			again = document{}
			require.NoError(t, lenient.Unmarshal(escaped, &again))
			if want.Quoted != nil {
				want.Quoted.Raw = again.Quoted.Raw
			}
			require.Equal(t, want, again)
		})
	}
}

func TestDecodingReplaces(t *testing.T) {
	t.Parallel()
	v := document{Text: "old", Parts: []part{{ID: 1}}, Extra: extra("old", `1`), Ignored: "old"}
	require.NoError(t, lenient.Unmarshal([]byte(`{"int":1}`), &v))
	assert.Equal(t, document{Int: 1}, v)
}

func TestWriting(t *testing.T) {
	t.Parallel()
	write := func(v any) string {
		data, err := lenient.MarshalJSON(v)
		require.NoError(t, err)
		return string(data)
	}
	assert.JSONEq(t, `{"always":0}`, write(&document{}))
	assert.Equal(t, `{"text":"x","always":0,"a":1,"b":null,"c":[]}`,
		write(&document{Text: "x", Extra: raws{"c": raw(`[ ]`), "a": raw(`1`), "b": nil}}), "declared first, then the rest by name")
	assert.Equal(t, `{"text":[1],"always":0}`,
		write(&document{Text: "x", Extra: extra("text", `[1]`)}), "what did not fit comes in place of the field")
	assert.Equal(t, `{"texts":["a",1,2],"always":0}`,
		write(&document{Texts: []string{"a"}, Extra: extra("texts", `[1, 2]`)}), "and after the elements of a list")
	assert.Equal(t, `{"texts":["a",{}],"always":0}`,
		write(&document{Texts: []string{"a"}, Extra: extra("texts", `{}`)}))
	assert.JSONEq(t, `{"secret":"[redacted]","always":0}`, write(&document{Secret: secret{"x"}}))
	assert.Equal(t, `{"time":"2021-04-08T10:23:29.500000Z","always":0}`,
		write(&document{Time: time.Date(2021, 4, 8, 12, 23, 29, 5e8, time.FixedZone("", 7200))}))
	assert.Equal(t, `{"map":{"a":2,"b":1},"always":0}`, write(&document{Map: map[string]int{"b": 1, "a": 2}}))
	assert.Equal(t, `{"part_ptrs":[null,{}],"always":0}`, write(&document{PartPtrs: []*part{nil, {}}}))

	for name, v := range map[string]*document{
		"not a number":    {Float: math.NaN()},
		"infinite":        {Floats: []float64{math.Inf(1)}},
		"broken Extra":    {Extra: extra("x", `{`)},
		"broken elements": {Texts: []string{"a"}, Extra: extra("texts", `[`)},
		"broken Raw":      {Raw: raw(`nope`)},
		"a channel":       {Channel: make(chan int)},
	} {
		_, err := lenient.MarshalJSON(v)
		assert.Error(t, err, name)
	}
}

func TestSyntax(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"empty":             ``,
		"blank":             ` `,
		"broken off":        `{"text":"x"`,
		"broken off text":   `{"text":"x`,
		"broken off escape": `{"text":"\`,
		"garbage after":     `{} x`,
		"comma at the end":  `{"text":"x",}`,
		"no quotes":         `{text:1}`,
		"single quotes":     `{'text':1}`,
		"bare NaN":          `{"float":NaN}`,
		"leading zero":      `{"int":01}`,
		"control character": "{\"text\":\"\n\"}",
		"HTML":              `<html></html>`,
		"too deep":          strings.Repeat(`[`, 20_000) + strings.Repeat(`]`, 20_000),
		"much too deep":     strings.Repeat(`{"x":`, 1_000_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Error(t, lenient.Unmarshal([]byte(in), &document{}))
			require.Error(t, lenient.UnmarshalJSON([]byte(in), &document{}))
		})
	}

	require.Error(t, lenient.Unmarshal([]byte(`{}{}`), &document{}))

	// As deep as jsontext allows.
	deep := strings.Repeat(`[`, 9_999) + strings.Repeat(`]`, 9_999)
	var v document
	require.NoError(t, lenient.Unmarshal([]byte(`{"x":`+deep+`}`), &v))
	assert.Equal(t, deep, string(v.Extra["x"]))
}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	const ok, refused = true, false
	tests := map[string]struct{ document, method, strictMethod, quoted bool }{
		`{"id":1}`:        {ok, ok, ok, ok},
		`null`:            {refused, ok, ok, ok},
		`[]`:              {refused, ok, refused, ok},
		`""`:              {refused, ok, refused, ok},
		`"x"`:             {refused, ok, refused, refused},
		`5`:               {refused, ok, refused, refused},
		`[{"id":1}]`:      {refused, ok, refused, ok},
		`[1]`:             {refused, refused, refused, refused},
		`true`:            {refused, refused, refused, refused},
		`"{\"id\":1}"`:    {refused, ok, refused, ok},
		`"[]"`:            {refused, ok, refused, ok},
		`"{\"id\":1"`:     {refused, ok, refused, refused},
		`[{"id":1},null]`: {refused, refused, refused, refused},
	}
	for in, tt := range tests {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			check := func(want bool, err error, left any, zero any) {
				t.Helper()
				if want == ok {
					require.NoError(t, err)
					return
				}
				require.ErrorContains(t, err, "where a JSON object was expected")
				assert.Equal(t, zero, left)
			}
			var p part
			check(tt.document, lenient.Unmarshal([]byte(in), &p), p, part{})
			p = part{}
			check(tt.method, lenient.UnmarshalJSON([]byte(in), &p), p, part{})
			var s strict
			check(tt.strictMethod, lenient.UnmarshalJSON([]byte(in), &s), s, strict{})
			var q quoted
			check(tt.quoted, lenient.Unmarshal([]byte(in), &q), q, quoted{})
		})
	}

	var q quoted
	require.NoError(t, lenient.Unmarshal([]byte(` [ ] `), &q))
	assert.Equal(t, `[ ]`, string(q.Raw), "as it was received")
}

func TestByteOrderMark(t *testing.T) {
	t.Parallel()
	const mark = "\ufeff"
	var v document
	require.NoError(t, lenient.Unmarshal([]byte(mark+`{"text":"x","quoted":"`+mark+`{\"id\":5}"}`), &v))
	assert.Equal(t, "x", v.Text)
	assert.Equal(t, 5, v.Quoted.ID)
	require.NoError(t, lenient.UnmarshalJSON([]byte(mark+` {"text":"y"}`), &v))
	assert.Equal(t, "y", v.Text)
	require.Error(t, lenient.Unmarshal([]byte(mark), &v))
	require.Error(t, lenient.Unmarshal([]byte(mark+mark+`{}`), &v))
	require.NoError(t, lenient.Unmarshal([]byte(`{"text":"`+mark+`x"}`), &v))
	assert.Equal(t, mark+"x", v.Text, "inside of a text it is text")
}

// What many objects had stays in their order.
func TestMergedInOrder(t *testing.T) {
	t.Parallel()
	var in, want []string
	for i := range 50 {
		in = append(in, fmt.Sprintf(`{"x":%d,"y%d":1,"x":%d}`, -i, i, i)) // the last of two members wins
		want = append(want, strconv.Itoa(i))
	}
	var v document
	require.NoError(t, lenient.Unmarshal([]byte(`{"merged":[`+strings.Join(in, ",")+`]}`), &v))
	assert.Equal(t, `[`+strings.Join(want, ",")+`]`, string(v.Merged.Extra["x"]))
	assert.Len(t, v.Merged.Extra, 51)
}

func TestNothingIsShared(t *testing.T) {
	t.Parallel()
	data := []byte(`{"text":"abc","raw":[1,2],"x":[3,4],"quoted":{"id":5}}`)
	var v document
	require.NoError(t, lenient.Unmarshal(data, &v))
	for i := range data {
		data[i] = '!'
	}
	assert.Equal(t, "abc", v.Text)
	assert.Equal(t, raw(`[1,2]`), v.Raw)
	assert.Equal(t, extra("x", `[3,4]`), v.Extra)
	assert.Equal(t, raw(`{"id":5}`), v.Quoted.Raw)
}

func TestWrongTargets(t *testing.T) {
	t.Parallel()
	for _, v := range []any{nil, part{}, (*part)(nil), new(int), new([]part)} {
		assert.ErrorContains(t, lenient.Unmarshal([]byte(`{}`), v), "is not a pointer to a struct")
		assert.ErrorContains(t, lenient.UnmarshalJSON([]byte(`{}`), v), "is not a pointer to a struct")
		_, err := lenient.MarshalJSON(v)
		assert.ErrorContains(t, err, "is not a pointer to a struct")
	}
}

// Types may contain themselves.
type tree struct {
	Name     string `json:"name,omitzero"`
	Children []tree `json:"children,omitzero"`
	Parent   *tree  `json:"parent,omitzero"`
}

func TestTypesThatContainThemselves(t *testing.T) {
	t.Parallel()
	var v tree
	require.NoError(t, lenient.Unmarshal([]byte(`{"children":[{"name":"a","children":{"name":"b"}}],"parent":{"name":"c"}}`), &v))
	assert.Equal(t, tree{Children: []tree{{Name: "a", Children: []tree{{Name: "b"}}}}, Parent: &tree{Name: "c"}}, v)
	assert.NoError(t, lenient.Unmarshal([]byte(strings.Repeat(`{"parent":`, 9_999)+`{}`+strings.Repeat(`}`, 9_999)), &v))
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	type fresh struct{ document }
	type alsoFresh struct {
		Documents []document `json:"documents"`
	}
	for i := range 20 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			var v alsoFresh
			require.NoError(t, lenient.Unmarshal([]byte(`{"documents":[{"part":"x"}]}`), &v))
			assert.Equal(t, alsoFresh{Documents: []document{{Part: part{Name: "x"}}}}, v)
			require.NoError(t, lenient.Unmarshal([]byte(`{"text":"x"}`), &fresh{}), "embedded structs are not looked into")
		})
	}
}

func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"text":1,"int":"2.5","parts":["x",{"role":"a"},[],true],"merged":[{"a":5},{"a":{"id":1}}],"x":{"y":[1]}}`,
		`{"quoted":"{\"id\":\"1\"}","lists":[[1],{}],"map":[],"time":"2021-04-08 10:23:29","floats":"1e3"}`,
		"{\"te\\u0078t\":\"\\ud800\xff\",\"\xff\":\"<\\/\",\"text\":null}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var first document
		if err := lenient.Unmarshal(data, &first); err != nil {
			object := jsontext.Value(data).Kind() == '{' && jsontext.Value(data).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
			require.False(t, object, "a valid object was refused: %v", err)
			return
		}
		encoded, err := lenient.MarshalJSON(&first)
		require.NoError(t, err)
		var second document
		require.NoError(t, jsonv2.Unmarshal(encoded, (*reader)(&second), jsontext.AllowDuplicateNames(true)))
		first.Secret, second.Secret = secret{}, secret{}
		if first.Quoted != nil && second.Quoted != nil {
			first.Quoted.Raw, second.Quoted.Raw = nil, nil
		}
		require.Equal(t, first, second, "%s", encoded)
	})
}

// A reader is a document that json/v2 reads through its method.
type reader document

func (r *reader) UnmarshalJSON(data []byte) error {
	return lenient.UnmarshalJSON(data, (*document)(r))
}

// A megabyte of whatever shape takes no more than a moment.
func TestUnmarshalIsLinear(t *testing.T) {
	t.Parallel()
	const n = 60_000
	repeat := func(item func(i int) string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = item(i)
		}
		return strings.Join(items, ",")
	}
	for name, body := range map[string]string{
		"objects to merge, of one name":   `{"external_metadata":[` + repeat(func(int) string { return `{"x":1}` }) + `]}`,
		"objects to merge, of many names": `{"external_metadata":[` + repeat(func(i int) string { return fmt.Sprintf(`{"x%d":1}`, i) }) + `]}`,
		"objects to merge, with lists":    `{"external_metadata":[` + repeat(func(int) string { return `{"spotify":{"track":{"id":"1"}}}` }) + `]}`,
		"names of two spellings":          `{"artists":[{"role":[` + repeat(func(i int) string { return fmt.Sprintf(`"r%d"`, i) }) + `],"roles":["x"]}]}`,
		"odd elements":                    `{"genres":[` + repeat(func(i int) string { return []string{"1", `{"name":"a"}`}[i%2] }) + `]}`,
		"unknown members":                 `{` + repeat(func(i int) string { return fmt.Sprintf(`"x%d":[{}]`, i) }) + `}`,
		"one member again and again":      `{` + repeat(func(i int) string { return []string{`"title":{}`, `"title":"a"`}[i%2] }) + `}`,
	} {
		started := time.Now()
		var m acrcloud.Music
		require.NoError(t, lenient.Unmarshal([]byte(body), &m), name)
		assert.Less(t, time.Since(started), 10*time.Second, name)
		_, err := json.Marshal(&m)
		require.NoError(t, err)
		assert.Less(t, time.Since(started), 20*time.Second, name)
	}
}
