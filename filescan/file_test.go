package filescan_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

func cleanFile(f *filescan.File) {
	if f.Results != nil {
		results := *f.Results
		results.Raw = nil
		f.Results = &results
	}
}

func TestFileShapes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   string
		want filescan.File
	}{
		"as documented": {
			`{"id":"158f0c48-0000-4000-8000-000000000000","uid":1001,"cid":2002,"name":"track.mp3","duration":223,"uri":"audio:track.mp3","url":"","data_type":"audio","engine":3,"count":0,"total":0,"state":1,"music_detected":1,"results":{"music":[]},"created_at":"2026-01-02T03:04:05.000000Z","updated_at":"2026-01-02T03:09:05.000000Z"}`,
			filescan.File{
				ID: "158f0c48-0000-4000-8000-000000000000", AccountID: 1001, ContainerID: 2002, Name: "track.mp3", Duration: 223, URI: "audio:track.mp3", DataType: "audio", Engine: filescan.EngineFingerprintAndCovers, State: filescan.StateReady, MusicDetected: 1,
				Results:   &filescan.Results{Music: []filescan.Match{}, Raw: json.RawMessage(`{"music":[]}`)},
				CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), UpdatedAt: time.Date(2026, 1, 2, 3, 9, 5, 0, time.UTC),
			},
		},
		"of other types": {
			`{"id":7,"uid":"1001","cid":"2002","duration":"223.5","engine":"1","state":"-1","music_detected":"2","count":"1","total":2.0,"detail":null,"created_at":"2026-01-02 03:04:05"}`,
			filescan.File{ID: "7", AccountID: 1001, ContainerID: 2002, Duration: 223.5, Engine: filescan.EngineFingerprint, State: filescan.StateNoResults, MusicDetected: 2, Count: 1, Total: 2, CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		},
		"of odd types": {
			`{"id":["x"],"state":"ready","engine":{},"created_at":5,"results":7}`,
			filescan.File{Extra: raws{"id": json.RawMessage(`["x"]`), "state": json.RawMessage(`"ready"`), "engine": json.RawMessage(`{}`), "created_at": json.RawMessage(`5`), "results": json.RawMessage(`7`)}},
		},
		"a state nobody knows":    {`{"state":-7}`, filescan.File{State: -7}},
		"unknown members":         {`{"file_id":"x","new":[1, 2]}`, filescan.File{Extra: raws{"file_id": json.RawMessage(`"x"`), "new": json.RawMessage(`[1,2]`)}}},
		"results null":            {`{"results":null}`, filescan.File{}},
		"results an empty array":  {`{"results":[]}`, filescan.File{}},
		"results an empty text":   {`{"results":""}`, filescan.File{}},
		"results an empty object": {`{"results":{}}`, filescan.File{Results: &filescan.Results{Raw: json.RawMessage(`{}`)}}},
		"results in a text":       {`{"results":"{\"music\":[{\"offset\":1}]}"}`, filescan.File{Results: &filescan.Results{Music: []filescan.Match{{Offset: 1}}, Raw: json.RawMessage(`{"music":[{"offset":1}]}`)}}},
		"results nothing in text": {`{"results":"[]"}`, filescan.File{}},
		"results broken in text":  {`{"results":"{"}`, filescan.File{Extra: extra("results", `"{"`)}},
		"nothing":                 {`{}`, filescan.File{}},
		"null":                    {`null`, filescan.File{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, decode(t, tt.in, cleanFile))
		})
	}

	encoded, err := json.Marshal(filescan.File{ID: "x"})
	require.NoError(t, err)
	assert.Equal(t, `{"id":"x","duration":0,"state":0}`, string(encoded), "a zero that means something is written")
}

func TestContentMustBeAnObject(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`[]`, `[{}]`, `""`, `"x"`, `1`, `false`, `{"id":`, ``, `{}x`, `<html>`} {
		for _, v := range []json.Unmarshaler{
			new(filescan.File), new(filescan.Container), new(filescan.Match), new(filescan.CustomMatch), new(filescan.Segment), new(filescan.AIDetection),
		} {
			require.Error(t, json.Unmarshal([]byte(in), v), "%T from %s", v, in)
			require.Error(t, v.UnmarshalJSON([]byte(in)), "%T from %s", v, in)
			require.Error(t, jsonv2.Unmarshal([]byte(in), v), "%T from %s", v, in)
		}
	}
}

func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`,
		`{"id":"x","uid":1,"cid":"2","duration":1.5,"state":-2,"engine":3,"results":{"music":[{"offset":1,"result":{"title":"t"}}]},"created_at":"2026-01-02T03:04:05.000000Z"}`,
		`{"id":7,"results":"{\"music\":{}}","updated_at":"2026-01-02 03:04:05","state":"x","new":{"a": 1},"new":2}`,
		`{"results":[{"speech":[1]}],"duration":"1e400"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var first filescan.File
		if err := first.UnmarshalJSON(data); err != nil {
			assertNoObject(t, data, err)
			return
		}
		_ = first.State.Done()
		_ = first.PlayingTime()
		encoded, err := json.Marshal(first)
		require.NoError(t, err)
		var second filescan.File
		require.NoError(t, json.Unmarshal(encoded, &second))
		cleanFile(&first)
		cleanFile(&second)
		require.Equal(t, first, second, "%s", encoded)
	})
}

// A file of another container is not the one that was asked for, and what cannot be read says nothing about it.
func TestGetFileOfAnotherContainer(t *testing.T) {
	t.Parallel()
	for body, missing := range map[string]bool{
		strings.Replace(`{"data":[`+fileJSON(fileID, "x", 1, testTime)+`]}`, `"cid":7`, `"cid":8`, 1): true,
		`{"data":[]}`: true, `{"data":null}`: true, `{"data":false}`: false, `{"data":["a"]}`: false,
	} {
		c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: says(body)})
		_, err := c.Files(containerID).Get(t.Context(), fileID)
		require.Error(t, err, body)
		assert.Equal(t, missing, errors.Is(err, acrcloud.ErrNotFound), "%s: %v", body, err)
	}
}
