package mock_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// fill makes one of everything that is kept, and returns the paths that show it.
func (w *wire) fill() (paths []string) {
	t := w.t
	t.Helper()
	post := func(path string, body any) map[string]any {
		r := w.send("POST", mainHost+path, body)
		require.Less(t, r.status, 300, "%s: %s", path, r.body)
		return r.json(t)
	}
	id := func(answer map[string]any) string {
		return fmt.Sprintf("%.0f", answer["data"].(map[string]any)["id"])
	}
	track := w.srv.AddTrack(mock.Track{Title: "Known by its bytes", Data: []byte("a whole song")})
	bucket := id(post("/api/buckets", map[string]any{"name": "own", "type": "File", "region": "eu-west-1", "labels": []string{"a"}}))
	live := id(post("/api/buckets", map[string]any{"name": "live", "type": "Live", "region": "eu-west-1"}))
	post("/api/buckets/"+live+"/channels", map[string]any{"title": "a stream", "url": "http://radio.example.com", "user_defined": map[string]any{"n": 1}})
	for _, path := range []string{"/files", "/dedup-files"} {
		body, contentType := form(t, "file", "own.wav", track.WAV(20*time.Second, 40*time.Second), "data_type", "audio", "title", "own", "id", "mine", "user_defined", `{"key":"value"}`)
		r := w.send("POST", mainHost+"/api/buckets/"+bucket+path, body, "Content-Type", contentType)
		require.Equal(t, 200, r.status, "%s", r.body)
	}
	container := w.container(map[string]any{"name": "kept", "buckets": []any{23, "own"}, "music_detection": true, "callback_url": "https://hooks.example.com/?key=s"})
	addRule(t, w.srv, mock.Rule{Name: "scripted", Outcome: mock.Outcome{Results: json.RawMessage(`{"speech":[{"text":"hello"}]}`), Detail: "d", Duration: time.Minute}})
	addRule(t, w.srv, mock.Rule{Name: "later", Processing: new(time.Hour), Callback: mock.CallbackFault{Copies: 2}, Matches: []mock.RuleMatch{{Track: track, Score: 55}}})
	for _, name := range []string{"a.wav", "scripted", "later", "deleted"} {
		body, contentType := form(t, "file", name, track.WAV(15*time.Second, 45*time.Second), "data_type", "audio")
		r := w.send("POST", regionHost+container+"/files", body, "Content-Type", contentType)
		require.Equal(t, 201, r.status, "%s", r.body)
		if name == "deleted" {
			w.send("DELETE", regionHost+container+"/files/"+r.data(t)["id"].(string), nil)
		}
	}
	w.send("PUT", mainHost+container, map[string]any{"engine": 4}) // what was scanned keeps its settings
	gone := w.container(map[string]any{"name": "gone"})
	w.upload(gone, []byte("x"))
	w.send("DELETE", mainHost+gone, nil)
	project := id(post("/api/base-projects", map[string]any{"name": "p", "region": "us-west-2", "type": "AVR", "buckets": []any{bucket}}))
	_, err := w.srv.AddProject(acrcloud.APSoutheast1)
	require.NoError(t, err)
	monitor := id(post("/api/bm-cs-projects", map[string]any{"name": "m", "region": "eu-west-1", "buckets": []any{23}}))
	stream := post("/api/bm-cs-projects/"+monitor+"/streams", map[string]any{"name": "s", "stream_urls": []string{"http://radio.example.com/s"}, "user_defined": map[string]any{"x": 1}})["data"].(map[string]any)["stream_id"].(string)
	at := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	require.NoError(t, w.srv.AddPlay(stream, mock.Play{Track: track, At: at, Played: 2 * time.Minute}))
	require.NoError(t, w.srv.SetStreamState(stream, "Mute"))
	post("/api/bm-cs-projects/"+monitor+"/streams/"+stream+"/user-reports", map[string]any{"data": []any{map[string]any{
		"title": "Spot", "start_timestamp": at.Format(time.DateTime), "end_timestamp": at.Add(time.Minute).Format(time.DateTime), "user_defined": map[string]any{"artist": "A"},
	}}})
	channels := id(post("/api/bm-bd-projects", map[string]any{"name": "d", "region": "eu-west-1", "buckets": []any{23}}))
	post("/api/bm-bd-projects/"+channels+"/channels", map[string]any{"channels": []int{77}})
	post("/api/bm-bd-projects/"+channels+"/channels/77/user-defined?custom_id=mine", nil)
	post("/api/bm-hist-projects", map[string]any{"name": "h", "region": "eu-west-1", "stations": []int{5}, "project_type": "radio"})
	unknown := id(post("/api/ucf-projects", map[string]any{"name": "u", "region": "eu-west-1", "config": map[string]any{"days": 4}}))
	post("/api/ucf-projects/"+unknown+"/streams", map[string]any{"bm_stream_ids": []string{stream}, "from": "BM-CUSTOM", "bm_project_id": json.Number(monitor)})
	n := 0
	_, err = fmt.Sscan(unknown, &n)
	require.NoError(t, err)
	result, err := w.srv.AddUnknownContent(n, mock.UnknownContent{Detections: []time.Time{at}, Length: time.Minute})
	require.NoError(t, err)
	post(fmt.Sprintf("/api/ucf-projects/%s/results/%d/pending", unknown, result), nil)
	day := at.Format("20060102")
	return []string{
		"/api/fs-containers", container + "/files?with_result=1", w.cid() + "/files?with_result=1", "/api/buckets", "/api/buckets/" + bucket + "/files", "/api/buckets/" + bucket + "/dedup-files",
		"/api/buckets/" + live + "/channels", "/api/base-projects", "/api/base-projects/" + project, "/api/bm-cs-projects", "/api/bm-cs-projects/" + monitor + "/streams",
		"/api/bm-cs-projects/" + monitor + "/streams/" + stream + "/results?date=" + day, "/api/bm-bd-projects", "/api/bm-bd-projects/" + channels + "/channels", "/api/bm-hist-projects",
		"/api/ucf-projects", "/api/ucf-projects/" + unknown + "/streams", "/api/ucf-projects/" + unknown + "/results",
	}
}

// show is what the server says.
func (w *wire) show(paths []string) map[string]string {
	w.t.Helper()
	shown := map[string]string{}
	for _, path := range paths {
		host := mainHost
		if strings.Contains(path, "/files") && strings.Contains(path, "fs-containers") {
			host = regionHost
		}
		r := w.send("GET", host+path, nil)
		require.Equal(w.t, 200, r.status, "%s: %s", path, r.body)
		shown[path] = string(r.body)
	}
	return shown
}

func assertShown(t *testing.T, want, got map[string]string) {
	t.Helper()
	for path := range want {
		assert.JSONEq(t, want[path], got[path], path)
	}
}

func statePath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "mock.state")
}

// copied is a state file as it is now, as if the program had been killed.
func copied(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	to := statePath(t)
	require.NoError(t, os.WriteFile(to, content, 0o600)) //nolint:gosec // a file of this test
	return to
}

func TestStateIsKept(t *testing.T) {
	t.Parallel()
	path := statePath(t)
	w := newWire(t, mock.WithStateFile(path), mock.WithCallbackTransport(refusing{}), mock.WithSeed(3))
	require.NoError(t, w.srv.Err())
	paths := w.fill()
	want := w.show(paths)
	assert.Contains(t, want["/api/fs-containers"], "kept")
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	killed := copied(t, path)
	again := newWire(t, mock.WithStateFile(killed), mock.WithCallbackTransport(refusing{}), mock.WithSeed(3))
	require.NoError(t, again.srv.Err())
	assert.Equal(t, w.token, again.token, "credentials are the same")
	assertShown(t, want, again.show(paths))
	id := again.upload(again.cid(), []byte("new"))
	assert.NotContains(t, fmt.Sprint(want), id, "it invents other ids than before")
	assert.Len(t, again.results(again.cid(), []byte("a whole song"))["results"].(map[string]any)["music"], 1, "tracks are known by their bytes")
	before := len(again.srv.Tracks())
	again.srv.AddTrack(mock.Track{Title: "Known by its bytes", Data: []byte("a whole song")})
	assert.Len(t, again.srv.Tracks(), before, "who adds it at each start adds it once")

	require.NoError(t, w.srv.Close())
	closed := newWire(t, mock.WithStateFile(path), mock.WithCallbackTransport(refusing{}))
	require.NoError(t, closed.srv.Err())
	assertShown(t, want, closed.show(paths))
}

func TestStateGoesOn(t *testing.T) {
	t.Parallel()
	path := statePath(t)
	w := newWire(t, mock.WithStateFile(path), mock.WithProcessingTime(time.Hour), mock.WithCallbackTransport(refusing{}))
	w.send("PUT", mainHost+w.cid(), map[string]any{"callback_url": "https://hooks.example.com/"})
	track := w.srv.AddTrack(mock.Track{})
	addRule(t, w.srv, mock.Rule{Processing: new(2 * time.Second), Callback: mock.CallbackFault{Copies: 1}, Matches: []mock.RuleMatch{{Track: track, Score: 55}}})
	r := w.send("GET", regionHost+w.cid()+"/presigned-upload?filename=stored.mp3", nil)
	key, url := r.data(t)["key"], r.data(t)["presigned_url"].(string)
	require.Equal(t, 200, w.send("PUT", url, "content", "Content-Type", "audio/mpeg").status)
	id := w.upload(w.cid(), []byte("x"))

	receiver := &receiver{}
	again := newWire(t, mock.WithStateFile(copied(t, path)), mock.WithCallbackTransport(mock.HandlerTransport(receiver)))
	require.NoError(t, again.srv.Err())
	require.Eventually(t, func() bool { return receiver.count() == 2 }, 10*time.Second, time.Millisecond, "what was in process ends by its rule, and is posted")
	assert.Contains(t, receiver.bodies[0], id)
	assert.Contains(t, receiver.bodies[0], `"score":55`)
	require.NoError(t, w.srv.Complete(id))
	want := w.send("GET", regionHost+w.cid()+"/files/"+id, nil).rows(t)[0]["results"]
	assert.Equal(t, want, again.send("GET", regionHost+again.cid()+"/files/"+id, nil).rows(t)[0]["results"], "the same as without a stop")
	r = again.send("POST", regionHost+again.cid()+"/files", map[string]any{"data_type": "audio", "key": key, "filename": "stored.mp3"})
	assert.Equal(t, 201, r.status, "stored content is there: %s", r.body)
}

func TestStateOfHalfALine(t *testing.T) {
	t.Parallel()
	path := statePath(t)
	w := newWire(t, mock.WithStateFile(path))
	first, second := w.upload(w.cid(), []byte("a")), w.upload(w.cid(), []byte("b"))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	half := statePath(t)
	require.NoError(t, os.WriteFile(half, content[:len(content)-10], 0o600)) //nolint:gosec // a file of this test
	again := newWire(t, mock.WithStateFile(half))
	require.NoError(t, again.srv.Err(), "a line that was not written whole was never promised")
	assert.Equal(t, 200, again.send("GET", regionHost+again.cid()+"/files/"+first, nil).status)
	assert.Equal(t, 404, again.send("GET", regionHost+again.cid()+"/files/"+second, nil).status)
}

func TestStateRefusals(t *testing.T) {
	t.Parallel()
	good := statePath(t)
	w := newWire(t, mock.WithStateFile(good))
	w.upload(w.cid(), []byte("a"))
	whole, err := os.ReadFile(good)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(whole), "\n")
	for name, tt := range map[string]struct{ content, want string }{
		"another version":   {strings.Replace(string(whole), `"acrcloud_mock_state":1`, `"acrcloud_mock_state":2`, 1), "version 2"},
		"something else":    {`{"name": "value"}` + "\n", "not the state of a mock"},
		"no JSON":           {"hello\n", "line 1"},
		"empty":             {"", "it is incomplete"},
		"a broken line":     {lines[0] + "{broken}\n" + strings.Join(lines[1:], ""), "line 2"},
		"a broken hash":     {lines[0] + `{"file":{"ID":"x","Container":` + strings.TrimPrefix(w.cid(), "/api/fs-containers/") + `,"Content":{"Hash":"zz"}}}` + "\n", "invalid byte"},
		"half of line one":  {lines[0][:100], "it is incomplete"},
		"another container": {string(whole), "ready-made container"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := statePath(t)
			require.NoError(t, os.WriteFile(path, []byte(tt.content), 0o600))
			opts := []mock.Option{mock.WithStateFile(path)}
			if name == "another container" {
				opts = append(opts, mock.WithContainerID(4))
			}
			srv := mock.New(opts...)
			require.ErrorContains(t, srv.Err(), tt.want)
			assert.ErrorContains(t, srv.Err(), path)
			require.NoError(t, srv.Close())
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, tt.content, string(after), "it is left as it is")
		})
	}
	assert.ErrorContains(t, mock.New(mock.WithStateFile("")).Err(), "path is empty")
	require.Error(t, mock.New(mock.WithStateFile(filepath.Join(good, "in a file"))).Err())
	assert.ErrorContains(t, mock.New(mock.WithStateFile(good)).Err(), "another server uses it")
}

func TestStateOfGivenCredentials(t *testing.T) {
	t.Parallel()
	path := statePath(t)
	require.NoError(t, mock.New(mock.WithStateFile(path), mock.WithContainerID(7)).Close())
	w := newWire(t, mock.WithStateFile(path), mock.WithContainerID(7), mock.WithToken(acrcloud.NewSecret("mine")), mock.WithProject(acrcloud.NewSecret("k"), acrcloud.NewSecret("s")))
	assert.Equal(t, "mine", w.token)
	assert.Equal(t, "k", w.srv.Config().IdentifyAccessKey.Reveal())
	assert.Equal(t, 200, w.send("GET", mainHost+"/api/fs-containers/7", nil).status)
}

func TestStateIsWrittenAnew(t *testing.T) {
	t.Parallel()
	path := statePath(t)
	w := newWire(t, mock.WithStateFile(path))
	size := func() int64 {
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info.Size()
	}
	name := strings.Repeat("n", 100_000)
	largest := int64(0)
	for range 60 {
		require.Equal(t, 200, w.send("PUT", mainHost+w.cid(), map[string]any{"name": name}).status)
		largest = max(largest, size())
	}
	assert.Less(t, largest, int64(6<<20))
	assert.Less(t, size(), largest, "what is out of date does not stay")
	again := newWire(t, mock.WithStateFile(copied(t, path)))
	assert.Equal(t, name, again.send("GET", mainHost+again.cid(), nil).data(t)["name"])
}

func TestStateThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/full"); err != nil {
		path := statePath(t)
		assert.NoError(t, mock.New(mock.WithStateFile(path)).Close())
		return // there is no device that is full
	}
	srv := mock.New(mock.WithStateFile(statePath(t)))
	w := &wire{t: t, srv: srv, token: srv.Config().BearerToken.Reveal(), http: srv.HTTPClient()}
	empty := srv.FillState(t)
	create := func() reply {
		body, contentType := form(t, "file", "a.wav", []byte("a"), "data_type", "audio")
		return w.send("POST", regionHost+w.cid()+"/files", body, "Content-Type", contentType)
	}
	r := create()
	assert.Equal(t, 500, r.status, "nobody is told that it is kept")
	assert.Regexp(t, `state file .* cannot be written`, string(r.body))
	empty()
	assert.Equal(t, 500, create().status, "there may be half a line in it, after which nothing would be read")
	assert.ErrorContains(t, srv.Close(), "cannot be written")
}

// What methods have changed is kept with the next response at the latest, and good for the server that goes on.
func TestStateOfMethods(t *testing.T) {
	t.Parallel()
	path := statePath(t)
	w := newWire(t, mock.WithStateFile(path))
	code := func(w *wire, cfg acrcloud.Config) int {
		body, contentType := parts(t, identifyFields(cfg, "audio", "1"), "sample", "")
		return identification(t, w.http, "https://"+cfg.IdentifyHost+"/v1/identify", contentType, body).Status.Code
	}
	project, err := w.srv.AddProject(acrcloud.USWest2)
	require.NoError(t, err)
	issued, revoked := w.srv.IssueToken(mock.Token{}), w.srv.IssueToken(mock.Token{})
	w.srv.RevokeToken(revoked)
	with := func(w *wire, token acrcloud.Secret) int {
		return w.send("GET", mainHost+"/api/buckets", nil, "Authorization", "Bearer "+token.Reveal()).status
	}
	require.Equal(t, 2004, code(w, project))
	again := newWire(t, mock.WithStateFile(copied(t, path)))
	assert.Equal(t, []int{2004, 200, 403}, []int{code(again, project), with(again, issued), with(again, revoked)})

	w.srv.SetSuspended(true)
	require.Equal(t, 403, with(w, issued))
	again = newWire(t, mock.WithStateFile(copied(t, path)))
	assert.Equal(t, 403, with(again, issued))
	assert.Equal(t, 3013, code(again, project))
}

// A request writes what it has changed, and not all that there is.
func TestStateGrowsByWhatChanges(t *testing.T) {
	t.Parallel()
	path := statePath(t)
	w := newWire(t, mock.WithStateFile(path))
	size := func() int64 {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, info.Size(), w.srv.StateSize())
		return info.Size()
	}
	require.Equal(t, 200, w.send("PUT", mainHost+w.cid(), map[string]any{"name": strings.Repeat("n", 100_000)}).status)
	before := size()
	target := w.send("GET", regionHost+w.cid()+"/presigned-upload?filename=a.mp3", nil).data(t)
	id := w.upload(w.cid(), []byte("a"))
	for _, r := range []reply{
		w.send("PUT", target["presigned_url"].(string), "x", headersOf(target)...),
		w.send("PUT", regionHost+w.cid()+"/files/"+id+"/rescan", nil),
		w.send("HEAD", mainHost+w.cid(), nil),
		w.send("GET", mainHost+w.cid(), nil),
		w.send("DELETE", regionHost+w.cid()+"/files/"+id, nil),
		w.send("POST", mainHost+"/nowhere", nil),
	} {
		assert.NotEqual(t, 500, r.status)
	}
	body, contentType := parts(t, identifyFields(w.srv.Config(), "audio", "1"), "sample", "")
	require.Equal(t, 2004, identification(t, w.http, identifyURL, contentType, body).Status.Code)
	assert.Less(t, size()-before, int64(10_000))
	require.Equal(t, 200, w.send("PUT", mainHost+w.cid(), map[string]any{"engine": 2}).status)
	assert.Greater(t, size()-before, int64(100_000))
}
