package mock_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

func TestInventory(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	other := w.container(map[string]any{"name": "other", "callback_url": "https://hooks.example.com/"})
	track := w.srv.AddTrack(mock.Track{})
	var ids []string
	for i := range 5 {
		container := w.cid()
		if i%2 == 1 {
			container = other
		}
		ids = append(ids, w.upload(container, track.WAV(0, time.Duration(i)*3*time.Second)))
	}
	list := w.srv.Containers()
	require.Len(t, list, 2)
	assert.Equal(t, []int{3, 2}, []int{list[0].Files, list[1].Files})
	assert.Equal(t, map[int]int{-1: 1, 1: 2}, list[0].States)
	assert.True(t, list[1].HasCallback)

	names := func(q mock.FileQuery) (got []string, total int) {
		files, total := w.srv.Files(q)
		for _, f := range files {
			got = append(got, f.ID)
		}
		return got, total
	}
	got, total := names(mock.FileQuery{})
	assert.Equal(t, []string{ids[4], ids[3], ids[2], ids[1], ids[0]}, got, "the newest first, of all containers")
	assert.Equal(t, 5, total)
	got, total = names(mock.FileQuery{Offset: 1, Limit: 2})
	assert.Equal(t, []string{ids[3], ids[2]}, got)
	assert.Equal(t, 5, total)
	got, _ = names(mock.FileQuery{ContainerID: list[1].ID, State: new(1)})
	assert.Equal(t, []string{ids[3], ids[1]}, got)
	got, total = names(mock.FileQuery{Search: "nothing has this"})
	assert.Empty(t, got)
	assert.Zero(t, total)
	got, _ = names(mock.FileQuery{Offset: 99})
	assert.Empty(t, got)

	files, _ := w.srv.Files(mock.FileQuery{Limit: 1})
	text, err := json.Marshal(files[0])
	require.NoError(t, err)
	assert.Contains(t, string(text), `"duration":12`)
	shown, err := w.srv.FileJSON(ids[4])
	require.NoError(t, err)
	assert.Contains(t, string(shown), `"music"`)
	_, err = w.srv.FileJSON("none")
	assert.ErrorContains(t, err, `"none"`)
}

func TestReset(t *testing.T) {
	t.Parallel()
	path := statePath(t)
	w := newWire(t, mock.WithStateFile(path), mock.WithSeed(1))
	fresh := w.send("GET", mainHost+w.cid(), nil).data(t)
	paths := w.fill()
	w.send("PUT", mainHost+w.cid(), map[string]any{"name": "renamed"})
	w.upload(w.cid(), []byte("x"))
	w.srv.OnScan(func(mock.Upload) mock.Outcome { return mock.Outcome{State: new(-3)} })
	w.srv.Inject(mock.Fault{Op: mock.OpGetContainer, Status: 500})
	w.srv.SetSuspended(true)
	cfg := w.srv.Config()
	made := len(paths)
	require.Positive(t, made)

	w.srv.Reset()
	now := w.srv.Config()
	assert.Equal(t, cfg.ContainerID, now.ContainerID)
	assert.Equal(t, cfg.BearerToken.Reveal(), now.BearerToken.Reveal())
	assert.Equal(t, cfg.IdentifyAccessSecret.Reveal(), now.IdentifyAccessSecret.Reveal())
	assert.Empty(t, w.srv.Requests())
	assert.Empty(t, w.srv.Deliveries())
	assert.Empty(t, w.srv.Tracks())
	after := w.send("GET", mainHost+w.cid(), nil).data(t)
	for _, field := range []string{"id", "name", "num", "size", "engine", "callback_url", "buckets"} {
		assert.Equal(t, fresh[field], after[field], field)
	}
	for _, list := range []string{"/api/buckets", "/api/bm-cs-projects", "/api/ucf-projects", "/api/bm-hist-projects"} {
		assert.Empty(t, w.send("GET", mainHost+list, nil).json(t)["data"], list)
	}
	assert.Len(t, w.send("GET", mainHost+"/api/base-projects", nil).json(t)["data"], 1)
	assert.Equal(t, -1.0, w.results(w.cid(), []byte("y"))["state"])

	again := newWire(t, mock.WithStateFile(copied(t, path)))
	require.NoError(t, again.srv.Err())
	_, total := again.srv.Files(mock.FileQuery{})
	assert.Equal(t, 1, total, "what was forgotten does not come back")
}

func TestAdvance(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, r, files := callingBack(t, mock.WithProcessingTime(time.Hour))
		expiring := srv.IssueToken(mock.Token{ExpiresAt: time.Now().Add(30 * time.Minute)})
		id := upload(t, files, "a.wav")
		srv.Advance(59 * time.Minute)
		synctest.Wait()
		assert.Zero(t, r.count())
		srv.Advance(-time.Hour)
		srv.Advance(time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{id}, r.ids(t))
		assert.Equal(t, time.Now().Add(time.Hour), srv.Now())
		w := &wire{t: t, srv: srv, token: expiring.Reveal(), http: srv.HTTPClient()}
		assert.Equal(t, 401, w.send("GET", mainHost+"/api/fs-containers", nil).status)
	})
}

// The clock ends after some centuries, and does not go back.
func TestAdvanceOverflows(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	defer srv.Close() //nolint:errcheck // it has nothing to write
	now := time.Now()
	for range 3 {
		srv.Advance(math.MaxInt64)
		assert.True(t, srv.Now().After(now.AddDate(290, 0, 0)), srv.Now())
	}
}

func TestTrackBeyondItsEnd(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	defer srv.Close() //nolint:errcheck // it has nothing to write
	track := srv.AddTrack(mock.Track{Title: "Silver River", Duration: time.Second})
	for _, from := range []time.Duration{time.Hour, 400_000 * time.Hour, 700_000 * time.Hour, math.MaxInt64} {
		assert.Len(t, track.WAV(from, math.MaxInt64), 44, from)
		assert.Len(t, track.WAV(math.MinInt64, from), 44+16_000, from)
		assert.Len(t, track.WAV(from, math.MinInt64), 44, from)
	}
}

func TestRequestBodies(t *testing.T) {
	t.Parallel()
	w := newWire(t, mock.WithRequestBodies(1<<20))
	last := func() mock.Request {
		list := w.srv.Requests()
		return list[len(list)-1]
	}
	w.send("PUT", mainHost+w.cid(), map[string]any{"name": "shown", "callback_url": "https://user:pass@hooks.example.com/path?key=hush", "password": "hush", "nested": []any{map[string]any{"api_key": 7, "text": `{"secret":"hush"}`}}})
	r := last()
	assert.Equal(t, int64(1), r.Number)
	for _, want := range []string{"shown", "hooks.example.com/path?[redacted]"} {
		assert.Contains(t, r.Body, want)
		assert.Contains(t, r.Response, want)
	}
	assert.NotContains(t, r.Body+r.Response, "hush")
	assert.NotContains(t, r.Body+r.Response, "pass@")

	w.send("GET", mainHost+"/api/base-projects", nil)
	secret := w.srv.Config().IdentifyAccessSecret.Reveal()
	assert.NotContains(t, last().Response, secret)
	assert.NotContains(t, last().Response, w.srv.Config().IdentifyAccessKey.Reveal())
	assert.Contains(t, last().Response, "access_secret")

	w.send("GET", regionHost+w.cid()+"/presigned-upload?filename=a.mp3", nil)
	assert.NotContains(t, last().Response, "X-Signature")

	body, contentType := form(t, "file", "a.wav", []byte("binary\x00content"), "data_type", "audio", "token", "hush", "long", string(make([]byte, 2000)))
	w.send("POST", regionHost+w.cid()+"/files", body, "Content-Type", contentType)
	assert.Contains(t, last().Body, "file: a.wav, [14 bytes, content]")
	assert.Contains(t, last().Body, "data_type: audio")
	assert.Contains(t, last().Body, "long: [2000 bytes, content]")
	assert.NotContains(t, last().Body, "hush")

	w.send("POST", regionHost+w.cid()+"/files", "data_type=audio&access_secret=hush&sample=AAAA&url=https%3A%2F%2Fa.example.com%2F%3Fk%3Dhush", "Content-Type", "application/x-www-form-urlencoded")
	assert.Contains(t, last().Body, "data_type: audio\n")
	assert.NotContains(t, last().Body, "hush")
	assert.Contains(t, last().Body, "sample: [4 bytes, content]")

	w.send("PUT", mainHost+w.cid(), `{"access_token": "hush", "url": "https:\/\/a.example.com\/?k=hush", "half`)
	assert.Contains(t, last().Body, "half")
	assert.NotContains(t, last().Body, "hush")
	w.send("PUT", mainHost+w.cid(), `{"x": "eyJhbGciOi.JzdWIi.c2ln"}`)
	assert.NotContains(t, last().Body, "JzdWIi")
	w.send("PUT", mainHost+w.cid(), "\x00\x01", "Content-Type", "audio/mpeg")
	assert.Equal(t, "[2 bytes, audio/mpeg]", last().Body)
	w.srv.Inject(mock.Fault{Op: mock.OpGetContainer, Status: 502, Body: "<html>hello</html>", Header: map[string][]string{"Content-Type": {"text/html"}}})
	w.send("GET", mainHost+w.cid(), nil)
	assert.Equal(t, "<html>hello</html>", last().Response)

	without := newWire(t)
	without.send("PUT", mainHost+without.cid(), map[string]any{"name": "x"})
	assert.Empty(t, without.srv.Requests()[0].Body)
	assert.Empty(t, without.srv.Requests()[0].Response)
	assert.Error(t, mock.New(mock.WithRequestBodies(-1)).Err())
}

func TestRequestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	const bound = 100_000
	w := newWire(t, mock.WithRequestBodies(bound))
	for i := range 30 {
		w.send("PUT", mainHost+w.cid(), map[string]any{"name": fmt.Sprintf("%010d", i), "x": string(make([]byte, 200))})
		w.send("PUT", mainHost+w.cid(), `"`+string(make([]byte, 100_000)), "Content-Type", "text/plain")
	}
	total, kept := 0, 0
	for _, r := range w.srv.Requests() {
		total += len(r.Body) + len(r.Response)
		if r.Body != "" {
			kept++
		}
		assert.LessOrEqual(t, len(r.Body), 70_000)
	}
	assert.LessOrEqual(t, total, bound)
	assert.Positive(t, kept)
	list := w.srv.Requests()
	assert.NotEmpty(t, list[len(list)-1].Body, "the last ones are kept")
	assert.Len(t, list, 60)
}
