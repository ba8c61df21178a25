package mock_test

import (
	"strings"
	"testing"
)

// What the documentation and the official tool have for channels: names differ, and both are taken.
func TestLiveChannelCalls(t *testing.T) {
	t.Parallel()
	const times = `"created_at":"2000-01-01T00:00:00.000000Z","updated_at":"2000-01-01T00:00:00.000000Z"`
	one := `"id":«one»,"uid":«uid»,"bucket_id":«bucket»,"acr_id":"HEX","state":1,"title":"Radio One","url":"udp://192.0.2.1","user_defined":{"city":"Bern"},"timeshift":1,` + times
	two := `"id":«two»,"uid":«uid»,"bucket_id":«bucket»,"acr_id":"HEX","state":1,"title":"Radio Two","url":"http://radio.test","user_defined":{},"timeshift":1,` + times
	shown := func(item string) string { return `{"channel_id":"",` + item + `}` }
	channels := "/api/buckets/«bucket»/channels"
	recorded := strings.ReplaceAll(shown(one), "«bucket»", "«rec»")
	exchanges(t, []exchange{
		{"POST /api/buckets", `{"name":"live","type":"Live","region":"eu-west-1"}`, 201, "...", "bucket"},
		{"POST /api/buckets", `{"name":"rec","type":"LiveRec","region":"eu-west-1"}`, 201, "...", "rec"},
		{"POST " + channels, `{"title":"Radio One","url":"udp://192.0.2.1","user_defined":{"city":"Bern"},"timeshift":1}`, 201, "...", "one"},
		{"POST " + channels, `{"name":"Radio Two","url":"http://radio.test","record":24,"timeshift":72}`, 201, "...", "two"},
		{"GET " + channels + "?page=1&per_page=20", "", 200, page(channels, "["+shown(two)+","+shown(one)+"]", 2, `"20"`), ""},
		{"GET " + channels + "?order=asc", "", 200, page(channels, "["+shown(one)+","+shown(two)+"]", 2, `20`), ""},
		{"GET " + channels + "?search=Two", "", 200, page(channels, "["+shown(two)+"]", 1, `20`), ""},
		{"GET " + channels + "/«one»", "", 200, `{"data":` + shown(one) + `}`, ""},
		{"PUT " + channels + "/«two»", `{"name":"Radio 2","timeshift":0}`, 200, `{"data":` + strings.NewReplacer("Radio Two", "Radio 2", `"timeshift":1`, `"timeshift":0`).Replace(shown(two)) + `}`, ""},
		{"POST " + channels, `{}`, 422, `{"message":"The given data was invalid.","errors":{"title":["The title field is required."],"url":["The url field is required."]}}`, ""},
		{"POST /api/buckets/«rec»/rec-channels", `{"ids":"«one»,1"}`, 422, `{"message":"The given data was invalid.","errors":{"ids":["The selected ids is invalid."]}}`, ""},
		{"POST /api/buckets/«rec»/rec-channels", `{"ids":"«one»"}`, 200, `{"data":[` + recorded + `]}`, ""},
		{"GET /api/buckets/«rec»/channels", "", 200, page("/api/buckets/«rec»/channels", "["+recorded+"]", 1, `20`), ""},
		{"DELETE /api/buckets/«rec»/rec-channels/«one»", "", 204, "", ""},
		{"DELETE /api/buckets/«rec»/rec-channels/«one»", "", 404, `{"message":"Not Found"}`, ""},
		{"DELETE " + channels + "/«one»,«two»", "", 204, "", ""},
		{"GET " + channels + "/«one»", "", 404, `{"message":"Not Found"}`, ""},
	}, nil)
}

// A channel that was just made is in state 0, and the answer says of what type its bucket is.
func TestNewLiveChannel(t *testing.T) {
	t.Parallel()
	exchanges(t, []exchange{
		{"POST /api/buckets", `{"name":"live","type":"Live","region":"eu-west-1"}`, 201, "...", "bucket"},
		{"POST /api/buckets/«bucket»/channels", `{"title":"x","url":"y"}`, 201, "...", "one"},
		{"DELETE /api/buckets/«bucket»/channels/«one»", "", 204, "", ""},
	}, nil)
}
