package acrcloud_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	track := func(id string) acrcloud.Listing { return acrcloud.Listing{Track: acrcloud.ListingItem{ID: id}} }
	all := acrcloud.ExternalMetadata{
		Spotify:     []acrcloud.Listing{track("s1"), track("s2")},
		Deezer:      []acrcloud.Listing{track("726176")},
		Apple:       []acrcloud.Listing{track("1440776066")},
		YouTube:     []acrcloud.YouTubeVideo{{VID: "aGS-Krc_dGc"}},
		MusicBrainz: []acrcloud.Listing{track("0a0b0c0d-0000-4000-8000-000000000000")},
		MusicStory:  []acrcloud.Listing{track("2206341")},
		LyricFind:   []acrcloud.LyricFind{{LFID: "001-1234567"}},
	}
	assert.Equal(t, []acrcloud.Link{
		{"spotify", "https://open.spotify.com/track/s1"},
		{"spotify", "https://open.spotify.com/track/s2"},
		{"deezer", "https://www.deezer.com/track/726176"},
		{"apple", "https://music.apple.com/song/1440776066"},
		{"youtube", "https://www.youtube.com/watch?v=aGS-Krc_dGc"},
		{"musicbrainz", "https://musicbrainz.org/recording/0a0b0c0d-0000-4000-8000-000000000000"},
	}, all.Links())

	assert.Equal(t, []acrcloud.Link{
		{"spotify", "https://open.spotify.com/track/a%2F..%2Fb%3Fc=%23d%20%22%3E"},
		{"youtube", "https://www.youtube.com/watch?v=a%26b%3Dc%23d"},
	}, acrcloud.ExternalMetadata{
		Spotify: []acrcloud.Listing{track(`a/../b?c=#d ">`)},
		YouTube: []acrcloud.YouTubeVideo{{VID: "a&b=c#d"}},
	}.Links(), "an id stays within its place in the URL")

	assert.Empty(t, acrcloud.ExternalMetadata{}.Links())
	assert.Empty(t, acrcloud.ExternalMetadata{
		Spotify: []acrcloud.Listing{track(""), {Album: acrcloud.ListingItem{ID: "x"}}},
		Deezer:  []acrcloud.Listing{track(".."), track(".")},
		YouTube: []acrcloud.YouTubeVideo{{}},
	}.Links(), "no link without an id")
}
