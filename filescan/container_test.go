package filescan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

func TestContainerShapes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   string
		want filescan.Container
	}{
		"as documented": {
			`{"id":2002,"uid":1001,"name":"uploads","region":"eu-west-1","audio_type":"linein","engine":3,"policy":{"type":"traverse","interval":0,"rec_length":10},"buckets":[{"id":23,"name":"ACRCloud Music"}],"num":4,"size":123456789012,"deepright":true,"music_detection":true,"ai_detection":false,"callback_url":null,"state":1,"created_at":"2026-01-02T03:04:05.000000Z"}`,
			filescan.Container{
				ID: 2002, AccountID: 1001, Name: "uploads", Region: acrcloud.EUWest1, AudioType: filescan.LineIn, Engine: filescan.EngineFingerprintAndCovers, Policy: filescan.Traverse(0, 10),
				Buckets: []filescan.Bucket{{ID: 23, Name: "ACRCloud Music"}}, Num: 4, Size: 123456789012, Deepright: true, MusicDetection: true, State: 1, CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
			},
		},
		"of other types": {
			`{"id":"2002","engine":"5","deepright":1,"music_detection":"0","ai_detection":"1","size":"300000","num":"4","policy":{"type":"points","points":"3","ai_detection":1},"buckets":[23,"ACRCloud Music",{"id":"24","name":null,"x":1}]}`,
			filescan.Container{
				ID: 2002, Engine: filescan.EngineAIMusic, Deepright: true, AIDetection: true, Size: 300000, Num: 4,
				Policy:  filescan.Policy{Type: "points", Points: new(3), Extra: extra("ai_detection", `1`)},
				Buckets: []filescan.Bucket{filescan.BucketID(23), filescan.BucketName("ACRCloud Music"), {ID: 24, Extra: extra("x", `1`)}},
			},
		},
		"empty arrays": {`{"policy":[],"buckets":[],"callback_url":[]}`, filescan.Container{Buckets: []filescan.Bucket{}}},
		"odd":          {`{"engine":"both","policy":"points","buckets":[true],"deepright":"yes","new":1}`, filescan.Container{Extra: raws{"engine": json.RawMessage(`"both"`), "policy": json.RawMessage(`"points"`), "buckets": json.RawMessage(`[true]`), "deepright": json.RawMessage(`"yes"`), "new": json.RawMessage(`1`)}}},
		"redacted":     {`{"id":1,"callback_url":"[redacted]","callback_sign_secret":"[redacted]"}`, filescan.Container{ID: 1}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, decode(t, tt.in, same[filescan.Container]))
		})
	}
}

func TestContainerSecretsDoNotShow(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`"https://example.org/hook?key=hunter2"`:         "https://example.org/hook?key=hunter2",
		`{"url":"https://example.org/hook?key=hunter2"}`: `{"url":"https://example.org/hook?key=hunter2"}`,
		`["https://example.org/hook?key=hunter2"]`:       `["https://example.org/hook?key=hunter2"]`,
	} {
		var c filescan.Container
		require.NoError(t, json.Unmarshal([]byte(`{"id":1,"callback_url":`+in+`,"callback_sign_secret":{"kid":"1","secret":"hunter2"}}`), &c))
		assert.Equal(t, want, c.CallbackURL.Reveal())
		assert.JSONEq(t, `{"kid":"1","secret":"hunter2"}`, c.CallbackSignSecret.Reveal())

		encoded, err := json.Marshal(c)
		require.NoError(t, err)
		assert.JSONEq(t, `{"id":1,"callback_url":"[redacted]","callback_sign_secret":"[redacted]"}`, string(encoded))
		for _, shown := range []string{string(encoded), fmt.Sprintf("%v %+v %#v %v", c, c, c, &c)} {
			assert.NotContains(t, shown, "hunter2")
		}

		var again filescan.Container
		require.NoError(t, json.Unmarshal(encoded, &again))
		assert.Equal(t, filescan.Container{ID: 1}, again, "what was redacted is no credential")
	}
}

func TestEngineText(t *testing.T) {
	t.Parallel()
	for engine, want := range map[filescan.Engine]string{
		filescan.EngineFingerprint: "fingerprint", filescan.EngineCovers: "covers", filescan.EngineFingerprintAndCovers: "fingerprint and covers",
		filescan.EngineSpeechToText: "speech to text", filescan.EngineAIMusic: "AI music", 6: "engine 6", 0: "engine 0",
	} {
		assert.Equal(t, want, engine.String())
	}
}

func TestPolicyText(t *testing.T) {
	t.Parallel()
	for want, policy := range map[string]filescan.Policy{
		`{"type":"traverse","interval":0,"rec_length":10}`: filescan.Traverse(0, 10),
		`{"type":"points","points":3}`:                     filescan.Points(3),
		`{}`:                                               {},
	} {
		data, err := json.Marshal(policy)
		require.NoError(t, err)
		assert.Equal(t, want, string(data))
	}
}

// A response about another container, or a list of several, is not about the one that was asked for.
func TestOtherContainer(t *testing.T) {
	t.Parallel()
	const url = "api-v2.acrcloud.com/api/fs-containers"
	other := `{"id":8,"name":"somebody else's","region":"us-west-2","engine":3}`
	for body, unknown := range map[string]bool{ // of what was to be made
		`{"data":` + other + `}`:                                 true,
		`{"data":[` + other + `,{"id":9,"name":"x"}]}`:           true,
		pageJSON(1, 1, 1, `{"id":9,"name":"mine","engine":1}`):   true,
		`{"data":{"id":9,"name":"mine_1","region":"eu-west-1"}}`: false,
		`{"data":[{"id":9,"name":"mine"}]}`:                      false,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := newAPI(t, map[string]http.HandlerFunc{
					"GET " + url + "/7": says(body), "PUT " + url + "/7": says(body), "POST " + url: says(body), "GET " + url: says(pageJSON(1, 1, 0)),
				})
				_, err := c.Containers().Get(t.Context(), 7)
				require.ErrorIs(t, err, acrcloud.ErrNotFound)
				_, err = c.Containers().Update(t.Context(), 7, &filescan.UpdateContainerRequest{Name: new("mine")})
				require.ErrorIs(t, err, acrcloud.ErrNotFound)
				_, err = c.Containers().Create(t.Context(), &filescan.CreateContainerRequest{Name: "mine", Region: acrcloud.EUWest1, Engine: filescan.EngineFingerprint})
				assert.Equal(t, unknown, errors.Is(err, acrcloud.ErrOutcomeUnknown), "%v", err)
				assert.Equal(t, unknown, err != nil)
			})
		})
	}
}
