package acrcloud_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

func TestStreamShapes(t *testing.T) {
	t.Parallel()
	require.Equal(t,
		acrcloud.Stream{ACRID: "a", Title: "Radio", TimestampsMS: 1491987674, ResultType: "live", Score: new(88.0), Extra: extra("channel", `"7"`)},
		decode[acrcloud.Stream](t, `{"acrid":"a","title":"Radio","timestamps_ms":"1491987674","result_type":"live","score":88,"channel":"7"}`))
	require.Equal(t,
		acrcloud.Stream{TimestampsMS: 1491987674000, ResultType: "3"},
		decode[acrcloud.Stream](t, `{"timestamps_ms":1491987674000,"result_type":3}`))
	require.Equal(t,
		acrcloud.Stream{Extra: extra("timestamps_ms", `"2017-04-12"`)},
		decode[acrcloud.Stream](t, `{"timestamps_ms":"2017-04-12"}`))
}

func TestStreamTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2017, 4, 12, 9, 1, 14, 0, time.UTC)
	assert.Equal(t, at, acrcloud.Stream{TimestampsMS: 1491987674}.Time(), "seconds")
	assert.Equal(t, at.Add(5*time.Millisecond), acrcloud.Stream{TimestampsMS: 1491987674005}.Time(), "milliseconds")
	assert.True(t, acrcloud.Stream{}.Time().IsZero())
	assert.True(t, acrcloud.Stream{TimestampsMS: -1}.Time().IsZero())
}
