package scenario_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/mock/scenario"
)

func client(t *testing.T, srv *mock.Server) *filescan.Files {
	t.Helper()
	c, err := filescan.New(srv.Config(), append(srv.Options(), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))...)
	require.NoError(t, err)
	return c.Files(srv.Config().ContainerID)
}

func apply(t *testing.T, srv *mock.Server, text string) (remove func()) {
	t.Helper()
	s, err := scenario.Parse([]byte(text))
	require.NoError(t, err)
	remove, err = s.Apply(srv)
	require.NoError(t, err)
	return remove
}

func TestVerdictsAreThoseOfTheAssessment(t *testing.T) {
	t.Parallel()
	for _, duration := range []string{"", `, "duration": "1m"`, `, "duration": 3600`} {
		for _, deepright := range []bool{false, true} {
			for verdict, want := range map[string]filescan.Risk{
				"none": filescan.RiskNone, "low": filescan.RiskLow, "medium": filescan.RiskMedium, "high": filescan.RiskHigh, "critical": filescan.RiskCritical, "unknown": filescan.RiskUnknown,
			} {
				t.Run(verdict+duration+strconv.FormatBool(deepright), func(t *testing.T) {
					t.Parallel()
					srv := mock.New()
					c, err := filescan.New(srv.Config(), srv.Options()...)
					require.NoError(t, err)
					_, err = c.Containers().Update(t.Context(), srv.Config().ContainerID, &filescan.UpdateContainerRequest{Deepright: &deepright})
					require.NoError(t, err)
					apply(t, srv, `{"tracks": [{"title": "One"}, {"title": "Two"}], "files": [{"verdict": "`+verdict+`", "track": "Two"`+duration+`}]}`)
					file, err := client(t, srv).Scan(t.Context(), acrcloud.FromBytes("a.mp3", []byte("x")), nil)
					if verdict != "unknown" {
						require.NoError(t, err)
					}
					assert.Equal(t, want, filescan.Assess(file, nil).Risk)
				})
			}
		}
	}
}

func TestScenario(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	remove := apply(t, srv, `{
		"tracks": [{"acrid": "abc", "title": "Silver River", "artists": "Ada Alder", "album": "A", "label": "L", "isrc": "I", "upc": "U", "release_date": "2020-01-31", "duration": "4m",
			"bucket_id": 0, "user_defined": {"key": "value"}, "data_base64": "aGVsbG8="}],
		"files": [
			{"name": "*.broken", "state": "failed", "detail": "cannot decode"},
			{"name": "odd", "state": -7},
			{"nth": 3, "fault": {"status": 503, "retry_after": "1s", "body": {"message": "busy"}, "header": {"X-A": ["1", "2"]}}},
			{"name": "raw", "results": {"speech": [{"text": "hello"}]}},
			{"name": "m", "duration": 100, "matches": [{"track": "ABC", "offset": 10, "start": "5s", "length": "20s", "score": 55.5}, {"track": "Silver River", "list": "cover_songs"}]},
			{"name": "slow", "processing": "1h", "callback": "lost"}
		],
		"faults": [{"op": "containers.list", "method": "get", "path": "/api/*", "skip": 0, "times": 1, "delay": 0, "status": 500, "body": "text"}, {"code": 3003, "times": 2}],
		"callbacks": [{"rate": 0.5, "lose": true, "copies": 2, "delay": "1s", "reorder": true, "early": true, "slow": 1, "shape": {"form": true, "wrapped": true, "list": true, "id": true, "text_results": true}}]
	}`)
	track := srv.Tracks()[0]
	assert.Equal(t, []string{"Ada Alder"}, track.Artists)
	assert.Equal(t, 4*time.Minute, track.Duration)
	assert.Equal(t, map[string]string{"key": "value"}, track.UserDefined)
	assert.Equal(t, []byte("hello"), track.Data)

	files := client(t, srv)
	scan := func(name string) (*filescan.File, error) {
		return files.Scan(t.Context(), acrcloud.FromBytes(name, []byte("x")), nil)
	}
	f, err := scan("a.broken")
	require.Error(t, err)
	assert.Equal(t, "cannot decode", f.Detail)
	f, err = scan("odd")
	require.Error(t, err)
	assert.Equal(t, filescan.State(-7), f.State)
	_, err = scan("raw") // the third
	var api *acrcloud.APIError
	require.ErrorAs(t, err, &api)
	assert.Equal(t, 503, api.StatusCode)
	assert.Equal(t, "busy", api.Message)
	f, err = scan("raw")
	require.NoError(t, err)
	assert.Len(t, f.Results.Speech, 1)
	f, err = scan("m")
	require.NoError(t, err)
	assert.Equal(t, 100.0, f.Duration)
	assert.Equal(t, 55.5, *f.Results.Music[0].Result.Score)
	assert.Len(t, f.Results.CoverSongs, 1)
	slow, err := files.Upload(t.Context(), acrcloud.FromBytes("slow", []byte("x")), nil)
	require.NoError(t, err)
	require.NoError(t, srv.Complete(slow.ID))

	remove()
	f, err = scan("a.broken")
	require.NoError(t, err)
	assert.Equal(t, filescan.StateNoResults, f.State)
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{`:                                  "this is not valid JSON",
		`{} {}`:                              "unexpected text after its end",
		`[]`:                                 "a list, not an object",
		`{"file": []}`:                       `file: unknown field: did you mean "files"?`,
		`{"zzzzzzzz": []}`:                   "zzzzzzzz: unknown field: use callbacks, faults, files or tracks",
		`{"files": {}}`:                      "files: this is an object, not a list",
		`{"files": [7]}`:                     "files[0]: this is a number, not an object",
		`{"files": [null]}`:                  "files[0]: this is null, not an object",
		`{"files": [{}, {"stat": "ready"}]}`: `files[1].stat: unknown field: did you mean "state"?`,
		`{"files": [{"state": "redy"}]}`:     `files[0].state: unknown state "redy": did you mean "ready"?`,
		`{"files": [{"state": 1.5}]}`:        "files[0].state: 1.5 is out of range",
		`{"files": [{"state": true}]}`:       "files[0].state: this is a boolean, not a number",
		`{"files": [{"verdict": "hgh"}]}`:    `did you mean "high"?`,
		`{"files": [{"verdict": "high", "state": 1}]}`:                  "files[0].state: the verdict already determines",
		`{"files": [{"verdict": "high", "results": {}}]}`:               "exclude each other",
		`{"files": [{"verdict": "high", "duration": "5s"}]}`:            "files[0].duration: the file is too short",
		`{"files": [{"track": "x"}]}`:                                   "files[0].track: it needs a verdict",
		`{"files": [{"name": "["}]}`:                                    "files[0].name",
		`{"files": [{"name": 7}]}`:                                      `files[0].name: this is a number, not a string: write it as "text"`,
		`{"files": [{"sha256": "abc"}]}`:                                "sha256sum",
		`{"files": [{"nth": 0}]}`:                                       "files[0].nth: 0 is out of range",
		`{"files": [{"nth": 2, "skip": 1}]}`:                            "files[0].nth: it excludes skip and times",
		`{"files": [{"processing": "soon"}]}`:                           `files[0].processing: this is not a duration: write a string such as "500ms"`,
		`{"files": [{"processing": -1}]}`:                               "files[0].processing: this is not a duration",
		`{"files": [{"processing": 1e300}]}`:                            "files[0].processing: this is not a duration",
		`{"files": [{"processing": []}]}`:                               "files[0].processing: this is not a duration",
		`{"files": [{"callback": "losd"}]}`:                             `files[0].callback: unknown value "losd": did you mean "lost"?`,
		`{"files": [{"callback": {"rate": 1}}]}`:                        "files[0].callback.rate: unknown field",
		`{"files": [{"fault": {"op": "x"}}]}`:                           "files[0].fault.op: unknown field",
		`{"files": [{"fault": {"status": 99}}]}`:                        "files[0].fault.status: 99 is out of range: use a whole number from 200 to 599",
		`{"files": [{"fault": {}}]}`:                                    "files[0].fault: it has no effect",
		`{"files": [{"matches": [{"track": "x", "score": 101}]}]}`:      "files[0].matches[0].score: 101 is out of range",
		`{"files": [{"matches": [{"track": "x", "list": "musik"}]}]}`:   `did you mean "music"?`,
		`{"faults": [{"op": "files.lst", "lose": true}]}`:               `faults[0].op: unknown value "files.lst": did you mean "files.list"?`,
		`{"faults": [{"path": "api", "lose": true}]}`:                   "faults[0].path",
		`{"faults": [{"lose": "yes"}]}`:                                 "faults[0].lose: this is a string, not a boolean",
		`{"faults": [{"code": 3003, "op": "files.get"}]}`:               "faults[0].code",
		`{"faults": [{"code": 3003, "status": 500}]}`:                   "faults[0].status: the code already determines",
		`{"faults": [{"header": {"a b": "c"}}]}`:                        "faults[0].header.a b: this is not a valid HTTP header",
		`{"faults": [{"header": {"a": "c\r\nd"}}]}`:                     "faults[0].header.a: this is not a valid HTTP header",
		`{"callbacks": [{"rate": 2}]}`:                                  "callbacks[0].rate: 2 is out of range",
		`{"callbacks": [{"copies": 1000}]}`:                             "callbacks[0].copies",
		`{"callbacks": [{"shape": {"fom": true}}]}`:                     `callbacks[0].shape.fom: unknown field: did you mean "form"?`,
		`{"tracks": [{"release_date": "31.1.2020"}]}`:                   "tracks[0].release_date",
		`{"tracks": [{"data_base64": "%"}]}`:                            "tracks[0].data_base64",
		`{"tracks": [{"user_defined": {"a": 1}}]}`:                      "tracks[0].user_defined.a",
		`{"tracks": [{"artists": [1]}]}`:                                "tracks[0].artists",
		`{"tracks": [{"title": "a"}, {"title": "a"}]}`:                  "tracks[1].title: tracks[0] also has the title",
		`{"tracks": [{"bucket_id": "x"}]}`:                              "tracks[0].bucket_id: this is a string, not a number",
		"{\"files\": [{\"state\": \"\\u001b[31mred\\u202e\"}]}":         `31mred`,
		"{\"\\u001b]0;x\\u0007\": 1}":                                   `\x1b]0;x\a: unknown field`,
		`{"files": [{"verdict": "high", "matches": [{"track": "x"}]}]}`: "exclude each other",
	} {
		_, err := scenario.Parse([]byte(text))
		var failed *scenario.Error
		require.ErrorAs(t, err, &failed, text)
		assert.NotContains(t, err.Error(), "\x1b", "no terminal acts on it")
		assert.NotContains(t, err.Error(), "\u202e")
		assert.Contains(t, err.Error(), want, text)
	}
}

func TestTracksThatThereAreNot(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"files": [{"verdict": "high", "track": "x"}]}`:        `files[0].track: there is no track "x"`,
		`{"files": [{}, {"matches": [{}, {"track": "none"}]}]}`: `files[1].matches[1].track: there is no track "none"`,
	} {
		s, err := scenario.Parse([]byte(text))
		require.NoError(t, err)
		srv := mock.New()
		_, err = s.Apply(srv)
		assert.ErrorContains(t, err, want)
	}
}

func TestManyMistakesAreBounded(t *testing.T) {
	t.Parallel()
	_, err := scenario.Parse([]byte(`{"files": [` + strings.Repeat("1,", 1000) + `1]}`))
	failed, ok := errors.AsType[*scenario.Error](err)
	require.True(t, ok)
	assert.Len(t, failed.Problems, 20)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"tracks": [{"title": "t", "duration": "1s"}], "files": [{"name": "*", "state": -1, "fault": {"status": 500}, "matches": [{"track": "t"}]}], "faults": [{"lose": true}], "callbacks": [{"copies": 1}]}`))
	f.Add([]byte(`{"files": [{"nth": 1e3, "results": [1], "callback": "lost"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := scenario.Parse(data)
		if err != nil {
			assert.NotContains(t, err.Error(), "\x1b")
			return
		}
		srv := mock.New()
		remove, err := s.Apply(srv)
		if err == nil {
			remove()
		}
	})
}

func Example() {
	srv := mock.New()
	_, err := scenario.Parse([]byte(`{"files": [{"name": "*.broken", "state": "failed"}], "faults": [{"op": "files.list", "status": "500"}]}`))
	fmt.Println(err)
	s, err := scenario.Parse([]byte(`{"files": [{"name": "*.broken", "state": "failed"}], "faults": [{"op": "files.list", "status": 500}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = s.Apply(srv)
	fmt.Println(err)
	// Output:
	// mock: invalid scenario: faults[0].status: this is a string, not a number: write it as 1
	// <nil>
}
