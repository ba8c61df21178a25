package mock

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// recording returns the service's metadata of a track. The details are derived from the ACRID, and always the same. As
// with the service, not every track has all of them.
func recording(t *Track) row {
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.ACRID))
	r := rand.New(rand.NewPCG(h.Sum64(), 0)) //nolint:gosec // it must be repeatable
	n := t.number
	ids := row{"isrc": t.ISRC, "upc": t.UPC}
	result := row{
		"title": t.Title, "acrid": t.ACRID, "artists": artists(t, r), "album": row{"name": t.Album}, "label": t.Label, "release_date": t.ReleaseDate,
		"duration_ms": t.Duration.Milliseconds(), "external_ids": ids, "external_metadata": platforms(t, r), "distributors": []string{},
	}
	composer := []string{pick(r, firstNames), pick(r, lastNames)}
	if n%3 != 0 {
		result["genres"] = []row{{"name": pick(r, genreNames), "id": 100 + r.IntN(100)}}
	}
	if n%2 == 1 {
		result["contributors"] = row{"composers": []string{strings.Join(composer, " ")}, "lyricists": []string{pick(r, firstNames) + " " + pick(r, lastNames)}}
	}
	if n%3 == 1 {
		iswc := fmt.Sprintf("T%010d", r.Int64N(1e10))
		if n%2 == 0 {
			ids["iswc"] = iswc
		}
		result["works"] = []row{{"id": iswc, "iswc": iswc, "name": strings.ToUpper(t.Title), "creators": []row{
			{"name": composer[0], "last_name": composer[1], "ipi": 100_000_000 + r.IntN(900_000_000), "roles": []string{"Composer"}},
		}}}
	}
	if n%5 == 1 {
		result["langs"], result["language"] = []row{{"code": "en", "name": t.Title}}, "en"
	}
	if n%4 == 1 {
		result["distributors"] = []string{pick(r, distributorNames)}
	}
	return result
}

func artists(t *Track, r *rand.Rand) []row {
	list := make([]row, 0, len(t.Artists))
	for i, name := range t.Artists {
		artist := row{"name": name}
		if t.number%4 == 1 {
			role := "MainArtist"
			if i > 0 {
				role = "FeaturedArtist"
			}
			artist["roles"], artist["id"] = []string{role}, digits(r, 7)
		}
		if t.number%5 == 1 {
			artist["langs"] = []row{{"code": "en", "name": name}}
		}
		list = append(list, artist)
	}
	return list
}

// platforms returns the track's ids on other services. They have the usual lengths, but are invented.
func platforms(t *Track, r *rand.Rand) row {
	spotify := onPlatform(t, func() string { return letters(r, 22) })
	deezer := onPlatform(t, func() string { return digits(r, 9) })
	return row{"spotify": spotify, "deezer": deezer, "apple": row{"track": row{"id": digits(r, 10)}}, "youtube": row{"vid": letters(r, 11)}}
}

// onPlatform returns the names and ids of a track on a platform, or only the id of the track.
func onPlatform(t *Track, id func() string) row {
	if t.number%2 == 0 {
		return row{"track": row{"id": id()}}
	}
	artists := make([]row, 0, len(t.Artists))
	for _, name := range t.Artists {
		artists = append(artists, row{"id": id(), "name": name})
	}
	return row{"track": row{"id": id(), "name": t.Title}, "album": row{"id": id(), "name": t.Album}, "artists": artists}
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func letters(r *rand.Rand, n int) string { return text(r, n, alphabet) }

func digits(r *rand.Rand, n int) string { return "1" + text(r, n-1, alphabet[:10]) }

func text(r *rand.Rand, n int, from string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = from[r.IntN(len(from))]
	}
	return string(b)
}

var (
	firstNames       = []string{"Ada", "Clara", "Dario", "Gina", "Hugo", "Ines"}
	lastNames        = []string{"Alder", "Birch", "Cedar", "Dogwood", "Ginkgo", "Hazel", "Ivy", "Juniper"}
	genreNames       = []string{"Pop", "Electro", "Alternative", "Dance", "Jazz", "Soundtrack"}
	distributorNames = []string{"SME", "UMG", "WMG"}
)
