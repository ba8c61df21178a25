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
				var callback fixture.Strict
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
