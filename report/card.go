package report

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
)

// A card describes a recording, as text ready for a page.
type card struct {
	Title   string
	Artists string
	Release string   // album, label, date
	IDs     string   // ISRC, UPC, ISWC, ACRID
	Links   []link   // where to listen
	More    []detail // rights, works, writers, your own keys

	label  string  // alone
	length float64 // of the whole recording, in seconds; 0: not known
	id     string  // identifies it
}

// A detail is a named line of a card.
type detail struct{ Name, Text string }

// A link is a recording's page on a known service.
type link struct{ Name, URL string }

// hosts are the only sites that a page links to, by the platforms of [acrcloud.ExternalMetadata.Links].
var hosts = map[string]struct{ name, prefix string }{
	"spotify":     {"Spotify", "https://open.spotify.com/"},
	"deezer":      {"Deezer", "https://www.deezer.com/"},
	"apple":       {"Apple Music", "https://music.apple.com/"},
	"youtube":     {"YouTube", "https://www.youtube.com/"},
	"musicbrainz": {"MusicBrainz", "https://musicbrainz.org/"},
}

func linksOf(m *acrcloud.ExternalMetadata) []link {
	listed := m.Links()
	if len(listed) == 0 {
		return nil
	}
	links := make([]link, 0, len(listed))
	for _, l := range listed {
		if host, ok := hosts[l.Platform]; ok && strings.HasPrefix(l.URL, host.prefix) {
			links = append(links, link{Name: host.name, URL: l.URL})
		}
	}
	return links
}

// line joins values, each with its name.
type line struct{ b strings.Builder }

func (l *line) add(name, text string) {
	if text == "" {
		return
	}
	if l.b.Len() > 0 {
		l.b.WriteString(" · ")
	}
	if name != "" {
		l.b.WriteString(name)
		l.b.WriteByte(' ')
	}
	l.b.WriteString(text)
}

func (l *line) String() string { return l.b.String() }

// cardOf describes a recording.
func cardOf(m *acrcloud.Music) card {
	c := card{Title: titleOf(m.Title, m.Langs), Artists: artistsOf(m.Artists), label: clean(m.Label), length: float64(m.DurationMS) / 1000}
	var release, ids line
	release.b.Grow(96)
	release.add("", clean(m.Album.Name))
	release.add("label", c.label)
	if m.ReleaseDate != "None" { // which has been seen
		release.add("released", clean(m.ReleaseDate))
	}
	c.Release = release.String()
	ids.b.Grow(96)
	ids.add("ISRC", joined(m.ExternalIDs.ISRC))
	upc := m.ExternalIDs.UPC
	if m.Album.UPC != "" && !slices.Contains(upc, m.Album.UPC) {
		upc = append(slices.Clone(upc), m.Album.UPC)
	}
	ids.add("UPC", joined(upc))
	ids.add("ISWC", joined(m.ExternalIDs.ISWC))
	ids.add("ACRID", clean(m.ACRID))
	c.IDs = ids.String()
	c.Links = linksOf(&m.ExternalMetadata)
	c.rights(m)
	c.id = identityOf(m)
	return c
}

// identityOf identifies a recording by its id, or else by its title and artists.
func identityOf(m *acrcloud.Music) string {
	switch {
	case m.ACRID != "":
		return "a" + m.ACRID
	case len(m.ExternalIDs.ISRC) > 0 && m.ExternalIDs.ISRC[0] != "":
		return "i" + strings.ToUpper(m.ExternalIDs.ISRC[0])
	case m.Title == "" && len(m.Artists) == 0:
		return "" // unknown
	}
	names := make([]string, 0, len(m.Artists)+3)
	names = append(names, "t", m.Title, m.Label)
	for _, a := range m.Artists {
		names = append(names, a.Name)
	}
	return strings.Join(names, "\x00")
}

func titleOf(title string, langs []acrcloud.Lang) string {
	if title == "" {
		title = nameIn(langs)
	}
	if title == "" {
		return "Untitled"
	}
	return clean(title)
}

// nameIn returns the first name in any language.
func nameIn(langs []acrcloud.Lang) string {
	for _, l := range langs {
		if l.Name != "" {
			return l.Name
		}
	}
	return ""
}

func artistsOf(artists []acrcloud.Artist) string {
	if len(artists) == 1 && artists[0].Name != "" {
		return clean(artists[0].Name)
	}
	names := make([]string, 0, len(artists))
	for i := range artists {
		name := artists[i].Name
		if name == "" {
			name = nameIn(artists[i].Langs)
		}
		names = append(names, name)
	}
	return joined(names)
}

// rights adds the owners of the recording and the composition.
func (c *card) rights(m *acrcloud.Music) {
	for i := range m.RightsClaims {
		c.add("Rights", claimText(&m.RightsClaims[i]))
	}
	c.add("Policy", clean(m.RightsClaimPolicy))
	c.add("Distributors", joined(m.Distributors))
	for i := range m.Works {
		c.add("Work", workText(&m.Works[i]))
	}
	c.add("Composers", joined(m.Contributors.Composers))
	c.add("Lyricists", joined(m.Contributors.Lyricists))
	c.add("Lyrics", joined(m.Lyrics.Copyrights))
	if len(m.Genres) > 0 {
		genres := make([]string, 0, len(m.Genres))
		for _, g := range m.Genres {
			genres = append(genres, g.Name)
		}
		c.add("Genre", joined(genres))
	}
	for i := range m.ReleaseByTerritories {
		t := &m.ReleaseByTerritories[i]
		var l line
		l.add("", clean(t.ReleaseDate))
		l.add("in", joined(t.Territories))
		l.add("not in", joined(t.ExcludeTerritories))
		c.add("Released", l.String())
	}
}

func (c *card) add(name, text string) {
	if text != "" {
		c.More = append(c.More, detail{name, text})
	}
}

func claimText(r *acrcloud.RightsClaim) string {
	var l line
	for i := range r.RightsOwners {
		owner := clean(r.RightsOwners[i].Name)
		if owner == "" {
			owner = "an unnamed owner"
		}
		if s := r.RightsOwners[i].SharePercentage; s != nil {
			owner += " " + measure(*s, 3, " %")
		}
		l.add("", owner)
	}
	distributor := clean(r.Distributor.Name)
	if distributor == "" {
		distributor = clean(r.Distributor.ID)
	}
	l.add("distributed by", distributor)
	l.add("policy", clean(r.Policy))
	l.add("in", joined(r.Territories))
	l.add("not in", joined(r.ExcludedTerritories))
	l.add("since", clean(r.StartDate))
	return l.String()
}

func workText(w *acrcloud.Work) string {
	var l line
	l.add("", clean(w.Name))
	l.add("also", joined(w.OtherNames))
	l.add("ISWC", clean(w.ISWC))
	if w.ID != w.ISWC {
		l.add("id", clean(w.ID))
	}
	writers := make([]string, 0, len(w.Creators))
	for i := range w.Creators {
		cr := &w.Creators[i]
		writer := strings.TrimSpace(cr.Name + " " + cr.LastName)
		var about []string
		if len(cr.Roles) > 0 {
			about = append(about, strings.Join(cr.Roles, ", "))
		}
		if cr.IPI != "" {
			about = append(about, "IPI "+cr.IPI)
		}
		if len(about) > 0 {
			writer += " (" + strings.Join(about, ", ") + ")"
		}
		writers = append(writers, writer)
	}
	l.add("by", joined(writers))
	for i := range w.Works {
		l.add(clean(w.Works[i].Agency.Code), clean(w.Works[i].Code))
	}
	return l.String()
}

// ownCard describes audio of one of your buckets, with its user-defined metadata.
func ownCard(f *acrcloud.CustomFile) card {
	c := card{Title: titleOf(f.Title, nil), length: float64(f.DurationMS) / 1000}
	var ids line
	ids.add("bucket", clean(f.BucketID))
	ids.add("audio", clean(f.AudioID))
	ids.add("ACRID", clean(f.ACRID))
	c.IDs = ids.String()
	for _, key := range slices.Sorted(maps.Keys(f.Extra)) {
		c.add(clean(key), clean(textOf(f.Extra[key])))
	}
	switch {
	case f.ACRID != "":
		c.id = "a" + f.ACRID
	case f.Title != "" || f.AudioID != "":
		c.id = strings.Join([]string{"c", f.BucketID, f.AudioID, f.Title}, "\x00")
	}
	return c
}

// textOf returns text as it is, and any other value as JSON.
func textOf(data json.RawMessage) string {
	var text string
	if json.Unmarshal(data, &text) == nil {
		return text
	}
	return string(data)
}

// candidateCard describes a result of an identification.
func candidateCard(c *identify.Candidate) card {
	switch {
	case c.Music != nil:
		return cardOf(c.Music)
	case c.Custom != nil:
		return ownCard(c.Custom)
	case c.Humming != nil:
		h := c.Humming
		return cardOf(&acrcloud.Music{
			ACRID: h.ACRID, Title: h.Title, Artists: h.Artists, Album: h.Album, DurationMS: h.DurationMS, Label: h.Label, ReleaseDate: h.ReleaseDate,
			Genres: h.Genres, Langs: h.Langs, ExternalIDs: h.ExternalIDs, ExternalMetadata: h.ExternalMetadata, Contributors: h.Contributors,
		})
	}
	artists := make([]acrcloud.Artist, 0, len(c.Artists))
	for _, name := range c.Artists {
		artists = append(artists, acrcloud.Artist{Name: name})
	}
	return cardOf(&acrcloud.Music{ACRID: c.ACRID, Title: c.Title, Artists: artists})
}

// equal reports whether two cards have the same content.
func (c *card) equal(o *card) bool {
	return c.Title == o.Title && c.Artists == o.Artists && c.Release == o.Release && c.IDs == o.IDs && slices.Equal(c.Links, o.Links) && slices.Equal(c.More, o.More)
}

// name returns the card in a few words, such as for a bar.
func (c *card) name() string {
	if c.Artists == "" {
		return brief(c.Title, 80)
	}
	return brief(c.Title, 80) + " – " + brief(c.Artists, 60)
}
