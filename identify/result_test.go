package identify_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// answered returns what Identify makes of a fixture.
func answered(t *testing.T, name string) *identify.Result {
	t.Helper()
	text, ok := fixtures[name]
	require.True(t, ok, name)
	c, _ := newService(t, says(200, text))
	result, err := c.Identify(t.Context(), audio("x"))
	require.NoError(t, err)
	assert.Equal(t, text, string(result.Raw))
	return result
}

func TestMusic(t *testing.T) {
	t.Parallel()
	r := answered(t, "music")
	assert.Equal(t, identify.Status{Code: 0, Msg: "Success", Version: "1.0"}, r.Status)
	assert.Equal(t, "2026-02-03 04:05:06", r.TimestampUTC)
	assert.InDelta(t, 0.281, r.CostTime, 0.001)
	assert.True(t, r.Matched())
	require.Len(t, r.Music, 1)
	m := r.Music[0]
	assert.Equal(t, "Silver River", m.Title)
	assert.Equal(t, []string{"QZABC2600001"}, m.ExternalIDs.ISRC)
	assert.Equal(t, int64(41340), *m.DBEndTimeOffsetMS)
	assert.Equal(t, 201500*time.Millisecond, m.PlayingTime())
	assert.Len(t, m.ExternalMetadata.Links(), 2)
	best := r.Best()
	require.NotNil(t, best)
	assert.Equal(t, identify.Candidate{Kind: identify.KindMusic, ACRID: m.ACRID, Title: m.Title, Artists: []string{"Ada Alder", "Birch"}, ISRC: "QZABC2600001", Score: 100, Music: &r.Music[0]}, *best)
}

func TestShapes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		check func(t *testing.T, r *identify.Result)
	}{
		{"lists", func(t *testing.T, r *identify.Result) {
			t.Helper()
			m := r.Music[0]
			assert.Equal(t, []string{"QZABC2600002", "QZABC2600003"}, m.ExternalIDs.ISRC)
			assert.Len(t, m.ExternalMetadata.Spotify, 2)
			assert.Equal(t, "7", m.ExternalMetadata.MusicStory[0].Track.ID)
		}},
		{"deezer", func(t *testing.T, r *identify.Result) {
			t.Helper()
			require.Len(t, r.Music, 2)
			for _, m := range r.Music {
				assert.Equal(t, "86578", m.ExternalMetadata.Deezer[0].Track.ID)
			}
		}},
		{"humming", func(t *testing.T, r *identify.Result) {
			t.Helper()
			require.Len(t, r.Humming, 3)
			assert.InDelta(t, 0.88, *r.Humming[0].Score, 1e-9)
			assert.Equal(t, 375040*time.Millisecond, r.Humming[0].PlayingTime())
			assert.Nil(t, r.Humming[2].Score)
			assert.Empty(t, r.Music)
			best := r.Best()
			assert.Equal(t, identify.KindHumming, best.Kind)
			assert.InDelta(t, 96.0, best.Score, 1e-9)
			assert.Equal(t, "h2", best.Humming.ACRID)
		}},
		{"custom files", func(t *testing.T, r *identify.Result) {
			t.Helper()
			require.Len(t, r.CustomFiles, 2)
			f := r.CustomFiles[0]
			assert.Equal(t, "3", f.AudioID)
			assert.Equal(t, "4", r.CustomFiles[1].AudioID)
			assert.JSONEq(t, `"The Placeholders"`, string(f.Extra["artists"]))
			assert.JSONEq(t, `"value"`, string(f.Extra["key1"]))
			assert.JSONEq(t, `{"name":"b"}`, string(f.Extra["brand"]))
			assert.Equal(t, "12.50", string(f.Extra["price"]))
			assert.True(t, r.Matched())
			best := r.Best()
			assert.Equal(t, identify.KindCustomFile, best.Kind)
			assert.Equal(t, "Our jingle", best.Title)
			assert.Same(t, &r.CustomFiles[0], best.Custom)
			assert.Nil(t, best.Music)
		}},
		{"custom streams", func(t *testing.T, r *identify.Result) {
			t.Helper()
			assert.Equal(t, "live", r.CustomStreams[0].ResultType)
			assert.Equal(t, "timeshift", r.CustomStreams[1].ResultType)
			assert.Equal(t, time.Date(2017, 4, 12, 9, 1, 14, 0, time.UTC), r.CustomStreams[0].Time())
			assert.Equal(t, r.CustomStreams[0].Time().Add(123*time.Millisecond), r.CustomStreams[1].Time())
			assert.True(t, r.Streams[0].Time().IsZero())
			assert.JSONEq(t, `"Channel Three"`, string(r.Streams[0].Extra["title_en"]))
			best := r.Best()
			assert.Equal(t, identify.KindCustomStream, best.Kind)
			assert.Equal(t, "s1", best.Stream.ACRID)
		}},
		{"music and custom files", func(t *testing.T, r *identify.Result) {
			t.Helper()
			assert.Equal(t, "Mine", r.Best().Title, "your own things come first where scores tie")
			assert.Len(t, r.Top(-1), 2)
		}},
		{"nothing in it", nothing}, {"no metadata", nothing}, {"metadata is a list", nothing}, {"1001", nothing}, {"no version", nothing},
		{"odd values", func(t *testing.T, r *identify.Result) {
			t.Helper()
			require.Len(t, r.Music, 1)
			m := r.Music[0]
			assert.Equal(t, "Hugo Hazel", m.Artists[0].Name)
			assert.InDelta(t, 97.5, *m.Score, 1e-9)
			assert.Equal(t, int64(201500), m.DurationMS)
			assert.Equal(t, int64(148166), *m.SampleBeginTimeOffsetMS)
			assert.Equal(t, int64(11340), *m.SampleEndTimeOffsetMS)
			assert.Nil(t, m.DBBeginTimeOffsetMS)
			assert.Equal(t, "None", m.ReleaseDate)
			assert.JSONEq(t, `["not a row at all"]`, string(r.MetadataExtra["music"]))
		}},
		{"not sorted", func(t *testing.T, r *identify.Result) {
			t.Helper()
			var order []string
			for _, c := range r.Top(-1) {
				order = append(order, c.ACRID)
			}
			assert.Equal(t, []string{"d", "c", "b", "a", "e"}, order)
			assert.Len(t, r.Top(2), 2)
			assert.Empty(t, r.Top(0))
			assert.Equal(t, "a", r.Music[0].ACRID, "the lists stay as they came")
		}},
		{"unknown keys", func(t *testing.T, r *identify.Result) {
			t.Helper()
			assert.JSONEq(t, `[1]`, string(r.Status.Extra["extra"]))
			assert.JSONEq(t, `9`, string(r.MetadataExtra["played_duration"]))
			assert.JSONEq(t, `2`, string(r.Extra["service_type"]))
			assert.JSONEq(t, `{"x":1}`, string(r.Music[0].Extra["partner"]))
		}},
		{"old wrapper", func(t *testing.T, r *identify.Result) {
			t.Helper()
			assert.Equal(t, "Old", r.Music[0].Title)
			assert.Equal(t, "0.1", r.Status.Version)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.check(t, answered(t, tt.name))
		})
	}
}

// Metadata is also read from a JSON string, as other results are. What cannot be read is no "no match".
func TestMetadataShapes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		metadata string // with code 0; empty: none
		title    string // of what is recognised; empty: nothing
		unread   string // in the error; empty: none
	}{
		"text":                   {metadata: `"later"`, unread: "metadata"},
		"a number":               {metadata: `5`, unread: "metadata"},
		"JSON in text":           {metadata: `"{\"music\":[{\"title\":\"Song\"}]}"`, title: "Song"},
		"JSON in text, in text":  {metadata: `"\"{}\""`, unread: "metadata"},
		"broken JSON in text":    {metadata: `"{\"music\":[{\"title\":\"So"`, unread: "metadata"},
		"nothing in text":        {metadata: `"{}"`},
		"empty text":             {metadata: `""`},
		"a list of objects":      {metadata: `[{"music":[{"title":"Song"}]}]`, title: "Song"},
		"null":                   {metadata: `null`},
		"none":                   {},
		"music as text":          {metadata: `{"music":"{\"title\":\"Song\"}"}`, unread: "metadata.music"},
		"rows as text":           {metadata: `{"custom_files":["a","b"]}`, unread: "metadata.custom_files"},
		"a row as text":          {metadata: `{"music":["a",{"title":"Song"}]}`, title: "Song"},
		"music in capitals":      {metadata: `{"Music":[{"title":"Song"}]}`, unread: "metadata.Music"},
		"nothing but an unknown": {metadata: `{"mood":"bright"}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := `{"status":{"code":0,"msg":"Success"}`
			if tt.metadata != "" {
				body += `,"metadata":` + tt.metadata
			}
			body += "}"
			c, _ := newService(t, says(200, body))
			r, err := c.Identify(t.Context(), audio("x"))
			var decoded identify.Result
			require.NoError(t, json.Unmarshal([]byte(body), &decoded), "by itself it is as tolerant as ever")
			if tt.unread != "" {
				_, ok := errors.AsType[*acrcloud.DecodeError](err)
				require.True(t, ok, "%v", err)
				require.ErrorContains(t, err, tt.unread+" cannot be read")
				require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
				if tt.unread == "metadata" {
					assert.JSONEq(t, tt.metadata, string(decoded.Extra["metadata"]))
				}
				return
			}
			require.NoError(t, err)
			if tt.title == "" {
				nothing(t, r)
				return
			}
			require.Len(t, r.Music, 1)
			assert.Equal(t, tt.title, r.Music[0].Title)
			assert.Equal(t, tt.title, decoded.Music[0].Title)
		})
	}
	c, _ := newService(t, says(200, `{"status":{"code":1001},"metadata":"none"}`))
	r, err := c.Identify(t.Context(), audio("x"))
	require.NoError(t, err, "1001 says it already")
	nothing(t, r)
}

func nothing(t *testing.T, r *identify.Result) {
	t.Helper()
	assert.False(t, r.Matched())
	assert.Nil(t, r.Best())
	assert.Empty(t, r.Top(-1))
}

func TestNilResult(t *testing.T) {
	t.Parallel()
	nothing(t, nil)
}

func TestCompressedAnswer(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	srv.Inject(mock.Fault{Gzip: true, Header: http.Header{"Content-Type": {"text/plain"}}, Body: fixtures["music"]})
	r, err := mockClient(t, srv).Identify(t.Context(), audio("x"))
	require.NoError(t, err)
	assert.Equal(t, "Silver River", r.Best().Title)
}

func TestBigAnswer(t *testing.T) {
	t.Parallel()
	big := make([]acrcloud.Music, 20_000)
	for i := range big {
		big[i] = acrcloud.Music{Title: "Comet", Score: new(float64(i % 100)), Extra: map[string]json.RawMessage{"filling": json.RawMessage(`"` + string(make0(900)) + `"`)}}
	}
	text, err := json.Marshal(identify.Result{Music: big})
	require.NoError(t, err)
	require.Greater(t, len(text), 18_000_000)
	c, _ := newService(t, says(200, string(text)))
	r, err := c.Identify(t.Context(), audio("x"))
	require.NoError(t, err)
	assert.Len(t, r.Music, len(big))
}

func make0(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0'
	}
	return b
}

// Decoding, encoding and decoding again gives equal values, with encoding/json and with json/v2.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, text := range fixtures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			roundTrip(t, []byte(text))
		})
	}
}

func roundTrip(t *testing.T, text []byte) {
	t.Helper()
	duplicates := jsontext.AllowDuplicateNames(true) // inside of what is kept as it came
	var first, second, third identify.Result
	require.NoError(t, json.Unmarshal(text, &first))
	again, err := json.Marshal(first)
	require.NoError(t, err)
	require.NoError(t, jsonv2.Unmarshal(again, &second, duplicates))
	again, err = jsonv2.Marshal(second, duplicates)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(again, &third))
	first.Raw, second.Raw, third.Raw = nil, nil, nil
	assert.Equal(t, first, second)
	assert.Equal(t, first, third)
}

func TestResultInAStruct(t *testing.T) {
	t.Parallel()
	var v struct {
		Result identify.Result `json:"result"`
		None   *identify.Result
	}
	require.NoError(t, json.Unmarshal([]byte(`{"result":`+fixtures["humming"]+`,"none":null}`), &v))
	assert.Len(t, v.Result.Humming, 3)
	assert.Nil(t, v.None)
	require.Error(t, json.Unmarshal([]byte(`{"result":[1]}`), &v))
	require.Error(t, json.Unmarshal([]byte(`{"result":{"status":}}`), &v))
}

// The parts of a Result are as tolerant on their own.
func TestPartsInAStruct(t *testing.T) {
	t.Parallel()
	type parts struct {
		Status  identify.Status       `json:"status"`
		Humming identify.HummingMatch `json:"humming"`
	}
	text := []byte(`{"status":{"code":"1001","msg":7,"more":[1]},"humming":{"title":5,"score":"0.5","artists":"Ada Alder","more":{"a":1}}}`)
	var first, second, third parts
	require.NoError(t, json.Unmarshal(text, &first))
	assert.Equal(t, identify.Status{Code: 1001, Msg: "7", Extra: map[string]json.RawMessage{"more": json.RawMessage("[1]")}}, first.Status)
	assert.Equal(t, "Ada Alder", first.Humming.Artists[0].Name)
	again, err := json.Marshal(first)
	require.NoError(t, err)
	require.NoError(t, jsonv2.Unmarshal(again, &second))
	again, err = jsonv2.Marshal(second)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(again, &third))
	assert.Equal(t, first, second)
	assert.Equal(t, first, third)
}

// A score beyond its scale does not win by that.
func TestOddScores(t *testing.T) {
	t.Parallel()
	r := &identify.Result{
		Humming: []identify.HummingMatch{{Title: "h", Score: new(88.0)}, {Title: "nan", Score: new(math.NaN())}, {Title: "less", Score: new(-1.0)}},
		Music:   []acrcloud.Music{{Title: "m", Score: new(900.0)}},
	}
	var got []float64
	for _, c := range r.Top(-1) {
		got = append(got, c.Score)
	}
	assert.Equal(t, []float64{100, 88, 0, 0}, got)
}

func FuzzResult(f *testing.F) {
	for _, text := range fixtures {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var r identify.Result
		if json.Unmarshal(text, &r) != nil {
			return
		}
		for _, c := range r.Top(-1) {
			if c.Score < 0 || c.Score > 100 {
				t.Errorf("a score of %v", c.Score)
			}
		}
		if best := r.Best(); (best != nil) != r.Matched() {
			t.Error("Best and Matched disagree")
		}
		roundTrip(t, text)
	})
}
