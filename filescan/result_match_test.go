package filescan_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

func TestSimilarity(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		own, recording *float64
		want           float64
		ok             bool
	}{
		"both: its own":        {new(99.0), new(15.0), 99, true},
		"both: its own, lower": {new(44.0), new(100.0), 44, true},
		"its own, 0":           {new(0.0), new(100.0), 0, true},
		"the recording's":      {nil, new(100.0), 100, true},
		"the recording's, 0":   {nil, new(0.0), 0, true},
		"neither, as of cover": {nil, nil, 0, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := filescan.Match{Score: tt.own, Result: acrcloud.Music{Score: tt.recording}}.Similarity()
			assert.InDelta(t, tt.want, got, 0)
			assert.Equal(t, tt.ok, ok)
			got, ok = filescan.CustomMatch{Score: tt.own, Result: acrcloud.CustomFile{Score: tt.recording}}.Similarity()
			assert.InDelta(t, tt.want, got, 0)
			assert.Equal(t, tt.ok, ok)
		})
	}
}

func TestMatchTimes(t *testing.T) {
	t.Parallel()
	m := filescan.Match{Offset: 1.4, PlayedDuration: 148.2}
	assert.Equal(t, 1400*time.Millisecond, m.Start())
	assert.Equal(t, 149600*time.Millisecond, m.End())
	c := filescan.CustomMatch{Offset: 0.1, PlayedDuration: 0.2}
	assert.Equal(t, 100*time.Millisecond, c.Start())
	assert.Equal(t, 300*time.Millisecond, c.End())
	assert.Equal(t, 1500*time.Millisecond, filescan.Segment{Start: 1, End: 2.5}.PlayingTime())
	assert.Equal(t, 223*time.Second, filescan.File{Duration: 223}.PlayingTime())

	// Whatever a document says, a Duration is what comes closest.
	assert.Equal(t, time.Duration(math.MaxInt64), filescan.Match{Offset: 1e300}.Start())
	assert.Equal(t, time.Duration(math.MinInt64), filescan.Match{Offset: -1e300}.Start())
	assert.Equal(t, time.Duration(math.MaxInt64), filescan.Match{Offset: math.MaxFloat64, PlayedDuration: math.MaxFloat64}.End())
	assert.Zero(t, filescan.Match{Offset: math.NaN()}.Start())
}
