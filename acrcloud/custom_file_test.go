package acrcloud_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

func TestCustomFileShapes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   string
		want acrcloud.CustomFile
	}{
		"as documented": {
			`{"acrid":"a","audio_id":"3","bucket_id":"51","title":"Amber","score":100,"duration_ms":852037,"play_offset_ms":397791,"db_begin_time_offset_ms":0}`,
			acrcloud.CustomFile{ACRID: "a", AudioID: "3", BucketID: "51", Title: "Amber", Score: new(100.0), DurationMS: 852037, PlayOffsetMS: new(int64(397791)), DBBeginTimeOffsetMS: new(int64(0))},
		},
		"numbers and texts": {
			`{"audio_id":3,"bucket_id":51,"score":"99","duration_ms":"852037","play_offset_ms":1.5}`,
			acrcloud.CustomFile{AudioID: "3", BucketID: "51", Score: new(99.0), DurationMS: 852037, PlayOffsetMS: new(int64(2))},
		},
		"the user's keys stay as they are": {
			`{"title":"Amber","artist":"Brook","Artists":["Cove"],"artists":"Dawn","album":"Ember","brand_name":"Fable","key1":{"a": 1},"count":2,"user_defined":{"x":"y"}}`,
			acrcloud.CustomFile{Title: "Amber", Extra: raws{
				"artist": json.RawMessage(`"Brook"`), "Artists": json.RawMessage(`["Cove"]`), "artists": json.RawMessage(`"Dawn"`), "album": json.RawMessage(`"Ember"`),
				"brand_name": json.RawMessage(`"Fable"`), "key1": json.RawMessage(`{"a":1}`), "count": json.RawMessage(`2`), "user_defined": json.RawMessage(`{"x":"y"}`),
			}},
		},
		"a key of the service's name": {
			`{"title":["a","b"],"score":"none"}`,
			acrcloud.CustomFile{Extra: raws{"title": json.RawMessage(`["a","b"]`), "score": json.RawMessage(`"none"`)}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, decode[acrcloud.CustomFile](t, tt.in))
		})
	}
	assert.Equal(t, 1500*time.Millisecond, acrcloud.CustomFile{DurationMS: 1500}.PlayingTime())
}
