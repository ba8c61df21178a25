package mock_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every console request that the official command line tool makes, as it makes it.
func TestOfficialTool(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(trackOf("Silver River"))

	created := w.send("POST", mainHost+"/api/fs-containers", `{"name":"scan","region":"eu-west-1","audio_type":"linein","buckets":[23],"engine":3,`+
		`"policy":{"type":"traverse","interval":0,"rec_length":10},"callback_url":"","deepright":false,"music_detection":true,"ai_detection":false}`)
	require.Equal(t, 201, created.status, "%s", created.body)
	assert.Equal(t, "application/json", created.header.Get("Content-Type"))
	c := created.data(t)
	assert.Equal(t, "eu-west-1", c["region"])
	assert.Contains(t, string(created.body), `"buckets":[{"id":23,"name":"ACRCloud Music"}]`)
	assert.IsType(t, "", c["created_at"])
	for _, body := range []string{
		`{"name":"by name","region":"us-west-2","audio_type":"recorded","buckets":["ACRCloud Music"],"engine":1,"policy":{"type":"points","points":3}}`,
		`{"name":"bare policy","region":"ap-southeast-1","audio_type":"linein","buckets":[23],"engine":2,"policy":{"type":"points"}}`,
	} {
		r := w.send("POST", mainHost+"/api/fs-containers", body)
		require.Equal(t, 201, r.status, "%s", r.body)
		assert.Contains(t, string(r.body), `"buckets":[{"id":23,"name":"ACRCloud Music"}]`)
	}
	path := fmt.Sprintf("/api/fs-containers/%.0f", c["id"])

	listed := w.send("GET", mainHost+"/api/fs-containers?page=1&per_page=20&region=eu-west-1&name=sca", nil)
	require.Len(t, listed.rows(t), 1)
	assert.Equal(t, map[string]any{"current_page": 1.0, "from": 1.0, "last_page": 1.0, "path": mainHost + "/api/fs-containers", "per_page": "20", "to": 1.0, "total": 1.0}, listed.json(t)["meta"])
	assert.Equal(t, 200, w.send("GET", mainHost+path, nil).status)
	changed := w.send("PUT", mainHost+path, `{"engine":1,"deepright":true,"audio_type":"recorded"}`)
	assert.Equal(t, true, changed.data(t)["deepright"])
	assert.Equal(t, 1.0, changed.data(t)["engine"])
	assert.Equal(t, "scan", changed.data(t)["name"])

	// The presigned upload.
	target := w.send("GET", regionHost+path+"/presigned-upload?filename=a+b.mp3&content_type=audio%2Fmpeg", nil).data(t)
	assert.Equal(t, "PUT", target["method"])
	key := target["key"].(string)
	stored := w.send("PUT", target["presigned_url"].(string), track.Audio(), headersOf(target)...)
	require.Equal(t, 200, stored.status, "%s", stored.body)
	made := w.send("POST", regionHost+path+"/files", map[string]any{"data_type": "audio", "key": key, "filename": "a b.mp3", "name": "My song"})
	require.Equal(t, 201, made.status, "%s", made.body)
	file := made.data(t)
	assert.Equal(t, "audio:a b.mp3", file["uri"])
	assert.Equal(t, "My song", file["name"])
	assert.Equal(t, 0.0, file["state"])
	assert.Equal(t, 0.0, file["duration"])
	id := file["id"].(string)

	// An empty file comes chunked.
	empty := w.send("GET", regionHost+path+"/presigned-upload?filename=empty.fp&content_type=audio%2Fmpeg", nil).data(t)
	stored = w.send("PUT", empty["presigned_url"].(string), io.MultiReader(strings.NewReader("")), headersOf(empty)...)
	require.Equal(t, 200, stored.status, "%s", stored.body)
	made = w.send("POST", regionHost+path+"/files", map[string]any{"data_type": "fingerprint", "key": empty["key"], "filename": "empty.fp"})
	require.Equal(t, 201, made.status)
	emptyID := made.data(t)["id"].(string)

	// URLs, ftp among them.
	for _, u := range []string{"https://cdn.test/x/y.mp3?a=b", "ftp://cdn.test/y.mp3"} {
		r := w.send("POST", regionHost+path+"/files", map[string]any{"data_type": "audio_url", "url": u, "name": "remote"})
		require.Equal(t, 201, r.status, "%s", r.body)
		assert.Contains(t, r.data(t)["uri"], "audio_url:")
	}
	r := w.send("POST", regionHost+path+"/files", `{"data_type":"audio"}`)
	assert.Equal(t, 422, r.status)

	// Versions before April 2026 send forms.
	body, contentType := form(t, "file", "old.wav", track.Audio(), "data_type", "audio", "name", "old way")
	r = w.send("POST", regionHost+path+"/files", body, "Content-Type", contentType)
	require.Equal(t, 201, r.status, "%s", r.body)
	oldID := r.data(t)["id"].(string)

	// Lists.
	found := w.send("GET", regionHost+path+"/files?page=1&per_page=20&search=a+b&with_result=1&state=1", nil).rows(t)
	require.Len(t, found, 1)
	assert.Equal(t, id, found[0]["id"])
	assert.Contains(t, found[0]["results"], "music")
	assert.Len(t, w.send("GET", regionHost+path+"/files?page=1&per_page=20&state=-1", nil).rows(t), 3)
	all := w.send("GET", regionHost+path+"/files?page=1&per_page=20", nil).rows(t)
	require.Len(t, all, 5)
	assert.Equal(t, oldID, all[0]["id"], "the newest first")
	assert.NotContains(t, all[0], "results")
	assert.IsType(t, "", all[0]["created_at"])

	one := w.send("GET", regionHost+path+"/files/"+id, nil).rows(t)
	require.Len(t, one, 1)
	assert.Equal(t, 1.0, one[0]["state"])

	again := w.send("PUT", regionHost+path+"/files/"+id+","+oldID+"/rescan", nil)
	assert.Equal(t, 200, again.status)
	assert.Len(t, again.rows(t), 2)

	gone := w.send("DELETE", regionHost+path+"/files/"+id+",%20"+emptyID, nil)
	assert.Equal(t, 204, gone.status)
	assert.Empty(t, gone.body)
	assert.Equal(t, 404, w.send("GET", regionHost+path+"/files/"+id, nil).status)
	gone = w.send("DELETE", mainHost+path, nil)
	assert.Equal(t, 204, gone.status)
	assert.Empty(t, gone.body)
}

func headersOf(target map[string]any) []string {
	var pairs []string
	for name, value := range target["headers"].(map[string]any) {
		pairs = append(pairs, name, value.(string))
	}
	return pairs
}

// What a client can get wrong is refused as the service would refuse it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	other := w.send("POST", mainHost+"/api/fs-containers", map[string]any{"name": "other", "region": "us-west-2", "buckets": []any{23}, "engine": 1})
	otherPath := fmt.Sprintf("/api/fs-containers/%.0f", other.data(t)["id"])
	cfg := w.srv.Config()
	c := w.cid()
	target := w.send("GET", regionHost+c+"/presigned-upload?filename=a.mp3&content_type=audio%2Fmpeg", nil).data(t)
	storage := target["presigned_url"].(string)
	wrongPart, wrongPartType := form(t, "audio_file", "a.mp3", []byte("x"), "data_type", "audio")
	noType, noTypeType := form(t, "file", "a.mp3", []byte("x"))
	half, halfType := form(t, "file", "a.mp3", []byte("x"), "data_type", "audio")

	tests := []struct {
		name         string
		method, url  string
		body         any
		header       []string
		status       int
		contains     string
		contentTypeP string
	}{
		{"no token", "GET", mainHost + c, nil, []string{"Authorization", "-"}, 401, `{"message":"Unauthenticated."}`, "application/json"},
		{"wrong token", "GET", mainHost + c, nil, []string{"Authorization", "Bearer eyJnope"}, 403, `"message"`, "application/json"},
		{"access key for a token", "GET", mainHost + c, nil, []string{"Authorization", "Bearer " + cfg.IdentifyAccessKey.Reveal()}, 403, `"message"`, "application/json"},
		{"token without Bearer", "GET", mainHost + c, nil, []string{"Authorization", cfg.BearerToken.Reveal()}, 403, `"message"`, "application/json"},
		{"another region's host", "GET", "https://api-us-west-2.acrcloud.com" + c + "/files", nil, nil, 400, "Invalid Container", "application/json"},
		{"upload to another region's host", "POST", "https://api-ap-southeast-1.acrcloud.com" + c + "/files", `{}`, nil, 400, "Invalid Container", "application/json"},
		{"container of another region", "GET", regionHost + otherPath, nil, nil, 404, `"message"`, "application/json"},
		{"unknown container", "GET", mainHost + "/api/fs-containers/1", nil, nil, 404, `"message"`, "application/json"},
		{"container that is no number", "GET", mainHost + "/api/fs-containers/none", nil, nil, 404, `"message"`, "application/json"},
		{"files of an unknown container", "GET", regionHost + "/api/fs-containers/1/files", nil, nil, 404, `"message"`, "application/json"},
		{"unknown file", "GET", regionHost + c + "/files/nope", nil, nil, 404, `"message"`, "application/json"},
		{"a path that the mock does not have", "GET", mainHost + "/api/offlinedbs", nil, nil, 501, `GET /api/offlinedbs`, "application/json"},
		{"such a path without a token", "GET", mainHost + "/api/offlinedbs", nil, []string{"Authorization", "-"}, 401, `"message"`, "application/json"},
		{"such a path with a wrong token", "GET", mainHost + "/api/offlinedbs", nil, []string{"Authorization", "Bearer eyJnope"}, 403, `"message"`, "application/json"},
		{"such a path without the prefix", "GET", mainHost + "/v1/buckets/", nil, nil, 501, `GET /v1/buckets;`, "application/json"},
		{"such a path of identification", "POST", "https://identify-eu-west-1.acrcloud.com/rec", nil, nil, 501, `POST /rec`, "application/json"},
		{"no prefix", "GET", mainHost + "/fs-containers", nil, nil, 404, `"message"`, "application/json"},
		{"wrong method", "PATCH", mainHost + c, `{}`, nil, 405, `"message"`, "application/json"},
		{"duplicate name", "POST", mainHost + "/api/fs-containers", `{"name":"other","region":"eu-west-1","buckets":[23],"engine":1}`, nil, 422, `"errors":{"name":["The name has already been taken."]}`, "application/json"},
		{"rename to another's", "PUT", mainHost + c, `{"name":"other"}`, nil, 422, `"errors":{"name":`, "application/json"},
		{"nothing said", "POST", mainHost + "/api/fs-containers", `{}`, nil, 422, `"region":["The region field is required."]`, "application/json"},
		{"wrong region", "POST", mainHost + "/api/fs-containers", `{"name":"x","region":"mars","buckets":[23],"engine":1}`, nil, 422, `"errors":{"region":`, "application/json"},
		{"wrong engine", "PUT", mainHost + c, `{"engine":9}`, nil, 422, `"errors":{"engine":`, "application/json"},
		{"wrong policy", "PUT", mainHost + c, `{"policy":{"type":"all"}}`, nil, 422, `"errors":{"policy":`, "application/json"},
		{"wrong bucket", "PUT", mainHost + c, `{"buckets":[{}]}`, nil, 422, `"errors":{"buckets":`, "application/json"},
		{"wrong flag", "PUT", mainHost + c, `{"deepright":"maybe"}`, nil, 422, `"errors":{"deepright":`, "application/json"},
		{"validation without Accept", "POST", mainHost + "/api/fs-containers", `{}`, []string{"Accept", "-"}, 302, "<html>", "text/html"},
		{"wrong part", "POST", regionHost + c + "/files", wrongPart, []string{"Content-Type", wrongPartType}, 422, `"file":["The file field is required."]`, "application/json"},
		{"no data type", "POST", regionHost + c + "/files", noType, []string{"Content-Type", noTypeType}, 422, `"errors":{"data_type":`, "application/json"},
		{"half a form", "POST", regionHost + c + "/files", half.Bytes()[:half.Len()/2], []string{"Content-Type", halfType}, 400, "not complete", "application/json"},
		{"no boundary", "POST", regionHost + c + "/files", "x", []string{"Content-Type", "multipart/form-data"}, 400, "not complete", "application/json"},
		{"unknown key", "POST", regionHost + c + "/files", `{"data_type":"audio","key":"none","filename":"x"}`, nil, 422, `"errors":{"key":`, "application/json"},
		{"what isrc takes is not known", "POST", regionHost + c + "/files", `{"data_type":"isrc","isrc":"x"}`, nil, 422, `"errors":{"data_type":`, "application/json"},
		{"no URL", "POST", regionHost + c + "/files", `{"data_type":"audio_url","url":"/etc/passwd"}`, nil, 422, `"errors":{"url":`, "application/json"},
		{"platforms by ftp", "POST", regionHost + c + "/files", `{"data_type":"platforms","url":"ftp://a.test/b"}`, nil, 422, `"errors":{"url":`, "application/json"},
		{"no JSON", "POST", regionHost + c + "/files", `[[[`, nil, 422, `"errors":{"data_type":`, "application/json"},
		{"token at the storage", "PUT", storage, "x", []string{"Authorization", "Bearer " + w.token, "Content-Type", "audio/mpeg"}, 400, "<Code>InvalidArgument</Code>", "application/xml"},
		{"other headers at the storage", "PUT", storage, "x", []string{"Content-Type", "audio/wav"}, 403, "<Code>SignatureDoesNotMatch</Code>", "application/xml"},
		{"changed signature", "PUT", strings.Replace(storage, "X-Signature=", "X-Signature=0", 1), "x", []string{"Content-Type", "audio/mpeg"}, 403, "<Code>SignatureDoesNotMatch</Code>", "application/xml"},
		{"chunked", "PUT", storage, io.MultiReader(strings.NewReader("x")), []string{"Content-Type", "audio/mpeg"}, 501, "<Code>NotImplemented</Code>", "application/xml"},
		{"wrong method at the storage", "POST", storage, "x", []string{"Content-Type", "audio/mpeg"}, 405, "<Code>MethodNotAllowed</Code>", "application/xml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := w.send(tt.method, tt.url, tt.body, tt.header...)
			assert.Equal(t, tt.status, r.status)
			assert.Contains(t, string(r.body), tt.contains)
			assert.Contains(t, r.header.Get("Content-Type"), tt.contentTypeP)
		})
	}
}

func TestOldClientsMayUseTheMainHostForFiles(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	assert.Equal(t, 200, w.send("GET", mainHost+w.cid()+"/files", nil).status)
	for _, host := range []string{"https://eu-api-v2.acrcloud.com", "https://us-api-v2.acrcloud.com"} {
		assert.Equal(t, 200, w.send("GET", host+w.cid(), nil).status)
	}
	body := url.Values{"data_type": {"audio_url"}, "url": {"https://a.test/b.mp3"}}.Encode()
	assert.Equal(t, 201, w.send("POST", mainHost+w.cid()+"/files", body, "Content-Type", "application/x-www-form-urlencoded").status)
}

func TestPages(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	c := w.container(nil)
	for i := range 5 {
		r := w.send("POST", regionHost+c+"/files", map[string]any{"data_type": "audio_url", "url": fmt.Sprintf("https://a.test/%d.mp3", i)})
		require.Equal(t, 201, r.status)
	}
	self := regionHost + c + "/files"
	tests := []struct {
		query string
		want  string
	}{
		{"", `"links":{"first":"` + self + `?page=1","last":"` + self + `?page=1","next":null,"prev":null},"meta":{"current_page":1,"from":1,"last_page":1,"path":"` + self + `","per_page":20,"to":5,"total":5}}`},
		{"?page=2&per_page=2", `"next":"` + self + `?page=3","prev":"` + self + `?page=1"},"meta":{"current_page":2,"from":3,"last_page":3,"path":"` + self + `","per_page":"2","to":4,"total":5}}`},
		{"?page=4&per_page=2", `"meta":{"current_page":4,"from":null,"last_page":3,"path":"` + self + `","per_page":"2","to":null,"total":5}}`},
		{"?page=x&per_page=-1", `"meta":{"current_page":1,"from":1,"last_page":1,"path":"` + self + `","per_page":20,"to":5,"total":5}}`},
		{"?page=2&per_page=9223372036854775807", `"per_page":"9223372036854775807","to":null,"total":5}}`},
		{"?page=9223372036854775807&per_page=2", `"per_page":"2","to":null,"total":5}}`},
		{"?per_page=1000000", `"per_page":"1000000","to":5,"total":5}}`},
	}
	for _, tt := range tests {
		assert.Contains(t, string(w.send("GET", self+tt.query, nil).body), tt.want)
	}
	only := w.send("GET", "https://api-us-west-2.acrcloud.com/api/fs-containers", nil)
	assert.Empty(t, only.rows(t), "a region's host lists its own containers")
	assert.Equal(t, http.StatusOK, only.status)
}
