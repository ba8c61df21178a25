package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// Metadata looks up recordings: their titles, releases, and links on platforms. Its calls go to the European host,
// https://eu-api-v2.acrcloud.com, or to the configured one. Whether a look-up is billed is not known. If nothing is
// found, the list is empty, which is not an error. The token needs the scope read-metadata.
type Metadata struct{ g group }

// A Platform is a streaming service, as named by the Metadata API. The service may add others.
type Platform string

// The documented platforms, and AmazonMusic, which public programs use.
const (
	Spotify     Platform = "spotify"
	Deezer      Platform = "deezer"
	YouTube     Platform = "youtube"
	AppleMusic  Platform = "applemusic"
	Tidal       Platform = "tidal"
	Gaana       Platform = "gaana"
	AWA         Platform = "awa"
	KKBox       Platform = "kkbox"
	SoundCloud  Platform = "soundcloud"
	AmazonMusic Platform = "amazonmusic"
)

// maxPlatforms is how many platforms the service accepts.
const maxPlatforms = 5

// LookupOptions are the options of a look-up.
type LookupOptions struct {
	Platforms    []Platform // where to look, at most 5; none: Spotify, Deezer, YouTube and AppleMusic
	IncludeWorks bool       // with Track.Works, the compositions
}

// A TrackQuery is a search for a recording. Set at least one of the two.
type TrackQuery struct {
	Title   string
	Artists []string
}

// ByISRC returns the recordings of an ISRC, such as "GBUM71029604". Hyphens and a leading "ISRC" are removed. It calls
// GET /api/external-metadata/tracks. It is retried.
func (m *Metadata) ByISRC(ctx context.Context, isrc string, opts *LookupOptions) ([]*Track, error) {
	plain := plainISRC(isrc)
	if !isISRC(plain) {
		return nil, refuse("isrc", "is not an ISRC", "use 12 letters and digits, such as GBUM71029604")
	}
	return m.lookup(ctx, core.Query{}.Text("isrc", plain), opts)
}

// ByACRID returns the recordings with an ACRID, the service's own id, as in recognition results. It calls GET
// /api/external-metadata/tracks. It is retried.
func (m *Metadata) ByACRID(ctx context.Context, acrid string, opts *LookupOptions) ([]*Track, error) {
	if err := core.CheckTextID("acrid", acrid, "use Music.ACRID of a result"); err != nil {
		return nil, err
	}
	return m.lookup(ctx, core.Query{}.Text("acr_id", acrid), opts)
}

// BySourceURL returns the recordings that a platform has at a URL, such as "https://open.spotify.com/track/…". It calls
// GET /api/external-metadata/tracks. It is retried.
func (m *Metadata) BySourceURL(ctx context.Context, sourceURL string, opts *LookupOptions) ([]*Track, error) {
	u, err := url.Parse(strings.TrimSpace(sourceURL))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil, refuse("sourceURL", "is not the URL of a web page", "use the link of a recording on a platform, such as https://open.spotify.com/track/…")
	}
	return m.lookup(ctx, core.Query{}.Text("source_url", u.String()), opts)
}

// Search returns the recordings of a title, of artists, or of both, the best match first. It calls
// GET /api/external-metadata/tracks. It is retried.
func (m *Metadata) Search(ctx context.Context, q TrackQuery, opts *LookupOptions) ([]*Track, error) {
	artists := make([]string, 0, len(q.Artists)) // a list even if it is empty: with a text, the service mostly finds nothing
	for _, artist := range q.Artists {
		if artist = strings.TrimSpace(artist); artist != "" {
			artists = append(artists, artist)
		}
	}
	title := strings.TrimSpace(q.Title)
	if title == "" && len(artists) == 0 {
		return nil, refuse("TrackQuery", "has neither a title nor an artist", "give at least one of the two")
	}
	query, err := core.JSON(struct {
		Track   string   `json:"track"`
		Artists []string `json:"artists"`
	}{title, artists})
	if err != nil {
		return nil, err
	}
	return m.lookup(ctx, core.Query{}.Text("format", "json").Text("query", string(query)), opts)
}

// SearchText returns the recordings that match a text such as "Artist - Title", the best match first. [Metadata.Search]
// is more exact. It calls GET /api/external-metadata/tracks. It is retried.
func (m *Metadata) SearchText(ctx context.Context, query string, opts *LookupOptions) ([]*Track, error) {
	if query = strings.TrimSpace(query); strings.Trim(query, "- \t") == "" {
		return nil, refuse("query", "has neither a title nor an artist", `use a text such as "Artist - Title"`)
	}
	return m.lookup(ctx, core.Query{}.Text("query", query), opts)
}

func (m *Metadata) group() group {
	if m == nil {
		return group{}
	}
	return m.g
}

func (m *Metadata) lookup(ctx context.Context, q core.Query, opts *LookupOptions) ([]*Track, error) {
	var o LookupOptions
	if opts != nil {
		o = *opts
	}
	var names []string
	for _, p := range o.Platforms {
		name := string(p)
		if err := core.CheckTextID("LookupOptions.Platforms", name, "use Spotify or another of the Platform constants"); err != nil {
			return nil, err
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > maxPlatforms {
		return nil, refuse("LookupOptions.Platforms", "has "+strconv.Itoa(len(names))+" platforms", "the service accepts 5: look up the others in another call")
	}
	q = q.Text("platforms", strings.Join(names, ",")).Bool("include_works", o.IncludeWorks)
	tracks, err := list[Track](ctx, m.group(), action{op: "metadata.tracks", path: "/tracks", query: q}, nil)
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok && e.StatusCode == http.StatusNotFound && json.Valid(e.Body) {
		return nil, nil // some installations of the service respond so when nothing is found
	}
	return tracks, err
}

// plainISRC removes the hyphens, spaces and prefixes that are written around ISRCs.
func plainISRC(isrc string) string {
	isrc = strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\t' || r == ':' {
			return -1
		}
		return r
	}, isrc))
	if len(isrc) == len("ISRC")+isrcLength {
		isrc = strings.TrimPrefix(isrc, "ISRC")
	}
	return isrc
}

const isrcLength = 12

func isISRC(s string) bool {
	return len(s) == isrcLength && !strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') })
}

// A Track is a recording in the Metadata API. Every field may be missing.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type Track struct {
	Name        string            `json:"name,omitzero"`
	Type        string            `json:"type,omitzero"` // "track"
	ISRC        string            `json:"isrc,omitzero"`
	DiscNumber  int               `json:"disc_number,omitzero"`
	TrackNumber int               `json:"track_number,omitzero"`
	DurationMS  int64             `json:"duration_ms,omitzero"` // in milliseconds; see PlayingTime
	Genres      []acrcloud.Genre  `json:"genres,omitzero"`
	ReleaseDate string            `json:"release_date,omitzero"` // "2006-01-02" as a rule
	Artists     []acrcloud.Artist `json:"artists,omitzero"`
	Album       TrackAlbum        `json:"album,omitzero"`

	// Listings are the recording's entries on platforms. Each may have several, or none.
	Listings map[Platform][]Listing `json:"external_metadata,omitzero"`

	Works []TrackWork `json:"works,omitzero"` // the compositions that were recorded, with LookupOptions.IncludeWorks

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// TrackAlbum is a release that has the recording.
type TrackAlbum struct {
	Name        string `json:"name,omitzero" lenient:"text"` // often missing
	Title       string `json:"title,omitzero"`               // another spelling of Name that programs look for
	ID          string `json:"id,omitzero"`
	TrackCount  int    `json:"track_count,omitzero"`
	UPC         string `json:"upc,omitzero"` // Universal Product Code
	ReleaseDate string `json:"release_date,omitzero"`
	Label       string `json:"label,omitzero"`
	Cover       string `json:"cover,omitzero"` // URL of a picture
	Covers      Covers `json:"covers,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// Covers are the URLs of a cover in three sizes.
type Covers struct {
	Small  string `json:"small,omitzero"`
	Medium string `json:"medium,omitzero"`
	Large  string `json:"large,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// A Listing is a recording's entry on one platform.
type Listing struct {
	ID      string        `json:"id,omitzero"` // the platform's id; for YouTube also the member vid of recognition results
	Link    string        `json:"link,omitzero"`
	Preview string        `json:"preview,omitzero"` // URL of an excerpt
	Name    string        `json:"name,omitzero"`
	Artists []ListingPart `json:"artists,omitzero"`
	Album   ListingPart   `json:"album,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// A ListingPart is an artist or album of a [Listing].
type ListingPart struct {
	ID    string `json:"id,omitzero" lenient:"text"`
	Name  string `json:"name,omitzero"`
	Link  string `json:"link,omitzero"`
	Cover string `json:"cover,omitzero"` // URL of a picture

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// A TrackWork is a composition.
type TrackWork struct {
	ISWC         string             `json:"iswc,omitzero"` // International Standard Musical Work Code
	Name         string             `json:"name,omitzero"`
	Contributors []acrcloud.Creator `json:"contributors,omitzero"` // who wrote it; recognition results call them creators

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// settle merges YouTube's two spellings of the id.
func (t *Track) settle() {
	for _, listings := range t.Listings {
		for i := range listings {
			l := &listings[i]
			var vid string
			if l.ID == "" && json.Unmarshal(l.Extra["vid"], &vid) == nil {
				l.ID = vid
				l.Extra = without(l.Extra, "vid")
			}
		}
	}
}

// Links returns the pages of the recording, sorted by platform: the link of the listing, or else one made from its id,
// as [acrcloud.ExternalMetadata.Links] does. Links other than http and https are omitted.
func (t Track) Links() []acrcloud.Link {
	platforms := make([]Platform, 0, len(t.Listings))
	for p := range t.Listings {
		platforms = append(platforms, p)
	}
	slices.Sort(platforms)
	var links []acrcloud.Link
	for _, p := range platforms {
		for _, l := range t.Listings[p] {
			if page := l.page(p); page != "" {
				links = append(links, acrcloud.Link{Platform: string(p), URL: page})
			}
		}
	}
	return links
}

// page is the link of a listing; empty if none is safe to show.
func (l Listing) page(p Platform) string {
	if u, err := url.Parse(l.Link); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && text.Terminal(l.Link) == l.Link {
		return u.String()
	}
	var m acrcloud.ExternalMetadata
	item := []acrcloud.Listing{{Track: acrcloud.ListingItem{ID: l.ID}}}
	switch p {
	case Spotify:
		m.Spotify = item
	case Deezer:
		m.Deezer = item
	case AppleMusic:
		m.Apple = item
	case YouTube:
		m.YouTube = []acrcloud.YouTubeVideo{{VID: l.ID}}
	}
	if links := m.Links(); len(links) > 0 {
		return links[0].URL
	}
	return ""
}
