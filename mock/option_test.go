package mock_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func secret(text string) acrcloud.Secret { return acrcloud.NewSecret(text) }

// An option that makes no sense fails the server in every way in which it is used, with a text that says what to do.
func TestOptionsThatFail(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		opts []mock.Option
		says []string
	}{
		"processing time":    {[]mock.Option{mock.WithProcessingTime(-1)}, []string{"WithProcessingTime", "negative", "use"}},
		"lag":                {[]mock.Option{mock.WithListLag(-time.Second)}, []string{"WithListLag", "-1s", "use"}},
		"empty token":        {[]mock.Option{mock.WithToken(secret(" "))}, []string{"WithToken", "empty"}},
		"token with a blank": {[]mock.Option{mock.WithToken(secret("very secret"))}, []string{"WithToken", "white space"}},
		"project":            {[]mock.Option{mock.WithProject(secret(""), secret("a\x00b"))}, []string{"access key is empty", "access secret has"}},
		"container":          {[]mock.Option{mock.WithContainerID(0)}, []string{"WithContainerID", "0 is not an id"}},
		"state":              {[]mock.Option{mock.WithUnreadableState(-1)}, []string{"WithUnreadableState", "use -2 or -3"}},
		"origin":             {[]mock.Option{mock.WithCORS("http://localhost:1/")}, []string{"WithCORS", "http://localhost:1/"}},
		"origin of nothing":  {[]mock.Option{mock.WithCORS("*", "localhost")}, []string{"WithCORS", "localhost"}},
		"two":                {[]mock.Option{mock.WithListLag(-1), mock.WithContainerID(-7)}, []string{"WithListLag", "WithContainerID"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, tt.opts...)
			_, started := w.srv.Start()
			r := w.send("GET", mainHost+w.cid(), nil)
			assert.Equal(t, 500, r.status)
			said, _ := r.json(t)["message"].(string)
			for _, text := range []string{w.srv.Err().Error(), started.Error(), said} {
				for _, want := range tt.says {
					assert.Contains(t, text, want)
				}
				assert.NotContains(t, text, "very secret")
			}
			body, contentType := parts(t, identifyFields(w.srv.Config(), "audio", "1"), "sample", "x")
			assert.Equal(t, 500, w.send("POST", identifyURL, body, "Content-Type", contentType).status)
		})
	}
	fine := mock.New(nil, mock.WithListLag(0), mock.WithCORS(), mock.WithCallbackTransport(nil))
	require.NoError(t, fine.Err())
}

// Of an option that is given twice, the last one counts, whatever the option.
func TestRepeatedOptions(t *testing.T) {
	t.Parallel()
	var called []string
	through := func(name string) http.RoundTripper {
		return transportFunc(func(*http.Request) (*http.Response, error) {
			called = append(called, name)
			return nil, errors.New("refused")
		})
	}
	srv := mock.New(
		mock.WithSeed(1), mock.WithSeed(2), mock.WithToken(secret("first")), mock.WithToken(secret("second")),
		mock.WithProject(secret("k1"), secret("s1")), mock.WithProject(secret("k2"), secret("s2")), mock.WithContainerID(1), mock.WithContainerID(2),
		mock.WithCallbackTransport(through("first")), mock.WithCallbackTransport(through("second")),
	)
	cfg := srv.Config()
	assert.Equal(t, "second", cfg.BearerToken.Reveal())
	assert.Equal(t, "k2", cfg.IdentifyAccessKey.Reveal())
	assert.Equal(t, "s2", cfg.IdentifyAccessSecret.Reveal())
	assert.Equal(t, 2, cfg.ContainerID)
	assert.Equal(t, mock.New(mock.WithSeed(2)).AddTrack(mock.Track{}), srv.AddTrack(mock.Track{}))
	require.Error(t, srv.PostMonitoring("https://hooks.test/", mock.MonitoringCallback{}))
	assert.Equal(t, []string{"second"}, called)
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Credentials of one's own are accepted, the same after every start, and leave everything else as the seed makes it.
func TestCredentialsOfOnesOwn(t *testing.T) {
	t.Parallel()
	for range 2 {
		w := newWire(t, mock.WithSeed(5), mock.WithToken(secret("my-token")), mock.WithProject(secret("my-key"), secret("my-secret")), mock.WithContainerID(42))
		require.NoError(t, w.srv.Err())
		assert.Equal(t, 200, w.send("GET", mainHost+"/api/fs-containers/42", nil, "Authorization", "Bearer my-token").status)
		assert.Equal(t, 403, w.send("GET", mainHost+"/api/fs-containers/42", nil, "Authorization", "Bearer other").status)
		cfg := acrcloud.Config{IdentifyAccessKey: secret("my-key"), IdentifyAccessSecret: secret("my-secret")}
		body, contentType := parts(t, identifyFields(cfg, "fingerprint", "1"), "sample", "x")
		assert.Equal(t, 1001, identification(t, w.srv.HTTPClient(), identifyURL, contentType, body).Status.Code)
		assert.Equal(t, mock.New(mock.WithSeed(5)).AddTrack(mock.Track{}), w.srv.AddTrack(mock.Track{}))
		second, err := w.srv.AddProject(acrcloud.EUWest1)
		require.NoError(t, err)
		assert.NotEqual(t, "my-key", second.IdentifyAccessKey.Reveal())
	}
}

// The zero Server is one without options, whichever method comes first.
func TestZeroServer(t *testing.T) {
	t.Parallel()
	uses := map[string]func(*mock.Server) error{
		"Start":      func(s *mock.Server) error { _, err := s.Start(); return err },
		"Close":      (*mock.Server).Close,
		"Err":        (*mock.Server).Err,
		"HTTPClient": func(s *mock.Server) error { s.HTTPClient().CloseIdleConnections(); return nil },
		"Handler": func(s *mock.Server) error {
			s.Handler().ServeHTTP(httptest.NewRecorder(), requestOf(t, "x", "GET", "/", nil))
			return nil
		},
		"Config":         func(s *mock.Server) error { _, err := json.Marshal(s.Config().ContainerID); return err },
		"Options":        func(s *mock.Server) error { s.Options(); return nil },
		"AddTrack":       func(s *mock.Server) error { s.AddTrack(mock.Track{}); return nil },
		"OnScan":         func(s *mock.Server) error { s.OnScan(nil); return nil },
		"OnIdentify":     func(s *mock.Server) error { s.OnIdentify(nil); return nil },
		"Complete":       func(s *mock.Server) error { return mustFail(s.Complete("x")) },
		"Redeliver":      func(s *mock.Server) error { return mustFail(s.Redeliver("x")) },
		"RegionURL":      func(s *mock.Server) error { _, err := s.RegionURL("x"); return mustFail(err) },
		"Inject":         func(s *mock.Server) error { s.Inject(mock.Fault{})(); return nil },
		"InjectCallback": func(s *mock.Server) error { s.InjectCallback(mock.CallbackFault{})(); return nil },
		"Requests":       func(s *mock.Server) error { s.Requests(); return nil },
		"Deliveries":     func(s *mock.Server) error { s.Deliveries(); return nil },
		"IssueToken":     func(s *mock.Server) error { s.IssueToken(mock.Token{}); return nil },
		"RevokeToken":    func(s *mock.Server) error { s.RevokeToken(acrcloud.Secret{}); return nil },
		"SetSuspended":   func(s *mock.Server) error { s.SetSuspended(false); return nil },
		"AddProject":     func(s *mock.Server) error { _, err := s.AddProject(acrcloud.EUWest1); return err },
		"PostMonitoring": func(s *mock.Server) error { return mustFail(s.PostMonitoring("://", mock.MonitoringCallback{})) },
	}
	for name, use := range uses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var srv mock.Server
			require.NoError(t, use(&srv))
			if name != "Start" && name != "Close" {
				w := &wire{t: t, srv: &srv, token: srv.Config().BearerToken.Reveal(), http: srv.HTTPClient()}
				assert.Equal(t, 200, w.send("GET", mainHost+w.cid(), nil).status)
			}
			require.NoError(t, srv.Close())
		})
	}
}

func mustFail(err error) error {
	if err == nil {
		return errors.New("no error")
	}
	return nil
}

// What a program hands over may panic, also where nobody can catch it, and values may be no values; the server goes on.
func TestNothingPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, mock.WithCallbackTransport(transportFunc(func(*http.Request) (*http.Response, error) { panic("out of ideas") })))
		require.Equal(t, 200, w.send("PUT", mainHost+w.cid(), `{"callback_url":"https://hooks.test/?key=very-secret"}`).status)
		w.upload(w.cid(), []byte("x"))
		synctest.Wait()
		require.Len(t, w.srv.Deliveries(), 1)
		err := w.srv.Deliveries()[0].Err
		require.ErrorContains(t, err, "out of ideas")
		assert.NotContains(t, err.Error(), "very-secret")

		for _, status := range []int{-1, 99, 100, 199, 1000} {
			remove := w.srv.Inject(mock.Fault{Status: status})
			assert.Equal(t, 500, w.send("GET", mainHost+w.cid(), nil).status, status)
			remove()
		}
		w.srv.OnScan(func(mock.Upload) mock.Outcome { return mock.Outcome{Results: json.RawMessage(`{broken`)} })
		file := w.results(w.cid(), []byte("x"))
		assert.Equal(t, -3.0, file["state"])
		assert.Contains(t, file["detail"], "not JSON")
		assert.Len(t, mock.Track{Duration: 1<<63 - 1}.WAV(time.Hour, 1<<63-1), 44+2*8000*(4095-3600))
		assert.Len(t, mock.Track{}.Audio(), 44)
		body, _ := mock.Callback{}.Body()
		assert.True(t, json.Valid(body))
		body, _ = mock.MonitoringCallback{}.Body()
		assert.True(t, json.Valid(body))
		_, err = mock.MonitoringCallback{}.Request(t.Context(), "://very-secret")
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "very-secret")
	})
}

// What a browser asks before it lets a page use the server, and what it wants to see then.
func TestCORS(t *testing.T) {
	t.Parallel()
	const page, other = "http://localhost:5173", "https://other.test"
	for name, tt := range map[string]struct {
		opts    []mock.Option
		origin  string
		allowed bool
	}{
		"without the option": {nil, page, false},
		"any":                {[]mock.Option{mock.WithCORS()}, page, true},
		"a star":             {[]mock.Option{mock.WithCORS("*")}, other, true},
		"one of two":         {[]mock.Option{mock.WithCORS("https://b.test", page)}, page, true},
		"another":            {[]mock.Option{mock.WithCORS(page)}, other, false},
		"no page":            {[]mock.Option{mock.WithCORS()}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, tt.opts...)
			ask := []string{"Authorization", "-", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type"}
			if tt.origin != "" {
				ask = append(ask, "Origin", tt.origin)
			}
			before := w.send("OPTIONS", regionHost+w.cid()+"/files", nil, ask...)
			got := w.send("GET", regionHost+w.cid()+"/files", nil, append([]string{"X-Y", "z"}, ask[6:]...)...)
			assert.Equal(t, 200, got.status)
			refused := w.send("GET", regionHost+w.cid()+"/files", nil, append([]string{"Authorization", "-"}, ask[6:]...)...)
			assert.Equal(t, 401, refused.status)
			if !tt.allowed {
				assert.Equal(t, 405, before.status)
				for _, r := range []reply{before, got, refused} {
					assert.Empty(t, r.header.Get("Access-Control-Allow-Origin"))
				}
				return
			}
			assert.Equal(t, 204, before.status)
			assert.Contains(t, before.header.Get("Access-Control-Allow-Methods"), "DELETE")
			assert.Equal(t, "authorization,content-type", before.header.Get("Access-Control-Allow-Headers"))
			for _, r := range []reply{before, got, refused} {
				assert.Equal(t, tt.origin, r.header.Get("Access-Control-Allow-Origin"))
				assert.Equal(t, "Origin", r.header.Get("Vary"))
			}
			assert.Contains(t, got.header.Get("Access-Control-Expose-Headers"), "Retry-After")
		})
	}
}

// With an address for each region, each is strict about what belongs to it.
func TestRegionAddresses(t *testing.T) {
	t.Parallel()
	w := newWire(t, mock.WithRegionAddresses())
	_, err := w.srv.RegionURL(acrcloud.EUWest1)
	require.ErrorContains(t, err, "Start")
	base, err := w.srv.Start()
	require.NoError(t, err)
	transport := &http.Transport{DisableKeepAlives: true}
	w.http = &http.Client{Transport: transport}
	europe, err := w.srv.RegionURL(acrcloud.EUWest1)
	require.NoError(t, err)
	america, err := w.srv.RegionURL(acrcloud.USWest2)
	require.NoError(t, err)
	_, err = w.srv.RegionURL("mars")
	require.ErrorContains(t, err, "us-west-2")
	assert.NotEqual(t, base, europe)
	assert.NotEqual(t, america, europe)

	c := w.cid()
	assert.Equal(t, 200, w.send("GET", europe+c+"/files", nil).status)
	wrong := w.send("GET", america+c+"/files", nil)
	assert.Equal(t, 400, wrong.status)
	assert.Contains(t, string(wrong.body), "Invalid Container")
	assert.Equal(t, 200, w.send("GET", base+c+"/files", nil).status, "an old way")
	assert.Equal(t, 404, w.send("POST", europe+"/api/fs-containers", `{}`).status)
	assert.Equal(t, 422, w.send("POST", base+"/api/fs-containers", `{}`).status)
	target := w.send("GET", europe+c+"/presigned-upload?filename=a.mp3", nil).data(t)
	require.True(t, strings.HasPrefix(target["presigned_url"].(string), europe+"/storage/"))
	assert.Equal(t, 200, w.send("PUT", target["presigned_url"].(string), "x", headersOf(target)...).status)

	cfg := w.srv.Config()
	assert.Equal(t, europe, cfg.IdentifyHost)
	second, err := w.srv.AddProject(acrcloud.USWest2)
	require.NoError(t, err)
	assert.Equal(t, america, second.IdentifyHost)
	for _, tt := range []struct {
		address string
		cfg     acrcloud.Config
		code    int
	}{{europe, cfg, 1001}, {america, second, 1001}, {america, cfg, 3001}, {europe, second, 3001}} {
		body, contentType := parts(t, identifyFields(tt.cfg, "fingerprint", "1"), "sample", "x")
		assert.Equal(t, tt.code, identification(t, w.http, tt.address+"/v1/identify", contentType, body).Status.Code)
	}
	assert.Equal(t, 404, w.send("POST", base+"/v1/identify", "x").status)
}

// The log and the list of callbacks read well as JSON, and hold no secret.
func TestJSONOfTheLogs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, mock.WithCallbackTransport(mock.HandlerTransport(&receiver{status: 202})))
		w.send("GET", mainHost+w.cid()+"?token=very-secret&x=1&y=eyJhbGciOi&access_key=", nil, "Cookie", "session=very-secret", "X-Request-Id", "7")
		w.send("GET", mainHost+w.cid(), nil, "Authorization", w.token)
		text, err := json.Marshal(w.srv.Requests())
		require.NoError(t, err)
		for _, secret := range []string{"very-secret", "eyJ", w.token} {
			assert.NotContains(t, string(text), secret)
		}
		var log []map[string]any
		require.NoError(t, json.Unmarshal(text, &log))
		require.Len(t, log, 2)
		assert.Equal(t, "containers.get", log[0]["op"])
		assert.Equal(t, "GET", log[0]["method"])
		assert.Equal(t, "api-v2.acrcloud.com", log[0]["host"])
		assert.Equal(t, w.cid(), log[0]["path"])
		assert.Equal(t, "token=[redacted]&x=1&y=[redacted]&access_key=", log[0]["query"])
		assert.Equal(t, 200.0, log[0]["status"])
		assert.Equal(t, "Bearer", log[0]["authorization"])
		assert.Equal(t, "[redacted]", log[1]["authorization"])
		assert.Equal(t, []any{"7"}, log[0]["header"].(map[string]any)["X-Request-Id"])

		require.Equal(t, 200, w.send("PUT", mainHost+w.cid(), `{"callback_url":"https://hooks.test/?key=very-secret"}`).status)
		id := w.upload(w.cid(), []byte("x"))
		synctest.Wait()
		require.NoError(t, w.srv.PostMonitoring("https://hooks.test/", mock.MonitoringCallback{StreamID: "s-1", Data: json.RawMessage(`"a & b"`)}))
		text, err = json.Marshal(w.srv.Deliveries())
		require.NoError(t, err)
		assert.NotContains(t, string(text), "very-secret")
		var sent []map[string]any
		require.NoError(t, json.Unmarshal(text, &sent))
		require.Len(t, sent, 2)
		assert.Equal(t, id, sent[0]["file_id"])
		assert.Equal(t, 202.0, sent[0]["status"])
		assert.Contains(t, sent[0]["body"], `"file_id":"`+id)
		assert.NotContains(t, sent[0], "error")
		assert.Equal(t, "s-1", sent[1]["stream_id"])
		assert.Equal(t, `{"stream_id":"s-1","stream_url":"","status":1,"data":"a & b"}`, sent[1]["body"])

		text, err = json.Marshal(mock.Delivery{Err: io.ErrUnexpectedEOF, Body: []byte{0xff, 0}})
		require.NoError(t, err)
		assert.JSONEq(t, `{"time":"0001-01-01T00:00:00Z","status":0,"error":"unexpected EOF","body_base64":"/wA="}`, string(text))
	})
}

// The two kinds of monitoring write the same with and without lists; forms have JSON in a text; and what the console sends when a URL is saved.
func TestMonitoringCallback(t *testing.T) {
	t.Parallel()
	track := mock.New(mock.WithSeed(1)).AddTrack(mock.Track{Title: "Silver River", Duration: 3 * time.Minute})
	at := time.Date(2026, 5, 4, 3, 2, 1, 0, time.FixedZone("", 3600))
	c := mock.MonitoringCallback{StreamID: "s-1", StreamURL: "http://radio.test/a?b&c", StreamName: "Radio", Track: track, At: at, Played: 191 * time.Second}
	decode := func(c mock.MonitoringCallback) map[string]any {
		body, contentType := c.Body()
		assert.Equal(t, "application/json", contentType)
		var v map[string]any
		require.NoError(t, json.Unmarshal(body, &v))
		return v
	}
	metadata := func(v map[string]any) map[string]any { return v["data"].(map[string]any)["metadata"].(map[string]any) }
	item := func(v map[string]any) map[string]any { return metadata(v)["music"].([]any)[0].(map[string]any) }

	got := decode(c)
	assert.Equal(t, "s-1", got["stream_id"])
	assert.Equal(t, "Radio", got["stream_name"])
	assert.Equal(t, 1.0, got["status"])
	assert.Equal(t, "2026-05-04 02:02:01", metadata(got)["timestamp_utc"])
	assert.Equal(t, "20260504020201", metadata(got)["record_timestamp"])
	assert.Equal(t, 191.0, metadata(got)["played_duration"])
	assert.Equal(t, "Silver River", item(got)["title"])
	assert.Equal(t, track.ISRC, item(got)["external_ids"].(map[string]any)["isrc"])
	assert.Equal(t, 10_000.0, item(got)["db_end_time_offset_ms"])

	c.Database = true
	got = decode(c)
	assert.Equal(t, []any{track.ISRC}, item(got)["external_ids"].(map[string]any)["isrc"])
	assert.IsType(t, []any{}, item(got)["external_metadata"].(map[string]any)["spotify"])

	none := decode(mock.MonitoringCallback{StreamID: "s-1"})
	assert.Equal(t, 0.0, none["status"])
	assert.Equal(t, map[string]any{"status": map[string]any{"code": 1001.0, "msg": "No result", "version": "1.0"}}, none["data"])
	assert.NotContains(t, none, "stream_name")

	saved := decode(mock.MonitoringCallback{StreamID: "s-1", Test: true, Data: json.RawMessage("1")})
	assert.Equal(t, "test_stream_id", saved["stream_id"])
	assert.Equal(t, "test_acrid", item(saved)["acrid"])
	assert.Contains(t, metadata(saved)["timestamp_utc"], "2100-")

	c.Form = true
	req, err := c.Request(t.Context(), "https://hooks.test/")
	require.NoError(t, err)
	assert.Equal(t, "application/x-www-form-urlencoded", req.Header.Get("Content-Type"))
	require.NoError(t, req.ParseForm())
	assert.Equal(t, c.StreamURL, req.PostForm.Get("stream_url"))
	assert.Equal(t, "1", req.PostForm.Get("status"))
	assert.Equal(t, "Radio", req.PostForm.Get("stream_name"))
	assert.JSONEq(t, fmt.Sprintf("%q", "delay"), string(mustJSON(t, json.RawMessage(req.PostForm.Get("data")), "metadata", "type")))
}

// mustJSON is a member of JSON, by its path.
func mustJSON(t *testing.T, text json.RawMessage, path ...string) json.RawMessage {
	t.Helper()
	for _, name := range path {
		var v map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(text, &v))
		text = v[name]
	}
	return text
}
