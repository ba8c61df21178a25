package mock_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

const emptyBucket = `"uid":«uid»,"state":1,"num":0,"size":0,"access_permission":"private","created_at":"2000-01-01 00:00:00","updated_at":"2000-01-01 00:00:00"`

// What the official tool sends for buckets, and what it is answered.
func TestBucketCalls(t *testing.T) {
	t.Parallel()
	masters := `{"id":«bucket»,"name":"masters","type":"File","region":"eu-west-1","net_type":1,"labels":["Music"],"metadata_template":"isrc, artist",` + emptyBucket + `}`
	radio := `{"id":«radio»,"name":"radio","type":"Live","region":"us-west-2","net_type":0,"labels":null,"metadata_template":null,` + emptyBucket + `}`
	renamed := strings.NewReplacer(`"masters"`, `"own masters"`, `["Music"]`, `["Music","Live"]`).Replace(masters)
	exchanges(t, []exchange{
		{"GET /api/buckets?page=1&per_page=20", "", 200, page("/api/buckets", "[]", 0, `"20"`), ""},
		{"POST /api/buckets", `{"name":"masters","type":"File","region":"eu-west-1","net_type":1,"labels":["Music"],"metadata_template":"isrc, artist"}`, 201, `...`, "bucket"},
		{"GET /api/buckets/«bucket»", "", 200, `{"data":` + masters + `}`, ""},
		{"POST /api/buckets", `{"name":"radio","type":"Live","region":"us-west-2","net_type":0}`, 201, "...", "radio"},
		{"GET /api/buckets?page=1&per_page=20", "", 200, page("/api/buckets", "["+radio+","+masters+"]", 2, `"20"`), ""},
		{"GET /api/buckets?page=1&per_page=20&region=us-west-2&type=Live", "", 200, page("/api/buckets", "["+radio+"]", 1, `"20"`), ""},
		{"GET /api/buckets?search=aste", "", 200, page("/api/buckets", "["+masters+"]", 1, `20`), ""},
		{"PUT /api/buckets/«bucket»", `{"name":"own masters","labels":["Music","Live"]}`, 200, `{"data":` + renamed + `}`, ""},
		{"PUT /api/buckets/«bucket»", `{"name":""}`, 422, `{"message":"The given data was invalid.","errors":{"name":["The name field is required."]}}`, ""},
		{"POST /api/buckets", `{"name":"x"}`, 422, `{"message":"The given data was invalid.","errors":{"type":["The type field is required."],"region":["The region field is required."]}}`, ""},
		{"POST /api/buckets", `{"name":"x","type":"File","region":"mars","net_type":3,"labels":{}}`, 422, `{"message":"The given data was invalid.",` +
			`"errors":{"region":["The selected region is invalid."],"net_type":["The selected net_type is invalid."],"labels":["The selected labels is invalid."]}}`, ""},
		{"GET /api/buckets/23", "", 403, `{"message":"Forbidden"}`, ""},
		{"GET /api/buckets/1", "", 404, `{"message":"Not Found"}`, ""},
		{"DELETE /api/buckets/«radio»", "", 204, "", ""},
		{"GET /api/buckets/«radio»", "", 404, `{"message":"Not Found"}`, ""},
	}, nil)
}

// Older documentation shows forms, and samples send them.
func TestBucketByForm(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	body, contentType := form(t, "", "", nil, "name", "by form", "type", "File", "region", "eu-west-1", "labels[]", "Music", "labels[]", "Video")
	r := w.send("POST", mainHost+"/api/buckets", body, "Content-Type", contentType)
	require.Equal(t, 201, r.status, "%s", r.body)
	assert.Equal(t, []any{"Music", "Video"}, r.data(t)["labels"])
	r = w.send("POST", mainHost+"/api/buckets", "name=by+form&type=File&region=eu-west-1&net_type=2", "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, 201, r.status, "%s", r.body)
	assert.InDelta(t, 2, r.data(t)["net_type"], 0)
}

// What belongs to another account is refused, and is not what it seems to be.
func TestBucketsOfAnotherAccount(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	bucket := w.bucket("masters")
	file := w.own(bucket, "Night", []byte("fLaC"))
	mine := w.token
	w.token = w.srv.IssueToken(mock.Token{Account: 7}).Reveal()
	for _, r := range []reply{
		w.send("GET", mainHost+bucket, nil), w.send("PUT", mainHost+bucket, `{"name":"taken over"}`), w.send("DELETE", mainHost+bucket, nil),
		w.send("GET", mainHost+bucket+"/files", nil), w.send("DELETE", mainHost+bucket+"/files/"+file, nil),
	} {
		assert.Equal(t, 403, r.status)
	}
	assert.Empty(t, w.send("GET", mainHost+"/api/buckets", nil).rows(t))
	w.token = mine
	assert.Equal(t, "masters", w.send("GET", mainHost+bucket, nil).data(t)["name"])
	assert.Len(t, w.send("GET", mainHost+bucket+"/files", nil).rows(t), 1)
}

// A name that is given is kept; one that is not given stays.
func TestBucketNameStays(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	bucket := w.bucket("masters")
	for body, name := range map[string]string{`{"labels":["a"]}`: "masters", `{"name":"masters","labels":[]}`: "masters"} {
		r := w.send("PUT", mainHost+bucket, body)
		require.Equal(t, 200, r.status, "%s", r.body)
		assert.Equal(t, name, r.data(t)["name"])
	}
}
