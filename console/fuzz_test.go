package console_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
)

// fuzz decodes what is given, and what comes of that again.
func fuzz[T any](f *testing.F, seeds ...string) {
	f.Helper()
	for _, seed := range append(seeds, `{}`, `[]`, `null`, `{"id":"7","user_defined":"{\"a\":1}"}`, `{"x":[{"y":1e400}]}`) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v := new(T)
		if json.Unmarshal(data, v) != nil {
			return
		}
		first, err := json.Marshal(v) // without secrets, which do not come back
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(first, v), "%s", first)
		second, err := json.Marshal(v)
		require.NoError(t, err)
		again := new(T)
		require.NoError(t, json.Unmarshal(second, again), "%s", second)
		assert.Equal(t, v, again)
	})
}

func FuzzPlay(f *testing.F) {
	fuzz[console.Play](f, fullPlay(day.In(nil)), `{"metadata":{"timestamp_utc":"soon","custom_files":[{"title":1}]}}`)
}

func FuzzTrack(f *testing.F) {
	fuzz[console.Track](f, strings.TrimSuffix(strings.TrimPrefix(trackJSON, `{"data":[`), `]}`))
}
func FuzzBucketFile(f *testing.F)    { fuzz[console.BucketFile](f, fileJSON) }
func FuzzProject(f *testing.F)       { fuzz[console.Project](f, `{"id":15,"buckets":[{"id":23}]}`) }
func FuzzStream(f *testing.F)        { fuzz[console.Stream](f, streamJSON) }
func FuzzStreamProject(f *testing.F) { fuzz[console.StreamProject](f, streamProjectJSON) }

func FuzzDate(f *testing.F) {
	f.Add("2026-01-02")
	f.Add("20260230")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := console.ParseDate(text)
		if err != nil {
			require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
			return
		}
		again, err := console.ParseDate(d.String())
		require.NoError(t, err)
		assert.Equal(t, d, again)
		assert.Equal(t, d, d.AddDays(1).AddDays(-1))
	})
}
