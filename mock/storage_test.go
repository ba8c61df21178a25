package mock_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

func TestPresignedURLExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		target := w.send("GET", regionHost+w.cid()+"/presigned-upload?filename=a.mp3&content_type=audio%2Fmpeg", nil).data(t)
		put := func() reply { return w.send("PUT", target["presigned_url"].(string), "x", headersOf(target)...) }
		time.Sleep(59 * time.Minute) //nolint:forbidigo // the clock of the bubble
		assert.Equal(t, 200, put().status)
		time.Sleep(time.Minute) //nolint:forbidigo // the clock of the bubble
		late := put()
		assert.Equal(t, 403, late.status)
		assert.Contains(t, string(late.body), "Request has expired")
	})
}

// Names of files that are hard to put into a path. The key can be used whatever they are, and the name comes back as it was sent.
func TestStoredNames(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for _, name := range []string{"a b.mp3", "é+ü%20.mp3", "100%.wav", "a/../../b.mp3", `C:\music\a.mp3`, "..", ".", "", "a?b#c.mp3", "~'!*().mp3", "\x00\n"} {
		target := w.send("GET", regionHost+w.cid()+"/presigned-upload?filename="+url.QueryEscape(name), nil).data(t)
		stored := w.send("PUT", target["presigned_url"].(string), "x", headersOf(target)...)
		require.Equal(t, 200, stored.status, "%q: %s", name, stored.body)
		filename := name
		if name == "" {
			filename = "some name"
		}
		made := w.send("POST", regionHost+w.cid()+"/files", map[string]any{"data_type": "audio", "key": target["key"], "filename": filename})
		require.Equal(t, 201, made.status, "%q: %s", name, made.body)
		assert.Equal(t, filename, made.data(t)["name"])
	}
}

// A key can be used for files of its own container, once its content is there.
func TestKeys(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	other := w.container(nil)
	target := w.send("GET", regionHost+w.cid()+"/presigned-upload?filename=a.mp3", nil).data(t)
	record := map[string]any{"data_type": "audio", "key": target["key"], "filename": "a.mp3"}
	r := w.send("POST", regionHost+w.cid()+"/files", record)
	assert.Equal(t, 422, r.status, "nothing is stored")
	assert.Contains(t, string(r.body), `"errors":{"key":`)
	w.send("PUT", target["presigned_url"].(string), "x", headersOf(target)...)
	assert.Equal(t, 422, w.send("POST", regionHost+other+"/files", record).status, "another container")
	assert.Equal(t, 201, w.send("POST", regionHost+w.cid()+"/files", record).status)
	assert.Equal(t, 201, w.send("POST", regionHost+w.cid()+"/files", record).status, "each POST makes a file")
}

// endless is content of that many bytes, from nowhere.
func endless(size int64) io.Reader {
	return io.LimitReader(readerFunc(func(p []byte) (int, error) {
		clear(p)
		return len(p), nil
	}), size)
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Uploads are read and forgotten, whatever their size.
//
//nolint:paralleltest // it measures what the whole program allocates
func TestUploadsAreNotKept(t *testing.T) {
	const size = 256 << 20
	w := newWire(t)
	c := w.cid()
	head := "--x\r\nContent-Disposition: form-data; name=\"data_type\"\r\n\r\naudio\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"
	tail := "\r\n--x--\r\n"
	tests := map[string]func() *http.Request{
		"form": func() *http.Request {
			body := io.MultiReader(strings.NewReader(head), endless(size), strings.NewReader(tail))
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, regionHost+c+"/files", body)
			require.NoError(t, err)
			req.ContentLength = int64(len(head)+len(tail)) + size
			req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
			req.Header.Set("Authorization", "Bearer "+w.token)
			return req
		},
		"storage": func() *http.Request {
			target := w.send("GET", regionHost+c+"/presigned-upload?filename=a.wav&content_type=audio%2Fwav", nil).data(t)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, target["presigned_url"].(string), endless(size))
			require.NoError(t, err)
			req.ContentLength = size
			req.Header.Set("Content-Type", "audio/wav")
			return req
		},
	}
	for name, request := range tests {
		req := request()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		resp, err := w.http.Do(req)
		require.NoError(t, err, name)
		require.NoError(t, resp.Body.Close())
		runtime.ReadMemStats(&after)
		assert.Less(t, resp.StatusCode, 300, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2<<20), name)
		assert.GreaterOrEqual(t, w.srv.Requests()[len(w.srv.Requests())-1].BodyBytes, int64(size), name)
	}
}

// The log of requests is bounded.
func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	for range 25_000 {
		srv.Handler().ServeHTTP(httptest.NewRecorder(), requestOf(t, "", http.MethodGet, "/api/nothing", nil))
	}
	assert.LessOrEqual(t, len(srv.Requests()), 10_000)
	assert.GreaterOrEqual(t, len(srv.Requests()), 9_000)
}
