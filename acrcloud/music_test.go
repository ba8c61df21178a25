package acrcloud_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Every shape that has been seen of a row of music.
func TestMusicShapes(t *testing.T) {
	t.Parallel()
	text := func(name string) []acrcloud.ListingItem { return []acrcloud.ListingItem{{Name: name}} }
	tests := map[string]struct {
		in   string
		want acrcloud.Music
	}{
		"as documented": {
			`{"acrid":"0123456789abcdef0123456789abcdef","title":"Amber","artists":[{"name":"Brook","id":"1","roles":["MainArtist"],"isni":"0000000000000001","langs":[{"code":"en","name":"Brook"}]}],
			 "album":{"name":"Cove","id":"2","langs":[{"code":"de","name":"Bucht"}],"upc":"00602448123456","release_date":"2020-01-02","type":"single"},
			 "score":100,"duration_ms":271716,"play_offset_ms":14920,"db_begin_time_offset_ms":3000,"db_end_time_offset_ms":14340,"sample_begin_time_offset_ms":0,"sample_end_time_offset_ms":11340,
			 "label":"Dawn Records","release_date":"2013-01-01","genres":[{"name":"Pop","id":132}],"language":"en","langs":[{"code":"zh-Hans","name":"琥珀"}],"result_from":3,"rank":10}`,
			acrcloud.Music{
				ACRID: "0123456789abcdef0123456789abcdef", Title: "Amber",
				Artists: []acrcloud.Artist{{Name: "Brook", ID: "1", Roles: []string{"MainArtist"}, ISNI: "0000000000000001", Langs: []acrcloud.Lang{{Code: "en", Name: "Brook"}}}},
				Album:   acrcloud.Album{Name: "Cove", ID: "2", Langs: []acrcloud.Lang{{Code: "de", Name: "Bucht"}}, UPC: "00602448123456", ReleaseDate: "2020-01-02", Type: "single"},
				Score:   new(100.0), DurationMS: 271716, PlayOffsetMS: new(int64(14920)),
				DBBeginTimeOffsetMS: new(int64(3000)), DBEndTimeOffsetMS: new(int64(14340)), SampleBeginTimeOffsetMS: new(int64(0)), SampleEndTimeOffsetMS: new(int64(11340)),
				Label: "Dawn Records", ReleaseDate: "2013-01-01", Genres: []acrcloud.Genre{{Name: "Pop", ID: "132"}}, Language: "en",
				Langs: []acrcloud.Lang{{Code: "zh-Hans", Name: "琥珀"}}, ResultFrom: 3, Rank: 10,
			},
		},
		"nothing":                  {`{}`, acrcloud.Music{}},
		"null":                     {`null`, acrcloud.Music{}},
		"everything null":          {`{"acrid":null,"title":null,"artists":null,"album":null,"score":null,"duration_ms":null,"play_offset_ms":null,"label":null,"release_date":null,"genres":null,"external_ids":null,"external_metadata":null,"contributors":null,"works":null,"lyrics":null,"rights_claim":null,"bpm":null}`, acrcloud.Music{}},
		"empty arrays for objects": {`{"album":[],"external_ids":[],"external_metadata":[],"contributors":[],"lyrics":[]}`, acrcloud.Music{}},
		"empty objects":            {`{"album":{},"external_ids":{},"external_metadata":{},"artists":{},"genres":{}}`, acrcloud.Music{}},
		"empty texts for objects":  {`{"album":"","external_ids":"","external_metadata":"","contributors":"","artists":"","works":""}`, acrcloud.Music{}},
		"artists as text":          {`{"artists":"Brook"}`, acrcloud.Music{Artists: []acrcloud.Artist{{Name: "Brook"}}}},
		"artists as texts":         {`{"artists":["Brook",{"name":"Cove"}]}`, acrcloud.Music{Artists: []acrcloud.Artist{{Name: "Brook"}, {Name: "Cove"}}}},
		"artists as one object":    {`{"artists":{"name":"Brook"}}`, acrcloud.Music{Artists: []acrcloud.Artist{{Name: "Brook"}}}},
		"artists without a name":   {`{"artists":[{"langs":[{"code":"en","name":"Brook"}]}]}`, acrcloud.Music{Artists: []acrcloud.Artist{{Langs: []acrcloud.Lang{{Code: "en", Name: "Brook"}}}}}},
		"artist's id as number":    {`{"artists":[{"id":545}]}`, acrcloud.Music{Artists: []acrcloud.Artist{{ID: "545"}}}},
		"artist's id as object":    {`{"artists":[{"id":{"spotify":"x"},"name":"Brook"}]}`, acrcloud.Music{Artists: []acrcloud.Artist{{Name: "Brook", Extra: extra("id", `{"spotify":"x"}`)}}}},
		"artist's role":            {`{"artists":[{"name":"Brook","role":"MainArtist"}]}`, acrcloud.Music{Artists: []acrcloud.Artist{{Name: "Brook", Roles: []string{"MainArtist"}}}}},
		"artist's role and roles":  {`{"artists":[{"role":"A","roles":["B","A"]}]}`, acrcloud.Music{Artists: []acrcloud.Artist{{Roles: []string{"B", "A"}}}}},
		"artist's langs as texts":  {`{"artists":[{"langs":["en","ja"]}]}`, acrcloud.Music{Artists: []acrcloud.Artist{{Extra: extra("langs", `["en","ja"]`)}}}},
		"an odd row among artists": {`{"artists":[{"name":"Brook"},7,{"name":"Cove"}]}`, acrcloud.Music{Artists: []acrcloud.Artist{{Name: "Brook"}, {Name: "Cove"}}, Extra: extra("artists", `[7]`)}},
		"album as text":            {`{"album":"Cove"}`, acrcloud.Music{Album: acrcloud.Album{Name: "Cove"}}},
		"album in a list":          {`{"album":[{"name":"Cove"}]}`, acrcloud.Music{Album: acrcloud.Album{Name: "Cove"}}},
		"albums":                   {`{"album":[{"name":"Cove"},{"name":"Dawn"}]}`, acrcloud.Music{Extra: extra("album", `[{"name":"Cove"},{"name":"Dawn"}]`)}},
		"album without a name":     {`{"album":{"name":null}}`, acrcloud.Music{}},
		"album's id as number":     {`{"album":{"id":86578}}`, acrcloud.Music{Album: acrcloud.Album{ID: "86578"}}},
		"score as text":            {`{"score":"0.88"}`, acrcloud.Music{Score: new(0.88)}},
		"score as fraction":        {`{"score":100.0}`, acrcloud.Music{Score: new(100.0)}},
		"score of 0":               {`{"score":0}`, acrcloud.Music{Score: new(0.0)}},
		"score that is no number":  {`{"score":"high"}`, acrcloud.Music{Extra: extra("score", `"high"`)}},
		"score NaN":                {`{"score":"NaN"}`, acrcloud.Music{Extra: extra("score", `"NaN"`)}},
		"duration as text":         {`{"duration_ms":"375040"}`, acrcloud.Music{DurationMS: 375040}},
		"duration out of range":    {`{"duration_ms":1e300}`, acrcloud.Music{Extra: extra("duration_ms", `1e300`)}},
		"offsets as texts":         {`{"db_begin_time_offset_ms":"0","db_end_time_offset_ms":"7060"}`, acrcloud.Music{DBBeginTimeOffsetMS: new(int64(0)), DBEndTimeOffsetMS: new(int64(7060))}},
		"offsets with fractions":   {`{"sample_begin_time_offset_ms":0.0,"sample_end_time_offset_ms":148165.64262986183}`, acrcloud.Music{SampleBeginTimeOffsetMS: new(int64(0)), SampleEndTimeOffsetMS: new(int64(148166))}},
		"offset as empty text":     {`{"play_offset_ms":""}`, acrcloud.Music{}},
		"release date of None":     {`{"release_date":"None"}`, acrcloud.Music{ReleaseDate: "None"}},
		"release date of a year":   {`{"release_date":2023}`, acrcloud.Music{ReleaseDate: "2023"}},
		"genres as texts":          {`{"genres":["Pop",{"name":"Rock"},{"id":"132"}]}`, acrcloud.Music{Genres: []acrcloud.Genre{{Name: "Pop"}, {Name: "Rock"}, {ID: "132"}}}},
		"langs as texts":           {`{"langs":["en"],"title":"x"}`, acrcloud.Music{Title: "x", Extra: extra("langs", `["en"]`)}},
		"isrc":                     {`{"external_ids":{"isrc":"QZXYZ2400001","upc":602448123456,"iswc":"T-010.095.403-7"}}`, acrcloud.Music{ExternalIDs: acrcloud.ExternalIDs{ISRC: []string{"QZXYZ2400001"}, UPC: []string{"602448123456"}, ISWC: []string{"T-010.095.403-7"}}}},
		"isrcs":                    {`{"external_ids":{"isrc":["QZXYZ2400001","qz xyz 24 00002"],"upc":["00602448123456"],"iswc":[]}}`, acrcloud.Music{ExternalIDs: acrcloud.ExternalIDs{ISRC: []string{"QZXYZ2400001", "qz xyz 24 00002"}, UPC: []string{"00602448123456"}, ISWC: []string{}}}},
		"isrc empty or null":       {`{"external_ids":{"isrc":"","upc":null}}`, acrcloud.Music{}},
		"isrc outside":             {`{"isrc":"QZXYZ2400001"}`, acrcloud.Music{Extra: extra("isrc", `"QZXYZ2400001"`)}},
		"other registries":         {`{"external_ids":{"ean":123}}`, acrcloud.Music{ExternalIDs: acrcloud.ExternalIDs{Extra: extra("ean", `123`)}}},
		"ids of both types":        {`{"external_metadata":{"deezer":[{"album":{"id":86578}},{"album":{"id":"86578"}}]}}`, acrcloud.Music{ExternalMetadata: acrcloud.ExternalMetadata{Deezer: []acrcloud.Listing{{Album: acrcloud.ListingItem{ID: "86578"}}, {Album: acrcloud.ListingItem{ID: "86578"}}}}}},
		"album of a platform":      {`{"external_metadata":{"deezer":{"album":{"name":null},"track":{"id":""},"genres":[{"id":85}],"artists":{"name":"Brook"}}}}`, acrcloud.Music{ExternalMetadata: acrcloud.ExternalMetadata{Deezer: []acrcloud.Listing{{Genres: []acrcloud.ListingItem{{ID: "85"}}, Artists: text("Brook")}}}}},
		"platforms as objects":     {`{"external_metadata":{"youtube":{"vid":"v"},"musicbrainz":{"track":{"id":"m"}},"musicstory":{"track":{"id":0},"release":{"id":"815068"}},"lyricfind":{"lfid":"001-1"},"apple":{"track":{"id":"a"}}}}`, acrcloud.Music{ExternalMetadata: acrcloud.ExternalMetadata{YouTube: []acrcloud.YouTubeVideo{{VID: "v"}}, MusicBrainz: []acrcloud.Listing{{Track: acrcloud.ListingItem{ID: "m"}}}, MusicStory: []acrcloud.Listing{{Track: acrcloud.ListingItem{ID: "0"}, Release: acrcloud.ListingItem{ID: "815068"}}}, LyricFind: []acrcloud.LyricFind{{LFID: "001-1"}}, Apple: []acrcloud.Listing{{Track: acrcloud.ListingItem{ID: "a"}}}}}},
		"platforms as texts":       {`{"external_metadata":{"musicbrainz":["m1"],"youtube":"v"}}`, acrcloud.Music{ExternalMetadata: acrcloud.ExternalMetadata{Extra: raws{"musicbrainz": json.RawMessage(`["m1"]`), "youtube": json.RawMessage(`"v"`)}}}},
		"platforms in a list":      {`{"external_metadata":[{"spotify":{"track":{"id":"s1"}}},{"spotify":[{"track":{"id":"s2"}}],"newplatform":{"id":1}}]}`, acrcloud.Music{ExternalMetadata: acrcloud.ExternalMetadata{Spotify: []acrcloud.Listing{{Track: acrcloud.ListingItem{ID: "s1"}}, {Track: acrcloud.ListingItem{ID: "s2"}}}, Extra: extra("newplatform", `{"id":1}`)}}},
		"contributors":             {`{"contributors":{"composers":null,"lyricists":"Ember"},"lyrics":{"copyrights":["Fable"]}}`, acrcloud.Music{Contributors: acrcloud.Contributors{Lyricists: []string{"Ember"}}, Lyrics: acrcloud.Lyrics{Copyrights: []string{"Fable"}}}},
		"contributors, odd":        {`{"contributors":{"composers":{"name":"Ember"}}}`, acrcloud.Music{Contributors: acrcloud.Contributors{Extra: extra("composers", `{"name":"Ember"}`)}}},
		"works":                    {`{"works":[{"id":1,"iswc":"T0100000001","name":"GROVE","other_names":["HAIN"],"creators":[{"name":"Ember","last_name":"Fable","ipi":100000001,"role":"C"},{"roles":["Writer"],"affiliation":{}}],"works":[{"code":"w","agency":{"code":"a"}}]}]}`, acrcloud.Music{Works: []acrcloud.Work{{ID: "1", ISWC: "T0100000001", Name: "GROVE", OtherNames: []string{"HAIN"}, Creators: []acrcloud.Creator{{Name: "Ember", LastName: "Fable", IPI: "100000001", Roles: []string{"C"}}, {Roles: []string{"Writer"}, Extra: extra("affiliation", `{}`)}}, Works: []acrcloud.AgencyWork{{Code: "w", Agency: acrcloud.Agency{Code: "a"}}}}}}},
		"rights claims":            {`{"rights_claim":[{"distributor":{"id":"P1","name":"D"},"rights_owners":[{"name":"O","share_percentage":100.00},{"share_percentage":"0"},{"name":"N"}],"rights_claim_policy":"monetize","territories":["AD"],"excluded_territories":["AE"],"start_date":"2020-01-01"}],"rights_claim_policy":"block"}`, acrcloud.Music{RightsClaims: []acrcloud.RightsClaim{{Distributor: acrcloud.Distributor{ID: "P1", Name: "D"}, RightsOwners: []acrcloud.RightsOwner{{Name: "O", SharePercentage: new(100.0)}, {SharePercentage: new(0.0)}, {Name: "N"}}, Policy: "monetize", Territories: []string{"AD"}, ExcludedTerritories: []string{"AE"}, StartDate: "2020-01-01"}}, RightsClaimPolicy: "block"}},
		"releases by territories":  {`{"release_by_territories":[{"territories":["DK"],"exclude_territories":"CN","release_date":"2006-04-17"}]}`, acrcloud.Music{ReleaseByTerritories: []acrcloud.TerritoryRelease{{Territories: []string{"DK"}, ExcludeTerritories: []string{"CN"}, ReleaseDate: "2006-04-17"}}}},
		"bpm":                      {`{"bpm":false,"ppm":"120","rank":"3","result_from":"1","distributors":[]}`, acrcloud.Music{BPM: "false", PPM: "120", Rank: 3, ResultFrom: 1, Distributors: []string{}}},
		"bpm as number":            {`{"bpm":120.5,"distributors":"UMG"}`, acrcloud.Music{BPM: "120.5", Distributors: []string{"UMG"}}},
		"junk":                     {`{"163":1,"artstis":[],"Soundcharts":{"a":[1, 2]},"updated_at":"2024-05-06 07:08:09"}`, acrcloud.Music{Extra: raws{"163": json.RawMessage(`1`), "artstis": json.RawMessage(`[]`), "Soundcharts": json.RawMessage(`{"a":[1,2]}`), "updated_at": json.RawMessage(`"2024-05-06 07:08:09"`)}}},
		"markup":                   {`{"title":"<A> & B","x":"<A> & B \u003c"}`, acrcloud.Music{Title: "<A> & B", Extra: extra("x", `"<A> & B <"`)}},
		"everything of a wrong kind": {`{"title":{},"artists":true,"album":3,"score":[],"genres":1,"works":"x"}`, acrcloud.Music{Extra: raws{
			"title": json.RawMessage(`{}`), "artists": json.RawMessage(`true`), "album": json.RawMessage(`3`), "score": json.RawMessage(`[]`), "genres": json.RawMessage(`1`), "works": json.RawMessage(`"x"`),
		}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, decode[acrcloud.Music](t, tt.in))
		})
	}
}

// What encoding/json accepts and json/v2 leaves to options.
func TestMusicSyntax(t *testing.T) {
	t.Parallel()
	var m acrcloud.Music
	require.NoError(t, json.Unmarshal([]byte("{\"title\":\"a\",\"title\":\"b\xff\",\"album\":{\"name\":\"x\"},\"album\":{\"id\":1},\"x\":\"\xfe\"}"), &m))
	assert.Equal(t, acrcloud.Music{Title: "b\uFFFD", Album: acrcloud.Album{ID: "1"}, Extra: extra("x", "\"\uFFFD\"")}, m)

	deep := `{"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`
	assert.Error(t, m.UnmarshalJSON([]byte(deep)))
}

func TestMusicLength(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 271716*time.Millisecond, acrcloud.Music{DurationMS: 271716}.PlayingTime())
	assert.Equal(t, time.Duration(0), acrcloud.Music{}.PlayingTime())
	assert.Positive(t, acrcloud.Music{DurationMS: math.MaxInt64}.PlayingTime())
	assert.Negative(t, acrcloud.Music{DurationMS: math.MinInt64}.PlayingTime())
}

func FuzzMusic(f *testing.F) {
	for _, seed := range []string{
		`{}`,
		`{"acrid":"a","title":"t","artists":["x",{"name":"y","role":"z"}],"album":"w","score":"0.88","duration_ms":"375040","external_ids":[],"external_metadata":[{"spotify":{"track":{"id":1}}},{"x":1}]}`,
		`{"sample_end_time_offset_ms":148165.64,"genres":[{"id":1},"p"],"works":[{"creators":{"ipi":1,"roles":"C"}}],"rights_claim":[{"rights_owners":[{"share_percentage":100.0}]}],"163":{"a":[1]}}`,
		`{"bpm":true,"external_ids":{"isrc":["a",1,null,{}],"upc":"b"},"langs":["en",{"code":"de"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var first acrcloud.Music
		if err := first.UnmarshalJSON(data); err != nil {
			var object map[string]json.RawMessage
			if json.Unmarshal(data, &object) == nil && object != nil {
				// encoding/json nests as deeply as jsontext does.
				require.Fail(t, "a valid object was refused", "%v", err)
			}
			return
		}
		_ = first.PlayingTime()
		_ = first.ExternalMetadata.Links()
		encoded, err := json.Marshal(first)
		require.NoError(t, err)
		var second acrcloud.Music
		require.NoError(t, json.Unmarshal(encoded, &second))
		require.Equal(t, first, second, "%s", encoded)
	})
}

// Rows change their shape. What has a field is in it, and nothing is lost.
func ExampleMusic() {
	var m acrcloud.Music
	err := json.Unmarshal([]byte(`{
		"title": "Amber Brook",
		"artists": "The Coves",
		"album": [],
		"score": "97",
		"sample_end_time_offset_ms": 148165.64262986183,
		"external_ids": {"isrc": "QZXYZ2400001"},
		"external_metadata": {"spotify": {"track": {"id": 42}}, "newplatform": {"id": "n1"}},
		"genres": ["Pop", {"id": 132, "name": "Dance"}],
		"duration_ms": {"value": 1}
	}`), &m)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Title, "by", m.Artists[0].Name)
	fmt.Println("score", *m.Score, "until", *m.SampleEndTimeOffsetMS, "ms")
	fmt.Println("ISRC", m.ExternalIDs.ISRC[0])
	fmt.Println("genres", m.Genres[0].Name, m.Genres[1].Name, m.Genres[1].ID)
	for _, link := range m.ExternalMetadata.Links() {
		fmt.Println(link.Platform, link.URL)
	}
	fmt.Printf("unknown platform: %s\n", m.ExternalMetadata.Extra["newplatform"])
	fmt.Printf("unreadable duration: %s, so %d\n", m.Extra["duration_ms"], m.DurationMS)
	// Output:
	// Amber Brook by The Coves
	// score 97 until 148166 ms
	// ISRC QZXYZ2400001
	// genres Pop Dance 132
	// spotify https://open.spotify.com/track/42
	// unknown platform: {"id":"n1"}
	// unreadable duration: {"value":1}, so 0
}
