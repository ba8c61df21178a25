package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/fixture"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// BenchmarkHandler compares a Handler, with secret, networks, de-duplication and every unknown member kept, to the least that a
// handler can do: read the body and decode it with encoding/json into structs that fit it exactly. It must take at most 1.2 of that
// time.
func BenchmarkHandler(b *testing.B) {
	for name, document := range map[string][]byte{"10kB": smallCallback(b), "200kB": fixture.Callback()} {
		b.Run(name+"/sdk", func(b *testing.B) {
			h, err := webhook.NewHandler(nothing, withSecret())
			require.NoError(b, err)
			benchmark(b, h, document)
		})
		b.Run(name+"/encodingjson-strict", func(b *testing.B) {
			benchmark(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					w.WriteHeader(http.StatusBadRequest)
					return
				}
				var callback strictCallback
				if json.Unmarshal(body, &callback) != nil || len(callback.Results.Music) == 0 {
					w.WriteHeader(http.StatusBadRequest)
					return
				}
				w.WriteHeader(http.StatusOK)
			}), document)
		})
	}
}

// benchmark posts the document again and again, each time for another file.
func benchmark(b *testing.B, h http.Handler, document []byte) {
	b.Helper()
	document = bytes.Clone(document)
	id := bytes.Index(document, []byte("5a1e0000"))
	require.Positive(b, id)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		copy(document[id:], fmt.Appendf(nil, "%08x", n))
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/hook?key="+testSecret, bytes.NewReader(document))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}

// smallCallback is a callback of about 10 kB.
func smallCallback(b *testing.B) []byte {
	b.Helper()
	var callback struct {
		FileID  string `json:"file_id"`
		State   int    `json:"state"`
		CID     int    `json:"cid"`
		Name    string `json:"name"`
		Results struct {
			Music      []json.RawMessage `json:"music"`
			CoverSongs []json.RawMessage `json:"cover_songs"`
		} `json:"results"`
	}
	require.NoError(b, json.Unmarshal(fixture.Callback(), &callback))
	callback.Results.Music = callback.Results.Music[:4]
	callback.Results.CoverSongs = callback.Results.CoverSongs[:1]
	document, err := json.Marshal(callback)
	require.NoError(b, err)
	require.InDelta(b, 10_000, len(document), 3_000)
	return document
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
