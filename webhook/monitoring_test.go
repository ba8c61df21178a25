package webhook_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

const record = `{"status":{"msg":"Success","code":0,"version":"1.0"},"result_type":0,"metadata":{"type":"delay","timestamp_utc":"2026-04-01 10:00:00","played_duration":120,` +
	`"music":[{"title":"Silver River","score":100,"play_offset_ms":"4780","sample_end_time_offset_ms":"7060","external_metadata":{"deezer":[{"album":{"id":7},"track":{"id":"8"}}]}}],` +
	`"record_timestamp":"20260401100000","new":1}}`

// Both kinds of projects, in each spelling, lose nothing.
func TestMonitoringKinds(t *testing.T) {
	t.Parallel()
	const database = `{"bucket_id":"77","stream_id":"s-1","stream_name":"Radio One","stream_country":"Iceland","stream_url":"http://radio.example/1","data":` + record + `,"status":1,"user_defined":[]}`
	const custom = `{"stream_id":"s-1","stream_url":"http://radio.example/1","stream_name":"Radio One","status":1,"data":` + record + `}`
	form := url.Values{"stream_id": {"s-1"}, "stream_url": {"http://radio.example/1"}, "stream_name": {"Radio One"}, "status": {"1"}, "data": {record}}
	for name, tt := range map[string]struct {
		body  string
		extra map[string]json.RawMessage
	}{
		"broadcast database": {database, map[string]json.RawMessage{"bucket_id": json.RawMessage(`"77"`), "stream_country": json.RawMessage(`"Iceland"`), "user_defined": json.RawMessage(`[]`)}},
		"custom streams":     {custom, nil},
		"a form":             {form.Encode(), nil},
		"brackets":           {bracketForm(t, "", []byte(custom)), nil},
		"payload":            {"payload=" + url.QueryEscape(custom), nil},
		"data is a list":     {`{"stream_id":"s-1","stream_url":"http://radio.example/1","stream_name":"Radio One","status":1,"data":[` + record + `]}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := webhook.Parse([]byte(tt.body))
			require.NoError(t, err)
			assert.Equal(t, webhook.BroadcastMonitoring, event.Kind)
			m := event.Monitoring
			require.NotNil(t, m)
			require.NotNil(t, m.Result)
			assert.Equal(t, webhook.Monitoring{StreamID: "s-1", StreamURL: "http://radio.example/1", StreamName: "Radio One", Status: 1, Result: m.Result}, *m)
			checkRecord(t, m)
			assert.Equal(t, tt.extra, event.Extra)
			assert.NotEmpty(t, event.Key())
		})
	}
}

func checkRecord(t *testing.T, m *webhook.Monitoring) {
	t.Helper()
	play := m.Play()
	require.NotNil(t, play)
	assert.Equal(t, m.StreamID, play.StreamID)
	assert.Equal(t, time.Date(2026, 4, 1, 10, 0, 0, 0, time.UTC), play.Start)
	assert.Equal(t, 2*time.Minute, play.PlayingTime())
	assert.Equal(t, "20260401100000", play.RecordTimestamp)
	assert.Equal(t, m.Result.Music, play.Music)
	assert.Equal(t, []string{"new"}, slices.Collect(maps.Keys(play.MetadataExtra)))
	require.NotNil(t, m.Result)
	assert.Equal(t, "2026-04-01 10:00:00", m.Result.TimestampUTC)
	require.Len(t, m.Result.Music, 1)
	assert.Equal(t, "Silver River", m.Result.Music[0].Title)
	assert.EqualValues(t, 4780, *m.Result.Music[0].PlayOffsetMS)
	assert.Equal(t, "7", m.Result.Music[0].ExternalMetadata.Deezer[0].Album.ID)
	for name, want := range map[string]string{"type": "delay", "played_duration": "120", "record_timestamp": "20260401100000", "new": "1"} {
		var got any
		require.NoError(t, json.Unmarshal(m.Result.MetadataExtra[name], &got), name)
		assert.Contains(t, []any{want, map[string]any{"120": 120.0, "1": 1.0}[want]}, got, name)
	}
}

// The documentation shows results without the stream around them.
func TestMonitoringBareRecord(t *testing.T) {
	t.Parallel()
	for _, body := range []string{record, `{"data":` + record + `}`, `{"data":[` + record + `]}`} {
		event, err := webhook.Parse([]byte(body))
		require.NoError(t, err)
		require.Equal(t, webhook.BroadcastMonitoring, event.Kind, body)
		assert.Empty(t, event.Monitoring.StreamID)
		assert.Equal(t, 1, event.Monitoring.Status)
		checkRecord(t, event.Monitoring)
		assert.Empty(t, event.Extra)
		assert.NotEmpty(t, event.Key())
	}
	event, err := webhook.Parse([]byte(`{"status":{"code":0},"metadata":{"music":[{"acrid":"test_acrid"}]}}`))
	require.NoError(t, err)
	assert.Equal(t, webhook.Test, event.Kind)
	event, err = webhook.Parse([]byte(`{"status":{"code":1001,"msg":"No result"},"metadata":{}}`))
	require.NoError(t, err)
	assert.Equal(t, webhook.BroadcastMonitoring, event.Kind)
	assert.Zero(t, event.Monitoring.Status)
	assert.Empty(t, event.Key())
}

// A stream without a result says so, and what no reading fits is kept.
func TestMonitoringWithoutResult(t *testing.T) {
	t.Parallel()
	event, err := webhook.Parse([]byte(`{"stream_id":"s-1","status":0,"data":{"status":{"code":1001,"msg":"No result","version":"1.0"}},"id":"5","name":"n"}`))
	require.NoError(t, err)
	assert.Equal(t, 1001, event.Monitoring.Result.Status.Code)
	assert.False(t, event.Monitoring.Result.Matched())
	assert.Equal(t, map[string]json.RawMessage{"id": json.RawMessage(`"5"`), "name": json.RawMessage(`"n"`)}, event.Extra)
	event, err = webhook.Parse([]byte(`{"stream_id":"s-1","status":"on","data":[` + record + `,` + record + `],"payload":2}`))
	require.NoError(t, err)
	assert.Nil(t, event.Monitoring.Result)
	assert.JSONEq(t, `[`+record+`,`+record+`]`, string(event.Extra["data"]))
	assert.Equal(t, `"on"`, string(event.Extra["status"]))
	assert.Equal(t, `2`, string(event.Extra["payload"]))
	_, err = webhook.Parse([]byte("stream_id=s-1&status=1&data=" + url.QueryEscape(record[:100])))
	require.ErrorContains(t, err, "data")
}

func TestMonitoringPlay(t *testing.T) {
	t.Parallel()
	assert.Nil(t, (*webhook.Monitoring)(nil).Play())
	assert.Nil(t, (&webhook.Monitoring{StreamID: "s-1"}).Play())
	made := &webhook.Monitoring{StreamID: "s-1", Result: &identify.Result{TimestampUTC: "2026-04-01 10:00:00", Music: []acrcloud.Music{{Title: "T"}}}}
	item, ok := made.Play().Top()
	require.True(t, ok)
	assert.Equal(t, "T", item.Title)
	event, err := webhook.Parse([]byte(`{"stream_id":"s-1","stream_url":"x","status":0,"data":{"status":{"code":1001,"msg":"No result"}}}`))
	require.NoError(t, err)
	play := event.Monitoring.Play()
	assert.Equal(t, 1001, play.Status.Code)
	_, ok = play.Top()
	assert.False(t, ok)
}
