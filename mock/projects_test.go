package mock_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// What the official tool sends for projects, and what programs send beside it.
func TestProjectCalls(t *testing.T) {
	t.Parallel()
	const times = `"created_at":"2000-01-01T00:00:00.000000Z","updated_at":"2000-01-01T00:00:00.000000Z"`
	app := `{"id":«app»,"uid":«uid»,"name":"app","region":"us-west-2","service_type":"AVR","access_key":"HEX","access_secret":"SECRET","state":1,"day_limit":0,"total_limit":0,` +
		`"audio_type":"linein","version":1,"external_id":"","external_ids":["isrc","upc"],"status_check":2,` +
		`"buckets":[{"id":23,"name":"ACRCloud Music","type":"File","metadata_template":null},{"id":«bucket»,"name":"masters","type":"File","metadata_template":null}],` + times + `}`
	changed := strings.NewReplacer(`"app"`, `"my app"`, `"linein"`, `"recorded"`, `{"id":23,"name":"ACRCloud Music","type":"File","metadata_template":null},`, "").Replace(app)
	exchanges(t, []exchange{
		{"POST /api/buckets", `{"name":"masters","type":"File","region":"us-west-2"}`, 201, "...", "bucket"},
		{"POST /api/base-projects", `{"name":"app","type":"AVR","region":"us-west-2","buckets":[23,«bucket»],"audio_type":"linein","external_ids":"isrc,upc"}`, 200, "...", "app"},
		{"GET /api/base-projects/«app»", "", 200, `{"data":` + app + `}`, ""},
		{"GET /api/base-projects?page=1&per_page=20&region=us-west-2&type=AVR", "", 200, page("/api/base-projects", "["+app+"]", 1, `"20"`), ""},
		{"GET /api/base-projects?type=HR", "", 200, page("/api/base-projects", "[]", 0, `20`), ""},
		{"PUT /api/base-projects/«app»", `{"name":"my app","buckets":[«bucket»],"audio_type":"recorded"}`, 200, `{"data":` + changed + `}`, ""},
		{"GET /api/base-projects/«app»/bucket-status", "", 200, `{"data":[{"id":«bucket»,"name":"masters","type":"File","state":1}]}`, ""},
		{"GET /api/base-projects/«app»/statistics?start_date=2000-01-01&end_date=2000-01-02", "", 200, `{"data":[]}`, ""},
		{"GET /api/base-projects/«app»/day-stat?start=1.1.2000&end=2000-01-02", "", 422, `{"message":"The given data was invalid.","errors":{"start":["The start does not match the format Y-m-d."]}}`, ""},
		{"POST /api/base-projects", `{"name":"x","type":"FS","region":"eu-west-1","buckets":{}}`, 422, `{"message":"The given data was invalid.",` +
			`"errors":{"type":["The selected type is invalid."],"buckets":["The selected buckets is invalid."]}}`, ""},
		{"POST /api/base-projects", `{}`, 422, `{"message":"The given data was invalid.","errors":{"name":["The name field is required."],"region":["The region field is required."],` +
			`"type":["The type field is required."],"buckets":["The buckets field is required."]}}`, ""},
		{"DELETE /api/base-projects/«app»", "", 204, "", ""},
		{"GET /api/base-projects/«app»", "", 404, `{"message":"Not Found"}`, ""},
	}, nil)
}

// A project's keys are good for identification, which finds what is in the project's buckets, and is counted.
func TestProjectIdentifies(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	mine := w.srv.AddTrack(mock.Track{BucketID: mock.NoBucket, Duration: 20 * time.Second})
	music := w.srv.AddTrack(mock.Track{Title: "Silver River", Duration: 20 * time.Second})
	bucket := w.bucket("masters")
	file := w.own(bucket, "Night", mine.Audio(), "user_defined", `{"artist":"Me"}`)
	made := w.send("POST", mainHost+"/api/base-projects", fmt.Sprintf(`{"name":"app","type":"AVR","region":"eu-west-1","buckets":[%s]}`, strings.TrimPrefix(bucket, "/api/buckets/")))
	require.Equal(t, 200, made.status, "%s", made.body)
	project := "/api/base-projects/" + idOf(t, made.body)
	key, secret := made.data(t)["access_key"].(string), made.data(t)["access_secret"].(string)
	cfg := acrcloud.Config{IdentifyAccessKey: acrcloud.NewSecret(key), IdentifyAccessSecret: acrcloud.NewSecret(secret)}
	identify := func(cfg acrcloud.Config, sample []byte) identified {
		body, contentType := parts(t, identifyFields(cfg, "audio", strconv.Itoa(1)), "sample", string(sample))
		return identification(t, w.http, identifyURL, contentType, body)
	}
	found := identify(cfg, mine.WAV(2*time.Second, 10*time.Second))
	require.Equal(t, 0, found.Status.Code)
	custom := fmt.Sprint(found.rows(t, "custom_files"))
	for _, want := range []string{"title:Night", "artist:Me", "audio_id:" + file} {
		assert.Contains(t, custom, want)
	}
	assert.Equal(t, 1001, identify(cfg, music.Audio()).Status.Code, "the project has not bucket 23")
	assert.Equal(t, 0, identify(w.srv.Config(), music.Audio()).Status.Code)
	assert.Equal(t, 0, identify(w.srv.Config(), mine.Audio()).Status.Code, "the ready-made project has all buckets")

	day := time.Now().UTC().Format(time.DateOnly)
	usage := w.send("GET", mainHost+project+"/day-stat?start="+day+"&end="+day, nil)
	assert.JSONEq(t, `{"data":[{"date":"`+day+`","result":1,"noresult":1,"error":0}]}`, string(usage.body))
	assert.Equal(t, 204, w.send("DELETE", mainHost+project, nil).status)
	assert.Equal(t, 3001, identify(cfg, mine.Audio()).Status.Code)
}

// The projects of another account are not shown, and their ids are refused.
func TestProjectsOfAnotherAccount(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	rows := w.send("GET", mainHost+"/api/base-projects", nil).rows(t)
	require.Len(t, rows, 1, "the ready-made one")
	assert.Equal(t, w.srv.Config().IdentifyAccessKey.Reveal(), rows[0]["access_key"])
	path := fmt.Sprintf("/api/base-projects/%.0f", rows[0]["id"])
	w.token = w.srv.IssueToken(mock.Token{Account: 7}).Reveal()
	assert.Empty(t, w.send("GET", mainHost+"/api/base-projects", nil).rows(t))
	assert.Equal(t, 403, w.send("GET", mainHost+path, nil).status)
	assert.Equal(t, 403, w.send("DELETE", mainHost+path, nil).status)
}

// Usage is of the days that were asked for, both included, and of all without them.
func TestProjectUsage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		project := fmt.Sprintf("/api/base-projects/%.0f", w.send("GET", mainHost+"/api/base-projects", nil).rows(t)[0]["id"])
		for day := range 4 {
			for range day + 1 {
				body, contentType := parts(t, identifyFields(w.srv.Config(), "audio", "1"), "sample", "")
				assert.Equal(t, 2004, identification(t, w.http, identifyURL, contentType, body).Status.Code)
			}
			<-time.After(24 * time.Hour)
		}
		for query, want := range map[string][]float64{
			"":                                 {1, 2, 3, 4},
			"?start=2000-01-02":                {2, 3, 4},
			"?end=2000-01-02":                  {1, 2},
			"?start=2000-01-02&end=2000-01-3":  nil, // refused
			"?start=2000-01-02&end=2000-01-03": {2, 3},
			"?start=2000-02-01":                {},
		} {
			r := w.send("GET", mainHost+project+"/day-stat"+query, nil)
			if want == nil {
				assert.Equal(t, 422, r.status, query)
				continue
			}
			got := []float64{}
			for _, row := range r.rows(t) {
				got = append(got, row["noresult"].(float64))
				assert.Zero(t, row["result"])
				assert.Zero(t, row["error"])
			}
			assert.Equal(t, want, got, query)
		}
	})
}

// A change shows when it was made, and a list is never null.
func TestProjectChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		made := w.send("POST", mainHost+"/api/base-projects", `{"name":"app","type":"AVR","region":"us-west-2","buckets":[23]}`).data(t)
		assert.Equal(t, []any{}, made["external_ids"])
		assert.Equal(t, "2000-01-01T00:00:00.000000Z", made["updated_at"])
		<-time.After(time.Hour)
		changed := w.send("PUT", mainHost+fmt.Sprintf("/api/base-projects/%.0f", made["id"]), `{"name":"my app"}`).data(t)
		assert.Equal(t, "2000-01-01T01:00:00.000000Z", changed["updated_at"])
		assert.Equal(t, made["created_at"], changed["created_at"])
	})
}

// A track in no bucket is known, and found by no project.
func TestTrackInNoBucket(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	hidden := w.srv.AddTrack(mock.Track{BucketID: mock.NoBucket, Duration: 20 * time.Second})
	for _, sample := range [][]byte{hidden.Audio(), hidden.WAV(2*time.Second, 10*time.Second)} {
		body, contentType := parts(t, identifyFields(w.srv.Config(), "audio", "1"), "sample", string(sample))
		assert.Equal(t, 1001, identification(t, w.http, identifyURL, contentType, body).Status.Code)
	}
}
