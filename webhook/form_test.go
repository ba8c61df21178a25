package webhook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// bracketed writes a JSON value as PHP's http_build_query does: null is left out, true is 1, and so is an empty list.
func bracketed(name string, v any, fields []string) []string {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		for key, inner := range v {
			if name != "" {
				key = name + "[" + key + "]"
			}
			fields = bracketed(key, inner, fields)
		}
	case []any:
		for i, inner := range v {
			fields = bracketed(name+"["+strconv.Itoa(i)+"]", inner, fields)
		}
	case bool:
		if v {
			fields = append(fields, url.QueryEscape(name)+"=1")
		} else {
			fields = append(fields, url.QueryEscape(name)+"=0")
		}
	default:
		fields = append(fields, url.QueryEscape(name)+"="+url.QueryEscape(fmt.Sprint(v)))
	}
	return fields
}

func bracketForm(t *testing.T, name string, document []byte) string {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber()
	var v any
	require.NoError(t, dec.Decode(&v))
	return strings.Join(bracketed(name, v, nil), "&")
}

// A form with brackets, in whatever order its fields come, says the same as the JSON.
func TestFormWithBrackets(t *testing.T) {
	t.Parallel()
	posted, err := webhook.Parse(fixture.Callback())
	require.NoError(t, err)
	for name, body := range map[string]string{
		"plain":      bracketForm(t, "", fixture.Callback()),
		"in data":    bracketForm(t, "data", fixture.Callback()),
		"in payload": "payload=" + url.QueryEscape(string(fixture.Callback())),
	} {
		event, err := webhook.Parse([]byte(body))
		require.NoError(t, err, name)
		assert.Equal(t, posted.FileID, event.FileID, name)
		assert.Equal(t, posted.State, event.State, name)
		assert.Equal(t, posted.ContainerID, event.ContainerID, name)
		require.NotNil(t, event.Results, name)
		require.Len(t, event.Results.Music, fixture.MusicRows, name)
		require.Len(t, event.Results.CoverSongs, fixture.CoverRows, name)
		for i, want := range posted.Results.Music {
			got := event.Results.Music[i]
			assert.Equal(t, want.Offset, got.Offset)
			assert.Equal(t, want.Result.Title, got.Result.Title)
			assert.Equal(t, want.Result.ACRID, got.Result.ACRID)
			assert.Equal(t, want.Result.Artists, got.Result.Artists)
			assert.Equal(t, want.Result.ExternalIDs, got.Result.ExternalIDs)
			assert.Equal(t, want.Result.ExternalMetadata.Links(), got.Result.ExternalMetadata.Links())
			assert.Equal(t, want.Result.DurationMS, got.Result.DurationMS)
		}
		assert.Equal(t, webhook.FileScan, event.Kind)
	}
}

func TestFormLists(t *testing.T) {
	t.Parallel()
	row := func(index, title string) string { return "&results[music][" + index + "][result][title]=" + title }
	for name, tt := range map[string]struct {
		fields string
		want   []string
	}{
		"in order":              {row("0", "A") + row("1", "B"), []string{"A", "B"}},
		"out of order":          {row("1", "B") + row("0", "A"), []string{"A", "B"}},
		"ten and more":          {row("10", "K") + row("2", "C") + row("0", "A") + row("1", "B"), []string{"A", "B", "C", "K"}},
		"a gap":                 {row("7", "B") + row("3", "A"), []string{"A", "B"}},
		"one that starts late":  {row("4", "A"), []string{"A"}},
		"a number of any size":  {row("99999999999999999999999", "B") + row("3", "A"), []string{"A", "B"}},
		"a row in pieces":       {row("0", "A") + row("1", "B") + "&results[music][0][offset]=1", []string{"A", "B"}},
		"a field twice, equal":  {row("0", "A") + row("0", "A"), []string{"A"}},
		"JSON in a field":       {"&results=" + url.QueryEscape(`{"music":[{"result":{"title":"A"}}]}`), []string{"A"}},
		"JSON behind a BOM":     {"&results=%EF%BB%BF" + url.QueryEscape(`{"music":[{"result":{"title":"A"}}]}`), []string{"A"}},
		"JSON of a list inside": {"&results[music]=" + url.QueryEscape(`[]`) + "&results[cover_songs][0][result][title]=B", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := webhook.Parse([]byte("file_id=a&state=1&cid=7" + tt.fields))
			if tt.want == nil { // text where a list belongs
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.NotNil(t, event.Results)
			var titles []string
			for _, m := range event.Results.Music {
				titles = append(titles, m.Result.Title)
			}
			assert.Equal(t, tt.want, titles)
			assert.Empty(t, event.Extra)
		})
	}
	event, err := webhook.Parse([]byte("file_id=a&state=1&results[music][0][result][external_ids][isrc][]=QZ1&results[music][0][result][external_ids][isrc][]=QZ2&tags[]=x&tags[]=x"))
	require.NoError(t, err)
	assert.Equal(t, []string{"QZ1", "QZ2"}, event.Results.Music[0].Result.ExternalIDs.ISRC)
	assert.Equal(t, map[string]json.RawMessage{"tags": json.RawMessage(`["x","x"]`)}, event.Extra)
}

// A form that cannot be read in full is refused: what is left out could be a match, and no match is how a clean file looks.
func TestFormRefused(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string]string{
		"a value and a list":             "results=x&results[music][0][offset]=1",
		"a value and a list, elsewhere":  "tags=x&tags[a]=x",
		"a value and a list, inside":     "results[music]=x&results[music][0][offset]=1",
		"a field twice, not equal":       "results[music][0][offset]=1&results[music][0][offset]=2",
		"results twice":                  "results=" + url.QueryEscape(results) + "&results=",
		"data twice":                     "data=1&data=2",
		"payload twice":                  "payload=1&payload=2",
		"two files":                      "file_id=" + fileID + "&file_id=158f0c48-0000-4000-8000-000000000009&cid=20002&state=1",
		"two containers":                 "file_id=" + fileID + "&cid=20002&cid=20003&state=1",
		"two streams":                    "stream_id=s-1&stream_id=s-2",
		"no bracket closes":              "results[music",
		"no bracket opens":               "results]=1",
		"two brackets close":             "results[a]]=1",
		"a bracket in a bracket":         "results[a[b]]=1",
		"text after a bracket":           "results[a]b=1",
		"text between brackets":          "results[a]b[c]=1",
		"only brackets":                  "[a]=1",
		"no name":                        "=1",
		"an empty key, not last":         "results[music][][offset]=1",
		"numbered and not":               "results[music][0]=1&results[music][]=2",
		"named and not":                  "results[music][a]=1&results[music][]=2",
		"too deep":                       "a" + strings.Repeat("[b]", 64) + "=1",
		"a bad escape in a value":        "results=%zz",
		"a bad escape in a name":         "results%5=1",
		"a semicolon":                    "a=1;results=2",
		"results are text":               "results=hello",
		"results are a number":           "results=42",
		"results are several":            "results=" + url.QueryEscape(`[`+results+`,5]`),
		"results are cut off":            "results=" + url.QueryEscape(results[:40]),
		"rows are text":                  "results[music]=hello",
		"one row is text":                "results[music][0]=hello&results[music][1][offset]=1",
		"covers are text":                "results[cover_songs]=hello",
		"custom files are text":          "results[custom_files]=hello",
		"results by dots":                "results.music.0.offset=1",
		"data is cut off":                "data=" + url.QueryEscape(`{"file_id":"a","results":`),
		"data is a list cut off":         "data=" + url.QueryEscape(`[{"file_id":"a"`),
		"payload is cut off":             "payload=" + url.QueryEscape(`{"file_id":"a","results":`),
		"payload with results as text":   "payload=" + url.QueryEscape(`{"file_id":"a","results":"hello"}`),
		"more than 100,000 fields":       strings.Repeat("a=&", 100_001),
		"more than 100,000 equal fields": strings.Repeat("&a[0]=1", 100_001),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, prefix := range []string{"file_id=a&state=1&cid=7&", ""} {
				if prefix != "" && (strings.HasPrefix(name, "payload with")) {
					continue // a file event that also has a member payload
				}
				r := post(t, strings.NewReader(prefix+fields), "application/x-www-form-urlencoded")
				event, err := webhook.ParseRequest(r)
				assert.Nil(t, event)
				refused, ok := errors.AsType[*webhook.RequestError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, 400, refused.StatusCode())
				assert.Less(t, len(err.Error()), 300)
			}
		})
	}
	for name, fields := range map[string]string{
		"64 keys":        "a" + strings.Repeat("[b]", 63) + "=1",
		"100,000 fields": strings.Repeat("a=&", 99_998),
		"empty fields":   "&&&",
		"text in data":   "data=hello",
		"empty results":  "results=",
		"results of []":  "results=%5B%5D",
		"null":           "results=null",
	} {
		event, err := webhook.Parse([]byte("file_id=a&state=1&" + fields))
		require.NoError(t, err, name)
		assert.Equal(t, filescan.StateReady, event.State)
	}
}

func TestFormMultipart(t *testing.T) {
	t.Parallel()
	build := func(change func(*multipart.Writer)) (string, string) {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for _, field := range [][2]string{{"file_id", fileID}, {"state", "1"}, {"results[music][0][result][title]", "Silver River"}} {
			require.NoError(t, w.WriteField(field[0], field[1]))
		}
		change(w)
		require.NoError(t, w.Close())
		return body.String(), w.FormDataContentType()
	}
	part := func(header ...string) func(*multipart.Writer) {
		return func(w *multipart.Writer) {
			h := textproto.MIMEHeader{}
			for i := 0; i < len(header); i += 2 {
				h.Set(header[i], header[i+1])
			}
			p, err := w.CreatePart(h)
			require.NoError(t, err)
			_, err = p.Write([]byte("c29uZy5t=63DM"))
			require.NoError(t, err)
		}
	}
	const named = `form-data; name="name"`
	for name, tt := range map[string]struct {
		change func(*multipart.Writer)
		want   string // the name
	}{
		"nested":           {func(*multipart.Writer) {}, ""},
		"8bit":             {part("Content-Disposition", named, "Content-Transfer-Encoding", "8BIT"), "c29uZy5t=63DM"},
		"quoted-printable": {part("Content-Disposition", named, "Content-Transfer-Encoding", "quoted-printable"), "c29uZy5tcDM"},
		"base64":           {part("Content-Disposition", named, "Content-Transfer-Encoding", "base64"), "refused"},
		"without a name":   {part("Content-Disposition", "form-data"), "refused"},
		"nothing at all":   {part(), "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, contentType := build(tt.change)
			event, err := webhook.ParseRequest(post(t, strings.NewReader(body), contentType))
			if tt.want == "refused" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, "Silver River", event.Results.Music[0].Result.Title)
			assert.Equal(t, tt.want, event.Name)
		})
	}
	body, contentType := build(func(*multipart.Writer) {})
	for cut := 1; cut < len(body)-2; cut++ { // the last two bytes are the line's end
		_, err := webhook.ParseRequest(post(t, strings.NewReader(body[:cut]), contentType))
		require.Error(t, err, "cut after %d bytes", cut)
	}
}

// Members beside an envelope stay, and an envelope of something else is not lost.
func TestFormPayload(t *testing.T) {
	t.Parallel()
	event, err := webhook.Parse([]byte(url.Values{"payload": {fullBody}, "token": {"x"}}.Encode()))
	require.NoError(t, err)
	assert.Equal(t, fileID, event.FileID)
	assert.Equal(t, map[string]json.RawMessage{"token": json.RawMessage(`"x"`)}, event.Extra)
	event, err = webhook.Parse([]byte(`{"payload":` + fullBody + `,"data":{"x":1}}`))
	require.NoError(t, err)
	assert.Equal(t, fileID, event.FileID)
	assert.Equal(t, map[string]json.RawMessage{"data": json.RawMessage(`{"x":1}`)}, event.Extra)
	event, err = webhook.Parse([]byte("payload=hello&x=1"))
	require.NoError(t, err)
	assert.Equal(t, webhook.Unknown, event.Kind)
	assert.Equal(t, map[string]json.RawMessage{"payload": json.RawMessage(`"hello"`), "x": json.RawMessage(`"1"`)}, event.Extra)
	event, err = webhook.Parse([]byte("file_id=a&state=1&payload=hello"))
	require.NoError(t, err)
	assert.Equal(t, map[string]json.RawMessage{"payload": json.RawMessage(`"hello"`)}, event.Extra)
}

// Whatever the names of a form's fields are, either every value is in the event or the form is refused.
func FuzzForm(f *testing.F) {
	for _, body := range []string{
		"file_id=a&state=1&results[music][0][offset]=1", "a[0]=x&a[1]=y", "a[]=x&a[]=y", "a[b][c]=1&a[b][d]=2", "a[1]=x&a[0]=y&a[7]=z", "a=1&a[b]=2", "a[[b]]=1", "a]=1",
		"a[b]c=1", "a[][b]=1", "results=%7B%7D&results=", "a=%zz", "a;b=1", "a=1&a=2", "a%5B0%5D%5Bb%5D=%22", "[a]=1", "a[x]=1&a[]=2", "\xef\xbb\xbfa=1&b=\xff",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		event, err := webhook.Parse([]byte("fuzz=1&" + body))
		if err != nil || strings.HasPrefix(body, "fuzz") {
			return
		}
		var all bytes.Buffer // of the event
		for name, raw := range event.Extra {
			require.True(t, json.Valid(raw), name)
			all.Write(raw)
		}
		if event.Kind != webhook.Unknown {
			return // its values are in typed fields, where "01" is 1
		}
		values, err := url.ParseQuery(strings.TrimSpace(body))
		require.NoError(t, err, "what cannot be read is refused")
		for name, list := range values {
			if !strings.Contains(name, "[") {
				list = list[len(list)-1:]
			}
			switch name {
			case "state", "cid", "name", "results", "stream_url", "stream_name", "fuzz":
				continue // they say nothing without an id
			}
			for _, value := range list {
				if value == "" || strings.HasPrefix(name, "results[") || !json.Valid([]byte(quote(value))) || strings.ContainsRune(value, '\ufeff') || !isASCII(value) {
					continue
				}
				var text bytes.Buffer
				enc := json.NewEncoder(&text)
				enc.SetEscapeHTML(false)
				require.NoError(t, enc.Encode(value))
				assert.Contains(t, all.String(), strings.TrimSuffix(text.String(), "\n"), name)
			}
		}
	})
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r < 0x20 || r > 0x7e }) < 0
}
