package mock_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// What the official tool sends for projects for unknown content and their streams.
func TestUnknownProjectCalls(t *testing.T) {
	t.Parallel()
	project := `{"id":«project»,"name":"unknown","region":"eu-west-1","type":"BM","config":{"days":3,"min_ms":6000,"max_ms":300000},"created_at":"2000-01-01 00:00:00"}`
	const times = `"created_at":"2000-01-01T00:00:00.000000Z","updated_at":"2000-01-01T00:00:00.000000Z"`
	item := func(id string) string {
		return `{"id":«stream»,"uid":«uid»,"pid":«project»,"bm_stream_id":` + id + `,"bm_project_id":«monitor»,"from":"BM-DATABASE","state":1,"bm_stream_name":"«name»","bm_project_name":"radio",` + times + `}`
	}
	all, streams := "/api/ucf-projects", "/api/ucf-projects/«project»/streams"
	exchanges(t, []exchange{
		{"POST " + all, `{"name":"unknown","region":"eu-west-1","type":"BM","config":{"min_ms":6000}}`, 200, "...", "project"},
		{"GET " + all, "", 200, `{"data":[` + project + `]}`, ""},
		{"GET " + all + "?region=us-west-2", "", 200, `{"data":[]}`, ""},
		{"PUT " + all + "/«project»", `{"name":"renamed"}`, 200, `{"data":` + strings.Replace(project, `"unknown"`, `"renamed"`, 1) + `}`, ""},
		{"POST " + streams, `{"bm_stream_ids":["191149"],"from":"BM-DATABASE","bm_project_id":«monitor»}`, 200, "...", "stream"},
		{"GET " + streams + "?page=1&per_page=10", "", 200, page(streams, "["+item(`"191149"`)+"]", 1, `"10"`), ""},
		{"POST " + streams, `{"bm_stream_ids":["1"],"from":"BM-DATABASE","bm_project_id":«monitor»}`, 422, `{"message":"The given data was invalid.","errors":{"bm_stream_ids":["The selected bm_stream_ids is invalid."]}}`, ""},
		{"POST " + streams, `{"bm_stream_ids":["191149"],"from":"BM-CUSTOM","bm_project_id":«monitor»}`, 422, `{"message":"The given data was invalid.","errors":{"bm_project_id":["The selected bm_project_id is invalid."]}}`, ""},
		{"DELETE " + streams + "/«stream»,1", "", 404, `{"message":"Not Found"}`, ""},
		{"DELETE " + streams + "/«stream»", "", 204, "", ""},
		{"POST " + streams, `{"bm_stream_ids":["191149"],"from":"BM-DATABASE","bm_project_id":«monitor»}`, 200, "...", "stream"},
		{"DELETE " + all + "/«project»", "", 204, "", ""},
		{"GET " + streams, "", 404, `{"message":"Not Found"}`, ""},
		{"POST " + all, `{"type":"TV"}`, 422, `{"message":"The given data was invalid.","errors":{"name":["The name field is required."],"region":["The region field is required."],` +
			`"type":["The selected type is invalid."]}}`, ""},
	}, func(w *wire, names map[string]string) {
		path := w.channel(191149)
		names["monitor"] = strings.Split(path, "/")[3]
		names["name"] = w.send("GET", mainHost+strings.TrimSuffix(path, "/191149"), nil).rows(w.t)[0]["name"].(string)
	})
}

// The id of a stream is a number in the answer to its import, and a text in lists.
func TestUnknownStreamIDs(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	monitor := strings.Split(w.channel(191149), "/")[3]
	r := w.send("POST", mainHost+"/api/ucf-projects", `{"name":"unknown","region":"eu-west-1"}`)
	streams := "/api/ucf-projects/" + idOf(t, r.body) + "/streams"
	r = w.send("POST", mainHost+streams, `{"bm_stream_ids":["191149"],"from":"BM-DATABASE","bm_project_id":`+monitor+`}`)
	assert.InDelta(t, 191149, r.rows(t)[0]["bm_stream_id"], 0)
	assert.Equal(t, "191149", w.send("GET", mainHost+streams, nil).rows(t)[0]["bm_stream_id"])
}

// What the official tool sends for results of unknown content.
func TestUnknownResultCalls(t *testing.T) {
	t.Parallel()
	item := func(name, rest, operators, updated string) string {
		return `{"id":«` + name + `»,"pid":«project»,"acr_id":"HEX","metadata":null,` + rest + `,"operators":` + operators + `,"updated_at":"` + updated + `"}`
	}
	const firstRest, secondRest = `"status":0,"label":2,"num":3,"duration_ms":131460,"created_at":"1999-12-30 08:00:00"`, `"status":6,"label":1,"num":1,"duration_ms":20000,"created_at":"1999-12-31 08:00:00"`
	first := item("first", firstRest, `[]`, "1999-12-31 10:00:00")
	second := item("second", secondRest, `[]`, "1999-12-31 08:00:00")
	results := "/api/ucf-projects/«project»/results"
	exchanges(t, []exchange{
		{"GET " + results + "?page=1&per_page=10", "", 200, page(results, "["+second+","+first+"]", 2, `"10"`), ""},
		{"GET " + results + "?page=1&per_page=10&begin_date=1999-12-31&end_date=1999-12-31&sortby=id&order=asc&status=0,6&min=1&max=30&streams=s-2&label=1", "", 200, page(results, "["+second+"]", 1, `"10"`), ""},
		{"GET " + results + "?begin_date=1999-12-30+08:00:01", "", 200, page(results, "["+second+"]", 1, `20`), ""},
		{"GET " + results + "?end_date=1999-12-30", "", 200, page(results, "["+first+"]", 1, `20`), ""},
		{"GET " + results + "?sortby=num&order=desc", "", 200, page(results, "["+first+","+second+"]", 2, `20`), ""},
		{"GET " + results + "?sortby=duration_ms&order=asc", "", 200, page(results, "["+second+","+first+"]", 2, `20`), ""},
		{"GET " + results + "?min=21", "", 200, page(results, "["+first+"]", 1, `20`), ""},
		{"GET " + results + "?status=6", "", 200, page(results, "["+second+"]", 1, `20`), ""},
		{"GET " + results + "?label=2&label_value=Soap", "", 200, page(results, "["+first+"]", 1, `20`), ""},
		{"GET " + results + "?streams=s-1", "", 200, page(results, "["+first+"]", 1, `20`), ""},
		{"GET " + results + "?ucf_id=«first»", "", 200, page(results, "["+first+"]", 1, `20`), ""},
		{"GET " + results + "/«first»", "", 200, `{"data":` + first + `}`, ""},
		{"GET " + results + "/0123456789abcdef0123456789abcdef", "", 200, `{"data":` + first + `}`, ""},
		{"GET " + results + "/1", "", 404, `{"message":"Not Found"}`, ""},
		{"GET " + results + "/«first»/details?page=1&per_page=10&begin_date=1999-12-31&end_date=1999-12-31+10:00:00", "", 200, page(results+"/«first»/details",
			`[{"bm_stream_id":"s-1","timestamp_utc":"1999-12-31 09:00:00","duration_ms":131460}]`, 1, `"10"`), ""},
		{"GET " + results + "/«first»/record?extend=20", "", 200, `{"data":{"url":"https://storage.acrcloud.test/ucf/HEX.wav?extend=20"}}`, ""},
		{"POST " + results + "/«second»/pending", "", 200, `{"data":` + item("second", strings.Replace(secondRest, `"status":6`, `"status":0`, 1),
			`[{"operator":"API","updated_at":"2000-01-01 00:00:00"}]`, "2000-01-01 00:00:00") + `}`, ""},
		{"DELETE " + results + "/«second»?reserved=1", "", 204, "", ""},
		{"GET " + results + "?status=-1&order=asc", "", 200, "...", "second"},
		{"DELETE " + results + "/«second»?reserved=0", "", 204, "", ""},
		{"GET " + results + "/«second»", "", 404, `{"message":"Not Found"}`, ""},
	}, func(w *wire, names map[string]string) {
		r := w.send("POST", mainHost+"/api/ucf-projects", `{"name":"unknown","region":"eu-west-1"}`)
		names["project"] = idOf(w.t, r.body)
		project, err := strconv.Atoi(names["project"])
		require.NoError(w.t, err)
		add := func(name string, c mock.UnknownContent) {
			id, err := w.srv.AddUnknownContent(project, c)
			require.NoError(w.t, err)
			names[name] = strconv.Itoa(id)
		}
		add("first", mock.UnknownContent{
			ACRID: "0123456789abcdef0123456789abcdef", Label: 2, Length: 131460 * time.Millisecond, StreamID: "s-1",
			Detections: []time.Time{date(1999, 12, 30, 8, 0, 0), date(1999, 12, 31, 9, 0, 0), date(1999, 12, 31, 10, 0, 0)},
		})
		add("second", mock.UnknownContent{Status: 6, Label: 1, Length: 20 * time.Second, StreamID: "s-2", Detections: []time.Time{date(1999, 12, 31, 8, 0, 0)}})
		_, err = w.srv.AddUnknownContent(project, mock.UnknownContent{})
		require.ErrorContains(w.t, err, "no Detections")
		_, err = w.srv.AddUnknownContent(1, mock.UnknownContent{Detections: []time.Time{time.Now()}})
		require.ErrorContains(w.t, err, "project 1 does not exist")
	})
}
