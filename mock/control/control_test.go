package control_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/mock/control"
	"github.com/musicchartsai/acrcloud-go/mock/scenario"
)

// A driver sends requests to a handler, and checks each response against the description.
type driver struct {
	t    *testing.T
	srv  *mock.Server
	h    *control.Handler
	d    *description
	seen map[string]bool // the operations that were answered with success
}

func drive(t *testing.T, srv *mock.Server, opts *control.Options) *driver {
	t.Helper()
	h, err := control.New(srv, opts)
	require.NoError(t, err)
	return &driver{t, srv, h, described(t), map[string]bool{}}
}

// send sends a request from this machine; header is pairs.
func (d *driver) send(method, path, body string, header ...string) (int, string) {
	d.t.Helper()
	r := httptest.NewRequestWithContext(d.t.Context(), method, "http://127.0.0.1:8750"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:50000"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for pair := range slices.Chunk(header, 2) {
		name, value := pair[0], pair[1]
		switch name {
		case "Host":
			r.Host = value
		case "Remote":
			r.RemoteAddr = value
		default:
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	d.h.ServeHTTP(w, r)
	resp := w.Result()
	defer resp.Body.Close() //nolint:errcheck // it is in memory
	text, err := io.ReadAll(resp.Body)
	require.NoError(d.t, err)
	bare, _, _ := strings.Cut(path, "?")
	d.d.checkResponse(d.t, method, bare, resp, text)
	assert.Equal(d.t, "nosniff", resp.Header.Get("X-Content-Type-Options"))
	assert.Empty(d.t, resp.Header.Get("Access-Control-Allow-Origin"), "no other page reads this")
	if pattern, _ := d.d.operation(method, bare); resp.StatusCode < 300 {
		d.seen[method+" "+pattern] = true
	}
	return resp.StatusCode, string(text)
}

// ok is send for what is to succeed.
func (d *driver) ok(method, path, body string) object {
	d.t.Helper()
	status, text := d.send(method, path, body)
	require.Less(d.t, status, 300, "%s %s: %s", method, path, text)
	v := object{}
	if strings.HasPrefix(text, "{") {
		require.NoError(d.t, json.Unmarshal([]byte(text), &v))
	}
	return v
}

func items(v object) []any { return v["items"].([]any) }

func (d *driver) files() *filescan.Files {
	d.t.Helper()
	c, err := filescan.New(d.srv.Config(), append(d.srv.Options(), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))...)
	require.NoError(d.t, err)
	return c.Files(d.srv.Config().ContainerID)
}

func (d *driver) upload(name string, content []byte) string {
	d.t.Helper()
	f, err := d.files().Upload(d.t.Context(), acrcloud.FromBytes(name, content), nil)
	require.NoError(d.t, err)
	return f.ID
}

// TestEveryOperation uses all that there are, in the order of a session.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	posted := 0
	receiver := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		posted++
	})
	srv := mock.New(mock.WithProcessingTime(time.Hour), mock.WithCallbackTransport(mock.HandlerTransport(receiver)), mock.WithRequestBodies(1<<20))
	d := drive(t, srv, &control.Options{Report: func(w io.Writer, file json.RawMessage) error {
		if strings.Contains(string(file), "unreportable") {
			return errors.New("no")
		}
		_, err := w.Write([]byte("<!DOCTYPE html><title>report</title>"))
		return err
	}})
	status, page := d.send("GET", "/_mock/", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, page, "<h1>")
	d.ok("GET", "/_mock/openapi.json", "")
	d.ok("GET", "/_mock/health", "")
	d.ok("HEAD", "/_mock/health", "")

	track := d.ok("POST", "/_mock/tracks", `{"title": "Silver River", "artists": ["Ada Alder"], "duration": "2m", "user_defined": {"k": "v"}, "data_base64": "`+base64.StdEncoding.EncodeToString([]byte("bytes"))+`"}`)
	acrid := track["acrid"].(string)
	assert.Equal(t, 120.0, track["duration"])
	assert.Len(t, items(d.ok("GET", "/_mock/tracks?limit=1", "")), 1)
	status, audio := d.send("GET", "/_mock/tracks/"+acrid+"/audio?from=10s&to=25s", "")
	assert.Equal(t, http.StatusOK, status)
	assert.True(t, strings.HasPrefix(audio, "RIFF"))

	outcome := d.ok("POST", "/_mock/outcomes", `{"name": "*remix*", "verdict": "high", "track": "Silver River"}`)
	fault := d.ok("POST", "/_mock/faults", `{"op": "containers.list", "status": 500}`)
	callback := d.ok("POST", "/_mock/callback-faults", `{"copies": 1}`)
	for path, v := range map[string]object{"outcomes": outcome, "faults": fault, "callback-faults": callback} {
		assert.Equal(t, []any{v}, items(d.ok("GET", "/_mock/"+path, "")))
	}
	id := d.upload("a remix.wav", []byte(audio))
	plain := d.upload("plain.wav", []byte(audio))
	unreportable := d.upload("unreportable", []byte("x"))
	files := d.ok("GET", "/_mock/files?state=0&search=remix&container="+strconv.Itoa(srv.Config().ContainerID), "")
	require.Len(t, items(files), 1)
	assert.Equal(t, id, at(items(files)[0], "id"))
	assert.Equal(t, 3.0, at(d.ok("GET", "/_mock/status", ""), "counts", "in_process"))
	status, _ = d.send("POST", "/_mock/files/"+id+"/redeliver", "")
	assert.Equal(t, http.StatusConflict, status, "it is not done")
	done := d.ok("POST", "/_mock/files/"+id+"/complete", "")
	assert.Equal(t, 1.0, done["state"])
	file, err := d.files().Get(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, filescan.RiskHigh, filescan.Assess(file, nil).Risk)
	assert.Equal(t, 2.0, d.ok("POST", "/_mock/complete", "")["completed"])
	shown := d.ok("GET", "/_mock/files/"+plain, "")
	assert.Equal(t, "Silver River", at(at(shown, "results", "music").([]any)[0], "result", "title"), "the audio that the API gave is recognised")
	status, page = d.send("GET", "/_mock/files/"+id+"/report", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, page, "report")
	status, _ = d.send("GET", "/_mock/files/"+unreportable+"/report", "")
	assert.Equal(t, http.StatusInternalServerError, status)
	status, _ = d.send("POST", "/_mock/files/"+id+"/redeliver", "")
	assert.Equal(t, http.StatusConflict, status, "there is no callback URL")

	secret := acrcloud.NewSecret("https://hooks.example.com/?key=hush")
	c, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	_, err = c.Containers().Update(t.Context(), srv.Config().ContainerID, &filescan.UpdateContainerRequest{CallbackURL: &secret})
	require.NoError(t, err)
	assert.Equal(t, 200.0, d.ok("POST", "/_mock/files/"+id+"/redeliver", "")["status"])
	assert.Len(t, items(d.ok("GET", "/_mock/deliveries?file="+id, "")), 1)
	assert.Equal(t, true, at(items(d.ok("GET", "/_mock/containers", ""))[0], "has_callback"))

	requests := d.ok("GET", "/_mock/requests?op=containers.update", "")
	require.Len(t, items(requests), 1)
	number := at(items(requests)[0], "number").(float64)
	assert.NotContains(t, items(requests)[0], "body", "lists are short")
	one := d.ok("GET", fmt.Sprintf("/_mock/requests/%.0f", number), "")
	assert.Contains(t, one["body"], "hooks.example.com")
	assert.NotContains(t, fmt.Sprint(one), "hush")
	assert.Empty(t, items(d.ok("GET", fmt.Sprintf("/_mock/requests?after=%.0f", number), "")))

	assert.InDelta(t, 0, d.ok("GET", "/_mock/clock", "")["ahead"], 0.5)
	slow := d.upload("slow", []byte("s"))
	assert.InDelta(t, 7200, d.ok("POST", "/_mock/clock", `{"advance": "2h"}`)["ahead"], 0.5)
	assert.Equal(t, -1.0, d.ok("GET", "/_mock/files/"+slow, "")["state"])

	for path, v := range map[string]object{"outcomes": outcome, "faults": fault, "callback-faults": callback} {
		d.ok("DELETE", fmt.Sprintf("/_mock/%s/%.0f", path, v["id"]), "")
		status, _ = d.send("DELETE", fmt.Sprintf("/_mock/%s/%.0f", path, v["id"]), "")
		assert.Equal(t, http.StatusNotFound, status)
		d.ok("DELETE", "/_mock/"+path, "")
		assert.Empty(t, items(d.ok("GET", "/_mock/"+path, "")))
	}
	_, err = c.Containers().Get(t.Context(), srv.Config().ContainerID)
	require.NoError(t, err, "the fault is gone")
	d.ok("POST", "/_mock/reset", "")
	assert.Equal(t, 0.0, at(d.ok("GET", "/_mock/status", ""), "counts", "files"))
	for _, r := range control.Routes() {
		assert.True(t, d.seen[r[0]+" "+r[1]], "%s %s is not tested", r[0], r[1])
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	d := drive(t, mock.New(), nil)
	id := d.upload("a", []byte("a"))
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               []string
	}{
		{"GET", "/_mock/nothing", "", 404, []string{"openapi.json"}},
		{"GET", "/_mock/files/", "", 404, nil},
		{"PUT", "/_mock/tracks", "", 405, []string{"use GET or POST"}},
		{"POST", "/_mock/health", "", 405, []string{"use GET"}},
		{"GET", "/_mock/files/none", "", 404, []string{"does not exist"}},
		{"GET", "/_mock/files/" + id + "/report", "", 404, []string{"has no reports"}},
		{"POST", "/_mock/files/none/complete", "", 404, nil},
		{"POST", "/_mock/files/none/redeliver", "", 404, nil},
		{"GET", "/_mock/files?limit=0", "", 422, []string{`"limit"`, "from 1 to 1000"}},
		{"GET", "/_mock/files?offset=x", "", 422, []string{`"offset"`}},
		{"GET", "/_mock/files?state=ready", "", 422, []string{`"state"`}},
		{"GET", "/_mock/files?container=x", "", 422, []string{`"container"`}},
		{"GET", "/_mock/requests?after=-1", "", 422, []string{`"after"`}},
		{"GET", "/_mock/deliveries?limit=1001", "", 422, []string{`"limit"`}},
		{"GET", "/_mock/containers?limit=x", "", 422, nil},
		{"GET", "/_mock/tracks?limit=x", "", 422, nil},
		{"GET", "/_mock/faults?limit=x", "", 422, nil},
		{"GET", "/_mock/requests/x", "", 404, nil},
		{"GET", "/_mock/tracks/none/audio", "", 404, nil},
		{"POST", "/_mock/tracks", `{"tittle": "x"}`, 422, []string{`"tittle"`, `did you mean \"title\"?`}},
		{"POST", "/_mock/tracks", `{"file": "/etc/passwd"}`, 422, []string{`"file"`}},
		{"POST", "/_mock/outcomes", `{"state": "redy"}`, 422, []string{`"state"`, `did you mean \"ready\"?`}},
		{"POST", "/_mock/outcomes", `{"verdict": "high", "track": "none"}`, 422, []string{`"track"`, "there is no track"}},
		{"POST", "/_mock/outcomes", `{"matches": [{"track": "none"}]}`, 422, []string{`"matches[0].track"`}},
		{"POST", "/_mock/faults", `{}`, 422, []string{"it has no effect"}},
		{"POST", "/_mock/faults", `{`, 422, []string{"not an object"}},
		{"POST", "/_mock/callback-faults", `{"rate": 7}`, 422, []string{`"rate"`}},
		{"POST", "/_mock/clock", `{}`, 422, []string{`"advance"`}},
		{"POST", "/_mock/clock", `{"advance": "soon"}`, 422, []string{`"advance"`}},
		{"DELETE", "/_mock/faults/x", "", 404, nil},
		{"DELETE", "/_mock/faults/0", "", 404, nil},
	} {
		status, text := d.send(tt.method, tt.path, tt.body)
		assert.Equal(t, tt.status, status, "%s %s: %s", tt.method, tt.path, text)
		for _, want := range tt.want {
			assert.Contains(t, text, want, "%s %s", tt.method, tt.path)
		}
	}
	track := d.ok("POST", "/_mock/tracks", "{}")["acrid"].(string)
	status, text := d.send("GET", "/_mock/tracks/"+track+"/audio?from=x", "")
	assert.Equal(t, 422, status, text)
	status, _ = d.send("POST", "/_mock/tracks", "{}", "Content-Type", "text/plain")
	assert.Equal(t, http.StatusUnsupportedMediaType, status, "a form of a web page is none of these")
	status, _ = d.send("POST", "/_mock/tracks", `{"data_base64": "`+strings.Repeat("A", 97<<20)+`"}`)
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
}

// What is there at the start is there once, however many ask for it.
func TestResetsAtOnce(t *testing.T) {
	t.Parallel()
	s, err := scenario.Parse([]byte(`{"faults": [{"status": 503}]}`))
	require.NoError(t, err)
	srv := mock.New()
	defer srv.Close() //nolint:errcheck // it has nothing to write
	d := drive(t, srv, &control.Options{Scenario: s})
	var resets sync.WaitGroup
	for range 20 {
		resets.Go(func() {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8750/_mock/reset", nil)
			r.RemoteAddr = "127.0.0.1:50000"
			w := httptest.NewRecorder()
			d.h.ServeHTTP(w, r)
			assert.Equal(t, http.StatusNoContent, w.Code)
		})
	}
	resets.Wait()
	assert.Len(t, items(d.ok("GET", "/_mock/faults", "")), 1)
}

func TestWhoMayUseIt(t *testing.T) {
	t.Parallel()
	local := drive(t, mock.New(), nil)
	remote := drive(t, mock.New(), &control.Options{Remote: true, Hosts: []string{"Mock.Example.com", "mock"}})
	for _, tt := range []struct {
		name   string
		d      *driver
		method string
		header []string
		want   int
	}{
		{"this machine", local, "POST", nil, 204},
		{"this machine, by IPv6", local, "POST", []string{"Remote", "[::1]:1", "Host", "[::1]:8750"}, 204},
		{"another machine", local, "POST", []string{"Remote", "192.0.2.1:1"}, 403},
		{"another machine reads", local, "GET", []string{"Remote", "192.0.2.1:1"}, 403},
		{"a proxy on this machine", local, "POST", []string{"X-Forwarded-For", "192.0.2.1"}, 403},
		{"a tunnel on this machine", local, "GET", []string{"Forwarded", "for=192.0.2.1"}, 403},
		{"a proxy, where others may", remote, "POST", []string{"X-Forwarded-For", "192.0.2.1"}, 204},
		{"a peer without address", local, "POST", []string{"Remote", "@"}, 403},
		{"another machine that may", remote, "POST", []string{"Remote", "192.0.2.1:1"}, 204},
		{"a name that somebody owns", local, "POST", []string{"Host", "evil.example.com"}, 403},
		{"a name that somebody owns, reading", local, "GET", []string{"Host", "evil.example.com:8750"}, 403},
		{"such a name where others may", remote, "POST", []string{"Host", "evil.example.com"}, 403},
		{"a name that was given", remote, "POST", []string{"Host", "mock.example.com:8750"}, 204},
		{"localhost", local, "POST", []string{"Host", "localhost:8750"}, 204},
		{"a name below localhost", local, "POST", []string{"Host", "mock.LOCALHOST:8750"}, 204},
		{"a name without a dot", remote, "POST", []string{"Host", "printer:8750"}, 403},
		{"a service of compose that was given", remote, "POST", []string{"Host", "mock:8750"}, 204},
		{"a name by multicast", local, "POST", []string{"Host", "evil.local:8750"}, 403},
		{"a name of a router", local, "GET", []string{"Host", "evil.lan"}, 403},
		{"another name below internal", remote, "POST", []string{"Host", "evil.internal"}, 403},
		{"localhost within another name", local, "POST", []string{"Host", "localhost.evil.example"}, 403},
		{"host.containers.internal", remote, "POST", []string{"Host", "host.containers.internal:8750"}, 204},
		{"host.docker.internal", remote, "POST", []string{"Host", "host.docker.internal:8750"}, 204},
		{"no name", local, "POST", []string{"Host", ""}, 403},
		{"the dashboard", local, "POST", []string{"Origin", "http://127.0.0.1:8750", "Sec-Fetch-Site", "same-origin"}, 204},
		{"another page", local, "POST", []string{"Origin", "https://evil.example.com", "Sec-Fetch-Site", "cross-site"}, 403},
		{"another page of this machine", local, "POST", []string{"Origin", "http://127.0.0.1:9999", "Sec-Fetch-Site", "same-site"}, 403},
		{"a page of an old browser", local, "POST", []string{"Origin", "https://evil.example.com"}, 403},
		{"a page without origin", local, "POST", []string{"Origin", "null"}, 403},
		{"a link elsewhere", local, "GET", []string{"Sec-Fetch-Site", "cross-site"}, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := "/_mock/reset"
			if tt.method == "GET" {
				path = "/_mock/status"
			}
			d := &driver{t, tt.d.srv, tt.d.h, tt.d.d, map[string]bool{}}
			status, text := d.send(tt.method, path, "", tt.header...)
			assert.Equal(t, tt.want, status, text)
			status, _ = d.send("GET", "/_mock/health", "", tt.header...)
			assert.Equal(t, 200, status, "health is for anybody")
		})
	}
}

func TestResetBeginsAgain(t *testing.T) {
	t.Parallel()
	s, err := scenario.Parse([]byte(`{"tracks": [{"title": "Of the scenario"}], "files": [{"name": "x", "state": "failed"}], "faults": [{"op": "files.delete", "lose": true}], "callbacks": [{"copies": 1}]}`))
	require.NoError(t, err)
	d := drive(t, mock.New(), &control.Options{Scenario: s, Tracks: []mock.Track{{Title: "Of a folder"}}})
	begun := func() {
		t.Helper()
		for _, path := range []string{"outcomes", "faults", "callback-faults"} {
			assert.Len(t, items(d.ok("GET", "/_mock/"+path, "")), 1, path)
		}
		assert.Len(t, items(d.ok("GET", "/_mock/tracks", "")), 2)
		f, err := d.files().Scan(t.Context(), acrcloud.FromBytes("x", []byte("x")), nil)
		require.Error(t, err)
		assert.Equal(t, filescan.StateFailed, f.State)
	}
	begun()
	assert.Equal(t, "failed", at(items(d.ok("GET", "/_mock/outcomes", ""))[0], "what", "state"))
	d.ok("DELETE", "/_mock/outcomes", "")
	d.ok("POST", "/_mock/tracks", "{}")
	d.ok("POST", "/_mock/reset", "")
	begun()
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	_, err := control.New(nil, nil)
	require.ErrorContains(t, err, "mock.New")
	s, err := scenario.Parse([]byte(`{"files": [{}, {"verdict": "high", "track": "none"}]}`))
	require.NoError(t, err)
	_, err = control.New(mock.New(), &control.Options{Scenario: s})
	assert.ErrorContains(t, err, "files[1].track")
}

func TestThePageIsStrict(t *testing.T) {
	t.Parallel()
	h, err := control.New(mock.New(), nil)
	require.NoError(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/_mock/", http.NoBody)
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	policy := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "frame-ancestors 'none'", "form-action 'none'"} {
		assert.Contains(t, policy, want)
	}
	assert.NotContains(t, policy, "unsafe")
	page := w.Body.String()
	assert.NotContains(t, page, "http://")
	assert.NotContains(t, page, "https://")
	assert.NotContains(t, page, "innerHTML", "texts from outside are never taken for markup")
	assert.Equal(t, 1, strings.Count(page, "<script"))
}

func Example() {
	srv := mock.New()
	c, err := control.New(srv, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle(control.Path, c)
	mux.Handle("/", srv.Handler())
	web := httptest.NewServer(mux)
	defer web.Close()

	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, web.URL+"/_mock/outcomes", strings.NewReader(`{"name": "*.broken", "state": "failed"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := web.Client().Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(body), err)
	// Output:
	// 201 {"id":1,"what":{"name":"*.broken","state":"failed"}}
	//  <nil>
}
