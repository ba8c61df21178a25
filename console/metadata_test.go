package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
)

const tracksPath = "GET eu-api-v2.acrcloud.com/api/external-metadata/tracks"

const trackJSON = `{"data":[{"name":"Silver River","type":"track","isrc":"XX0000000001","disc_number":1,"track_number":6,"duration_ms":230760,
"genres":["Pop",{"name":"Folk"}],"release_date":"2014-01-01","artists":[{"name":"Ada Alder"}],
"album":{"track_count":20,"upc":"00000000000017","release_date":"2018-10-26","label":"L","cover":"https://pictures.test/c","covers":{"small":"https://pictures.test/s","medium":"https://pictures.test/m","large":"https://pictures.test/l"}},
"external_metadata":{"deezer":[{"id":"89","link":"https://www.deezer.com/track/89","artists":[{"id":12}],"album":{"id":90,"cover":"https://pictures.test/d"}}],
"youtube":[{"id":"abc"},{"vid":"def"}],"spotify":{"id":"s1","link":"javascript:alert(1)"},"tidal":[{"id":"7"}]},
"works":[{"iswc":"T-000.000.001-0","name":"SILVER RIVER","contributors":[{"name":"Ada Alder","ipi":123,"roles":["Composer"]}]}],"later":1}]}`

func TestMetadata(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call func(m *console.Metadata) ([]*console.Track, error)
		want url.Values
	}{
		"by ISRC": {func(m *console.Metadata) ([]*console.Track, error) {
			return m.ByISRC(t.Context(), " isrc gb-um7-10-29604", nil)
		},
			url.Values{"isrc": {"GBUM71029604"}}},
		"by ACRID": {func(m *console.Metadata) ([]*console.Track, error) {
			return m.ByACRID(t.Context(), acrid, &console.LookupOptions{IncludeWorks: true})
		}, url.Values{"acr_id": {acrid}, "include_works": {"1"}}},
		"by URL": {func(m *console.Metadata) ([]*console.Track, error) {
			return m.BySourceURL(t.Context(), "https://open.spotify.com/track/1?si=2", &console.LookupOptions{Platforms: []console.Platform{"spotify", "tidal", "tidal"}})
		}, url.Values{"source_url": {"https://open.spotify.com/track/1?si=2"}, "platforms": {"spotify,tidal"}}},
		"by title and artists": {func(m *console.Metadata) ([]*console.Track, error) {
			return m.Search(t.Context(), console.TrackQuery{Title: "A & B", Artists: []string{"C", " "}}, nil)
		}, url.Values{"format": {"json"}, "query": {`{"track":"A & B","artists":["C"]}`}}},
		"by title alone": {func(m *console.Metadata) ([]*console.Track, error) {
			return m.Search(t.Context(), console.TrackQuery{Title: "A"}, nil)
		}, url.Values{"format": {"json"}, "query": {`{"track":"A","artists":[]}`}}},
		"by text": {func(m *console.Metadata) ([]*console.Track, error) { return m.SearchText(t.Context(), "C - A", nil) },
			url.Values{"query": {"C - A"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, a := newAPI(t, map[string]http.HandlerFunc{tracksPath: says(trackJSON)})
			tracks, err := tt.call(c.Metadata())
			require.NoError(t, err)
			require.Len(t, tracks, 1)
			got, err := url.ParseQuery(a.only().Query)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestTrack(t *testing.T) {
	t.Parallel()
	c, _ := newAPI(t, map[string]http.HandlerFunc{tracksPath: says(trackJSON)})
	tracks, err := c.Metadata().ByISRC(t.Context(), "XX0000000001", nil)
	require.NoError(t, err)
	track := tracks[0]
	assert.Equal(t, "Silver River", track.Name)
	assert.Equal(t, []acrcloud.Genre{{Name: "Pop"}, {Name: "Folk"}}, track.Genres)
	assert.Equal(t, "https://pictures.test/m", track.Album.Covers.Medium)
	assert.Equal(t, "90", track.Listings[console.Deezer][0].Album.ID)
	assert.Equal(t, "12", track.Listings[console.Deezer][0].Artists[0].ID)
	assert.Equal(t, "123", track.Works[0].Contributors[0].IPI)
	assert.JSONEq(t, "1", string(track.Extra["later"]))
	assert.Equal(t, []acrcloud.Link{
		{Platform: "deezer", URL: "https://www.deezer.com/track/89"},
		{Platform: "spotify", URL: "https://open.spotify.com/track/s1"}, // not the one that is no web page
		{Platform: "youtube", URL: "https://www.youtube.com/watch?v=abc"},
		{Platform: "youtube", URL: "https://www.youtube.com/watch?v=def"},
	}, track.Links())
	roundTrip(t, track)
}

func TestMetadataNothingFound(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"an empty list": says(`{"data":[]}`),
		"404":           answers(http.StatusNotFound, `{"message":"Not found"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newAPI(t, map[string]http.HandlerFunc{tracksPath: answer})
			tracks, err := c.Metadata().ByACRID(t.Context(), acrid, nil)
			require.NoError(t, err)
			assert.Empty(t, tracks)
		})
	}
	c, _ := newAPI(t, map[string]http.HandlerFunc{tracksPath: answers(http.StatusNotFound, `<html>no such page</html>`)})
	_, err := c.Metadata().ByACRID(t.Context(), acrid, nil)
	require.ErrorIs(t, err, acrcloud.ErrNotFound, "a web page is not the service's")
}

func TestMetadataRefuses(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, nil)
	m, ctx := c.Metadata(), t.Context()
	for name, tt := range map[string]struct {
		call  func() ([]*console.Track, error)
		field string
	}{
		"no ISRC":           {func() ([]*console.Track, error) { return m.ByISRC(ctx, "GBUM7102960", nil) }, "isrc"},
		"no ACRID":          {func() ([]*console.Track, error) { return m.ByACRID(ctx, "../x", nil) }, "acrid"},
		"no URL":            {func() ([]*console.Track, error) { return m.BySourceURL(ctx, "spotify:track:1", nil) }, "sourceURL"},
		"a URL with a user": {func() ([]*console.Track, error) { return m.BySourceURL(ctx, "https://u:p@a.test/", nil) }, "sourceURL"},
		"neither of the two": {func() ([]*console.Track, error) {
			return m.Search(ctx, console.TrackQuery{Title: " ", Artists: []string{""}}, nil)
		}, "TrackQuery"},
		"no text": {func() ([]*console.Track, error) { return m.SearchText(ctx, " - ", nil) }, "query"},
		"six platforms": {func() ([]*console.Track, error) {
			return m.ByACRID(ctx, acrid, &console.LookupOptions{Platforms: []console.Platform{"a", "b", "c", "d", "e", "f"}})
		}, "LookupOptions.Platforms"},
		"two platforms in one": {func() ([]*console.Track, error) {
			return m.ByACRID(ctx, acrid, &console.LookupOptions{Platforms: []console.Platform{"a,b"}})
		}, "LookupOptions.Platforms"},
		"a client that is none": {func() ([]*console.Track, error) { return (&console.Client{}).Metadata().ByACRID(ctx, acrid, nil) }, "Client"},
		"a nil client":          {func() ([]*console.Track, error) { return (*console.Client)(nil).Metadata().ByACRID(ctx, acrid, nil) }, "Client"},
		"a nil handle":          {func() ([]*console.Track, error) { return (*console.Metadata)(nil).ByACRID(ctx, acrid, nil) }, "Client"},
	} {
		_, err := tt.call()
		require.Error(t, err, name)
		isArgument(t, err, tt.field)
	}
	assert.Empty(t, a.requests())
}
