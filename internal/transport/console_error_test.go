package transport_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

const mark = "\uFEFF"

func TestConsoleErrorShapes(t *testing.T) {
	t.Parallel()
	type fields = map[string][]string
	tests := []struct {
		name, body, message string
		fields              fields
	}{
		{"as documented", `{"error":"Authentication Exception"}`, "Authentication Exception", nil},
		{"behind a mark", "\uFEFF" + `{"message":"behind a mark"}`, "behind a mark", nil},
		{"behind two marks and lines", mark + "\n" + mark + "\r\n" + `{"message":"behind two"}`, "behind two", nil},
		{"errors as a map", `{"message":"m","errors":{"name":["taken","too long"]}}`, "m", fields{"name": {"taken", "too long"}}},
		{"errors as a map without a message", `{"errors":{"name":["taken"]}}`, "", fields{"name": {"taken"}}},
		{"errors as text", `{"errors":"all wrong"}`, "all wrong", nil},
		{"errors as a list of texts", `{"errors":["one","two"]}`, "one; two", nil},
		{"errors as a list beside a message", `{"message":"m","errors":["one"]}`, "m", nil},
		{"errors empty", `{"message":"m","errors":[]}`, "m", nil},
		{"errors null", `{"message":"m","errors":null}`, "m", nil},
		{
			"JSON:API", `{"errors":[{"status":"422","title":"Invalid Attribute","detail":"is too short","source":{"pointer":"/data/attributes/first-name"}},{"title":"No title","source":{"parameter":"page"}},{"detail":"no source"}]}`,
			"no source", fields{"first-name": {"is too short"}, "page": {"No title"}},
		},
		{"JSON:API, deep", `{"errors":[{"detail":"d","source":{"pointer":"/data/relationships/bucket/id"}}]}`, "", fields{"relationships.bucket.id": {"d"}}},
		{"fields within fields", `{"message":"m","errors":{"policy":{"type":["unknown"],"interval":{"min":["too small"]}},"buckets.0":["gone"]}}`, "m", fields{"policy.type": {"unknown"}, "policy.interval.min": {"too small"}, "buckets.0": {"gone"}}},
		{"objects of a field", `{"errors":{"name":[{"code":7,"message":"taken"}]}}`, "", fields{"name": {"taken"}}},
		{"fields that name themselves", `{"errors":[{"field":"name","message":"taken"},{"param":"page","msg":"no number"}]}`, "", fields{"name": {"taken"}, "page": {"no number"}}},
		{"error as fields", `{"error":{"name":["taken"]}}`, "", fields{"name": {"taken"}}},
		{"error as a list", `{"error":["one","two"]}`, "one; two", nil},
		{"error as an object with a title", `{"error":{"code":404,"title":"Gone"}}`, "Gone", nil},
		{"error as a flag beside msg", `{"error":true,"msg":"why"}`, "why", nil},
		{"error as a flag that is off", `{"error":false,"msg":"why"}`, "why", nil},
		{"OAuth", `{"error":"invalid_token","error_description":"The token has expired"}`, "invalid_token: The token has expired", nil},
		{"problem details", `{"type":"about:blank","title":"Forbidden","status":403,"detail":"not your container"}`, "not your container", nil},
		{"identification", `{"status":{"msg":"Invalid Access Key","code":3001}}`, "Invalid Access Key", nil},
		{"numbers", `{"message":7,"errors":{"a":1}}`, "7", fields{"a": {"1"}}},
		{"names in capitals", `{"Message":"why","Errors":null}`, "why", nil},
		{"other names", `{"error_msg":"why"}`, "why", nil},
		{"within data", `{"success":false,"data":{"message":"why","errors":{"name":["taken"]}}}`, "why", fields{"name": {"taken"}}},
		{"data itself", `{"data":"why"}`, "why", nil},
		{"a list", `["no object"]`, `["no object"]`, nil},
		{"XML", `<Error><Code>X</Code></Error>`, `<Error><Code>X</Code></Error>`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, func(*http.Request) (*http.Response, error) {
				return httpmock.NewStringResponse(422, tt.body), nil
			}).Do(t.Context(), get(target))
			e, ok := errors.AsType[*acrcloud.APIError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.message, e.Message)
			assert.Equal(t, tt.fields, e.Fields)
		})
	}
}

// Neither depth nor length of what a stranger writes makes an error grow.
func TestConsoleErrorIsBounded(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"deep":    `{"errors":` + strings.Repeat(`{"a":`, 5000) + `"x"` + strings.Repeat(`}`, 5000) + `}`,
		"nested":  `{"errors":` + strings.Repeat(`[`, 5000) + `"x"` + strings.Repeat(`]`, 5000) + `}`,
		"long":    `{"message":"` + strings.Repeat("x", 60_000) + `"}`,
		"long é":  `{"message":"` + strings.Repeat("é", 30_000) + `"}`,
		"objects": `{"error":` + strings.Repeat(`{"a":`, 5000) + `1` + strings.Repeat(`}`, 5000) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := transport.ConsoleError(&transport.Response{StatusCode: 422, Body: []byte(body)})
			require.Error(t, err)
			assert.Less(t, len(err.Error()), 10_000)
		})
	}
}

func TestSuccessThatSaysNo(t *testing.T) {
	t.Parallel()
	no := map[string]string{ // and the message
		`{"message":"Invalid Container"}`:                                           "Invalid Container",
		"\uFEFF" + `{"message":"Invalid Container"}`:                                "Invalid Container",
		`{"message":"Invalid Container","data":null}`:                               "Invalid Container",
		`{"error":"Authentication Exception"}`:                                      "Authentication Exception",
		`{"error":{"message":"nothing was done"}}`:                                  "nothing was done",
		`{"error":true,"message":"busy"}`:                                           "busy",
		`{"errors":["busy"]}`:                                                       "busy",
		`{"data":[],"errors":["busy"]}`:                                             "busy",
		`{"success":false}`:                                                         `{"success":false}`,
		`{"success":false,"data":[],"message":"busy"}`:                              "busy",
		`{"status":"error","message":"busy"}`:                                       "busy",
		`{"status":"fail"}`:                                                         `{"status":"fail"}`,
		`{"code":404,"message":"gone"}`:                                             "gone",
		`{"status_code":403}`:                                                       `{"status_code":403}`,
		`{"status":{"code":3001,"msg":"Missing Access Key"}}`:                       "Missing Access Key",
		`{"message":"The given data was invalid.","data":null,"file":"a","line":1}`: "The given data was invalid.",
		`{"msg":"File does not exist"}`:                                             "File does not exist",
		`{"message":"Too Many Attempts."}`:                                          "Too Many Attempts.",
		`{"error":"busy","hint":"later","trace_id":7}`:                              "busy",
		`{"deleted":0,"errors":{"ids":["busy"]}}`:                                   "",
		`{"success":"false","message":"busy"}`:                                      "busy",
		`{"success":"0","message":"busy"}`:                                          "busy",
		`{"success":false,"data":{"message":"busy"}}`:                               "busy",
		`{"success":false,"data":[1],"message":"busy"}`:                             "busy",
		`{"data":{"error":"busy"}}`:                                                 "busy",
		`{"data":"Invalid Container"}`:                                              "Invalid Container",
		`{"status":false,"message":"busy"}`:                                         "busy",
		`{"ok":false,"message":"busy"}`:                                             "busy",
		`{"result":"error","message":"busy"}`:                                       "busy",
		`{"code":"404","message":"gone"}`:                                           "gone",
		`{"code":3003,"msg":"busy"}`:                                                "busy",
		`{"code":-1,"msg":"busy"}`:                                                  "busy",
		`{"error_code":7,"error_msg":"busy"}`:                                       "busy",
		`{"Message":"Invalid Container"}`:                                           "Invalid Container",
		`{"message":"The name field is required."}`:                                 "The name field is required.",
		`{"message":"The name has already been taken."}`:                            "The name has already been taken.",
		`{"message":"No query results for model [File] 5"}`:                         "No query results for model [File] 5",
		`{"message":"The file is missing or has been deleted"}`:                     "The file is missing or has been deleted",
	}
	yes := []string{
		"", " ", "null", "[]", "{}", "true", `"ok"`, "OK", "<html>error</html>",
		`{"message":"success"}`, `{"message":"File deleted"}`, `{"message":"Unknown files were skipped: success"}`, `{"message":"Done, no errors"}`,
		`{"status":"ok"}`, `{"status":"success","message":"queued"}`, `{"success":true}`, `{"code":0,"message":"ok"}`, `{"code":200}`,
		`{"status":200,"message":"ok"}`, `{"status":{"code":0,"msg":"Success"}}`, `{"status":{"code":1001,"msg":"No result"}}`,
		`{"error":null}`, `{"error":"","errors":[]}`, `{"error":false}`, `{"error":0}`, `{"errors":{}}`, `{"error":"none"}`,
		`{"data":{"id":"a"},"error":"partly"}`, `{"data":[],"message":"Not found"}`, `{"data":"ok"}`, `{"data":{}}`, `{"data":{"message":"deleted"}}`,
		`{"success":true,"message":"2 deleted, 1 not found"}`, `{"message":"The file has been deleted. This cannot be undone."}`, `{"deleted":1,"message":"1 not found"}`,
		`{"data":{"id":1,"error":"x"}}`, `{"data":7,"error":"x"}`,
		`{"id":7,"status":"error"}`, `{"status":"error","id":7}`, `{"title":"Invalid","name":"x"}`, `{"state":-1,"error":"no"}`,
		`{"message":"Invalid Container"`, `{"message":"Invalid`, `[{"error":"x"}]`,
	}
	for body, message := range no {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			calls := 0
			header := http.Header{"Content-Type": {"application/json"}}
			c := newClient(t, func(*http.Request) (*http.Response, error) {
				calls++
				return &http.Response{StatusCode: http.StatusOK, Header: header, Body: httpmock.NewRespBodyFromString(body)}, nil
			})
			_, err := c.Do(t.Context(), post(target, "x"))
			e, ok := errors.AsType[*acrcloud.APIError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, message, e.Message)
			assert.Equal(t, 200, e.StatusCode)
			assert.Equal(t, 1, calls)
			require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown, "the service has said what became of it")
			require.NotErrorIs(t, err, acrcloud.ErrNotFound)
		})
	}
	for _, body := range yes {
		t.Run("yes "+body, func(t *testing.T) {
			t.Parallel()
			assert.NoError(t, transport.ConsoleError(&transport.Response{StatusCode: 200, Body: []byte(body)}))
		})
	}
}

// What need not return anything may also say no in plain text, a list, or false.
func TestAcknowledged(t *testing.T) {
	t.Parallel()
	for body, message := range map[string]string{
		`"Invalid Container"`: "Invalid Container", "Invalid Container\n": "Invalid Container", `["Invalid Container"]`: "Invalid Container",
		`[{"error":"busy"}]`: "busy", "false": "false", `{"error":"busy"}`: "busy",
	} {
		err := transport.Acknowledged(&transport.Response{StatusCode: 200, Body: []byte(body)})
		e, ok := errors.AsType[*acrcloud.APIError](err)
		require.True(t, ok, "%s: %v", body, err)
		assert.Equal(t, message, e.Message, body)
		require.NotErrorIs(t, err, acrcloud.ErrNotFound)
	}
	for _, body := range []string{
		"", " ", "null", "true", "1", "OK", `"deleted"`, "[]", "{}", `["a"]`, `["a","Invalid Container"]`, `[{"id":"a","error":"busy"}]`, `[{"id":"a"}]`, `{"data":[{"id":"a","error":"x"}]}`,
		strings.Repeat("invalid ", 1000),
	} {
		assert.NoError(t, transport.Acknowledged(&transport.Response{StatusCode: 200, Body: []byte(body)}), body)
	}
}

// A breakdown that is told with a success leaves open what became of a request that is billed, as a status of 5xx does.
func TestBreakdownInASuccess(t *testing.T) {
	t.Parallel()
	for body, unsure := range map[string]bool{
		`{"status":500,"error":"Internal Server Error"}`: true, `{"code":504,"message":"x"}`: true, `{"status_code":"502","error":"x"}`: true, `{"message":"Server Error"}`: true,
		`{"success":false,"message":"The request timed out"}`: true, `{"status":404,"error":"x"}`: false, `{"success":false}`: false, `{"error":"Authentication Exception"}`: false,
	} {
		_, err := newClient(t, func(*http.Request) (*http.Response, error) { return httpmock.NewStringResponse(200, body), nil }).Do(t.Context(), post(target, "x"))
		require.Error(t, err)
		assert.Equal(t, unsure, errors.Is(err, acrcloud.ErrOutcomeUnknown), "%s: %v", body, err)
	}
}

// Words, and codes that mean nothing, are no certain refusal of a request that is billed: they may come with what was accepted.
func TestSuccessThatMayBeOne(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{
		`{"message":"File queued. Results are not available yet."}`: 200, `{"message":"Upload complete, 0 failed"}`: 200, `{"code":2001,"message":"created"}`: 200,
		`{"code":2001,"message":"ok"}`: 200, `{"message":"Rescan accepted, no limit exceeded."}`: 200, `{"message":"File(s) will be rescanned. This can't be undone."}`: 200,
		`{"success":true,"error":"x"}`: 200, `{"message":"Old results are not available."}`: 200, `{"message":"Invalid Container"}`: 201, `{"error":"x"}`: 202,
	} {
		req := post(target, "x")
		req.Check = transport.Acknowledged
		_, err := newClient(t, func(*http.Request) (*http.Response, error) { return httpmock.NewStringResponse(status, body), nil }).Do(t.Context(), req)
		require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown, body)
	}
	for _, body := range []string{
		`{"success":true,"error":{"code":0,"message":"Success"}}`, `{"success":true,"error":{"code":0,"message":""}}`, `{"success":true,"errors":{"music":[]}}`, `{"code":200,"message":"ok","error":{}}`,
	} {
		assert.NoError(t, transport.Acknowledged(&transport.Response{StatusCode: 200, Body: []byte(body)}), body)
	}
}

// A breakdown, or too many requests, that a success tells is one that may pass for what changes nothing when it is sent twice.
func TestBreakdownIsRetried(t *testing.T) {
	t.Parallel()
	for body, attempts := range map[string]int{
		`{"message":"Server Error"}`: 4, `{"message":"Too Many Attempts."}`: 4, `{"status":503,"message":"unavailable"}`: 4, `{"success":false,"message":"Service temporarily unavailable"}`: 4,
		`{"message":"Invalid Container"}`: 1, `{"success":false}`: 1,
	} {
		for _, cost := range []transport.Cost{transport.Read, transport.Write} {
			synctest.Test(t, func(t *testing.T) {
				req := get(target)
				req.Cost = cost
				_, err := newClient(t, func(*http.Request) (*http.Response, error) { return httpmock.NewStringResponse(200, body), nil }).Do(t.Context(), req)
				e, ok := errors.AsType[*acrcloud.APIError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, attempts, e.Attempts, body)
			})
		}
	}
}

func FuzzConsoleError(f *testing.F) {
	for _, seed := range []string{`{"message":"Invalid Container"}`, `{"errors":[{"detail":"d","source":{"pointer":"/data/a"}}]}`, `{"data":[],"error":{"a":["b"]}}`, "\uFEFF{}", `{"errors":{"a":{"b":["c"]}}}`} {
		f.Add(200, []byte(seed))
		f.Add(422, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		err := transport.ConsoleError(&transport.Response{StatusCode: status, Body: body})
		if err == nil && (status < 200 || status > 299) {
			t.Errorf("status %d is no success", status)
		}
	})
}
