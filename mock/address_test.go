package mock_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// What the server says of its own address is the address that the client has used, and its scheme.
func TestAddressesInAnswers(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	loopback, err := w.srv.Start()
	require.NoError(t, err)
	secure := httptest.NewTLSServer(w.srv.Handler())
	t.Cleanup(secure.Close)
	clients := map[string]*http.Client{mainHost: w.http, loopback: {Transport: &http.Transport{DisableKeepAlives: true}}, secure.URL: secure.Client()}
	for base, client := range clients {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		w := &wire{t: t, srv: w.srv, token: w.token, http: client}
		page := w.send("GET", base+"/api/fs-containers?per_page=1", nil).json(t)
		assert.Equal(t, base+"/api/fs-containers?page=1", page["links"].(map[string]any)["first"])
		assert.Equal(t, base+"/api/fs-containers", page["meta"].(map[string]any)["path"])
		redirect := w.send("POST", base+"/api/fs-containers", `{}`, "Accept", "-")
		assert.Equal(t, 302, redirect.status)
		assert.Equal(t, base, redirect.header.Get("Location"))
		storage := w.send("GET", base+w.cid()+"/presigned-upload?filename=a.mp3", nil).data(t)["presigned_url"].(string)
		if base == mainHost {
			base = "https://storage.acrcloud.test"
		}
		assert.True(t, strings.HasPrefix(storage, base+"/storage/"), storage)
	}
}

// Doubled slashes and one at the end change nothing, and are not repeated in links.
func TestSlashes(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	id := w.upload(w.cid(), []byte("x"))
	for _, path := range []string{"/api/fs-containers/", "//api/fs-containers", "/api//fs-containers//"} {
		r := w.send("GET", mainHost+path, nil)
		require.Equal(t, 200, r.status, path)
		assert.Equal(t, mainHost+"/api/fs-containers", r.json(t)["meta"].(map[string]any)["path"])
	}
	assert.Equal(t, 200, w.send("GET", regionHost+w.cid()+"/files/"+id+"/", nil).status)
	assert.Equal(t, 201, w.send("POST", regionHost+w.cid()+"/files/", `{"data_type":"audio_url","url":"https://a.test/b"}`).status)
	root := w.send("GET", mainHost+"/", nil)
	assert.Equal(t, 501, root.status)
	assert.Contains(t, string(root.body), "GET /;")
	ops := map[mock.Op]int{}
	for _, r := range w.srv.Requests() {
		ops[r.Op]++
	}
	assert.Equal(t, map[mock.Op]int{mock.OpListContainers: 3, mock.OpGetFile: 1, mock.OpCreateFile: 2, "": 1}, ops)
}

// The older names of the identification hosts, and China's.
func TestOtherHosts(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	china, err := w.srv.AddProject(acrcloud.CNNorth1)
	require.NoError(t, err)
	assert.Equal(t, "identify-cn-north-1.acrcloud.cn", china.IdentifyHost)
	america, err := w.srv.AddProject(acrcloud.USWest2)
	require.NoError(t, err)
	for _, tt := range []struct {
		host string
		cfg  acrcloud.Config
		code int
	}{
		{"eu-west-1.api.acrcloud.com", w.srv.Config(), 1001},
		{"us-west-2.api.acrcloud.com", america, 1001},
		{"us-west-2.api.acrcloud.com", w.srv.Config(), 3001},
		{"identify-cn-north-1.acrcloud.cn", china, 1001},
		{"identify-cn-north-1.acrcloud.com", china, 1001},
		{"identify-cn-north-1.acrcloud.cn", america, 3001},
		{"ap-southeast-1.api.acrcloud.com", china, 3001},
	} {
		body, contentType := parts(t, identifyFields(tt.cfg, "fingerprint", "1"), "sample", "x")
		for _, scheme := range []string{"https://", "http://"} {
			assert.Equal(t, tt.code, identification(t, w.http, scheme+tt.host+"/v1/identify", contentType, body).Status.Code, tt.host)
		}
	}

	const console = "https://cn-api-v2.acrcloud.cn"
	container := func(base, region string) reply {
		return w.send("POST", base+"/api/fs-containers", map[string]any{"name": base + region, "region": region, "engine": 1, "buckets": []any{23}})
	}
	assert.Equal(t, 422, container(console, "eu-west-1").status)
	assert.Equal(t, 422, container(mainHost, "cn-north-1").status)
	made := container(console, "cn-north-1")
	require.Equal(t, 201, made.status)
	path := fmt.Sprintf("/api/fs-containers/%.0f", made.data(t)["id"])
	assert.Equal(t, 200, w.send("GET", console+path+"/files", nil).status)
	assert.Equal(t, 400, w.send("GET", regionHost+path+"/files", nil).status)
	assert.Len(t, w.send("GET", console+"/api/fs-containers", nil).rows(t), 1)
	assert.Equal(t, 404, w.send("GET", console+w.cid(), nil).status)
}

// Whatever a request is written in, it makes the same file.
func TestWaysToMakeAFile(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	target := w.send("GET", regionHost+w.cid()+"/presigned-upload?filename=a.mp3", nil).data(t)
	require.Equal(t, 200, w.send("PUT", target["presigned_url"].(string), "x", headersOf(target)...).status)
	key := target["key"].(string)
	for name, fields := range map[string][]string{
		"a URL":            {"data_type", "audio_url", "url", "https://a.test/b.mp3?c=d"},
		"a URL and a name": {"data_type", "audio_url", "url", "ftp://a.test/b.mp3", "name", "my name"},
		"a video":          {"data_type", "platforms", "url", "https://www.youtube.com/watch?v=abc", "engine", "1"},
		"stored content":   {"data_type", "audio", "key", key, "filename", "a.mp3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object := map[string]string{}
			var encoded []string
			for i := 0; i < len(fields); i += 2 {
				object[fields[i]] = fields[i+1]
				encoded = append(encoded, fields[i]+"="+strings.NewReplacer("&", "%26", "?", "%3F", "=", "%3D", " ", "+").Replace(fields[i+1]))
			}
			body, contentType := form(t, "file", "", nil, fields...)
			w := &wire{t: t, srv: w.srv, token: w.token, http: w.http}
			var made []map[string]any
			for _, r := range []reply{
				w.send("POST", regionHost+w.cid()+"/files", object),
				w.send("POST", regionHost+w.cid()+"/files", body, "Content-Type", contentType),
				w.send("POST", regionHost+w.cid()+"/files", strings.Join(encoded, "&"), "Content-Type", "application/x-www-form-urlencoded"),
			} {
				require.Equal(t, 201, r.status, "%s", r.body)
				file := r.data(t)
				for _, field := range []string{"id", "created_at", "updated_at"} {
					delete(file, field)
				}
				made = append(made, file)
			}
			assert.Equal(t, made[0], made[1])
			assert.Equal(t, made[0], made[2])
			assert.Equal(t, object["url"], made[0]["url"])
		})
	}
	body, contentType := form(t, "file", "", nil, "data_type", "audio_url")
	r := w.send("POST", regionHost+w.cid()+"/files", body, "Content-Type", contentType)
	assert.Equal(t, 422, r.status)
	assert.Contains(t, string(r.body), `"errors":{"url":`)
}

// A refusal of what was done all the same, and a success that says no.
func TestAnswersThatAreNotTrue(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	c := w.cid()
	for i, status := range []int{429, 503} {
		w.srv.Inject(mock.Fault{Op: mock.OpCreateFile, Times: 1, Process: true, Status: status, RetryAfter: time.Second})
		r := w.send("POST", regionHost+c+"/files", `{"data_type":"audio_url","url":"https://a.test/b"}`)
		assert.Equal(t, status, r.status)
		assert.Equal(t, "1", r.header.Get("Retry-After"))
		assert.Empty(t, r.body)
		_, total := w.names(c, "")
		assert.Equal(t, i+1, total, "it was made")
		log := w.srv.Requests()
		assert.Equal(t, status, log[len(log)-2].Status)
	}
	id := w.upload(c, []byte("x"))
	w.srv.Inject(mock.Fault{Op: mock.OpDeleteFile, Times: 1, Body: `{"error":"The file is in use."}`})
	r := w.send("DELETE", regionHost+c+"/files/"+id, nil)
	assert.Equal(t, 200, r.status)
	assert.JSONEq(t, `{"error":"The file is in use."}`, string(r.body))
	assert.Equal(t, 200, w.send("GET", regionHost+c+"/files/"+id, nil).status)
	w.srv.Inject(mock.Fault{Op: mock.OpPresign, Body: `<?xml version="1.0"?><Error/>`})
	assert.Equal(t, "application/xml", w.send("GET", regionHost+c+"/presigned-upload", nil).header.Get("Content-Type"))
}
