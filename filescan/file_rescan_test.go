package filescan_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

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

	_, err = files.Rescan(ctx, "a", "a", "a")
	require.NoError(t, err)
	assert.Equal(t, 2, a.count("PUT "+filesURL+"/a/rescan"), "each id goes off once")
	assert.Len(t, a.requests(), 3, "and the look-up of the region")

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

// A rescan that was refused with 429 may have begun. It is sent again only if the file is as it was.
func TestRescanAfterARefusal(t *testing.T) {
	t.Parallel()
	shows := func(id string, state int, age time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			says(`{"data":[`+fileJSON(id, "x", state, time.Now().Add(-age))+`]}`)(w, r)
		}
	}
	begun, old, changed := shows("a", 0, time.Hour), shows("a", 1, time.Hour), shows("a", 1, 0)
	accepted := func(http.ResponseWriter, *http.Request) {}
	for name, tt := range map[string]struct {
		answers []http.HandlerFunc
		file    http.HandlerFunc
		ids     []string
		puts    int // for a
		files   int
		is      []error
	}{
		"it has begun":                 {[]http.HandlerFunc{fails(429, "{}"), accepted}, begun, []string{"a"}, 1, 1, nil},
		"it has not":                   {[]http.HandlerFunc{fails(429, "{}"), accepted}, old, []string{"a"}, 2, 0, nil},
		"it may have ended":            {[]http.HandlerFunc{fails(429, "{}"), accepted}, changed, []string{"a"}, 1, 0, []error{acrcloud.ErrOutcomeUnknown, acrcloud.ErrRateLimited}},
		"it cannot be seen":            {[]http.HandlerFunc{fails(429, "{}"), accepted}, fails(403, "{}"), []string{"a"}, 1, 0, []error{acrcloud.ErrOutcomeUnknown, acrcloud.ErrRateLimited, acrcloud.ErrForbidden}},
		"there is no file":             {[]http.HandlerFunc{fails(429, "{}"), fails(404, "{}")}, fails(404, "{}"), []string{"a"}, 2, 0, []error{acrcloud.ErrNotFound}},
		"refused to the end":           {[]http.HandlerFunc{fails(429, "{}")}, old, []string{"a"}, 4, 0, []error{acrcloud.ErrRateLimited}},
		"refused to the end, it began": {[]http.HandlerFunc{fails(429, "{}")}, inTurn(old, old, old, begun), []string{"a"}, 4, 1, nil},
		"one of two has begun":         {[]http.HandlerFunc{fails(429, "{}"), accepted}, begun, []string{"a", "b"}, 1, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				put := inTurn(tt.answers...)
				c, a := newAPI(t, map[string]http.HandlerFunc{
					"PUT " + filesURL + "/a/rescan": put, "PUT " + filesURL + "/a,b/rescan": put, "GET " + filesURL + "/a": tt.file,
					"PUT " + filesURL + "/b/rescan": accepted, "GET " + filesURL + "/b": shows("b", 1, time.Hour),
				})
				files, err := c.Files(containerID).Rescan(t.Context(), tt.ids...)
				assert.Equal(t, tt.puts, a.count("PUT "+filesURL+"/a"))
				assert.Len(t, files, tt.files)
				assert.Equal(t, len(tt.is) == 0, err == nil, "%v", err)
				for _, is := range tt.is {
					require.ErrorIs(t, err, is)
				}
				if len(tt.ids) > 1 {
					assert.Equal(t, 1, a.count("PUT "+filesURL+"/b/"))
				}
			})
		})
	}
}

// The time is up before anybody has looked.
func TestRescanEndsAfterARefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		c, _ := newAPI(t, map[string]http.HandlerFunc{"PUT " + filesURL + "/a/rescan": fails(429, "{}")})
		_, err := c.Files(containerID).Rescan(ctx, "a")
		require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// A file that nobody has asked for is none that was rescanned.
func TestRescanLeavesOutOthers(t *testing.T) {
	t.Parallel()
	c, _ := newAPI(t, map[string]http.HandlerFunc{"PUT " + filesURL + "/a/rescan": says(`{"data":[` + fileJSON("A", "x", 0, testTime) + `,` + fileJSON("b", "y", 1, testTime) + `]}`)})
	files, err := c.Files(containerID).Rescan(t.Context(), "a")
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, "A", files[0].ID)
}
