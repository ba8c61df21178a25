package mock_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// requestOf is a request without a connection; a token "" is left out.
func requestOf(tb testing.TB, token, method, url string, body []byte) *http.Request {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), method, url, bytes.NewReader(body))
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "audio/mpeg")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// Each host serves its own part of the service only.
func TestHosts(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	target := w.send("GET", regionHost+w.cid()+"/presigned-upload?filename=a.mp3&content_type=audio%2Fmpeg", nil).data(t)
	stored, err := url.Parse(target["presigned_url"].(string))
	require.NoError(t, err)
	storage := "https://" + stored.Host
	onAPI := strings.Replace(stored.String(), storage, regionHost, 1)
	tests := map[string]struct {
		method, url string
		status      int
	}{
		"the console on the storage":               {"GET", storage + w.cid(), 404},
		"the console on an identification host":    {"GET", "https://identify-eu-west-1.acrcloud.com" + w.cid(), 404},
		"the storage on a console host":            {"PUT", onAPI, 404},
		"identification on a console host":         {"POST", mainHost + "/v1/identify", 404},
		"a new container on a region's host":       {"POST", regionHost + "/api/fs-containers", 404},
		"a container on its region's host":         {"GET", regionHost + w.cid(), 200},
		"a container on another region's host":     {"GET", "https://api-us-west-2.acrcloud.com" + w.cid(), 404},
		"names are not case-sensitive, with ports": {"GET", "https://API-v2.ACRCloud.com:443" + w.cid(), 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.status, w.send(tt.method, tt.url, nil).status)
		})
	}
	t.Run("plain http", func(t *testing.T) {
		t.Parallel()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api-v2.acrcloud.com/api/fs-containers", nil)
		require.NoError(t, err)
		_, err = w.http.Do(req) //nolint:bodyclose // there is none
		require.ErrorContains(t, err, "https only")
	})
}

// The request log says what was asked for.
func TestOps(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	c := w.container(nil)
	w.send("GET", mainHost+"/api/fs-containers", nil)
	w.send("GET", mainHost+c, nil)
	w.send("PUT", mainHost+c, `{}`)
	target := w.send("GET", regionHost+c+"/presigned-upload?filename=x", nil).data(t)
	w.send("PUT", target["presigned_url"].(string), "abc", "Content-Type", "audio/mpeg")
	id := w.upload(c, []byte("x"))
	w.send("GET", regionHost+c+"/files", nil)
	w.send("GET", regionHost+c+"/files/"+id, nil)
	w.send("PUT", regionHost+c+"/files/"+id+"/rescan", nil)
	w.send("DELETE", regionHost+c+"/files/"+id, nil)
	w.send("DELETE", mainHost+c, nil)
	w.send("POST", "https://identify-eu-west-1.acrcloud.com//v1/identify", "x")
	w.send("GET", mainHost+"/api/nothing", nil)
	w.send("PATCH", mainHost+c, nil)
	var ops []mock.Op
	for _, r := range w.srv.Requests() {
		ops = append(ops, r.Op)
	}
	assert.Equal(t, []mock.Op{
		mock.OpCreateContainer, mock.OpListContainers, mock.OpGetContainer, mock.OpUpdateContainer, mock.OpPresign, mock.OpStore, mock.OpCreateFile,
		mock.OpListFiles, mock.OpGetFile, mock.OpRescanFile, mock.OpDeleteFile, mock.OpDeleteContainer, mock.OpIdentify, "", "",
	}, ops)
}

// A bucket that is named gets an id of its own, and keeps it.
func TestBuckets(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	buckets := func(list string) string {
		r := w.send("PUT", mainHost+w.cid(), `{"buckets":`+list+`}`)
		require.Equal(t, 200, r.status, "%s", r.body)
		_, rest, _ := strings.Cut(string(r.body), `"buckets":`)
		list, _, _ = strings.Cut(rest, "]")
		return list + "]"
	}
	assert.JSONEq(t, `[{"id":100000,"name":"jingles"},{"id":23,"name":"ACRCloud Music"},{"id":100001,"name":"bumpers"}]`, buckets(`["jingles",23,"bumpers"]`))
	assert.JSONEq(t, `[{"id":100001,"name":"bumpers"},{"id":100000,"name":"jingles"}]`, buckets(`["bumpers",100000]`))
	assert.JSONEq(t, `[{"id":4711,"name":"bucket 4711"}]`, buckets(`[4711]`))
	for _, list := range []string{`[0]`, `[-1]`, `[1.5]`, `[""]`, `[null]`, `[[]]`, `{}`, `null`, `"x"`} {
		assert.Equal(t, 422, w.send("PUT", mainHost+w.cid(), `{"buckets":`+list+`}`).status, list)
	}
}

// The configuration does not depend on what clients have done.
func TestDefaultContainerDeleted(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	before := w.srv.Config().ContainerID
	assert.Equal(t, 204, w.send("DELETE", mainHost+w.cid(), nil).status)
	assert.Equal(t, before, w.srv.Config().ContainerID)
	assert.Equal(t, 404, w.send("GET", mainHost+w.cid(), nil).status)
}

// prepared makes a bucket and a stream, and returns the bucket's id and the stream's path.
func prepared(tb testing.TB, srv *mock.Server) (bucketID int, stream string) {
	tb.Helper()
	do := func(path, body string) string {
		w := httptest.NewRecorder()
		r := requestOf(tb, srv.Config().BearerToken.Reveal(), http.MethodPost, mainHost+path, []byte(body))
		srv.Handler().ServeHTTP(w, r)
		require.Less(tb, w.Code, 300, "%s", w.Body)
		return idOf(tb, w.Body.Bytes())
	}
	bucketID = number(do("/api/buckets", `{"name":"masters","type":"File","region":"eu-west-1"}`))
	project := "/api/bm-cs-projects/" + do("/api/bm-cs-projects", `{"name":"radio","region":"eu-west-1","buckets":[23]}`)
	return bucketID, project + "/streams/" + do(project+"/streams", `{"name":"x","stream_urls":["http://a.test"]}`)
}

// FuzzRequest sends anything to any host. The server answers, and never with a fault of its own.
func FuzzRequest(f *testing.F) {
	srv := mock.New(mock.WithContainerID(1000), mock.WithPlays(50))
	cfg := srv.Config()
	c := fmt.Sprintf("/api/fs-containers/%d", cfg.ContainerID)
	id, stream := prepared(f, srv)
	for _, host := range []string{"api-v2.acrcloud.com", "api-eu-west-1.acrcloud.com", "storage.acrcloud.test", "identify-eu-west-1.acrcloud.com", "localhost:1"} {
		f.Add("GET", host, c+"/files", "page=-1&per_page=999999999999&state=x&search=%zz", "", "application/json", "application/json")
		f.Add("POST", host, "/api/fs-containers", "", `{"name":"x","region":"eu-west-1","engine":1,"buckets":[23,"x"],"policy":{"type":"points"}}`, "application/json", "")
		f.Add("PUT", host, c, "", `{"engine":1e99,"callback_url":":","deepright":null}`, "text/plain", "text/html")
		f.Add("GET", host, c+"/presigned-upload", "filename=../..", "", "", "application/json")
		f.Add("PUT", host, "/storage/fs/1/2/3", "X-Expires=x", "abc", "audio/mpeg", "")
		f.Add("DELETE", host, c+"/files/a,%20b", "", "", "", "application/json")
		f.Add("PUT", host, c+"/files/,/rescan", "", "", "", "application/json")
		bucket := fmt.Sprintf("/api/buckets/%d", id)
		f.Add("POST", host, "/api/buckets", "", `{"name":"x","type":"File","region":"eu-west-1","net_type":"1","labels":"a,b"}`, "application/json", "application/json")
		f.Add("POST", host, bucket+"/files", "", `{"data_type":"audio_url","url":"https://a.test/b","user_defined":"{\"a\":[]}"}`, "application/json", "application/json")
		f.Add("PUT", host, bucket+"/files/1,2/move", "", "", "", "application/json")
		f.Add("POST", host, bucket+"/channels", "", "name=x&url=y&timeshift=72", "application/x-www-form-urlencoded", "application/json")
		f.Add("POST", host, bucket+"/rec-channels", "", `{"ids":"1,,x"}`, "application/json", "application/json")
		f.Add("POST", host, "/api/base-projects", "", `{"name":"x","region":"eu-west-1","type":"AVR","buckets":["23",1,"masters"]}`, "application/json", "application/json")
		f.Add("GET", host, stream+"/results", "date=20260102&type=last&min_duration=x", "", "", "application/json")
		f.Add("GET", host, stream+"/state", "timeoffset=-99999999999&start_date=00010101&end_date=99991231", "", "", "application/json")
		f.Add("GET", host, stream+"/recordings", "timestamp_utc=20260102000000&played_duration=86400&record_before=9", "", "", "application/json")
		f.Add("POST", host, stream+"/user-reports", "", `{"data":[{"title":"x","start_timestamp":"2026-01-02 00:00:00","end_timestamp":"2026-01-02 00:00:01","timeoffset":"-480"},1]}`, "application/json", "application/json")
		f.Add("GET", host, "/api/external-metadata/tracks", "query=%7B%22track%22%3A1%7D&format=json", "", "", "application/json")
		f.Add("GET", host, "/api/billing/invoices", "per_page=-1&page=99999999999999999999", "", "", "application/json")
		f.Add("POST", host, "//v1/identify", "", "access_key=x&sample=%2b", "application/x-www-form-urlencoded", "")
	}
	f.Fuzz(func(t *testing.T, method, host, path, query, body, contentType, accept string) {
		target := &url.URL{Scheme: "https", Host: "x", Path: path, RawQuery: query}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target.String(), strings.NewReader(body))
		if err != nil {
			return
		}
		req.Method, req.Host = method, host
		req.Header.Set("Authorization", "Bearer "+cfg.BearerToken.Reveal())
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		srv.Handler().ServeHTTP(w, req)
		if w.Code < 200 || w.Code >= 500 && w.Code != http.StatusNotImplemented {
			t.Errorf("HTTP %d: %s", w.Code, w.Body)
		}
	})
}
