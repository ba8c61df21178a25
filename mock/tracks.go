package mock

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// trackRoutes are the calls of the Metadata API.
func trackRoutes() []route {
	return []route{{OpFindTracks, http.MethodGet, "/api/external-metadata/tracks", "metadata", false, (*Server).findTracks}}
}

// maxPlatforms is the most platforms in one request.
const maxPlatforms = 5

// findTracks finds tracks of the server that are not in own buckets. It is documented on eu-api-v2; it is assumed that
// the other hosts serve it too, and how invalid requests are refused. No results are not an error.
func (s *Server) findTracks(q *request) *response {
	query, problems := q.URL.Query(), problems{}
	if query.Get("isrc")+query.Get("acr_id")+query.Get("source_url")+query.Get("query") == "" {
		problems.add("query", "One of the fields isrc, acr_id, source_url and query is required.")
	}
	platforms := split(query.Get("platforms"))
	if len(platforms) > maxPlatforms {
		problems.add("platforms", "The platforms may not have more than 5 items.")
	}
	if len(platforms) == 0 {
		platforms = []string{"spotify", "deezer", "youtube", "applemusic"}
	}
	if format := query.Get("format"); format != "" && format != "text" && format != "json" {
		problems.add("format", "The selected format is invalid.")
	}
	if len(problems) > 0 {
		return invalid(q.Request, problems)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := []row{}
	for _, t := range s.tracks {
		if t.BucketID == 0 && asksFor(query, t) {
			rows = append(rows, trackRow(t, platforms, query.Get("include_works") == "1"))
		}
	}
	return data(http.StatusOK, rows)
}

// asksFor reports whether a track matches a query. In JSON, artists must be a list; otherwise nothing is found, as has
// been seen.
func asksFor(query url.Values, t *Track) bool {
	switch {
	case query.Get("isrc") != "":
		return strings.EqualFold(t.ISRC, query.Get("isrc"))
	case query.Get("acr_id") != "":
		return strings.EqualFold(t.ACRID, query.Get("acr_id"))
	case query.Get("source_url") != "":
		return slices.ContainsFunc(linksOf(t), func(link platformLink) bool { return link.is(query.Get("source_url")) })
	case query.Get("format") != "json":
		artist, title, ok := strings.Cut(query.Get("query"), " - ")
		return (ok && isCalled(t, title, []string{artist})) || isCalled(t, query.Get("query"), nil)
	}
	var asked struct {
		Track   string
		Artists []string
	}
	return json.Unmarshal([]byte(query.Get("query")), &asked) == nil && isCalled(t, asked.Track, asked.Artists)
}

// isCalled reports whether a track has the title, if one is given, and one of the artists, if any are given.
func isCalled(t *Track, title string, artists []string) bool {
	if title == "" && len(artists) == 0 {
		return false
	}
	return (title == "" || strings.EqualFold(t.Title, strings.TrimSpace(title))) && (len(artists) == 0 || slices.ContainsFunc(artists, func(artist string) bool {
		return slices.ContainsFunc(t.Artists, func(own string) bool { return strings.EqualFold(own, strings.TrimSpace(artist)) })
	}))
}

// A platformLink is the place of a track on a platform.
type platformLink struct {
	platform, id, link string
	album              any // its id on the platform; nil if it has none
	artists            []row
}

// is reports whether a URL is that of the link.
func (l platformLink) is(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Query().Get("v") == l.id || u.Query().Get("i") == l.id || strings.HasSuffix(u.Path, "/"+l.id))
}

// linksOf returns the links of a track on platforms, with the same ids as in recognition results.
func linksOf(t *Track) []platformLink {
	external, _ := recording(t)["external_metadata"].(row)
	id := func(platform string) string {
		entry, _ := external[platform].(row)
		track, _ := entry["track"].(row)
		text, _ := track["id"].(string)
		return text
	}
	youtube, _ := external["youtube"].(row)
	vid, _ := youtube["vid"].(string)
	return []platformLink{
		{"spotify", id("spotify"), "https://open.spotify.com/track/" + id("spotify"), id("spotify")[1:] + "A", []row{{"id": id("spotify")[1:] + "B"}}},
		{"deezer", id("deezer"), "https://www.deezer.com/track/" + id("deezer"), 1000 + t.number, []row{{"id": 2000 + t.number}}},
		{"applemusic", id("apple"), "https://music.apple.com/us/album/" + "1?i=" + id("apple"), id("apple")[1:] + "1", []row{{"id": id("apple")[1:] + "2"}}},
		{"youtube", vid, "https://www.youtube.com/watch?v=" + vid, nil, nil},
	}
}

// trackRow is a track in the format of the Metadata API. The cover's URL is invented.
func trackRow(t *Track, platforms []string, works bool) row {
	about := recording(t)
	artists, genres := []row{}, []string{}
	for _, name := range t.Artists {
		artists = append(artists, row{"name": name})
	}
	if list, ok := about["genres"].([]row); ok {
		for _, genre := range list {
			name, _ := genre["name"].(string)
			genres = append(genres, name)
		}
	}
	cover := "https://covers.acrcloud.test/" + t.ACRID + "/"
	external := row{}
	for _, l := range linksOf(t) {
		if !slices.Contains(platforms, l.platform) {
			continue
		}
		entry := row{"id": l.id, "link": l.link}
		if l.album != nil {
			entry["album"], entry["artists"] = row{"id": l.album, "cover": cover + "large.jpg"}, l.artists
		}
		external[l.platform] = []row{entry}
	}
	v := row{
		"name": t.Title, "type": "track", "isrc": t.ISRC, "disc_number": 1, "track_number": 1 + t.number%12, "duration_ms": t.Duration.Milliseconds(),
		"genres": genres, "release_date": t.ReleaseDate, "artists": artists, "external_metadata": external,
		"album": row{
			"track_count": 12, "upc": t.UPC, "release_date": t.ReleaseDate, "label": t.Label, "cover": cover + "large.jpg",
			"covers": row{"small": cover + "small.jpg", "medium": cover + "medium.jpg", "large": cover + "large.jpg"},
		},
	}
	if works {
		v["works"] = worksOf(about)
	}
	return v
}

// worksOf returns the works of a recording, whose creators are called contributors here.
func worksOf(about row) []row {
	rows := []row{}
	list, _ := about["works"].([]row)
	for _, work := range list {
		contributors := []row{}
		creators, _ := work["creators"].([]row)
		for _, c := range creators {
			contributors = append(contributors, row{"name": c["name"], "ipi": c["ipi"], "roles": c["roles"]})
		}
		rows = append(rows, row{"iswc": work["iswc"], "name": work["name"], "contributors": contributors})
	}
	return rows
}
