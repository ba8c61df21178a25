package webhook_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/fixture"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// Whatever is posted, Parse returns an event or a RequestError, the event holds together, and wrapping it changes nothing.
func FuzzParse(f *testing.F) {
	for _, body := range []string{
		"", "{}", "[]", "null", "42", fullBody, "[" + fullBody + "]", `{"data":` + fullBody + `}`, `{"data":[` + fullBody + `]}`, `{"data":` + quote(fullBody) + `}`,
		`{"file_id":"a","state":-1,"cid":1,"results":[]}`, `{"file_id":"a","results":"[]","status":"done"}`, `{"file_id":"../a"}`, `{"id":5,"state":"1"}`,
		`{"stream_id":"s-1","status":1,"data":{"status":{"code":0},"metadata":{"music":[{"title":"x"}]}}}`, `stream_id=test_stream_id&status=1&data=%7B%7D`,
		url.Values{"file_id": {fileID}, "state": {"1"}, "results": {results}}.Encode(), "a=b&a=c", "=", "%", "\x1f\x8b", "\xef\xbb\xbf{}", "{\"file_id\":\"\xff\"}",
		strings.Repeat("[", 1000), `{"a":` + strings.Repeat("[", 1000), `{"file_id":"a","file_id":"b"}`, string(fixture.Callback()[:2000]),
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		event, err := webhook.Parse(body)
		if err != nil {
			refused, ok := errors.AsType[*webhook.RequestError](err)
			require.True(t, ok)
			assert.Contains(t, []int{400, 415}, refused.StatusCode())
			assert.Nil(t, event)
			return
		}
		assert.Equal(t, body, event.Raw)
		file := event.File()
		switch event.Kind {
		case webhook.FileScan:
			require.NotNil(t, file)
			assert.NotEmpty(t, event.FileID)
			assert.NotContains(t, event.FileID, "/")
			assert.NotContains(t, event.FileID, "..")
			assert.NotEmpty(t, event.Key())
		case webhook.BroadcastMonitoring:
			require.NotNil(t, event.Monitoring)
			assert.True(t, event.Monitoring.StreamID != "" || event.Monitoring.Result != nil)
		case webhook.Test, webhook.Unknown:
		default:
			t.Fatal(event.Kind)
		}
		if event.Kind != webhook.FileScan {
			assert.Nil(t, file)
			return
		}
		for name, raw := range event.Extra {
			assert.True(t, json.Valid(raw), name)
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(body, &members) != nil || members["data"] != nil || len(body) > 9_000 {
			return // a form, wrapped already, or perhaps too deep for one level more
		}
		wrapped, err := webhook.Parse([]byte(`{"data":` + string(body) + `}`))
		require.NoError(t, err)
		assert.Equal(t, event.FileID, wrapped.FileID)
		assert.Equal(t, event.State, wrapped.State)
		assert.Equal(t, event.ContainerID, wrapped.ContainerID)
	})
}
