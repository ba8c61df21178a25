package acrcloud

import (
	"encoding/json"
	"net/url"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// ExternalMetadata says what other services call a recording. Each may have several entries, or none. Where the service sends a
// list of such objects, their entries are all here.
type ExternalMetadata struct {
	Spotify     []Listing      `json:"spotify,omitzero"`
	Deezer      []Listing      `json:"deezer,omitzero"`
	Apple       []Listing      `json:"apple,omitzero"`
	YouTube     []YouTubeVideo `json:"youtube,omitzero"`
	MusicBrainz []Listing      `json:"musicbrainz,omitzero"`
	MusicStory  []Listing      `json:"musicstory,omitzero"`
	LyricFind   []LyricFind    `json:"lyricfind,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"merge"` // other services, and unreadable members
}

// UnmarshalJSON reads an ExternalMetadata tolerantly.
func (e *ExternalMetadata) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, e) }

// MarshalJSON writes the ExternalMetadata with its Extra.
func (e ExternalMetadata) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&e) }

// A Listing is what one service calls a recording. Often it has only the track's id.
type Listing struct {
	Track   ListingItem   `json:"track,omitzero"`
	Album   ListingItem   `json:"album,omitzero"`
	Release ListingItem   `json:"release,omitzero"` // of MusicStory
	Artists []ListingItem `json:"artists,omitzero"`
	Genres  []ListingItem `json:"genres,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a Listing tolerantly.
func (l *Listing) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// MarshalJSON writes the Listing with its Extra.
func (l Listing) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }

// A ListingItem is a track, album, artist or genre of a [Listing].
type ListingItem struct {
	ID    string `json:"id,omitzero"` // the service's own id
	Name  string `json:"name,omitzero"`
	Langs []Lang `json:"langs,omitzero"` // the name in other languages

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a ListingItem tolerantly.
func (l *ListingItem) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// MarshalJSON writes the ListingItem with its Extra.
func (l ListingItem) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }

// YouTubeVideo is a video that has the recording.
type YouTubeVideo struct {
	VID string `json:"vid,omitzero"` // YouTube's id of the video

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a YouTubeVideo tolerantly.
func (y *YouTubeVideo) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, y) }

// MarshalJSON writes the YouTubeVideo with its Extra.
func (y YouTubeVideo) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&y) }

// LyricFind is an entry of LyricFind's catalogue of lyrics.
type LyricFind struct {
	LFID string `json:"lfid,omitzero"` // LyricFind's id, such as "001-1234567"

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// UnmarshalJSON reads a LyricFind tolerantly.
func (l *LyricFind) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// MarshalJSON writes the LyricFind with its Extra.
func (l LyricFind) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }

// A Link is a public web page for a recording on another service.
type Link struct {
	Platform string // as the service spells it: "spotify", "deezer", "apple", "youtube" or "musicbrainz"
	URL      string
}

// Links returns the pages of the recording on the services whose public addresses are well known, made from the ids alone. Nobody
// has checked that they exist. An id that is missing gives no link.
func (e ExternalMetadata) Links() []Link {
	most := len(e.Spotify) + len(e.Deezer) + len(e.Apple) + len(e.YouTube) + len(e.MusicBrainz)
	if most == 0 {
		return nil
	}
	links := make([]Link, 0, most)
	add := func(platform, prefix, id string) {
		if id == "" || id == "." || id == ".." { // which no escaping keeps from changing the path
			return
		}
		links = append(links, Link{Platform: platform, URL: prefix + url.PathEscape(id)})
	}
	for _, l := range e.Spotify {
		add("spotify", "https://open.spotify.com/track/", l.Track.ID)
	}
	for _, l := range e.Deezer {
		add("deezer", "https://www.deezer.com/track/", l.Track.ID)
	}
	for _, l := range e.Apple {
		add("apple", "https://music.apple.com/song/", l.Track.ID)
	}
	for _, v := range e.YouTube {
		if v.VID != "" {
			links = append(links, Link{Platform: "youtube", URL: "https://www.youtube.com/watch?v=" + url.QueryEscape(v.VID)})
		}
	}
	for _, l := range e.MusicBrainz {
		add("musicbrainz", "https://musicbrainz.org/recording/", l.Track.ID)
	}
	return links
}
