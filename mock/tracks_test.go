package mock_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// The Metadata API finds tracks by all that is documented, and answers nothing found with an empty list.
func TestFindTracks(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	night := w.srv.AddTrack(mock.Track{Title: "Night", Artists: []string{"Ada Alder", "Hugo Hazel"}})
	w.srv.AddTrack(mock.Track{Title: "Day", Artists: []string{"Ada Alder"}})
	w.srv.AddTrack(mock.Track{Title: "Night", Artists: []string{"Me"}, BucketID: 7})
	const path = "https://eu-api-v2.acrcloud.com/api/external-metadata/tracks?"
	find := func(query string) []map[string]any {
		t.Helper()
		r := w.send("GET", path+query, nil)
		require.Equal(t, 200, r.status, "%s", r.body)
		return r.rows(t)
	}
	track := find("isrc=" + night.ISRC)[0]
	assert.Equal(t, []any{"Night", "track", night.ISRC, 180_000.0, night.ReleaseDate}, []any{track["name"], track["type"], track["isrc"], track["duration_ms"], track["release_date"]})
	assert.Equal(t, []any{map[string]any{"name": "Ada Alder"}, map[string]any{"name": "Hugo Hazel"}}, track["artists"])
	assert.Equal(t, []any{night.UPC, night.Label}, []any{track["album"].(map[string]any)["upc"], track["album"].(map[string]any)["label"]})
	for _, genre := range track["genres"].([]any) {
		assert.IsType(t, "", genre)
	}
	assert.NotContains(t, track, "works")
	platforms := track["external_metadata"].(map[string]any)
	assert.Len(t, platforms, 4)
	var links []string
	for _, list := range platforms {
		links = append(links, list.([]any)[0].(map[string]any)["link"].(string))
	}
	deezer := platforms["deezer"].([]any)[0].(map[string]any)
	assert.IsType(t, "", deezer["id"])
	assert.IsType(t, 0.0, deezer["album"].(map[string]any)["id"])

	json := func(text string) string { return "format=json&query=" + url.QueryEscape(text) }
	queries := map[string]int{
		"isrc=none": 0, "acr_id=" + night.ACRID: 1, "query=Ada+Alder+-+Night": 1, "query=ada+alder+-+night&format=text": 1, "query=Night": 1, "query=Nobody+-+Night": 0,
		json(`{"track":"Night","artists":["Hugo Hazel"]}`): 1, json(`{"track":"Night","artists":"Hugo Hazel"}`): 0, json(`{"artists":["Ada Alder"]}`): 2, json(`{}`): 0, json(`x`): 0,
		"source_url=https%3A%2F%2Fopen.spotify.com%2Ftrack%2Fnone": 0,
	}
	for _, link := range links {
		queries["source_url="+url.QueryEscape(link)] = 1
	}
	for query, want := range queries {
		assert.Len(t, find(query), want, query)
	}
	assert.Len(t, find("isrc=" + night.ISRC + "&platforms=spotify,tidal")[0]["external_metadata"], 1)
	assert.Equal(t, "T", find("isrc=" + night.ISRC + "&include_works=1")[0]["works"].([]any)[0].(map[string]any)["iswc"].(string)[:1])
	r := w.send("GET", path+"platforms=a,b,c,d,e,f&format=xml", nil)
	assert.Equal(t, 422, r.status)
	assert.JSONEq(t, `{"message":"The given data was invalid.","errors":{"query":["One of the fields isrc, acr_id, source_url and query is required."],`+
		`"platforms":["The platforms may not have more than 5 items."],"format":["The selected format is invalid."]}}`, string(r.body))
}
