package acrcloud_test

import (
	"encoding/json"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

type raws = map[string]json.RawMessage

func extra(name, value string) raws { return raws{name: json.RawMessage(value)} }

// decode reads a T as programs do: with encoding/json, with json/v2, and inside a struct and a list of their own. All must give
// the same, and the same again when it has been encoded by either.
func decode[T any](t *testing.T, in string) T {
	t.Helper()
	var got T
	require.NoError(t, json.Unmarshal([]byte(in), &got))

	var byV2 T
	require.NoError(t, jsonv2.Unmarshal([]byte(in), &byV2))
	require.Equal(t, got, byV2, "json/v2")

	var inStruct struct {
		Name  string `json:"name"`
		Value T      `json:"value"`
		List  []T    `json:"list"`
	}
	require.NoError(t, json.Unmarshal([]byte(`{"list":[`+in+`],"value":`+in+`,"name":"mine"}`), &inStruct))
	require.Equal(t, got, inStruct.Value, "in a struct")
	require.Equal(t, []T{got}, inStruct.List, "in a list")
	require.Equal(t, "mine", inStruct.Name)

	encoded, err := json.Marshal(got)
	require.NoError(t, err)
	var again T
	require.NoError(t, json.Unmarshal(encoded, &again))
	require.Equal(t, got, again, "encoded and decoded: %s", encoded)

	encoded, err = jsonv2.Marshal(&got)
	require.NoError(t, err)
	again = *new(T)
	require.NoError(t, jsonv2.Unmarshal(encoded, &again))
	require.Equal(t, got, again, "encoded and decoded with json/v2: %s", encoded)
	return got
}

func TestPartsInAProgramsOwnStruct(t *testing.T) {
	t.Parallel()
	var v struct {
		Artist   acrcloud.Artist           `json:"artist"`
		Artists  []acrcloud.Artist         `json:"artists"`
		Album    acrcloud.Album            `json:"album"`
		NoAlbum  *acrcloud.Album           `json:"no_album"`
		Genre    acrcloud.Genre            `json:"genre"`
		IDs      acrcloud.ExternalIDs      `json:"ids"`
		Metadata acrcloud.ExternalMetadata `json:"metadata"`
		Lyrics   acrcloud.Lyrics           `json:"lyrics"`
		Music    acrcloud.Music            `json:"music"`
	}
	require.NoError(t, json.Unmarshal([]byte(`{
		"artist": "X", "artists": ["X", {"name": "Y"}], "album": "Z", "no_album": null, "genre": "Pop",
		"ids": [], "metadata": [{"youtube": {"vid": "v"}}], "lyrics": "", "music": null
	}`), &v))
	assert.Equal(t, acrcloud.Artist{Name: "X"}, v.Artist)
	assert.Equal(t, []acrcloud.Artist{{Name: "X"}, {Name: "Y"}}, v.Artists)
	assert.Equal(t, acrcloud.Album{Name: "Z"}, v.Album)
	assert.Nil(t, v.NoAlbum)
	assert.Equal(t, acrcloud.Genre{Name: "Pop"}, v.Genre)
	assert.Zero(t, v.IDs)
	assert.Equal(t, []acrcloud.YouTubeVideo{{VID: "v"}}, v.Metadata.YouTube)
	assert.Zero(t, v.Lyrics)
	assert.Zero(t, v.Music)
}

func TestTopLevelMustBeAnObject(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`[]`, `[{}]`, `"x"`, `""`, `1`, `true`, `{"title":`, `{"title":"x"}x`, ``} {
		for _, v := range []json.Unmarshaler{new(acrcloud.Music), new(acrcloud.CustomFile), new(acrcloud.Stream)} {
			require.Error(t, json.Unmarshal([]byte(in), v), "%T from %s", v, in)
			require.Error(t, v.UnmarshalJSON([]byte(in)), "%T from %s", v, in)
			require.Error(t, jsonv2.Unmarshal([]byte(in), v), "%T from %s", v, in)
		}
	}
}

// Extra's tag must hold by itself too, in the words of every release of json/v2.
func TestExtraTag(t *testing.T) {
	t.Parallel()
	type plain acrcloud.Music // which has none of its methods
	var m plain
	require.NoError(t, jsonv2.Unmarshal([]byte(`{"title":"Amber","new":{"a":1}}`), &m))
	assert.Equal(t, plain{Title: "Amber", Extra: extra("new", `{"a":1}`)}, m)
	encoded, err := jsonv2.Marshal(m)
	require.NoError(t, err)
	assert.JSONEq(t, `{"title":"Amber","new":{"a":1}}`, string(encoded))
}

func TestNilReceivers(t *testing.T) {
	t.Parallel()
	var m *acrcloud.Music
	require.Error(t, m.UnmarshalJSON([]byte(`{}`)))
	data, err := json.Marshal(m)
	require.NoError(t, err)
	assert.Equal(t, "null", string(data))
}
