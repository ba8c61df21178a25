package mock_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// What the official tool sends for projects with channels of the service's database, and for the channels.
func TestChannelCalls(t *testing.T) {
	t.Parallel()
	bucket := `{"id":«bucket»,"name":"masters","type":"File","region":"eu-west-1","net_type":1,"labels":null,"metadata_template":null,` + emptyBucket + `}`
	radio := `{"id":«radio»,"name":"radio","uid":«uid»,"region":"eu-west-1","bucket_ids":"«bucket»","access_key":"HEX","buckets":[` + bucket + `],"type":"BM-Database","status_check":2,"monitoring_num":0,` +
		`"config":{"record":{},"ucf":{},"callback_result":{"enabled":0,"type_name":"diy","diy_url":"","diy_send_type":2,"diy_send_noresult":0,"diy_result_type":-1,"r3d_source":"","r3d_url":"",` +
		`"r3d_key1":"","r3d_key2":"","r3d_result_type":"0"},"callback_state":{"enabled":0,"url":"","send_type":2},"email_state":{"email":"","type":2},` +
		`"access_permission":{"add_tv":0,"edit_url":0,"can_modify":1}},` + aTime + `}`
	with := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(radio) }
	called := []string{`"callback_result":{"enabled":0`, `"callback_result":{"enabled":1`, `"diy_url":""`, `"diy_url":"https://example.org/bm"`, `"diy_send_noresult":0`, `"diy_send_noresult":1`, `"diy_result_type":-1`, `"diy_result_type":1`}
	channel := func(id int, name, city, country, defined string) string {
		return fmt.Sprintf(`{"uid":«uid»,"project_id":«radio»,"id":%d,"type":"Radio","name":"%s","sub_title":"%s - 98.8 FM","language":"English","city":"%s","province":null,"country":"%s",`+
			`"continent":"Europe","website":"","twitter":"","mytuner":"","urls":[],"status_code":0,"monitor_at":"2000-01-01 00:00:00","timemap":0,"user_defined":%s,"add_at":"2000-01-01 00:00:00"}`,
			id, name, city, city, country, defined)
	}
	one, two := channel(238765, "«one»", "Bern", "Switzerland", "[]"), channel(238766, "«two»", "Porto", "Portugal", "[]")
	all, channels := "/api/bm-bd-projects", "/api/bm-bd-projects/«radio»/channels"
	exchanges(t, []exchange{
		{"POST /api/buckets", `{"name":"masters","type":"File","region":"eu-west-1"}`, 201, "...", "bucket"},
		{"POST " + all, `{"name":"radio","region":"eu-west-1","buckets":[«bucket»]}`, 200, "...", "radio"},
		{"GET " + all, "", 200, `{"data":[` + radio + `]}`, ""},
		{"GET " + all + "?region=us-west-2", "", 200, `{"data":[]}`, ""},
		{"PUT " + all + "/«radio»", `{"name":"stations","buckets":[«bucket»]}`, 200, `{"data":` + with(`"name":"radio"`, `"name":"stations"`) + `}`, ""},
		{"PUT " + all + "/«radio»", `{"name":"radio"}`, 200, `{"data":` + radio + `}`, ""},
		{"POST " + all + "/«radio»/result-callback", `{"result_callback_url":"https://example.org/bm","result_callback_send_noresult":1,"result_callback_result_type":1}`, 200, `{"data":` + with(called...) + `}`, ""},
		{"POST " + all + "/«radio»/state-notification", `{"state_callback_url":"https://example.org/state"}`, 200,
			`{"data":` + with(append(called, `"callback_state":{"enabled":0,"url":""`, `"callback_state":{"enabled":1,"url":"https://example.org/state"`)...) + `}`, ""},
		{"POST " + channels, `{"channels":[238765,238766]}`, 200, `{"data":[` + one + `,` + two + `]}`, ""},
		{"GET " + channels + "?state=All&page=1", "", 200, page(channels, "["+one+","+two+"]", 2, `50`), ""},
		{"GET " + channels + "?state=All&page=1&per_page=1", "", 200, page(channels, "["+one+","+two+"]", 2, `50`), ""},
		{"GET " + channels + "?state=All&timemap=0&search_type=city&search_value=Port&page=1", "", 200, page(channels, "["+two+"]", 1, `50`), ""},
		{"GET " + channels + "?search_type=channel_id&search_value=238765", "", 200, page(channels, "["+one+"]", 1, `50`), ""},
		{"GET " + channels + "?search_type=channel_name&search_value=none+such", "", 200, page(channels, "[]", 0, `50`), ""},
		{"GET " + channels + "?search_type=mytuner_id&search_value=1", "", 200, page(channels, "[]", 0, `50`), ""},
		{"GET " + channels + "?state=Mute", "", 200, page(channels, "[]", 0, `50`), ""},
		{"POST " + channels + "/238766/user-defined?custom_id=my+id", "", 200, `{"data":` + strings.Replace(two, `"user_defined":[]`, `"user_defined":{"custom_id":"my id"}`, 1) + `}`, ""},
		{"GET " + channels + "?search_type=custom_id&search_value=my+id", "", 200, page(channels, "["+strings.Replace(two, `"user_defined":[]`, `"user_defined":{"custom_id":"my id"}`, 1)+"]", 1, `50`), ""},
		{"GET " + channels + "/238766/realtime_results", "", 200, `{"data":[]}`, ""},
		{"GET " + channels + "/238766/results?type=day&date=20000101", "", 200, `{"data":[]}`, ""},
		{"GET " + channels + "/238766/unknown_results?date=20000101", "", 200, `{"data":[]}`, ""},
		{"GET " + channels + "/238766/state", "", 200, `{"data":{"total_time":0,"valid_time":0,"timeoffset":0,"state_list":[]}}`, ""},
		{"GET " + channels + "/238766/recordings?timestamp_utc=20000101000000&played_duration=10&record_before=0&record_after=0", "", 404, `{"message":"The recording is not available."}`, ""},
		{"GET " + all + "/«radio»/analytics/results?stats_type=channel&result_type=music", "", 200, "...", ""},
		{"POST " + channels + "/238766/user-reports", `{"data":[{"from":"api","title":"Spot","timeoffset":0,"start_timestamp":"2000-01-01 12:13:14","end_timestamp":"2000-01-01 12:13:44"}]}`, 200, "...", ""},
		{"POST " + channels, `{"channels":[0]}`, 422, `{"message":"The given data was invalid.","errors":{"channels":["The selected channels is invalid."]}}`, ""},
		{"POST " + channels + "/238766/user-defined", "", 422, `{"message":"The given data was invalid.","errors":{"custom_id":["The custom_id field is required."]}}`, ""},
		{"DELETE " + channels + "/238765,238766", "", 204, "", ""},
		{"DELETE " + all + "/«radio»", "", 204, "", ""},
		{"GET " + all, "", 200, `{"data":[]}`, ""},
	}, func(w *wire, names map[string]string) {
		r := w.send("POST", mainHost+"/api/bm-bd-projects", `{"name":"x","region":"eu-west-1","buckets":[23]}`)
		path := "/api/bm-bd-projects/" + idOf(w.t, r.body)
		for i, row := range w.send("POST", mainHost+path+"/channels", `{"channels":[238765,238766]}`).rows(w.t) {
			names[[]string{"one", "two"}[i]] = row["name"].(string) // they follow from the numbers
		}
		require.Equal(w.t, 204, w.send("DELETE", mainHost+path, nil).status)
	})
}

// channel makes a project with a channel, and returns its path.
func (w *wire) channel(id int) string {
	w.t.Helper()
	r := w.send("POST", mainHost+"/api/bm-bd-projects", `{"name":"radio","region":"eu-west-1","buckets":[23]}`)
	require.Equal(w.t, 200, r.status, "%s", r.body)
	channels := "/api/bm-bd-projects/" + idOf(w.t, r.body) + "/channels"
	r = w.send("POST", mainHost+channels, fmt.Sprintf(`{"channels":[%d]}`, id))
	require.Equal(w.t, 200, r.status, "%s", r.body)
	return fmt.Sprintf("%s/%d", channels, id)
}

// A channel's results have lists where a stream's have values; its latest play is among those of real time.
func TestChannelResults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		track := w.srv.AddTrack(mock.Track{Title: "Night"})
		path := w.channel(100251)
		other := w.channel(100251)
		require.NoError(t, w.srv.AddPlay("100251", mock.Play{Track: track, At: date(1999, 12, 31, 23, 0, 0), Played: time.Minute}))
		for _, path := range []string{path, other} {
			rows := w.send("GET", mainHost+path+"/results?date=19991231", nil).rows(t)
			require.Len(t, rows, 1)
			music := rows[0]["metadata"].(map[string]any)["music"].([]any)[0].(map[string]any)
			assert.Equal(t, []any{track.ISRC}, music["external_ids"].(map[string]any)["isrc"])
			assert.IsType(t, []any{}, music["external_metadata"].(map[string]any)["spotify"])
			rows = w.send("GET", mainHost+path+"/realtime_results", nil).rows(t)
			require.Len(t, rows, 1)
			assert.Equal(t, "realtime", rows[0]["metadata"].(map[string]any)["type"])
		}
	})
}

// What was bought of the past is slim, and of the stations that were bought.
func TestHistoricalCalls(t *testing.T) {
	t.Parallel()
	project := `{"id":«project»,"uid":«uid»,"name":"2025","region":"eu-west-1","access_key":"HEX","state":1,"months":[],"total_price":0,"total_months":0,"unit_price":50,"payment_status":0,` +
		`"paid_amount":0,"paid_at":"","report_id":0,"total_channels":1,"total_resutls":0,"total_durations":0,"monthly_details":{},"project_type":"radio",` + aTime + `}`
	all := "/api/bm-hist-projects"
	exchanges(t, []exchange{
		{"POST " + all, `{"region":"eu-west-1","name":"2025","project_type":"radio","stations":[100251]}`, 200, "...", "project"},
		{"GET " + all, "", 200, page(all, "["+project+"]", 1, `20`), ""},
		{"GET " + all + "/«project»/channels/100251/results?date=19991231", "", 200, `{"data":[{"status":{"msg":"Success","code":0,"version":"1.0"},"result_type":0,"metadata":{"type":"historical",` +
			`"timestamp_utc":"1999-12-31 10:20:25","record_timestamp":"19991231102025","played_duration":117,"music":[{"title":"Night","artists":[{"name":"A"}],"album":{"name":"B"},` +
			`"release_date":"1999-01-02","duration_ms":180000,"score":100,"acrid":"HEX","external_ids":{"isrc":["XX0000000001"],"upc":["0000000000001"]}}]}}]}`, ""},
		{"GET " + all + "/«project»/channels/100252/results?date=19991231", "", 404, `{"message":"Not Found"}`, ""},
		{"GET " + all + "/«project»/channels/100251/results?date=1999-12-31", "", 500, `{"message":"Server Error"}`, ""},
		{"POST " + all, `{"name":"x","region":"eu-west-1","project_type":"press","stations":["x"]}`, 422, `{"message":"The given data was invalid.",` +
			`"errors":{"project_type":["The selected project_type is invalid."],"stations":["The selected stations is invalid."]}}`, ""},
	}, func(w *wire, _ map[string]string) {
		w.srv.AddTrack(mock.Track{}) // the second track has no roles and languages
		track := w.srv.AddTrack(mock.Track{Title: "Night", Artists: []string{"A"}, Album: "B", ReleaseDate: "1999-01-02", ISRC: "XX0000000001", UPC: "0000000000001"})
		w.channel(100251)
		require.NoError(w.t, w.srv.AddPlay("100251", mock.Play{Track: track, At: date(1999, 12, 31, 10, 20, 25), Played: 117 * time.Second}))
	})
}
