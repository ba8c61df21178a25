package filescan_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// The name of a container is unique, so one that was made by a request without a response can be found.
func TestCreateContainerOutcome(t *testing.T) {
	t.Parallel()
	const url = "api-v2.acrcloud.com/api/fs-containers"
	container := func(created time.Time) string {
		return `{"id":9,"name":"mine","region":"eu-west-1","engine":1,"created_at":"` + created.UTC().Format(time.RFC3339) + `"}`
	}
	none := says(pageJSON(1, 1, 0))
	mine := func(w http.ResponseWriter, r *http.Request) { says(pageJSON(1, 1, 1, container(time.Now())))(w, r) }
	made := func(w http.ResponseWriter, r *http.Request) { fails(201, `{"data":`+container(time.Now())+`}`)(w, r) }
	taken := fails(422, `{"message":"The given data was invalid.","errors":{"name":["The name has already been taken."]}}`)
	withoutDate := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Del("Date")
			h(w, r)
		}
	}
	tests := map[string]struct {
		post, list http.HandlerFunc
		posts      int
		is         []error // nil: it is made
	}{
		"made, and shown":             {lost, mine, 1, nil},
		"made, and shown late":        {lost, inTurn(none, none, mine), 1, nil},
		"not made":                    {inTurn(lost, made), none, 2, nil},
		"made, and shown later still": {inTurn(lost, taken), inTurn(none, none, none, none, mine), 2, nil},
		"taken by another":            {inTurn(lost, taken), says(pageJSON(1, 1, 1, container(testTime.AddDate(-30, 0, 0)))), 2, []error{acrcloud.ErrInvalid, acrcloud.ErrOutcomeUnknown}},
		"lost twice":                  {lost, none, 2, []error{acrcloud.ErrOutcomeUnknown}},
		"refused":                     {taken, none, 1, []error{acrcloud.ErrInvalid}},
		"no clock to tell":            {lost, withoutDate(says(pageJSON(1, 1, 1, container(testTime.AddDate(-30, 0, 0))))), 2, []error{acrcloud.ErrOutcomeUnknown}},
		"refused, and made":           {inTurn(fails(429, "{}"), taken), inTurn(none, mine), 2, nil},
		"refused, and taken":          {inTurn(fails(429, "{}"), taken), none, 2, []error{acrcloud.ErrInvalid}},
		"the list fails":              {lost, fails(403, `{}`), 1, []error{acrcloud.ErrOutcomeUnknown, acrcloud.ErrForbidden}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, a := newAPI(t, map[string]http.HandlerFunc{"POST " + url: tt.post, "GET " + url: tt.list})
				created, err := c.Containers().Create(t.Context(), &filescan.CreateContainerRequest{Name: "mine", Region: acrcloud.EUWest1, Engine: filescan.EngineFingerprint})
				assert.Equal(t, tt.posts, a.count("POST"))
				if tt.is == nil {
					require.NoError(t, err)
					assert.Equal(t, 9, created.ID)
					return
				}
				for _, target := range tt.is {
					require.ErrorIs(t, err, target)
				}
			})
		})
	}
}

// A container of the name with other settings is somebody else's.
func TestCreateContainerOfOtherSettings(t *testing.T) {
	t.Parallel()
	const url = "api-v2.acrcloud.com/api/fs-containers"
	asked := filescan.CreateContainerRequest{
		Name: "mine", Region: acrcloud.EUWest1, Engine: filescan.EngineFingerprint, Buckets: []filescan.Bucket{filescan.BucketID(23), filescan.BucketName("Mine")},
		CallbackURL: acrcloud.NewSecret("https://example.org/hook?key=s3cret"), Deepright: new(true), AIDetection: new(false),
	}
	const whole = `"region":"eu-west-1","engine":1,"audio_type":"linein","policy":{"type":"traverse","interval":0,"rec_length":10},` +
		`"buckets":[{"id":5,"name":"Mine"},{"id":23,"name":"ACRCloud Music"}],"callback_url":"https://example.org/hook?key=s3cret","deepright":1,"music_detection":true,"ai_detection":0`
	tests := map[string]struct {
		shown string
		says  string // empty: it is ours
	}{
		"the same":              {whole, ""},
		"little is shown":       {`"deepright":true`, ""},
		"another region":        {strings.Replace(whole, "eu-west-1", "us-west-2", 1), "region"},
		"another engine":        {strings.Replace(whole, `"engine":1`, `"engine":3`, 1), "engine"},
		"another type of audio": {strings.Replace(whole, "linein", "recorded", 1), "audio_type"},
		"another policy":        {strings.Replace(whole, "traverse", "points", 1), "policy"},
		"another interval":      {strings.Replace(whole, `"interval":0`, `"interval":9`, 1), "policy"},
		"another bucket":        {strings.Replace(whole, `"id":23`, `"id":24`, 1), "buckets"},
		"a bucket less":         {strings.Replace(whole, `{"id":5,"name":"Mine"},`, "", 1), "buckets"},
		"a bucket more":         {strings.Replace(whole, `"buckets":[`, `"buckets":[{"id":6,"name":"Hers"},`, 1), "buckets"},
		"another callback":      {strings.Replace(whole, "example.org", "example.com", 1), "callback_url"},
		"without deepright":     {strings.Replace(whole, `"deepright":1`, `"deepright":0`, 1), "deepright"},
		"with AI detection":     {strings.Replace(whole, `"ai_detection":0`, `"ai_detection":1`, 1), "ai_detection"},
		"two settings":          {`"region":"us-west-2","engine":3,"deepright":1`, "region, engine"},
	}
	for name, tt := range tests {
		for how, post := range map[string]http.HandlerFunc{"lost": lost, "refused": fails(429, "{}")} {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c, a := newAPI(t, map[string]http.HandlerFunc{"POST " + url: post, "GET " + url: func(w http.ResponseWriter, r *http.Request) {
						says(pageJSON(1, 1, 1, `{"id":9,"name":"mine","created_at":"`+time.Now().UTC().Format(time.RFC3339)+`",`+tt.shown+`}`))(w, r)
					}})
					created, err := c.Containers().Create(t.Context(), &asked)
					assert.Equal(t, 1, a.count("POST"))
					if tt.says == "" {
						require.NoError(t, err)
						assert.Equal(t, 9, created.ID)
						return
					}
					assert.Nil(t, created)
					require.ErrorContains(t, err, "container 9 has the name")
					require.ErrorContains(t, err, "("+tt.says+")")
					assert.Equal(t, how == "lost", errors.Is(err, acrcloud.ErrOutcomeUnknown))
					assert.NotContains(t, err.Error(), "s3cret")
				})
			})
		}
	}
}

// The service may trim a name, or write it in another way, and what is not UTF-8 cannot be sent.
func TestCreateContainerOfAnyName(t *testing.T) {
	t.Parallel()
	const url = "api-v2.acrcloud.com/api/fs-containers"
	for name, shown := range map[string]string{" padded ": "padded", "two words": "two_words", "inval\xffid": "inval\ufffdid"} {
		t.Run(shown, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, a := newAPI(t, map[string]http.HandlerFunc{"POST " + url: lost, "GET " + url: func(w http.ResponseWriter, r *http.Request) {
					assert.Contains(t, shown, r.URL.Query().Get("name"))
					says(pageJSON(1, 1, 1, `{"id":9,"name":"`+shown+`","region":"eu-west-1","engine":1,"created_at":"`+time.Now().UTC().Format(time.RFC3339)+`"}`))(w, r)
				}})
				created, err := c.Containers().Create(t.Context(), &filescan.CreateContainerRequest{Name: name, Region: acrcloud.EUWest1, Engine: filescan.EngineFingerprint})
				require.NoError(t, err)
				assert.Equal(t, 9, created.ID)
				assert.Equal(t, 1, a.count("POST"))
			})
		})
	}
}
