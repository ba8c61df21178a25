package filescan_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

func TestUploadWithoutRegion(t *testing.T) {
	t.Parallel()
	c, _ := newAPI(t, map[string]http.HandlerFunc{"GET api-v2.acrcloud.com/api/fs-containers/7": fails(404, `{}`)})
	_, err := c.Files(containerID).Upload(t.Context(), song(), nil)
	e, ok := errors.AsType[*filescan.UploadError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, filescan.StepPresign, e.Step)
	require.ErrorIs(t, err, acrcloud.ErrNotFound)
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

// An answer that is said to be compressed, and is empty, is what its status says.
func TestEmptyCompressedAnswer(t *testing.T) {
	t.Parallel()
	empty := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(status)
		}
	}
	c, _ := newAPI(t, uploads(t, map[string]http.HandlerFunc{
		"GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: empty(401), "DELETE " + filesURL + "/a": empty(204),
	}))
	_, err := c.Files(containerID).Upload(t.Context(), song(), nil)
	require.ErrorIs(t, err, acrcloud.ErrUnauthorized)
	require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	require.NoError(t, c.Files(containerID).Delete(t.Context(), "a"))
}

// One answer that asks for a day's patience does not blind a wait, and neither does a hiccup of the token source; what cannot pass ends it.
func TestWaitTolerates(t *testing.T) {
	t.Parallel()
	file := says(`{"data":[` + fileJSON(fileID, "x", 1, testTime) + `]}`)
	processing := says(`{"data":[` + fileJSON(fileID, "x", 0, testTime) + `]}`)
	const get = "GET " + filesURL + "/" + fileID
	t.Run("a day", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c, _ := newAPI(t, map[string]http.HandlerFunc{get: inTurn(processing, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "86400")
				w.WriteHeader(http.StatusServiceUnavailable)
			}, file)})
			started := time.Now()
			_, err := c.Files(containerID).Wait(t.Context(), fileID, nil)
			require.NoError(t, err)
			assert.LessOrEqual(t, time.Since(started), 6*time.Minute)
		})
	})
	t.Run("no region", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c, a := newAPI(t, map[string]http.HandlerFunc{"GET api-v2.acrcloud.com/api/fs-containers/7": says(`{"data":{"id":7}}`)})
			_, err := c.Files(containerID).Wait(t.Context(), fileID, nil)
			require.ErrorContains(t, err, "Config.Region")
			assert.Len(t, a.requests(), 1)
		})
	})
	t.Run("no token for a moment", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := &api{t: t, routes: map[string]http.HandlerFunc{get: inTurn(processing, file)}}
			asked := 0
			source := tokenFunc(func() (acrcloud.Secret, error) {
				if asked++; asked == 2 {
					return acrcloud.Secret{}, errors.New("vault: connection reset")
				}
				return acrcloud.NewSecret(testToken), nil
			})
			c, err := filescan.New(acrcloud.Config{ContainerID: 7, Region: acrcloud.EUWest1}, acrcloud.WithHTTPClient(&http.Client{Transport: a}), acrcloud.WithTokenSource(source))
			require.NoError(t, err)
			_, err = c.Files(containerID).Wait(t.Context(), fileID, nil)
			require.NoError(t, err)
			assert.Equal(t, 3, asked)
		})
	})
	t.Run("no certificate that is trusted", func(t *testing.T) {
		t.Parallel()
		srv := httptest.NewUnstartedServer(http.NotFoundHandler())
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		srv.StartTLS()
		defer srv.Close()
		c, err := filescan.New(acrcloud.Config{BaseURL: srv.URL, BearerToken: acrcloud.NewSecret(testToken), ContainerID: 7})
		require.NoError(t, err)
		_, err = c.Files(containerID).Wait(t.Context(), fileID, &filescan.WaitOptions{MinInterval: time.Hour, MaxInterval: time.Hour})
		require.ErrorContains(t, err, "certificate")
		_, ok := errors.AsType[*filescan.WaitError](err)
		assert.False(t, ok)
	})
}

type tokenFunc func() (acrcloud.Secret, error)

func (f tokenFunc) Token(context.Context, acrcloud.Secret) (acrcloud.Secret, error) { return f() }

// Where presigned uploads are not known, the form is used for a while, and never for what is too large for it.
func TestUploadRemembersTheFormForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{
			"GET " + presignURL: inTurn(fails(404, `{}`), says(presigned)), "PUT " + storeURL: says(""), "GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: says(`{"data":` + fileJSON(fileID, "song.wav", 0, testTime) + `}`),
		}))
		upload := func() {
			_, err := c.Files(containerID).Upload(t.Context(), song(), nil)
			require.NoError(t, err)
		}
		upload()
		upload()
		assert.Equal(t, 1, a.count("GET "+presignURL))
		huge := acrcloud.NewSource("huge.wav", 600_000_000, func(context.Context) (io.ReadCloser, error) { return nil, errors.New("not needed") })
		_, err := c.Files(containerID).Upload(t.Context(), huge, nil)
		e, ok := errors.AsType[*filescan.UploadError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, filescan.StepStore, e.Step, "it went to the presigned URL")
		<-time.After(2 * time.Hour) // of the bubble
		upload()
		assert.Equal(t, 3, a.count("GET "+presignURL))
	})
}

// Content of a known size fits, whatever the bound on content of unknown size.
func TestPolicySpoolsKnownSize(t *testing.T) {
	t.Parallel()
	c, _ := newAPI(t, uploads(t, map[string]http.HandlerFunc{
		"PUT " + storeURL: says(""), "GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: says(`{"data":` + fileJSON(fileID, "song.wav", 0, testTime) + `}`),
	}))
	content := "RIFF\x00\x00\x00\x00WAVEfmt " + strings.Repeat("x", 100)
	_, err := c.Files(containerID).Upload(t.Context(), acrcloud.FromReader("song.wav", strings.NewReader(content), int64(len(content))), &filescan.UploadOptions{Policy: &filescan.UploadPolicy{}})
	require.NoError(t, err)
	_, err = c.Files(containerID).Upload(t.Context(), acrcloud.FromReader("song.wav", strings.NewReader(content+"x"), int64(len(content))), &filescan.UploadOptions{Policy: &filescan.UploadPolicy{}})
	_, ok := errors.AsType[*acrcloud.SourceError](err)
	require.True(t, ok, "%v", err)
}

// What is wrong with the caller's variable is found before the call, or leaves no doubt that the call was a success.
func TestDoOut(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, map[string]http.HandlerFunc{"POST api-v2.acrcloud.com/api/buckets": fails(201, `{"data":{"id":"x"}}`)})
	for _, out := range []any{struct{}{}, (*int)(nil), map[string]any{}} {
		require.ErrorIs(t, c.Do(t.Context(), http.MethodPost, "/buckets", nil, out), acrcloud.ErrInvalidArgument)
	}
	assert.Empty(t, a.requests())
	var unfit struct{ Data []int }
	err := c.Do(t.Context(), http.MethodPost, "/buckets", nil, &unfit)
	_, ok := errors.AsType[*acrcloud.DecodeError](err)
	require.True(t, ok, "%v", err)
	require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
}
