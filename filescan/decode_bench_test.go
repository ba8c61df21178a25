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
			var callback fixture.Strict
			require.NoError(b, json.Unmarshal(document, &callback))
			require.Len(b, callback.Results.Music, fixture.MusicRows)
		}
	})
}
