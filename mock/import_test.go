package mock_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What the service would fetch has a URL that it can fetch, and is known by it.
func TestImports(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	files := regionHost + w.cid() + "/files"
	for _, tt := range []struct{ dataType, url, uri, name string }{ // no URI: it is refused
		{"audio_url", "https://a.test/x/b.mp3?c=d", "audio_url:/x/b.mp3", "b.mp3"},
		{"audio_url", "http://a.test/b.mp3", "audio_url:/b.mp3", "b.mp3"},
		{"audio_url", "ftp://a.test/b.mp3", "audio_url:/b.mp3", "b.mp3"},
		{"audio_url", "https://a.test", "audio_url:", "file"},
		{"audio_url", "https://a.test/..", "audio_url:/..", "file"},
		{"audio_url", "file:///etc/passwd", "", ""},
		{"audio_url", "https:///b.mp3", "", ""},
		{"audio_url", "gopher://a.test/b.mp3", "", ""},
		{"audio_url", "https://a.test/%zz", "", ""},
		{"audio_url", "", "", ""},
		{"platforms", "https://www.youtube.com/watch?v=abc&t=1", "youtube:video:abc", "watch"},
		{"platforms", "https://tiktok.com/@someone/video/123", "tiktok:video:123", "123"},
		{"platforms", "ftp://youtube.com/watch?v=abc", "", ""},
		{"platforms", "https:///watch?v=abc", "", ""},
	} {
		r := w.send("POST", files, map[string]any{"data_type": tt.dataType, "url": tt.url})
		if tt.uri == "" {
			assert.Equal(t, 422, r.status, tt.url)
			assert.JSONEq(t, `{"message":"The given data was invalid.","errors":{"url":["The url format is invalid."]}}`, string(r.body), tt.url)
			continue
		}
		assert.Equal(t, 201, r.status, "%s: %s", tt.url, r.body)
		made := r.data(t)
		assert.Equal(t, tt.uri, made["uri"])
		assert.Equal(t, tt.name, made["name"])
		assert.Equal(t, tt.url, made["url"])
	}
}

// The container is checked before the body is read: it may be long.
func TestUploadIntoNothing(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for path, status := range map[string]int{"/api/fs-containers/1/files": 404, "/api/buckets/1/files": 404, w.cid() + "/files": 400} {
		r := w.send("POST", regionHost+path, strings.NewReader("--x\r\nbreaks off"), "Content-Type", "multipart/form-data; boundary=x")
		assert.Equal(t, status, r.status, path)
	}
}

// A presigned URL is good for the content type that was asked for.
func TestContentTypeOfStorage(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for asked, want := range map[string]string{"": "audio/mpeg", "&content_type=audio/wav": "audio/wav"} {
		target := w.send("GET", regionHost+w.cid()+"/presigned-upload?filename=a"+asked, nil).data(t)
		assert.Equal(t, map[string]any{"Content-Type": want}, target["headers"])
		url := target["presigned_url"].(string)
		refused := w.send("PUT", url, "x", "Content-Type", "audio/flac")
		assert.Equal(t, http.StatusForbidden, refused.status)
		assert.Contains(t, string(refused.body), "SignatureDoesNotMatch")
		assert.Equal(t, 200, w.send("PUT", url, "x", "Content-Type", want).status)
	}
}
