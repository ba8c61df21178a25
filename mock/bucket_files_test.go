package mock_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// bucket makes one for files, and returns its path.
func (w *wire) bucket(name string) string {
	w.t.Helper()
	r := w.send("POST", mainHost+"/api/buckets", map[string]any{"name": name, "type": "File", "region": "eu-west-1"})
	require.Equal(w.t, 201, r.status, "%s", r.body)
	return "/api/buckets/" + idOf(w.t, r.body)
}

// own uploads content to a bucket, and returns the file's id.
func (w *wire) own(bucket, title string, content []byte, fields ...string) string {
	w.t.Helper()
	body, contentType := form(w.t, "file", "a.wav", content, append([]string{"title", title, "data_type", "audio"}, fields...)...)
	r := w.send("POST", mainHost+bucket+"/files", body, "Content-Type", contentType)
	require.Equal(w.t, 200, r.status, "%s", r.body)
	return idOf(w.t, r.body)
}

// titles are those of the files that a list shows.
func (w *wire) titles(path string) (titles []string) {
	w.t.Helper()
	for _, row := range w.send("GET", mainHost+path, nil).rows(w.t) {
		titles = append(titles, row["title"].(string))
	}
	return titles
}

// What the official tool sends for files of buckets, and what the documentation has instead.
func TestBucketFileCalls(t *testing.T) {
	t.Parallel()
	const times = `"created_at":"2000-01-01T00:00:00.000000Z","updated_at":"2000-01-01T00:00:00.000000Z"`
	remote := `{"id":«remote»,"uid":«uid»,"bucket_id":«bucket»,"acr_id":"HEX","state":1,"title":"Night","audio_id":"","duration":0,"user_defined":{"artist":"A"},` + times + `}`
	music := `{"id":«music»,"uid":«uid»,"bucket_id":«bucket»,"acr_id":"HEX","state":1,"title":"Silver River","audio_id":"","duration":180,"user_defined":{},` + times + `}`
	renamed := strings.NewReplacer(`"Night"`, `"Day"`, `"A"`, `"B"`).Replace(remote)
	files := "/api/buckets/«bucket»/files"
	exchanges(t, []exchange{
		{"POST /api/buckets", `{"name":"masters","type":"File","region":"eu-west-1"}`, 201, "...", "bucket"},
		{"POST /api/buckets", `{"name":"others","type":"File","region":"eu-west-1"}`, 201, "...", "other"},
		{"POST " + files, `{"data_type":"audio_url","title":"Night","user_defined":"{\"artist\": \"A\"}","url":"https://cdn.test/night.mp3"}`, 200, "...", "remote"},
		{"POST " + files, `{"data_type":"acrid","acrid":"00000000000000000000000000000001"}`, 200, "...", "music"},
		{"GET " + files + "?page=1&per_page=20", "", 200, page(files, "["+remote+","+music+"]", 2, `"20"`), ""},
		{"GET " + files + "?page=1&per_page=20&keyword=River", "", 200, page(files, "["+music+"]", 1, `"20"`), ""},
		{"GET " + files + "?search=igh", "", 200, page(files, "["+remote+"]", 1, `20`), ""},
		{"GET " + files + "?search=River&keyword=igh", "", 200, page(files, "["+music+"]", 1, `20`), ""},
		{"GET " + files + "?order=desc", "", 200, page(files, "["+music+","+remote+"]", 2, `20`), ""},
		{"GET " + files + "?state=-1", "", 200, page(files, "[]", 0, `20`), ""},
		{"GET " + files + "/«remote»", "", 200, `{"data":` + remote + `}`, ""},
		{"GET " + files + "/«remote»,«music»", "", 200, `{"data":[` + remote + `,` + music + `]}`, ""},
		{"GET " + files + "/dump", "", 200, `{"data":[` + remote + `,` + music + `]}`, ""},
		{"PUT " + files + "/«remote»", `{"title":"Day","user_defined":"{\"artist\": \"B\"}"}`, 200, `{"data":` + renamed + `}`, ""},
		{"PUT " + files + "/«remote»", `{"user_defined":"{"}`, 422, `{"message":"The given data was invalid.","errors":{"user_defined":["The user_defined must be a valid JSON string."]}}`, ""},
		{"POST " + files + "/move", `{"target_bucket_id":«other»,"ids":[«remote»]}`, 200, `{"data":[` + strings.ReplaceAll(renamed, "«bucket»", "«other»") + `]}`, ""},
		{"GET " + files + "/«remote»", "", 404, `{"message":"Not Found"}`, ""},
		{"PUT " + files + "/«remote»/move", "", 200, `{"data":[` + renamed + `]}`, ""},
		{"GET /api/buckets/«other»/files", "", 200, page("/api/buckets/«other»/files", "[]", 0, `20`), ""},
		{"DELETE " + files, `{"ids":[«remote»]}`, 204, "", ""},
		{"DELETE " + files + "/«remote»", "", 404, `{"message":"Not Found"}`, ""},
		{"DELETE " + files + "/«music»,%20«music»", "", 204, "", ""},
		{"GET " + files, "", 200, page(files, "[]", 0, `20`), ""},
		{"POST " + files, `{"data_type":"audio"}`, 422, `{"message":"The given data was invalid.","errors":{"file":["The file field is required."],"title":["The title field is required."]}}`, ""},
		{"POST " + files, `{"data_type":"audio_url","url":"/etc/passwd"}`, 422, `{"message":"The given data was invalid.","errors":{"url":["The url format is invalid."]}}`, ""},
		{"POST " + files, `{"data_type":"acrid"}`, 422, `{"message":"The given data was invalid.","errors":{"acrid":["The acrid field is required."]}}`, ""},
		{"POST " + files, `{"data_type":"isrc"}`, 422, `{"message":"The given data was invalid.","errors":{"data_type":["The selected data_type is invalid."]}}`, ""},
		{"POST " + files, `{"data_type":"acrid","acrid":"00000000000000000000000000000009"}`, 200, "...", "unknown"},
		{"GET " + files + "?state=-1", "", 200, "...", "unknown"},
	}, func(w *wire, _ map[string]string) {
		w.srv.AddTrack(mock.Track{Title: "Silver River", ACRID: "00000000000000000000000000000001"})
	})
}

// An upload's answer has the duration as text, and the state of a file whose processing begins.
func TestBucketUpload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, mock.WithProcessingTime(time.Minute))
		track := w.srv.AddTrack(mock.Track{BucketID: mock.NoBucket, Duration: 4500 * time.Millisecond})
		bucket := w.bucket("masters")
		body, contentType := form(t, "file", "a.wav", track.Audio(), "data_type", "audio", "title", "Night", "user_defined", `{"artist": "A", "n": 5}`)
		r := w.send("POST", mainHost+bucket+"/files", body, "Content-Type", contentType)
		require.Equal(t, 200, r.status, "%s", r.body)
		made := r.data(t)
		assert.Equal(t, "4.5", made["duration"])
		assert.Equal(t, map[string]any{"artist": "A", "n": 5.0}, made["user_defined"])
		file := bucket + "/files/" + made["acr_id"].(string)
		assert.InDelta(t, 0, w.send("GET", mainHost+file, nil).data(t)["state"], 0)
		time.Sleep(time.Minute) //nolint:forbidigo // of the bubble
		shown := w.send("GET", mainHost+file, nil).data(t)
		assert.InDelta(t, 1, shown["state"], 0)
		assert.InDelta(t, 5, shown["duration"], 0)
		listed := w.send("GET", mainHost+bucket, nil).data(t)
		assert.InDelta(t, 1, listed["num"], 0)
		assert.Equal(t, strconv.Itoa(len(track.Audio())), listed["size"])
	})
}

func TestBucketUploadRefusals(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	bucket := w.bucket("masters")
	send := func(field, file string, fields ...string) reply {
		body, contentType := form(t, field, file, []byte("fLaC"), fields...)
		return w.send("POST", mainHost+bucket+"/files", body, "Content-Type", contentType)
	}
	tests := map[string]struct {
		r    reply
		says string
	}{
		"a part that is not called file": {send("audio_file", "a.flac", "title", "x", "data_type", "audio"), `"errors":{"file":["The file field is required."]}`},
		"no title":                       {send("file", "a.flac", "data_type", "fingerprint"), `"errors":{"title":["The title field is required."]}`},
		"no data type":                   {send("file", "a.flac", "title", "x"), `"errors":{"data_type":["The data_type field is required."]}`},
		"keys that are no JSON":          {send("file", "a.flac", "title", "x", "data_type", "audio", "user_defined", "{"), `"errors":{"user_defined":`},
	}
	for name, tt := range tests {
		assert.Equal(t, 422, tt.r.status, name)
		assert.Contains(t, string(tt.r.body), tt.says, name)
	}
	text := w.own(bucket, "a text", []byte("no audio"))
	assert.InDelta(t, -1, w.send("GET", mainHost+bucket+"/files/"+text, nil).data(t)["state"], 0)
	w.own(bucket, "audio", []byte("fLaC"))
	assert.Equal(t, []string{"a text", "audio"}, w.titles(bucket+"/files?sort=status"))
	assert.Equal(t, []string{"audio", "a text"}, w.titles(bucket+"/files?sort=status&order=desc"))
	assert.Equal(t, []string{"audio"}, w.titles(bucket+"/files?state=1"))
}

// What is in a bucket is recognised in scans of the containers that have it.
func TestOwnFilesAreFoundInScans(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(mock.Track{BucketID: mock.NoBucket, Duration: 30 * time.Second})
	bucket := w.bucket("masters")
	id := strings.TrimPrefix(bucket, "/api/buckets/")
	// The master begins in the middle of the recording.
	file := w.own(bucket, "Night", track.WAV(5*time.Second, 20*time.Second), "user_defined", `{"artists":"Me","year":2026,"nested":{"a":[1]}}`)
	with := w.container(map[string]any{"buckets": []any{23, number(id)}})
	without := w.container(nil)

	rows := w.results(with, track.WAV(10*time.Second, 30*time.Second))["results"].(map[string]any)
	assert.Empty(t, rows["music"])
	require.Len(t, rows["custom_files"], 1)
	row := rows["custom_files"].([]any)[0].(map[string]any)
	found := row["result"].(map[string]any)
	assert.InDelta(t, 0, row["offset"], 0.1)
	assert.InDelta(t, 10, row["played_duration"], 0.2)
	assert.Equal(t, "Night", found["title"])
	assert.Equal(t, id, found["bucket_id"])
	assert.Equal(t, file, found["audio_id"])
	assert.Equal(t, "Me", found["artists"])
	assert.InDelta(t, 2026, found["year"], 0)
	assert.Equal(t, map[string]any{"a": []any{1.0}}, found["nested"])
	assert.InDelta(t, 5000, found["db_begin_time_offset_ms"], 150)
	assert.InDelta(t, 15000, found["duration_ms"], 0)
	assert.Equal(t, w.send("GET", mainHost+bucket+"/files/"+file, nil).data(t)["acr_id"], found["acrid"])

	nothing := w.results(without, track.WAV(10*time.Second, 30*time.Second))
	assert.InDelta(t, -1, nothing["state"], 0)

	// Any bytes are recognised as such.
	w.own(bucket, "Bytes", []byte("fLaC\x80\x00\x00\x22 and more"))
	rows = w.results(with, []byte("fLaC\x80\x00\x00\x22 and more"))["results"].(map[string]any)
	assert.Contains(t, fmt.Sprint(rows["custom_files"]), "title:Bytes")

	require.Equal(t, 204, w.send("DELETE", mainHost+bucket+"/files/"+file, nil).status)
	assert.InDelta(t, -1, w.results(with, track.WAV(10*time.Second, 30*time.Second))["state"], 0)
}

// A file by its ACRID is the track of that ACRID.
func TestFileByACRIDIsFound(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(mock.Track{Title: "Silver River", Duration: 20 * time.Second})
	bucket := w.bucket("masters")
	r := w.send("POST", mainHost+bucket+"/files", map[string]any{"data_type": "acrid", "acrid": track.ACRID, "user_defined": map[string]any{"mine": "yes"}})
	require.Equal(t, 200, r.status, "%s", r.body)
	assert.Equal(t, "20", r.data(t)["duration"])
	c := w.container(map[string]any{"buckets": []any{23, number(strings.TrimPrefix(bucket, "/api/buckets/"))}, "music_detection": true})
	rows := w.results(c, track.Audio())["results"].(map[string]any)
	assert.Len(t, rows["music"], 1)
	require.Len(t, rows["custom_files"], 1)
	assert.Contains(t, fmt.Sprint(rows["custom_files"]), "mine:yes")
	assert.Len(t, rows["music_speech"], 1, "one stretch, found twice")
}

func number(text string) (id int) {
	_, _ = fmt.Sscan(text, &id)
	return id
}

// However many files are alike, each is found, in its bucket only, and no longer than it is there.
func TestOwnFilesThatAreAlike(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(mock.Track{BucketID: mock.NoBucket, Duration: 10 * time.Second})
	one, two := w.bucket("one"), w.bucket("two")
	first := w.own(one, "first", track.Audio())
	w.own(one, "second", track.Audio())
	w.own(one, "third", track.WAV(2*time.Second, 8*time.Second))
	w.own(two, "other", track.Audio())
	c := w.container(map[string]any{"buckets": []any{number(strings.TrimPrefix(one, "/api/buckets/"))}})
	found := func(content []byte) (titles []string) {
		rows, _ := w.results(c, content)["results"].(map[string]any)["custom_files"].([]any)
		for _, row := range rows {
			titles = append(titles, row.(map[string]any)["result"].(map[string]any)["title"].(string))
		}
		slices.Sort(titles)
		return titles
	}
	assert.Equal(t, []string{"first", "second", "third"}, found(track.Audio()))
	assert.Equal(t, []string{"first", "second", "third"}, found(track.WAV(4*time.Second, 8*time.Second)))
	require.Equal(t, 204, w.send("DELETE", mainHost+one+"/files/"+first, nil).status)
	assert.Equal(t, []string{"second", "third"}, found(track.Audio()))
	other := idOf(t, w.send("GET", mainHost+two+"/files", nil).body)
	require.Equal(t, 200, w.send("PUT", mainHost+one+"/files/"+other+"/move", nil).status)
	assert.Equal(t, []string{"other", "second", "third"}, found(track.Audio()))
	assert.Equal(t, "0", fmt.Sprint(w.send("GET", mainHost+two, nil).data(t)["size"]))
}

// Calls about listed files want the list, and change nothing without it.
func TestListedBucketFiles(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	from, to := w.bucket("from"), w.bucket("to")
	file := w.own(from, "Night", []byte("fLaC"))
	target := strings.TrimPrefix(to, "/api/buckets/")
	required := func(names ...string) string {
		var problems []string
		for _, name := range names {
			problems = append(problems, fmt.Sprintf(`%q:["The %s field is required."]`, name, name))
		}
		return `{"message":"The given data was invalid.","errors":{` + strings.Join(problems, ",") + `}}`
	}
	for _, tt := range []struct {
		request, body string
		status        int
		want          string // "": not looked at
	}{
		{"DELETE " + from + "/files", `{}`, 422, required("ids")},
		{"POST " + from + "/files/move", `{}`, 422, required("target_bucket_id", "ids")},
		{"POST " + from + "/files/move", `{"ids":[` + file + `]}`, 422, required("target_bucket_id")},
		{"POST " + from + "/files/move", `{"target_bucket_id":` + target + `}`, 422, required("ids")},
		{"POST " + from + "/files/move", `{"target_bucket_id":1,"ids":[` + file + `]}`, 422, ""},
		{"POST " + from + "/files/move", `{"target_bucket_id":` + target + `,"ids":[1]}`, 404, ""},
		{"DELETE " + from + "/files", `{"ids":[1]}`, 404, ""},
	} {
		method, path, _ := strings.Cut(tt.request, " ")
		r := w.send(method, mainHost+path, tt.body)
		assert.Equal(t, tt.status, r.status, "%s %s: %s", tt.request, tt.body, r.body)
		if tt.want != "" {
			assert.JSONEq(t, tt.want, string(r.body), "%s %s", tt.request, tt.body)
		}
	}
	assert.Len(t, w.send("GET", mainHost+from+"/files", nil).rows(t), 1)
	assert.Empty(t, w.send("GET", mainHost+to+"/files", nil).rows(t))
}

// A fingerprint is no audio: it need not be readable as such.
func TestBucketFingerprint(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	bucket := w.bucket("masters")
	for dataType, state := range map[string]float64{"fingerprint": 1, "audio": -1} {
		body, contentType := form(t, "file", "a", []byte("no sound at all"), "data_type", dataType, "title", dataType)
		r := w.send("POST", mainHost+bucket+"/files", body, "Content-Type", contentType)
		require.Equal(t, 200, r.status, "%s", r.body)
		got := w.send("GET", mainHost+bucket+"/files/"+idOf(t, r.body), nil).data(t)
		assert.Equal(t, state, got["state"], dataType)
	}
}
