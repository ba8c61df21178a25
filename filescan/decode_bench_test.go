package filescan_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
)

// BenchmarkDecodeResults compares decoding a callback of 200 kB tolerantly, with every unknown member kept, to what encoding/json
// takes for structs that fit the document exactly and drop the rest. The first must take at most 0.75 of the second's time.
func BenchmarkDecodeResults(b *testing.B) {
	document := fixture.Callback()
	b.Run("sdk", func(b *testing.B) {
		b.SetBytes(int64(len(document)))
		b.ReportAllocs()
		for b.Loop() {
			var file filescan.File
			require.NoError(b, file.UnmarshalJSON(document))
			require.Len(b, file.Results.Music, fixture.MusicRows)
		}
	})
	b.Run("encodingjson-strict", func(b *testing.B) {
		b.SetBytes(int64(len(document)))
		b.ReportAllocs()
		for b.Loop() {
			var callback strictCallback
			require.NoError(b, json.Unmarshal(document, &callback))
			require.Len(b, callback.Results.Music, fixture.MusicRows)
		}
	})
}

type strictCallback struct {
	FileID  string        `json:"file_id"`
	State   int           `json:"state"`
	CID     int           `json:"cid"`
	Name    string        `json:"name"`
	Results strictResults `json:"results"`
}

type strictResults struct {
	Music      []strictMatch `json:"music"`
	CoverSongs []strictMatch `json:"cover_songs"`
}

type strictMatch struct {
	Offset         float64     `json:"offset"`
	PlayedDuration float64     `json:"played_duration"`
	Type           string      `json:"type"`
	EngineType     string      `json:"engine_type"`
	Score          *float64    `json:"score"`
	TimeSkew       *float64    `json:"time_skew"`
	FrequencySkew  *float64    `json:"frequency_skew"`
	FileDuration   float64     `json:"file_duration"`
	Result         strictMusic `json:"result"`
}

type strictMusic struct {
	ACRID                   string         `json:"acrid"`
	Title                   string         `json:"title"`
	Artists                 []strictArtist `json:"artists"`
	Album                   strictAlbum    `json:"album"`
	Score                   *float64       `json:"score"`
	DurationMS              int64          `json:"duration_ms"`
	PlayOffsetMS            *int64         `json:"play_offset_ms"`
	SampleBeginTimeOffsetMS *int64         `json:"sample_begin_time_offset_ms"`
	SampleEndTimeOffsetMS   *float64       `json:"sample_end_time_offset_ms"`
	DBBeginTimeOffsetMS     *int64         `json:"db_begin_time_offset_ms"`
	DBEndTimeOffsetMS       *int64         `json:"db_end_time_offset_ms"`
	Label                   string         `json:"label"`
	ReleaseDate             string         `json:"release_date"`
	Genres                  []strictGenre  `json:"genres"`
	Language                string         `json:"language"`
	Langs                   []strictLang   `json:"langs"`
	ExternalIDs             struct {
		ISRC string `json:"isrc"`
		UPC  string `json:"upc"`
		ISWC string `json:"iswc"`
	} `json:"external_ids"`
	ExternalMetadata struct {
		Spotify *strictListing `json:"spotify"`
		Deezer  *strictListing `json:"deezer"`
		Apple   *strictListing `json:"apple"`
		YouTube *struct {
			VID string `json:"vid"`
		} `json:"youtube"`
	} `json:"external_metadata"`
	Contributors struct {
		Composers []string `json:"composers"`
		Lyricists []string `json:"lyricists"`
	} `json:"contributors"`
	Works        []strictWork `json:"works"`
	Distributors []string     `json:"distributors"`
	Rank         int          `json:"rank"`
	ResultFrom   int          `json:"result_from"`
}

type strictArtist struct {
	Name  string       `json:"name"`
	ID    string       `json:"id"`
	Roles []string     `json:"roles"`
	ISNI  string       `json:"isni"`
	Langs []strictLang `json:"langs"`
}

type strictAlbum struct {
	Name string `json:"name"`
	ID   string `json:"id"`
}

type strictGenre struct {
	Name string `json:"name"`
	ID   int    `json:"id"`
}

type strictLang struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type strictListing struct {
	Track   strictItem   `json:"track"`
	Album   strictItem   `json:"album"`
	Artists []strictItem `json:"artists"`
}

type strictItem struct {
	ID    string       `json:"id"`
	Name  string       `json:"name"`
	Langs []strictLang `json:"langs"`
}

type strictWork struct {
	ID       string          `json:"id"`
	ISWC     string          `json:"iswc"`
	Name     string          `json:"name"`
	Creators []strictCreator `json:"creators"`
}

type strictCreator struct {
	Name     string   `json:"name"`
	LastName string   `json:"last_name"`
	IPI      int64    `json:"ipi"`
	Roles    []string `json:"roles"`
}
