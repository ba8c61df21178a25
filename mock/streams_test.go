package mock_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

const aTime = `"created_at":"2000-01-01 00:00:00","updated_at":"2000-01-01 00:00:00"`

// What the official tool sends for projects with streams of one's own.
func TestStreamProjectCalls(t *testing.T) {
	t.Parallel()
	bucket := `{"id":«bucket»,"name":"masters","type":"File","region":"eu-west-1","net_type":1,"labels":null,"metadata_template":null,` + emptyBucket + `}`
	radio := `{"id":«radio»,"uid":«uid»,"name":"radio","type":"BM-ACRC","region":"eu-west-1","state":1,"status_check":2,"access_key":"HEX","bucket_group":"«bucket»","buckets":[` + bucket + `],` +
		`"external_id":"","external_ids":["isrc","upc"],"metadata_template":"StreamId,City","monitoring_num":0,"noise":1,"iswc":0,"config":{"record":{}},"result_callback_url":"",` +
		`"result_callback_send_type":"2","result_callback_send_noresult":"0","result_callback_retry":0,"state_notification_url":"","state_notification_email":"",` +
		`"state_notification_email_frequency":"2","state_notification_email_custom_interval":0,` + aTime + `}`
	with := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(radio) }
	all := "/api/bm-cs-projects"
	exchanges(t, []exchange{
		{"POST /api/buckets", `{"name":"masters","type":"File","region":"eu-west-1"}`, 201, "...", "bucket"},
		{"POST " + all, `{"name":"radio","region":"eu-west-1","buckets":[«bucket»],"type":"BM-ACRC","external_ids":"isrc,upc","metadata_template":"StreamId,City"}`, 200, "...", "radio"},
		{"GET " + all + "/«radio»", "", 200, `{"data":` + radio + `}`, ""},
		{"GET " + all + "?page=1&per_page=20", "", 200, page(all, "["+radio+"]", 1, `"20"`), ""},
		{"GET " + all + "?page=1&per_page=20&region=us-west-2&types=BM-ACRC", "", 200, page(all, "[]", 0, `"20"`), ""},
		{"GET " + all + "?types=BM-LOCAL", "", 200, page(all, "[]", 0, `20`), ""},
		{"PUT " + all + "/«radio»", `{"name":"stations","external_ids":["isrc"]}`, 200, `{"data":` + with(`"radio"`, `"stations"`, `["isrc","upc"]`, `["isrc"]`) + `}`, ""},
		{"PUT " + all + "/«radio»", `{"name":"radio","external_ids":["isrc","upc"]}`, 200, `{"data":` + radio + `}`, ""},
		{"POST " + all + "/«radio»/result-callback", `{"result_callback_url":"https://example.org/bm"}`, 200,
			`{"data":` + with(`"result_callback_url":""`, `"result_callback_url":"https://example.org/bm"`) + `}`, ""},
		{"POST " + all + "/«radio»/state-notification", `{"state_notification_email":"ops@example.org","state_notification_email_frequency":1,"state_notification_url":"https://example.org/state"}`, 200, `{"data":` +
			with(`"result_callback_url":""`, `"result_callback_url":"https://example.org/bm"`, `"state_notification_url":""`, `"state_notification_url":"https://example.org/state"`,
				`"state_notification_email":""`, `"state_notification_email":"ops@example.org"`, `_frequency":"2"`, `_frequency":"1"`) + `}`, ""},
		{"POST " + all + "/«radio»/state-notification", `{"state_notification_email_frequency":7}`, 422,
			`{"message":"The given data was invalid.","errors":{"state_notification_email_frequency":["The selected state_notification_email_frequency is invalid."]}}`, ""},
		{"POST " + all, `{"type":"BM-Database"}`, 422, `{"message":"The given data was invalid.","errors":{"type":["The selected type is invalid."],"name":["The name field is required."],` +
			`"region":["The region field is required."],"buckets":["The buckets field is required."]}}`, ""},
		{"DELETE " + all + "/«radio»", "", 204, "", ""},
		{"GET " + all + "/«radio»", "", 404, `{"message":"Not Found"}`, ""},
	}, nil)
}

// What the official tool sends for streams.
func TestStreamCalls(t *testing.T) {
	t.Parallel()
	config := `{"id":1,"name":"non-realtime for music","uid":0,"rec_length":10,"interval":0,"rec_timeout":5,"monitor_timeout":25,"noise":1,"delay":1,` +
		`"record":{"record":0,"record_after":8,"record_before":5},"created_at":"2018-01-01T00:00:00.000000Z"}`
	one := `{"stream_id":"«one»","uid":«uid»,"mcp_id":«radio»,"stream_type":"Audio","name":"Radio One","state":"Running","code":0,"stream_urls":["http://a.test/1","http://b.test/1"],` +
		`"current_url":"http://a.test/1","region":"eu-west-1","user_defined":"{\"city\":\"Bern\"}","pitch_shift":0,"check_pitch_shift":0,"remark":"","record_video":0,"stream_rec_type":0,"epg":"",` +
		`"config":` + config + `,"timemap":0,"ucf":0,` + aTime + `}`
	with := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(one) }
	two := with("«one»", "«two»", "Radio One", "Another", `["http://a.test/1","http://b.test/1"]`, `["http://c.test"]`, `"http://a.test/1"`, `"http://c.test"`, `"{\"city\":\"Bern\"}"`, `null`)
	streams := "/api/bm-cs-projects/«radio»/streams"
	exchanges(t, []exchange{
		{"POST /api/bm-cs-projects", `{"name":"radio","region":"eu-west-1","buckets":[23]}`, 200, "...", "radio"},
		{"POST " + streams, `{"stream_urls":["http://a.test/1","http://b.test/1"],"name":"Radio One","config_id":1,"user_defined":"{\"city\":\"Bern\"}"}`, 201, "...", "one"},
		{"POST " + streams, `{"stream_urls":["http://c.test"],"name":"Another"}`, 201, "...", "two"},
		{"GET " + streams + "?page=1&per_page=50", "", 200, page(streams, "["+two+","+one+"]", 2, `"50"`), ""},
		{"GET " + streams + "?page=1&per_page=50&timemap=0&state=Running&search_value=Bern&sort=created_at&order=asc", "", 200, page(streams, "["+one+"]", 1, `"50"`), ""},
		{"GET " + streams + "?sort=name&order=desc", "", 200, page(streams, "["+one+","+two+"]", 2, `20`), ""},
		{"GET " + streams + "?sort=name&order=asc&state=All", "", 200, page(streams, "["+two+","+one+"]", 2, `20`), ""},
		{"GET " + streams + "?timemap=1", "", 200, page(streams, "[]", 0, `20`), ""},
		{"PUT " + streams + "/«one»/pause", "", 200, `{"data":[` + with(`"Running","code":0`, `"Paused","code":12`) + `]}`, ""},
		{"GET " + streams + "?state=Running", "", 200, page(streams, "["+two+"]", 1, `20`), ""},
		{"PUT " + streams + "/«one»,«two»/restart", "", 200, `{"data":[` + one + `,` + two + `]}`, ""},
		{"PUT " + streams + "/«two»", `{"stream_urls":["http://d.test"],"name":"Radio Two","config_id":9,"user_defined":{"fm":"98.8"}}`, 200, `{"data":` + strings.NewReplacer("Another", "Radio Two",
			"http://c.test", "http://d.test", `"user_defined":null`, `"user_defined":{"fm":"98.8"}`, `"id":1,"name":"non-realtime for music"`, `"id":9,"name":"config 9"`).Replace(two) + `}`, ""},
		{"POST " + streams, `{"config_id":"x"}`, 422, `{"message":"The given data was invalid.","errors":{"name":["The name field is required."],` +
			`"stream_urls":["The stream_urls field is required."],"config_id":["The selected config_id is invalid."]}}`, ""},
		{"DELETE " + streams + "/«one»,s-none", "", 404, `{"message":"Not Found"}`, ""},
		{"DELETE " + streams + "/«one»,«two»", "", 204, "", ""},
		{"GET " + streams, "", 200, page(streams, "[]", 0, `20`), ""},
	}, nil)
}

// stream makes a project with bucket 23 and others, and a stream, and returns its id and its path.
func (w *wire) stream(buckets ...string) (id, path string) {
	w.t.Helper()
	r := w.send("POST", mainHost+"/api/bm-cs-projects", fmt.Sprintf(`{"name":"radio","region":"eu-west-1","buckets":[%s]}`, strings.Join(append([]string{"23"}, buckets...), ",")))
	require.Equal(w.t, 200, r.status, "%s", r.body)
	streams := "/api/bm-cs-projects/" + idOf(w.t, r.body) + "/streams"
	r = w.send("POST", mainHost+streams, `{"stream_urls":["http://a.test"],"name":"Radio One","config_id":1}`)
	require.Equal(w.t, 201, r.status, "%s", r.body)
	id = idOf(w.t, r.body)
	return id, streams + "/" + id
}

func date(year int, month time.Month, day, hour, minute, second int) time.Time {
	return time.Date(year, month, day, hour, minute, second, 0, time.UTC)
}

// What was added to a stream is in the results of its day, as they are documented.
func TestStreamResults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		night := w.srv.AddTrack(mock.Track{Title: "Night", ISRC: "DEABC2600001"})
		day := w.srv.AddTrack(mock.Track{Title: "Day", ISRC: "FRABC2600001"})
		mine := w.srv.AddTrack(mock.Track{BucketID: mock.NoBucket, Duration: time.Minute})
		bucket := w.bucket("masters")
		w.own(bucket, "Mine", mine.Audio(), "user_defined", `{"artists":"Me"}`)
		id, path := w.stream(strings.TrimPrefix(bucket, "/api/buckets/"))
		_, without := w.stream()
		add := func(p mock.Play) { require.NoError(t, w.srv.AddPlay(id, p)) }
		add(mock.Play{Track: day, At: date(1999, 12, 31, 23, 59, 59), Played: 3 * time.Minute})
		add(mock.Play{Track: day, At: date(2000, 1, 1, 0, 0, 0), Played: 90 * time.Second})
		add(mock.Play{Track: night, At: date(1999, 12, 31, 3, 4, 5), Played: 180 * time.Second})
		add(mock.Play{Track: mine, At: date(1999, 12, 31, 12, 0, 0), Played: 30 * time.Second})
		add(mock.Play{Track: night, At: date(1999, 12, 31, 13, 0, 0), Played: 5 * time.Second, FalsePositive: true})
		add(mock.Play{At: date(1999, 12, 31, 14, 0, 0), Played: 20 * time.Second})
		add(mock.Play{Track: night, At: date(1999, 12, 30, 0, 0, 0), Data: json.RawMessage(`{"status":{"code":1}}`)})

		played := func(path, query string) (list []string) {
			t.Helper()
			for _, r := range w.send("GET", mainHost+path+"/results?"+query, nil).rows(t) {
				metadata := r["metadata"].(map[string]any)
				items, _ := metadata["music"].([]any)
				if items == nil {
					items = metadata["custom_files"].([]any)
				}
				list = append(list, fmt.Sprint(metadata["timestamp_utc"], " ", items[0].(map[string]any)["title"], " ", metadata["played_duration"]))
			}
			return list
		}
		all := []string{"1999-12-31 03:04:05 Night 180", "1999-12-31 12:00:00 Mine 30", "1999-12-31 23:59:59 Day 180"}
		assert.Equal(t, all, played(path, "type=day&date=19991231&min_duration=0&max_duration=3600&with_false_positive=0"))
		assert.Equal(t, []string{"2000-01-01 00:00:00 Day 90"}, played(path, "type=day"), "today")
		assert.Equal(t, []string{"2000-01-01 00:00:00 Day 90"}, played(path, "date_from=19991231&day=19991231&page=2&per_page=1"), "unknown names are ignored")
		assert.Equal(t, all[2:], played(path, "type=last&date=19991231"))
		assert.Equal(t, all[1:2], played(path, "date=19991231&max_duration=100"))
		assert.Equal(t, []string{all[0], all[2]}, played(path, "date=19991231&min_duration=100"))
		assert.Equal(t, all[:1], played(path, "date=19991231&isrc_country=de"))
		assert.Len(t, played(path, "date=19991231&with_false_positive=1"), 4)
		assert.Empty(t, played(path, "date=19980101"))
		assert.Empty(t, played(without, "date=19991231"), "it is another stream")
		assert.JSONEq(t, `{"data":[{"status":{"code":1}}]}`, string(w.send("GET", mainHost+path+"/results?date=19991230", nil).body))

		row := w.send("GET", mainHost+path+"/results?date=19991231", nil).rows(t)[0]
		metadata := row["metadata"].(map[string]any)
		assert.Equal(t, map[string]any{"msg": "Success", "code": 0.0, "version": "1.0"}, row["status"])
		assert.Equal(t, []any{0.0, "delay", "19991231030405"}, []any{row["result_type"], metadata["type"], metadata["record_timestamp"]})
		music := metadata["music"].([]any)[0].(map[string]any)
		assert.Equal(t, night.ACRID, music["acrid"])
		assert.Equal(t, night.ISRC, music["external_ids"].(map[string]any)["isrc"])

		unknown := w.send("GET", mainHost+path+"/unknown_results?date=19991231&min_duration=5&max_duration=25", nil).rows(t)
		require.Len(t, unknown, 1)
		assert.Equal(t, "1999-12-31 14:00:00", unknown[0]["metadata"].(map[string]any)["timestamp_utc"])
		assert.Equal(t, 422, w.send("GET", mainHost+path+"/unknown_results", nil).status)
		for _, wrong := range []string{"2026-07-30", "2026%2F07%2F30", "20260730T00", "20260230", "x"} {
			for _, kind := range []string{"/results", "/unknown_results"} {
				r := w.send("GET", mainHost+path+kind+"?date="+wrong, nil)
				assert.Equal(t, 500, r.status, wrong)
				assert.JSONEq(t, `{"message":"Server Error"}`, string(r.body))
			}
		}
		assert.Equal(t, 404, w.send("GET", mainHost+path+"x/results", nil).status)
		w.token = w.srv.IssueToken(mock.Token{Account: 7}).Reveal()
		assert.Equal(t, 403, w.send("GET", mainHost+path+"/results", nil).status)
	})
}

// Generated plays follow from the seed, the stream and the day, and do not reach into the future.
func TestGeneratedPlays(t *testing.T) {
	t.Parallel()
	day := func(seed uint64, date string, after time.Duration) (rows []map[string]any) {
		synctest.Test(t, func(t *testing.T) {
			w := newWire(t, mock.WithSeed(seed), mock.WithPlays(300))
			_, path := w.stream()
			time.Sleep(after) //nolint:forbidigo // of the bubble
			rows = w.send("GET", mainHost+path+"/results?date="+date, nil).rows(t)
		})
		return rows
	}
	past := day(1, "19990703", 0)
	require.Len(t, past, 300)
	assert.Equal(t, past, day(1, "19990703", 0))
	assert.NotEqual(t, past, day(2, "19990703", 0))
	assert.NotEqual(t, past, day(1, "19990704", 0))
	end := date(1999, 7, 3, 0, 0, 0)
	for _, row := range past {
		metadata := row["metadata"].(map[string]any)
		at, err := time.Parse(time.DateTime, metadata["timestamp_utc"].(string))
		require.NoError(t, err)
		assert.False(t, at.Before(end), "they do not overlap")
		seconds := metadata["played_duration"].(float64)
		assert.GreaterOrEqual(t, seconds, 1.0)
		end = at.Add(time.Duration(seconds) * time.Second)
		assert.Equal(t, "19990703", metadata["record_timestamp"].(string)[:8])
	}
	assert.Empty(t, day(1, "20000101", 0), "nothing yet")
	assert.Len(t, day(1, "20000101", 12*time.Hour), 150)
	assert.Empty(t, day(1, "20000102", 12*time.Hour))
	assert.Len(t, day(1, "19990101", 0), 300)
	require.Error(t, mock.New(mock.WithPlays(-1)).Err())
	require.Error(t, mock.New(mock.WithPlays(86_401)).Err())
}

// A script says what is played.
func TestOnPlays(t *testing.T) {
	t.Parallel()
	w := newWire(t, mock.WithPlays(10))
	track := w.srv.AddTrack(mock.Track{})
	id, path := w.stream()
	w.srv.OnPlays(func(streamID string, day time.Time) []mock.Play {
		if streamID != id || !day.Equal(date(2026, 1, 2, 0, 0, 0)) {
			panic("another day")
		}
		return []mock.Play{{Track: track, At: day.Add(time.Hour), Played: time.Minute}}
	})
	rows := w.send("GET", mainHost+path+"/results?date=20260102", nil).rows(t)
	require.Len(t, rows, 1)
	assert.Empty(t, w.send("GET", mainHost+path+"/results?date=20260103", nil).rows(t))
	w.srv.OnPlays(nil)
	assert.Len(t, w.send("GET", mainHost+path+"/results?date=20260103", nil).rows(t), 10)
}

func TestPlaysThatMakeNoSense(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	id, _ := w.stream()
	at := date(2026, 1, 2, 0, 0, 0)
	for says, err := range map[string]error{
		"stream or channel":      w.srv.AddPlay("s-none", mock.Play{At: at, Played: time.Minute}),
		"no At":                  w.srv.AddPlay(id, mock.Play{Played: time.Minute}),
		"a second or more":       w.srv.AddPlay(id, mock.Play{At: at}),
		"not JSON":               w.srv.AddPlay(id, mock.Play{At: at, Data: json.RawMessage("{")}),
		"is not the state":       w.srv.SetStreamState(id, "Asleep"),
		"add it through the API": w.srv.SetStreamState("s-none", "Mute"),
	} {
		assert.ErrorContains(t, err, says)
	}
}

// A play is posted to the project's callback URL.
func TestPlaysArePosted(t *testing.T) {
	t.Parallel()
	posted := make(chan string, 1)
	transport := transportFunc(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		posted <- r.URL.String() + " " + string(body)
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, err
	})
	w := newWire(t, mock.WithCallbackTransport(transport))
	track := w.srv.AddTrack(mock.Track{Title: "Night"})
	id, path := w.stream()
	project, _, _ := strings.Cut(path, "/streams")
	play := mock.Play{Track: track, At: date(2026, 1, 2, 3, 4, 5), Played: time.Minute}
	require.NoError(t, w.srv.AddPlay(id, play), "there is no URL yet")
	require.Equal(t, 200, w.send("POST", mainHost+project+"/result-callback", `{"result_callback_url":"https://example.org/bm"}`).status)
	require.NoError(t, w.srv.AddPlay(id, mock.Play{At: play.At, Played: time.Minute}), "nothing is recognised, and not asked for")
	require.NoError(t, w.srv.AddPlay(id, play))
	url, text, _ := strings.Cut(<-posted, " ")
	assert.Equal(t, "https://example.org/bm", url)
	var body struct {
		StreamID   string `json:"stream_id"`
		StreamURL  string `json:"stream_url"`
		StreamName string `json:"stream_name"`
		Status     int
		Data       map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(text), &body))
	assert.Equal(t, []any{id, "http://a.test", "Radio One", 1}, []any{body.StreamID, body.StreamURL, body.StreamName, body.Status})
	record := w.send("GET", mainHost+path+"/results?date=20260102", nil).rows(t)[0]
	assert.Equal(t, record, body.Data)
	require.Equal(t, 200, w.send("POST", mainHost+project+"/result-callback", `{"result_callback_send_noresult":1}`).status)
	require.NoError(t, w.srv.AddPlay(id, mock.Play{At: play.At, Played: time.Minute}))
	assert.Contains(t, <-posted, `"status":0,"data":{"status":{"code":1001,`)
}

// A recording is a WAV file in which what was played is recognised, and there is none of what was not.
func TestStreamRecording(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(mock.Track{Title: "Night"})
	id, path := w.stream()
	require.NoError(t, w.srv.AddPlay(id, mock.Play{Track: track, At: date(2026, 1, 1, 23, 59, 50), Played: 30 * time.Second}))
	r := w.send("GET", mainHost+path+"/recordings?timestamp_utc=20260102000000&played_duration=10&record_before=5&record_after=3", nil, "Accept", "*/*")
	require.Equal(t, 200, r.status, "%s", r.body)
	assert.Equal(t, "audio/wav", r.header.Get("Content-Type"))
	assert.Equal(t, `attachment; filename="`+id+`_20260101235955_18.wav"`, r.header.Get("Content-Disposition"))
	assert.Len(t, r.body, 44+18*16_000)
	assert.True(t, bytes.Equal(track.WAV(5*time.Second, 23*time.Second), r.body), "from five seconds into the track")
	late := w.send("GET", mainHost+path+"/recordings?timestamp_utc=20260102000015&played_duration=10", nil)
	require.Equal(t, 200, late.status)
	assert.True(t, bytes.Equal(track.WAV(25*time.Second, 30*time.Second)[44:], late.body[44:44+5*16_000]))
	assert.Equal(t, make([]byte, 5*16_000), late.body[44+5*16_000:], "then it is silent")
	body, contentType := parts(t, identifyFields(w.srv.Config(), "audio", strconv.Itoa(1)), "sample", string(r.body))
	assert.Contains(t, fmt.Sprint(identification(t, w.http, identifyURL, contentType, body).rows(t, "music")), "title:Night")

	gone := w.send("GET", mainHost+path+"/recordings?timestamp_utc=20260102000020&played_duration=10", nil)
	assert.Equal(t, 404, gone.status)
	assert.JSONEq(t, `{"message":"The recording is not available."}`, string(gone.body))
	wrong := w.send("GET", mainHost+path+"/recordings?timestamp_utc=2026&record_before=-1", nil)
	assert.Equal(t, 422, wrong.status)
	assert.JSONEq(t, `{"message":"The given data was invalid.","errors":{"timestamp_utc":["The timestamp_utc does not match the format YmdHis."],`+
		`"played_duration":["The played_duration field is required."],"record_before":["The selected record_before is invalid."]}}`, string(wrong.body))
}

// The state of a stream is that of each moment, on the days of a time zone.
func TestStreamState(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		id, path := w.stream()
		wait := func(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // of the bubble
		wait(time.Hour)
		require.NoError(t, w.srv.SetStreamState(id, "Timeout"))
		wait(10 * time.Minute)
		require.Equal(t, 200, w.send("PUT", mainHost+path+"/restart", nil).status)
		wait(50 * time.Minute)
		const list = `{"code":0,"start":"2000-01-01 00:00:00","end":"2000-01-01 01:00:00","duration":3600},` +
			`{"code":12,"start":"2000-01-01 01:00:00","end":"2000-01-01 01:10:00","duration":600},{"code":0,"start":"2000-01-01 01:10:00","end":"2000-01-01 02:00:00","duration":3000}`
		today := `{"data":{"total_time":7200,"valid_time":6600,"timeoffset":0,"state_list":[` + list + `]}}`
		assert.JSONEq(t, today, string(w.send("GET", mainHost+path+"/state", nil).body))
		assert.JSONEq(t, today, string(w.send("GET", mainHost+path+"/state?timeoffset=0&start_date=20000101&end_date=20000101", nil).body))
		// In UTC+8, the day began eight hours before.
		assert.JSONEq(t, `{"data":{"total_time":36000,"valid_time":35400,"timeoffset":-480,"state_list":[{"code":0,"start":"2000-01-01 00:00:00","end":"2000-01-01 09:00:00","duration":32400},`+
			`{"code":12,"start":"2000-01-01 09:00:00","end":"2000-01-01 09:10:00","duration":600},{"code":0,"start":"2000-01-01 09:10:00","end":"2000-01-01 10:00:00","duration":3000}]}}`,
			string(w.send("GET", mainHost+path+"/state?timeoffset=-480&start_date=20000101&end_date=20000101", nil).body))
		assert.JSONEq(t, `{"data":{"total_time":86400,"valid_time":86400,"timeoffset":0,"state_list":[{"code":0,"start":"1999-12-31 00:00:00","end":"2000-01-01 00:00:00","duration":86400}]}}`,
			string(w.send("GET", mainHost+path+"/state?start_date=19991231&end_date=19991231", nil).body))
		assert.Equal(t, 500, w.send("GET", mainHost+path+"/state?start_date=1999-12-31", nil).status)
	})
}

// A report of the user is answered as documented, and is among the results of its day.
func TestUserReports(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	_, path := w.stream()
	r := w.send("POST", mainHost+path+"/user-reports", `{"data":[{"from":"api","title":"Spot","timeoffset":-480,"start_timestamp":"2026-01-02 12:13:14",`+
		`"end_timestamp":"2026-01-02 12:13:44","user_defined":{"artists":"A","album":"B"}}]}`)
	require.Equal(t, 200, r.status, "%s", r.body)
	assert.JSONEq(t, `{"data":{"id":`+idOf(t, r.body)+`,"result":{"start_timestamp_utc":"2026-01-02 04:13:14","end_timestamp_utc":"2026-01-02 04:13:44","record_timestamp":"","title":"Spot",`+
		`"artists":"A","album":"B","acrid":"null","duration":30,"played_duration":30,"monitor_type":"","result_type":"custom","from":"api-report",`+
		`"raw_metadata":{"title":"Spot","artists":"A","album":"B"},"start_timestamp_local":"2026-01-02 12:13:14","end_timestamp_local":"2026-01-02 12:13:44"}}}`, string(r.body))
	rows := w.send("GET", mainHost+path+"/results?date=20260102", nil).rows(t)
	require.Len(t, rows, 1)
	assert.Contains(t, fmt.Sprint(rows), "title:Spot")
	wrong := w.send("POST", mainHost+path+"/user-reports", `{"data":[{"title":"x","start_timestamp":"2026-01-02","end_timestamp":"2026-01-02 00:00:00"}]}`)
	assert.Equal(t, 422, wrong.status)
	assert.Contains(t, string(wrong.body), `"data.0.start_timestamp":["The start_timestamp does not match the format Y-m-d H:i:s."]`)
	assert.Equal(t, 422, w.send("POST", mainHost+path+"/user-reports", `{"data":[]}`).status)
}

// Analytics sum up the last seven days.
func TestAnalytics(t *testing.T) {
	t.Parallel()
	exchanges(t, []exchange{
		{"GET /api/bm-cs-projects/«radio»/analytics/results?stats_type=date&result_type=music", "", 200, `{"data":{"id":"HEX","project_id":«radio»,"stats_type":"date","result_type":"music",` +
			`"start_timestamp_utc":"1999-12-26 00:00:00","end_timestamp_utc":"2000-01-01 23:59:59","results":[{"date":"1999-12-26","play_time":0,"plays":0,"rank":1},` +
			`{"date":"1999-12-27","play_time":0,"plays":0,"rank":2},{"date":"1999-12-28","play_time":0,"plays":0,"rank":3},{"date":"1999-12-29","play_time":0,"plays":0,"rank":4},` +
			`{"date":"1999-12-30","play_time":60,"plays":1,"rank":5},{"date":"1999-12-31","play_time":220,"plays":3,"rank":6},{"date":"2000-01-01","play_time":0,"plays":0,"rank":7}]}}`, ""},
		{"GET /api/bm-cs-projects/«radio»/analytics/results?stats_type=track&result_type=music", "", 200, `{"data":{"id":"HEX","project_id":«radio»,"stats_type":"track","result_type":"music",` +
			`"start_timestamp_utc":"1999-12-26 00:00:00","end_timestamp_utc":"2000-01-01 23:59:59","results":[` +
			`{"acrid":"HEX","title":"Night","artists":"A","play_time":260,"plays":3,"rank":1},{"acrid":"HEX","title":"Day","artists":"B","play_time":20,"plays":1,"rank":2}]}}`, ""},
		{"GET /api/bm-cs-projects/«radio»/analytics/results?stats_type=stream&result_type=custom", "", 200, `{"data":{"id":"HEX","project_id":«radio»,"stats_type":"stream","result_type":"custom",` +
			`"start_timestamp_utc":"1999-12-26 00:00:00","end_timestamp_utc":"2000-01-01 23:59:59","results":[]}}`, ""},
		{"GET /api/bm-cs-projects/«radio»/analytics/results?stats_type=artists&result_type=music", "", 200, "...", ""},
		{"GET /api/bm-cs-projects/«radio»/analytics/results?stats_type=label&result_type=music", "", 200, "...", ""},
		{"GET /api/bm-cs-projects/«radio»/analytics/results?stats_type=label&result_type=custom", "", 422,
			`{"message":"The given data was invalid.","errors":{"stats_type":["The selected stats_type is invalid."]}}`, ""},
		{"GET /api/bm-cs-projects/«radio»/analytics/results", "", 422,
			`{"message":"The given data was invalid.","errors":{"stats_type":["The stats_type field is required."],"result_type":["The result_type field is required."]}}`, ""},
	}, func(w *wire, names map[string]string) {
		id, path := w.stream()
		names["radio"] = strings.Split(path, "/")[3]
		night := w.srv.AddTrack(mock.Track{Title: "Night", Artists: []string{"A"}})
		day := w.srv.AddTrack(mock.Track{Title: "Day", Artists: []string{"B"}})
		for _, p := range []mock.Play{
			{Track: day, At: date(1999, 12, 31, 1, 0, 0), Played: 20 * time.Second},
			{Track: night, At: date(1999, 12, 31, 2, 0, 0), Played: 100 * time.Second},
			{Track: night, At: date(1999, 12, 31, 3, 0, 0), Played: 100 * time.Second},
			{Track: night, At: date(1999, 12, 30, 3, 0, 0), Played: time.Minute},
			{Track: night, At: date(1999, 12, 25, 3, 0, 0), Played: time.Minute},
		} {
			require.NoError(w.t, w.srv.AddPlay(id, p))
		}
	})
}
