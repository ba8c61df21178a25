package webhook_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/webhook"
)

func post(t *testing.T, body io.Reader, contentType string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hook", body)
	r.Header.Del("Content-Type")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

func TestParseRequestContentTypes(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]int{
		"":                                  200,
		"application/json":                  200,
		"application/json; charset=latin1":  200,
		"application/vnd.acrcloud+json":     200,
		"application/anything":              200,
		"text/plain":                        200,
		"text/html; charset":                200,
		"application/x-www-form-urlencoded": 200,
		"multipart/form-data":               200,
		"nonsense":                          200,
		"/;;":                               200,
		"application/octet-stream":          415,
		"audio/mpeg":                        415,
		"IMAGE/PNG":                         415,
		"video/mp4; x=1":                    415,
		"application/zip":                   415,
		"application/x-gzip":                415,
		"application/x-protobuf":            415,
	} {
		t.Run(contentType, func(t *testing.T) {
			t.Parallel()
			r := post(t, strings.NewReader(fullBody), contentType)
			event, err := webhook.ParseRequest(r)
			if want == 200 {
				require.NoError(t, err)
				assert.Equal(t, fileID, event.FileID)
				assert.Equal(t, r.Header, event.Header)
				return
			}
			refused, ok := errors.AsType[*webhook.RequestError](err)
			require.True(t, ok)
			assert.Equal(t, want, refused.StatusCode())
		})
	}
}

func TestParseRequestForms(t *testing.T) {
	t.Parallel()
	var multi bytes.Buffer
	w := multipart.NewWriter(&multi)
	for name, value := range map[string]string{"file_id": fileID, "state": "1", "cid": "20002", "name": "song.mp3", "results": results} {
		require.NoError(t, w.WriteField(name, value))
	}
	require.NoError(t, w.Close())
	event, err := webhook.ParseRequest(post(t, bytes.NewReader(multi.Bytes()), w.FormDataContentType()))
	require.NoError(t, err)
	assert.Equal(t, fileID, event.FileID)
	assert.Len(t, event.Results.Music, 1)

	_, err = webhook.ParseRequest(post(t, bytes.NewReader(multi.Bytes()[:multi.Len()-20]), w.FormDataContentType()))
	require.Error(t, err)

	for name, body := range map[string]string{"file_id": "file_id=a&state=1", "odd name, but labelled": "file%20id=1&<x>=2"} {
		event, err = webhook.ParseRequest(post(t, strings.NewReader(body), "application/x-www-form-urlencoded"))
		require.NoError(t, err, name)
	}
	assert.NotNil(t, event)

	_, err = webhook.ParseRequest(post(t, strings.NewReader("&&"), "application/x-www-form-urlencoded"))
	require.ErrorContains(t, err, "no field")
}

func TestParseRequestBounds(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(fullBody))
	require.NoError(t, err)
	require.NoError(t, z.Close())

	gzipped := post(t, bytes.NewReader(packed.Bytes()), "application/json")
	gzipped.Header.Set("Content-Encoding", "gzip")
	identity := post(t, strings.NewReader(fullBody), "application/json")
	identity.Header.Set("Content-Encoding", "identity")
	get := post(t, http.NoBody, "")
	get.Method = http.MethodGet
	none := post(t, http.NoBody, "")
	none.Body = nil
	unknownLength := post(t, io.LimitReader(zeros{}, 17<<20), "")
	unknownLength.ContentLength = -1
	panicking := post(t, panicReader{}, "")
	panicking.ContentLength = -1

	for name, tt := range map[string]struct {
		r    *http.Request
		want int
	}{
		"GET":                           {get, 405},
		"gzip":                          {gzipped, 415},
		"gzip without a label":          {post(t, bytes.NewReader(packed.Bytes()), ""), 415},
		"identity":                      {identity, 0},
		"no body":                       {none, 400},
		"an empty body":                 {post(t, http.NoBody, ""), 400},
		"17 MiB":                        {post(t, bytes.NewReader(make([]byte, 17<<20)), ""), 413},
		"17 MiB without a length":       {unknownLength, 413},
		"a body that breaks off":        {post(t, iotest.TimeoutReader(iotest.ErrReader(io.ErrUnexpectedEOF)), ""), 400},
		"a deadline of the server":      {post(t, iotest.ErrReader(timeoutError{}), ""), 408},
		"a body that panics":            {panicking, 400},
		"a body that counts too many":   {post(t, countsWrong(1<<30), ""), 400},
		"a body that counts below zero": {post(t, countsWrong(-1<<30), ""), 400},
		"a body that gets nowhere":      {post(t, nowhere{}, ""), 400},
		"one byte at a time is allowed": {post(t, iotest.OneByteReader(strings.NewReader(fullBody)), ""), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := webhook.ParseRequest(tt.r)
			if tt.want == 0 {
				require.NoError(t, err)
				assert.Equal(t, fileID, event.FileID)
				return
			}
			refused, ok := errors.AsType[*webhook.RequestError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.want, refused.StatusCode())
		})
	}
	_, err = webhook.ParseRequest(nil)
	require.Error(t, err)
}

func TestParseRequestStalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body, sender := io.Pipe()
		go func() { _, _ = sender.Write([]byte(`{"file_id":`)) }()
		started := time.Now()
		_, err := webhook.ParseRequest(post(t, body, "application/json"))
		refused, ok := errors.AsType[*webhook.RequestError](err)
		require.True(t, ok)
		assert.Equal(t, http.StatusRequestTimeout, refused.StatusCode())
		assert.Equal(t, 30*time.Second, time.Since(started))
		_ = sender.Close()
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type panicReader struct{}

func (panicReader) Read([]byte) (int, error) { panic("in Read") }

type timeoutError struct{}

func (timeoutError) Error() string { return "i/o timeout" }
func (timeoutError) Timeout() bool { return true }

// countsWrong is a reader whose counts are off by that much.
type countsWrong int

func (c countsWrong) Read(p []byte) (int, error) { return len(p) + int(c), nil }

type nowhere struct{}

func (nowhere) Read([]byte) (int, error) { return 0, nil }
