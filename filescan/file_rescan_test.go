package filescan_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

func TestRescan(t *testing.T) {
	t.Parallel()
	missing := fails(404, `{"message":"none"}`)
	c, a := newAPI(t, map[string]http.HandlerFunc{
		"PUT " + filesURL + "/a/rescan":   says(`{"data":[` + fileJSON("a", "x", 0, testTime) + `]}`),
		"PUT " + filesURL + "/e/rescan":   func(http.ResponseWriter, *http.Request) {},
		"PUT " + filesURL + "/l/rescan":   lost,
		"PUT " + filesURL + "/a,b/rescan": missing,
		"PUT " + filesURL + "/p,b/rescan": missing,
		"GET " + filesURL + "/a":          says(`{"data":[` + fileJSON("a", "x", 1, testTime) + `]}`),
		"GET " + filesURL + "/b":          missing,
		"GET " + filesURL + "/p":          says(`{"data":[` + fileJSON("p", "x", 0, testTime) + `]}`),
	})
	files, ctx := c.Files(containerID), t.Context()
	got, err := files.Rescan(ctx)
	require.NoError(t, err)
	assert.Empty(t, got)
	assert.Empty(t, a.requests())

	got, err = files.Rescan(ctx, "a")
	require.NoError(t, err)
	require.Len(t, got, 1)
	assert.Equal(t, filescan.StateProcessing, got[0].State)

	got, err = files.Rescan(ctx, "e")
	require.NoError(t, err, "what it answers is not documented")
	assert.Empty(t, got)

	_, err = files.Rescan(ctx, "l")
	require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	assert.Equal(t, 1, a.count("PUT "+filesURL+"/l/"), "it is billed, and sent once")

	got, err = files.Rescan(ctx, "a", "b")
	require.ErrorIs(t, err, acrcloud.ErrNotFound)
	require.Len(t, got, 1)
	got, err = files.Rescan(ctx, "p", "b")
	require.ErrorIs(t, err, acrcloud.ErrNotFound)
	require.Len(t, got, 1)
	assert.Zero(t, a.count("PUT "+filesURL+"/p/"), "what is being processed is not billed again")
}

// What a rescan answers is not documented: success is success, unless something in between has answered.
func TestRescanAnswers(t *testing.T) {
	t.Parallel()
	one := fileJSON("a", "x", 0, testTime)
	for body, want := range map[string]int{"": 0, "OK": 0, `"ok"`: 0, "true": 0, "null": 0, "{}": 0, `{"data":[` + one + `]}`: 1, `{"data":` + one + `}`: 1, `[` + one + `]`: 1, `{"data":5}`: 0} {
		c, _ := newAPI(t, map[string]http.HandlerFunc{"PUT " + filesURL + "/a/rescan": says(body)})
		files, err := c.Files(containerID).Rescan(t.Context(), "a")
		require.NoError(t, err, body)
		assert.Len(t, files, want, body)
	}
	c, _ := newAPI(t, map[string]http.HandlerFunc{"PUT " + filesURL + "/a/rescan": says("\n<html>")})
	_, err := c.Files(containerID).Rescan(t.Context(), "a")
	require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
}
