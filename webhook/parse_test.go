package webhook_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

const (
	fileID   = "5a1e0000-0000-4000-8000-00000000c0de"
	results  = `{"music":[{"offset":1.5,"played_duration":203,"type":"traverse","result":{"title":"Silver River","acrid":"00112233445566778899aabbccddeeff"}}]}`
	fullBody = `{"file_id":"` + fileID + `","state":1,"cid":20002,"name":"song.mp3","results":` + results + `}`
)

func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Every reading of a file-scan callback says the same.
func TestParseReadings(t *testing.T) {
	t.Parallel()
	form := url.Values{"file_id": {fileID}, "state": {"1"}, "cid": {"20002"}, "name": {"song.mp3"}, "results": {results}}
	rest := `,"state":1,"cid":20002,"name":"song.mp3","results":` + results + `}`
	for name, body := range map[string]string{
		"bare":                         fullBody,
		"white space and a BOM":        "\xef\xbb\xbf\r\n " + fullBody + "\n",
		"two BOMs, after a blank":      "\n\xef\xbb\xbf\r\n\xef\xbb\xbf" + fullBody,
		"encoded twice":                quote(fullBody) + "\n",
		"encoded twice, a BOM inside":  quote("\ufeff" + fullBody),
		"id in place of file_id":       `{"id":"` + fileID + `"` + rest,
		"both ids, the same":           `{"id":"` + strings.ToUpper(fileID) + `","file_id":"` + fileID + `"` + rest,
		"in data":                      `{"data":` + fullBody + `}`,
		"in data, an array":            `{"data":[` + fullBody + `]}`,
		"in data, as text":             `{"data":` + quote(fullBody) + `}`,
		"in data, with id":             `{"data":{"id":"` + fileID + `"` + rest + `}`,
		"an array":                     `[` + fullBody + `]`,
		"numbers as text":              `{"file_id":"` + fileID + `","state":"1","cid":"20002","name":"song.mp3","results":` + results + `}`,
		"results as text":              `{"file_id":"` + fileID + `","state":1,"cid":20002,"name":"song.mp3","results":` + quote(results) + `}`,
		"results as an array of one":   `{"file_id":"` + fileID + `","state":1,"cid":20002,"name":"song.mp3","results":[` + results + `]}`,
		"a member twice: the last":     `{"file_id":"` + fileID + `","state":-2,"state":1,"cid":20002,"name":"song.mp3","results":` + results + `}`,
		"a form":                       form.Encode(),
		"a form, a parameter twice":    "state=0&" + form.Encode(),
		"a form of data":               url.Values{"data": {fullBody}}.Encode(),
		"a form that ends with a line": form.Encode() + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := webhook.Parse([]byte(body))
			require.NoError(t, err)
			assert.Equal(t, webhook.FileScan, event.Kind)
			assert.Equal(t, fileID, event.FileID)
			assert.Equal(t, filescan.StateReady, event.State)
			assert.Equal(t, 20002, event.ContainerID)
			assert.Equal(t, "song.mp3", event.Name)
			require.NotNil(t, event.Results)
			require.Len(t, event.Results.Music, 1)
			assert.Equal(t, "Silver River", event.Results.Music[0].Result.Title)
			assert.Equal(t, body, string(event.Raw))
			assert.Empty(t, event.Extra)
			assert.Nil(t, event.Header)
			file := event.File()
			require.NotNil(t, file)
			assert.Equal(t, filescan.File{ID: fileID, ContainerID: 20002, Name: "song.mp3", State: filescan.StateReady, Results: event.Results}, *file)
		})
	}
}

func TestParseStatesAndResults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body  string
		state filescan.State
	}{
		"no results, null":        {`{"file_id":"a","state":-1,"cid":1,"results":null}`, filescan.StateNoResults},
		"no results, array":       {`{"file_id":"a","state":-1,"cid":1,"results":[]}`, filescan.StateNoResults},
		"no results, missing":     {`{"file_id":"a","state":-1,"cid":1}`, filescan.StateNoResults},
		"no results, empty text":  {`{"file_id":"a","state":-1,"cid":1,"results":""}`, filescan.StateNoResults},
		"no results, text of []":  {`{"file_id":"a","state":-1,"cid":1,"results":"[]"}`, filescan.StateNoResults},
		"no results in a form":    {`file_id=a&state=-1&results=`, filescan.StateNoResults},
		"failed":                  {`{"file_id":"a","state":-2}`, filescan.StateFailed},
		"error":                   {`{"file_id":"a","state":-3,"results":[]}`, filescan.StateError},
		"an unknown state passes": {`{"file_id":"a","state":7}`, 7},
		"unknown and negative":    {`{"file_id":"a","state":-9}`, -9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := webhook.Parse([]byte(tt.body))
			require.NoError(t, err)
			assert.Equal(t, webhook.FileScan, event.Kind)
			assert.Equal(t, tt.state, event.State)
			assert.True(t, event.Results == nil || len(event.Results.Music) == 0)
		})
	}
}

func TestParseKeepsTheRest(t *testing.T) {
	t.Parallel()
	event, err := webhook.Parse([]byte(`{"file_id":"a","status":"done","state":"who knows","id":"b","added":{"x":[1]},"data":5,"stream_url":"u"}`))
	require.NoError(t, err)
	assert.Equal(t, webhook.FileScan, event.Kind)
	assert.Zero(t, event.State)
	assert.Equal(t, map[string]json.RawMessage{
		"status": json.RawMessage(`"done"`), "state": json.RawMessage(`"who knows"`), "id": json.RawMessage(`"b"`),
		"added": json.RawMessage(`{"x":[1]}`), "data": json.RawMessage(`5`), "stream_url": json.RawMessage(`"u"`),
	}, event.Extra)

	event, err = webhook.Parse([]byte(`{"event":"scan","at":1,"data":{"file_id":"a","state":1,"at":2}}`))
	require.NoError(t, err)
	assert.Equal(t, map[string]json.RawMessage{"event": json.RawMessage(`"scan"`), "at": json.RawMessage(`2`)}, event.Extra)

	event, err = webhook.Parse([]byte("{\"file_id\":\"a\",\"state\":1,\"name\":\"caf\xe9\"}"))
	require.NoError(t, err, "invalid UTF-8 is accepted")
	assert.Equal(t, "caf�", event.Name)

	event, err = webhook.Parse(fixture.Callback())
	require.NoError(t, err)
	assert.Len(t, event.Results.Music, fixture.MusicRows)
	assert.Len(t, event.Results.CoverSongs, fixture.CoverRows)
}

func TestParseMonitoring(t *testing.T) {
	t.Parallel()
	data := `{"status":{"code":0,"msg":"Success","version":"1.0"},"result_type":0,"metadata":{"type":"delay","timestamp_utc":"2026-04-01 10:00:00","played_duration":120,"music":[{"title":"Silver River","acrid":"00112233445566778899aabbccddeeff"}],"record_timestamp":"20260401100000"}}`
	form := url.Values{"stream_id": {"s-Ab12Cd3"}, "stream_url": {"https://radio.example/live"}, "stream_name": {"Radio"}, "status": {"1"}, "data": {data}}
	for name, body := range map[string]string{
		"JSON":      `{"stream_id":"s-Ab12Cd3","stream_url":"https://radio.example/live","stream_name":"Radio","status":1,"data":` + data + `}`,
		"data text": `{"stream_id":"s-Ab12Cd3","stream_url":"https://radio.example/live","stream_name":"Radio","status":"1","data":` + quote(data) + `}`,
		"form":      form.Encode(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := webhook.Parse([]byte(body))
			require.NoError(t, err)
			assert.Equal(t, webhook.BroadcastMonitoring, event.Kind)
			require.NotNil(t, event.Monitoring)
			assert.Equal(t, "s-Ab12Cd3", event.Monitoring.StreamID)
			assert.Equal(t, "https://radio.example/live", event.Monitoring.StreamURL)
			assert.Equal(t, "Radio", event.Monitoring.StreamName)
			assert.Equal(t, 1, event.Monitoring.Status)
			require.NotNil(t, event.Monitoring.Result)
			assert.Equal(t, "Success", event.Monitoring.Result.Status.Msg)
			assert.Equal(t, "2026-04-01 10:00:00", event.Monitoring.Result.TimestampUTC)
			require.Len(t, event.Monitoring.Result.Music, 1)
			assert.Equal(t, "Silver River", event.Monitoring.Result.Music[0].Title)
			assert.Nil(t, event.File())
			assert.Empty(t, event.Extra)
		})
	}
	for body, extra := range map[string]map[string]json.RawMessage{
		`{"stream_id":"s-Ab12Cd3","status":0,"data":null}`:        nil,
		`{"stream_id":"s-Ab12Cd3","status":0}`:                    nil,
		`stream_id=s-Ab12Cd3&status=0&data=`:                      nil,
		`{"stream_id":"s-Ab12Cd3","status":0,"data":[1],"new":2}`: {"data": json.RawMessage(`[1]`), "new": json.RawMessage(`2`)},
	} {
		event, err := webhook.Parse([]byte(body))
		require.NoError(t, err, body)
		assert.Equal(t, webhook.BroadcastMonitoring, event.Kind, body)
		assert.Nil(t, event.Monitoring.Result, body)
		assert.Equal(t, extra, event.Extra, body)
	}
}

func TestParseTestPayloads(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"monitoring":             `{"stream_id":"test_stream_id","status":1,"data":{"status":{"code":0},"metadata":{"music":[{"acrid":"test_acrid"}],"timestamp_utc":"2100-01-01 00:00:00"}}}`,
		"monitoring, as a form":  `stream_id=test_stream_id&status=1&data=%7B%7D`,
		"file":                   `{"file_id":"test_file_id","state":1,"cid":20002,"results":{}}`,
		"file, by its recording": `{"file_id":"` + fileID + `","state":1,"results":{"music":[{"result":{"acrid":"test_acrid"}}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := webhook.Parse([]byte(body))
			require.NoError(t, err)
			assert.Equal(t, webhook.Test, event.Kind)
			assert.Nil(t, event.File())
		})
	}
}

func TestParseUnknown(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{}`, `{"hello":"world"}`, `hello=world`, `{"id":"5"}`, `{"data":[]}`, `{"data":{"x":1}}`, `{"data":"text"}`,
		`{"data":[{"file_id":"a","state":1},{"file_id":"b","state":1}]}`, `[{"file_id":"a"},{"file_id":"b"}]`, `{"file_id":null,"state":1}`,
		`{"file_id":{"x":1}}`,
	} {
		event, err := webhook.Parse([]byte(body))
		require.NoError(t, err, body)
		assert.Equal(t, webhook.Unknown, event.Kind, body)
		assert.Equal(t, body, string(event.Raw))
		assert.Nil(t, event.File())
	}
	event, err := webhook.Parse([]byte(`{"id":"5","data":{"x":1},"y":2}`))
	require.NoError(t, err)
	assert.Equal(t, map[string]json.RawMessage{"id": json.RawMessage(`"5"`), "data": json.RawMessage(`{"x":1}`), "y": json.RawMessage(`2`)}, event.Extra)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const deep = 100_000
	for name, tt := range map[string]struct {
		body   string
		reason webhook.Reason
	}{
		"empty":                {"", webhook.ReasonMalformed},
		"blank":                {" \r\n", webhook.ReasonMalformed},
		"a number":             {"42", webhook.ReasonMalformed},
		"a text":               {`"hello"`, webhook.ReasonMalformed},
		"null":                 {"null", webhook.ReasonMalformed},
		"true":                 {"true", webhook.ReasonMalformed},
		"an empty array":       {"[]", webhook.ReasonMalformed},
		"an array of numbers":  {"[1]", webhook.ReasonMalformed},
		"broken":               {`{"file_id":"a",`, webhook.ReasonMalformed},
		"two documents":        {`{"file_id":"a"} {"file_id":"b"}`, webhook.ReasonMalformed},
		"HTML":                 {"<html lang=en></html>", webhook.ReasonMalformed},
		"a bad escape":         {"file_id=%zz", webhook.ReasonMalformed},
		"a word":               {"hello", webhook.ReasonMalformed},
		"base64":               {"aGVsbG8=", webhook.ReasonMalformed},
		"deep objects":         {strings.Repeat(`{"a":`, deep) + "1" + strings.Repeat("}", deep), webhook.ReasonMalformed},
		"deep arrays":          {strings.Repeat("[", deep) + strings.Repeat("]", deep), webhook.ReasonMalformed},
		"deep results":         {`{"file_id":"a","results":` + strings.Repeat("[", deep) + strings.Repeat("]", deep) + `}`, webhook.ReasonMalformed},
		"deep and not closed":  {strings.Repeat("[", deep), webhook.ReasonMalformed},
		"gzip":                 {"\x1f\x8b\x08\x00\x00\x00\x00\x00", webhook.ReasonBinary},
		"zeros":                {"\x00\x00\x00\x00", webhook.ReasonBinary},
		"an id with a path":    {`{"file_id":"../../fs-containers/1","state":1}`, webhook.ReasonMalformed},
		"an id with a slash":   {`{"id":"a/b","state":1}`, webhook.ReasonMalformed},
		"an id, escaped":       {`{"file_id":"a%2fb","state":1}`, webhook.ReasonMalformed},
		"an id with a comma":   {`{"file_id":"a,b","state":1}`, webhook.ReasonMalformed},
		"an id with a query":   {`{"file_id":"a?b","state":1}`, webhook.ReasonMalformed},
		"an id with a line":    {`{"file_id":"a\nb","state":1}`, webhook.ReasonMalformed},
		"an id of dots":        {`{"file_id":"..","state":1}`, webhook.ReasonMalformed},
		"an id in data":        {`{"data":{"file_id":"a/..","state":1}}`, webhook.ReasonMalformed},
		"an id without an end": {`{"file_id":"` + strings.Repeat("a", 200) + `","state":1}`, webhook.ReasonMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := webhook.Parse([]byte(tt.body))
			assert.Nil(t, event)
			refused, ok := errors.AsType[*webhook.RequestError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.reason, refused.Reason)
			assert.Less(t, len(err.Error()), 300)
		})
	}
}

// JSON inside a string is as deep as JSON outside of it, but it is only one member that cannot be read.
func TestParseDeepText(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	for _, body := range []string{
		`{"file_id":"a","state":1,"results":"` + deep + `"}`,
		`{"data":"` + deep + `"}`,
	} {
		event, err := webhook.Parse([]byte(body))
		require.NoError(t, err)
		assert.Nil(t, event.Results)
	}
	_, err := webhook.Parse([]byte(url.Values{"file_id": {"a"}, "state": {"1"}, "results": {deep}}.Encode()))
	require.ErrorContains(t, err, "results", "a form is read in full or not at all")
}

// What the caller does with its bytes afterwards is its own business.
func TestParseCopies(t *testing.T) {
	t.Parallel()
	body := []byte(fullBody)
	event, err := webhook.Parse(body)
	require.NoError(t, err)
	clear(body)
	assert.Equal(t, fullBody, string(event.Raw))
	assert.Equal(t, results, string(event.Results.Raw))
}
