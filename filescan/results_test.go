package filescan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
)

type raws = map[string]json.RawMessage

func extra(name, value string) raws { return raws{name: json.RawMessage(value)} }

// decode reads a T as programs do: with encoding/json, with json/v2, and inside a struct and a list of their own. All must give
// the same, and the same again when it has been encoded by either. clean removes what is not encoded.
func decode[T any](t *testing.T, in string, clean func(*T)) T {
	t.Helper()
	var got T
	require.NoError(t, json.Unmarshal([]byte(in), &got))

	var byV2 T
	require.NoError(t, jsonv2.Unmarshal([]byte(in), &byV2))
	require.Equal(t, got, byV2, "json/v2")

	var inStruct struct {
		Value T   `json:"value"`
		List  []T `json:"list"`
	}
	require.NoError(t, json.Unmarshal([]byte(`{"value":`+in+`,"list":[`+in+`]}`), &inStruct))
	require.Equal(t, got, inStruct.Value, "in a struct")
	require.Equal(t, []T{got}, inStruct.List, "in a list")

	plain := got
	clean(&plain)
	for name, marshal := range map[string]func(any) ([]byte, error){
		"encoding/json": json.Marshal,
		"json/v2":       func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
	} {
		encoded, err := marshal(got)
		require.NoError(t, err)
		var again T
		require.NoError(t, json.Unmarshal(encoded, &again))
		clean(&again)
		require.Equal(t, plain, again, "encoded with %s and decoded: %s", name, encoded)
	}
	return got
}

func cleanResults(r *filescan.Results) { r.Raw = nil }

func same[T any](*T) {}

func TestResultsShapes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   string
		want filescan.Results
	}{
		"music with two scores": {
			`{"music":[{"offset":1.4,"played_duration":148.2,"type":"traverse","engine_type":"1","score":99,"time_skew":-0.006,"frequency_skew":0,"file_duration":223,"result":{"title":"Amber","score":15}}]}`,
			filescan.Results{Music: []filescan.Match{{Offset: 1.4, PlayedDuration: 148.2, Type: "traverse", EngineType: "1", Score: new(99.0), TimeSkew: new(-0.006), FrequencySkew: new(0.0), FileDuration: 223, Result: acrcloud.Music{Title: "Amber", Score: new(15.0)}}}},
		},
		"numbers as texts": {
			`{"music":[{"offset":"1.4","played_duration":"46","engine_type":1,"score":"99","time_skew":"0.02"}]}`,
			filescan.Results{Music: []filescan.Match{{Offset: 1.4, PlayedDuration: 46, EngineType: "1", Score: new(99.0), TimeSkew: new(0.02)}}},
		},
		"a result that is empty or missing": {
			`{"music":[{"offset":0,"result":[]},{"offset":1,"result":null},{"offset":2},{"offset":3,"result":[{"title":"Amber"}]}]}`,
			filescan.Results{Music: []filescan.Match{{}, {Offset: 1}, {Offset: 2}, {Offset: 3, Result: acrcloud.Music{Title: "Amber"}}}},
		},
		"a result that is no object": {
			`{"music":[{"offset":1,"result":"Amber","new":{"a": 1}}]}`,
			filescan.Results{Music: []filescan.Match{{Offset: 1, Extra: raws{"result": json.RawMessage(`"Amber"`), "new": json.RawMessage(`{"a":1}`)}}}},
		},
		"covers": {
			`{"cover_songs":[{"offset":0,"played_duration":194.688,"type":"traverse","engine_type":"2","result":{"title":"Amber","album":{"name":null},"release_date":null,"artists":["Brook"]}}]}`,
			filescan.Results{CoverSongs: []filescan.Match{{PlayedDuration: 194.688, Type: "traverse", EngineType: "2", Result: acrcloud.Music{Title: "Amber", Artists: []acrcloud.Artist{{Name: "Brook"}}}}}},
		},
		"custom files": {
			`{"custom_files":[{"offset":3,"played_duration":5,"score":"88","result":{"title":"Amber","bucket_id":51,"artists":"Brook","album":"Cove"}}]}`,
			filescan.Results{CustomFiles: []filescan.CustomMatch{{Offset: 3, PlayedDuration: 5, Score: new(88.0), Result: acrcloud.CustomFile{Title: "Amber", BucketID: "51", Extra: raws{"artists": json.RawMessage(`"Brook"`), "album": json.RawMessage(`"Cove"`)}}}}},
		},
		"music and speech": {
			`{"music_speech":[{"start":0,"end":12.5,"label":"ms"},{"start":"12.5","end":20,"label":"o","x":1}]}`,
			filescan.Results{MusicSpeech: []filescan.Segment{{End: 12.5, Label: filescan.SegmentMusicSpeech}, {Start: 12.5, End: 20, Label: filescan.SegmentOthers, Extra: extra("x", `1`)}}},
		},
		"AI detection": {
			`{"ai_detection":[{"start":0,"end":180.5,"duration":180.5,"stem":"original","prediction":"ai_generated","likely_source":"suno","ai_probability":92.3,"source_probabilities":[{"source":"suno","probability":88.1}],"segments":[{"start":0,"end":10,"prediction":"human"}],"model_id":7}]}`,
			filescan.Results{AIDetection: []filescan.AIDetection{{
				Start: new(0.0), End: new(180.5), Duration: 180.5, Stem: "original", Prediction: filescan.PredictionAIGenerated, LikelySource: "suno", AIProbability: new(92.3),
				SourceProbabilities: []filescan.SourceProbability{{Source: "suno", Probability: 88.1}}, Segments: []filescan.AISegment{{End: 10, Prediction: filescan.PredictionHuman}}, ModelID: "7",
			}}},
		},
		"AI detection as one object": {
			`{"ai_detection":{"prediction":"human","ai_probability":"0"}}`,
			filescan.Results{AIDetection: []filescan.AIDetection{{Prediction: filescan.PredictionHuman, AIProbability: new(0.0)}}},
		},
		"speech of any shape": {
			`{"speech":[{"text": "hello"},"there",1]}`,
			filescan.Results{Speech: []json.RawMessage{json.RawMessage(`{"text":"hello"}`), json.RawMessage(`"there"`), json.RawMessage(`1`)}},
		},
		"lists that are empty":  {`{"music":[],"cover_songs":null,"custom_files":"","music_speech":{}}`, filescan.Results{Music: []filescan.Match{}}},
		"a list of one, bare":   {`{"music":{"offset":1}}`, filescan.Results{Music: []filescan.Match{{Offset: 1}}}},
		"lists nobody declared": {`{"cover_files":[{"offset":1}]}`, filescan.Results{Extra: extra("cover_files", `[{"offset":1}]`)}},
		"odd rows hide no other": {
			`{"music":["x",{"offset":1},7,{"offset":2},null,[1, 2],[{"offset":3}]]}`,
			filescan.Results{Music: []filescan.Match{{Offset: 1}, {Offset: 2}, {Offset: 3}}, Extra: extra("music", `["x",7,[1,2]]`)},
		},
		"a list that is none": {`{"music":"x","speech":null}`, filescan.Results{Extra: extra("music", `"x"`)}},
		"nothing":             {`{}`, filescan.Results{}},
		"an empty array":      {`[]`, filescan.Results{}},
		"null":                {`null`, filescan.Results{}},
		"an array of one":     {`[{"music":{"offset":1}}]`, filescan.Results{Music: []filescan.Match{{Offset: 1}}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := decode(t, tt.in, cleanResults)
			assert.Equal(t, tt.in, string(got.Raw), "as it was received")
			got.Raw = nil
			require.Equal(t, tt.want, got)
		})
	}
}

func TestResultsInAString(t *testing.T) {
	t.Parallel()
	inner := `{"music": [{"offset":1,"result":{"title":"Caf\u00e9"}}]}`
	quoted, err := json.Marshal(inner)
	require.NoError(t, err)
	got := decode(t, string(quoted), cleanResults)
	assert.Equal(t, inner, string(got.Raw))
	assert.Equal(t, []filescan.Match{{Offset: 1, Result: acrcloud.Music{Title: "Café"}}}, got.Music)

	for _, in := range []string{`"[]"`, `"null"`, `""`, `" "`} {
		var r filescan.Results
		require.NoError(t, json.Unmarshal([]byte(in), &r), in)
		r.Raw = nil
		assert.Zero(t, r)
	}
}

func TestResultsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`1`, `true`, `"x"`, `"{"`, `"\"{}\""`, `"1"`, `[1]`, `[{},{}]`, `{"music":[}`, `{"music":[{]}`, `{}{}`, ``, `<html>`} {
		r := filescan.Results{Music: []filescan.Match{{}}}
		require.Error(t, json.Unmarshal([]byte(in), &r), in)
		require.Error(t, r.UnmarshalJSON([]byte(in)), in)
		require.Error(t, jsonv2.Unmarshal([]byte(in), &r), in)
	}
}

func TestResultsDecodingReplaces(t *testing.T) {
	t.Parallel()
	r := filescan.Results{Music: []filescan.Match{{Offset: 9}}, Extra: extra("old", `1`)}
	require.NoError(t, json.Unmarshal([]byte(`{"music":[{"played_duration":1}]}`), &r))
	assert.Equal(t, filescan.Results{Music: []filescan.Match{{PlayedDuration: 1}}, Raw: json.RawMessage(`{"music":[{"played_duration":1}]}`)}, r)
}

// Members whose zero says something are written, others are not.
func TestResultsEncoding(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(filescan.Results{
		Music:       []filescan.Match{{}},
		CustomFiles: []filescan.CustomMatch{{}},
		MusicSpeech: []filescan.Segment{{Label: filescan.SegmentMusic}},
		Raw:         json.RawMessage(`{"not":"this"}`),
		Extra:       raws{"z": json.RawMessage(`1`), "a": json.RawMessage(`2`)},
	})
	require.NoError(t, err)
	assert.Equal(t, `{"music":[{"offset":0,"played_duration":0}],"custom_files":[{"offset":0,"played_duration":0}],"music_speech":[{"start":0,"end":0,"label":"m"}],"a":2,"z":1}`, string(data))
}

func TestLargeResults(t *testing.T) {
	t.Parallel()
	var file filescan.File
	require.NoError(t, json.Unmarshal(fixture.Callback(), &file))
	require.Len(t, file.Results.Music, fixture.MusicRows)
	require.Len(t, file.Results.CoverSongs, fixture.CoverRows)
	assert.Equal(t, string(fixture.Results()), string(file.Results.Raw))

	kept := 0
	for i, m := range file.Results.Music {
		require.NotEmpty(t, m.Result.Title, i)
		require.NotNil(t, m.Score, i)
		kept += len(m.Extra) + len(m.Result.Extra) + len(m.Result.ExternalMetadata.Extra)
	}
	// What the fixture has of undeclared members, and no misfit besides.
	document := string(fixture.Callback())
	undeclared := 0
	for _, name := range []string{"segment_id", "updated_at", "exids", "newplatform"} {
		undeclared += strings.Count(document, `"`+name+`":`)
	}
	for _, m := range file.Results.CoverSongs {
		kept += len(m.Extra) + len(m.Result.Extra) + len(m.Result.ExternalMetadata.Extra)
	}
	assert.Equal(t, undeclared, kept)
	assert.NotZero(t, undeclared)

	encoded, err := json.Marshal(file)
	require.NoError(t, err)
	var again filescan.File
	require.NoError(t, json.Unmarshal(encoded, &again))
	file.Results.Raw, again.Results.Raw = nil, nil
	require.Equal(t, file, again)
}

func FuzzResults(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `"{\"music\":[]}"`, `"x"`,
		`{"music":[{"offset":0,"played_duration":"148.2","score":99,"result":{"title":"t","score":1,"artists":"a","external_ids":[]}},"odd",null],"speech":{"x":1}}`,
		`{"cover_songs":{"result":[]},"custom_files":[{"result":{"artists":"x","title":[]}}],"music_speech":[{"start":0,"end":"1","label":1}],"ai_detection":[{"start":null,"segments":{"start":0}}],"z":[ 1 ]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var first filescan.Results
		if err := first.UnmarshalJSON(data); err != nil {
			assertNoObject(t, data, err)
			return
		}
		for _, m := range first.Music {
			_, _ = m.Similarity()
			_, _ = m.Start(), m.End()
		}
		encoded, err := json.Marshal(first)
		require.NoError(t, err)
		var second filescan.Results
		require.NoError(t, json.Unmarshal(encoded, &second))
		first.Raw, second.Raw = nil, nil
		require.Equal(t, first, second, "%s", encoded)
	})
}

// assertNoObject fails if data, which was refused with err, is a JSON object.
func assertNoObject(t *testing.T, data []byte, err error) {
	t.Helper()
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) == nil && object != nil {
		require.Fail(t, "a valid object was refused", "%v", err)
	}
}

// Results change their shape from file to file. One odd row hides no other, and is not lost.
func ExampleResults() {
	var r filescan.Results
	err := json.Unmarshal([]byte(`{
		"music": [
			{"offset": 1.4, "played_duration": "46", "score": 98, "result": {"title": "Amber Brook", "artists": "The Coves", "score": 12}},
			"something else",
			{"offset": 60, "played_duration": 30, "result": {"title": "Dawn", "artists": [{"name": "Ember"}], "score": "100"}}
		],
		"cover_songs": {"offset": 0, "played_duration": 90, "result": {"title": "Fable"}},
		"custom_files": []
	}`), &r)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range append(r.Music, r.CoverSongs...) {
		similarity, ok := m.Similarity()
		fmt.Println(m.Result.Title, m.Start(), m.End().Round(time.Second), similarity, ok)
	}
	fmt.Printf("kept: %s\n", r.Extra["music"])
	// Output:
	// Amber Brook 1.4s 47s 98 true
	// Dawn 1m0s 1m30s 100 true
	// Fable 0s 1m30s 0 false
	// kept: ["something else"]
}

func TestResultsAll(t *testing.T) {
	t.Parallel()
	var kinds []filescan.MatchKind
	for kind, m := range exported(t)[0].Results.All() {
		kinds = append(kinds, kind)
		assert.NotEmpty(t, m.Result.Title)
	}
	assert.Equal(t, []filescan.MatchKind{filescan.KindMusic, filescan.KindCover, filescan.KindCustom}, kinds)
	for stop := range 3 {
		n := 0
		for range exported(t)[0].Results.All() {
			if n++; n > stop {
				break
			}
		}
		assert.Equal(t, stop+1, n)
	}
	for range (*filescan.Results)(nil).All() {
		t.Error("nil has no matches")
	}
}
