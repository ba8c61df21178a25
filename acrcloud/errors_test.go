package acrcloud_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// sentinels are all that an error can match.
var sentinels = map[string]error{
	"unauthorized":    acrcloud.ErrUnauthorized,
	"forbidden":       acrcloud.ErrForbidden,
	"credentials":     acrcloud.ErrCredentials,
	"not found":       acrcloud.ErrNotFound,
	"invalid":         acrcloud.ErrInvalid,
	"bad sample":      acrcloud.ErrBadSample,
	"too large":       acrcloud.ErrTooLarge,
	"rate limited":    acrcloud.ErrRateLimited,
	"quota exceeded":  acrcloud.ErrQuotaExceeded,
	"server":          acrcloud.ErrServer,
	"outcome unknown": acrcloud.ErrOutcomeUnknown,
	"argument":        acrcloud.ErrInvalidArgument,
}

// matched returns the names of the sentinels that err matches.
func matched(err error) []string {
	names := []string{}
	for name, sentinel := range sentinels {
		if errors.Is(err, sentinel) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestAPIErrorIs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status, code int
		want         []string
	}{
		{0, 0, nil},
		{200, 0, []string{"not found"}},
		{204, 0, []string{"not found"}},
		{302, 0, nil},
		{304, 0, nil},
		{400, 0, []string{"invalid"}},
		{401, 0, []string{"credentials", "unauthorized"}},
		{402, 0, nil},
		{403, 0, []string{"credentials", "forbidden"}},
		{404, 0, []string{"not found"}},
		{405, 0, nil},
		{409, 0, nil},
		{413, 0, []string{"too large"}}, // File Scanning; of identification see below
		{415, 0, nil},
		{422, 0, []string{"invalid"}},
		{429, 0, []string{"rate limited"}},
		{500, 0, []string{"server"}},
		{502, 0, []string{"server"}},
		{503, 0, []string{"server"}},
		{504, 0, []string{"server"}},
		{200, 1001, nil}, // never an error; but if somebody makes one of it, it means nothing
		{200, 2000, nil},
		{200, 2004, []string{"bad sample"}},
		{200, 3000, []string{"server"}},
		{200, 3001, []string{"credentials"}},
		{200, 3002, []string{"invalid"}},
		{200, 3003, []string{"quota exceeded"}},
		{200, 3006, []string{"invalid"}},
		{200, 3011, []string{"server"}},
		{200, 3013, []string{"quota exceeded"}},
		{200, 3014, []string{"credentials"}},
		{200, 3015, []string{"rate limited"}},
		{200, 3016, []string{"bad sample", "too large"}},
		{200, 3999, nil},
		{403, 3001, []string{"credentials", "forbidden"}},
		{500, 3003, []string{"quota exceeded", "server"}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("HTTP %d, code %d", tt.status, tt.code), func(t *testing.T) {
			t.Parallel()
			err := &acrcloud.APIError{StatusCode: tt.status, Code: tt.code}
			assert.ElementsMatch(t, tt.want, matched(err))
			assert.ElementsMatch(t, tt.want, matched(fmt.Errorf("scan: %w", err)))
			require.NotErrorIs(t, err, io.EOF)
			assert.NotEmpty(t, err.Error())
		})
	}
}

// A sample is what identification gets: an upload that is too large is none.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		op, path string
		want     []string
	}{
		{"identify", "", []string{"bad sample", "too large"}},
		{"identify.check", "", []string{"bad sample", "too large"}},
		{"", "/v1/identify", []string{"bad sample", "too large"}},
		{"files.upload", "/api/fs-containers/1/files", []string{"too large"}},
		{"files.store", "", []string{"too large"}},
		{"", "", []string{"too large"}},
	} {
		assert.Equal(t, tt.want, matched(&acrcloud.APIError{Op: tt.op, Path: tt.path, StatusCode: http.StatusRequestEntityTooLarge}), "%+v", tt)
	}
	assert.Equal(t, []string{"too large"}, matched(&acrcloud.SourceError{Name: "a", Want: 1, Got: 2, Err: acrcloud.ErrTooLarge}))
}

func TestAPIErrorText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  acrcloud.APIError
		want string
	}{
		{"zero", acrcloud.APIError{}, "acrcloud: HTTP 0"},
		{
			"console", acrcloud.APIError{Op: "files.get", Method: "GET", Path: "/api/fs-containers/1/files/x", StatusCode: 500, Message: "Server Error"},
			"acrcloud: files.get: GET /api/fs-containers/1/files/x: HTTP 500: Server Error",
		},
		{
			"attempts", acrcloud.APIError{Op: "files.get", Method: "GET", Path: "/x", StatusCode: 502, Attempts: 4},
			"acrcloud: files.get: GET /x: HTTP 502 (after 4 attempts)",
		},
		{
			"remedy", acrcloud.APIError{Op: "files.get", Method: "GET", Path: "/x", StatusCode: 403, Message: "Forbidden.", Attempts: 2, Remedy: "Make a new token."},
			"acrcloud: files.get: GET /x: HTTP 403: Forbidden (after 2 attempts). Make a new token.",
		},
		{
			"hint", acrcloud.APIError{Op: "files.list", Method: "GET", Path: "/x", StatusCode: 429, Message: "Too Many Attempts.", RetryAfter: 30 * time.Second},
			"acrcloud: files.list: GET /x: HTTP 429: Too Many Attempts. Wait for 30s. Send fewer requests per second: share one client, and see WithRateLimiter.",
		},
		{
			"presigned URL", acrcloud.APIError{Op: "files.store", Method: "PUT", StatusCode: 403},
			"acrcloud: files.store: HTTP 403",
		},
		{
			"identification", acrcloud.APIError{Op: "identify", Method: "POST", Path: "/v1/identify", StatusCode: 200, Code: 3016, Message: "File too large"},
			"acrcloud: identify: POST /v1/identify: code 3016: File too large. Send less: 12 seconds are enough to identify a recording.",
		},
		{
			"fields, once and in order", acrcloud.APIError{
				Op: "containers.create", Method: "POST", Path: "/x", StatusCode: 422, Message: "The given data was invalid.",
				Fields: map[string][]string{"region": {"The region is required."}, "name": {"The name is too long.", "The name is taken."}},
			},
			"acrcloud: containers.create: POST /x: HTTP 422: The given data was invalid; name: The name is too long.; name: The name is taken.; region: The region is required.",
		},
		{
			"field that the message repeats", acrcloud.APIError{
				Op: "containers.create", Method: "POST", Path: "/x", StatusCode: 422, Message: "The name is taken.", Fields: map[string][]string{"name": {"The name is taken."}},
			},
			"acrcloud: containers.create: POST /x: HTTP 422: The name is taken",
		},
		{
			"fields and a remedy", acrcloud.APIError{
				Op: "containers.create", Method: "POST", Path: "/x", StatusCode: 422, Fields: map[string][]string{"name": {"taken"}}, Remedy: "Use another name.",
			},
			"acrcloud: containers.create: POST /x: HTTP 422; name: taken. Use another name.",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, tt.err.Error())
		})
	}
}

func TestAPIErrorHint(t *testing.T) {
	t.Parallel()
	const path = "/api/fs-containers/1/files"
	html := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	tests := []struct {
		name string
		err  acrcloud.APIError
		want string // a part of it; empty: no hint
	}{
		{"remedy first", acrcloud.APIError{StatusCode: 401, Code: 3001, Remedy: "Do this."}, "Do this."},
		{"401", acrcloud.APIError{Path: path, StatusCode: 401, Message: "Unauthenticated."}, "needs a token of its own (it begins with eyJ)"},
		{"403", acrcloud.APIError{Path: path, StatusCode: 403}, "a project's access key does not work here"},
		{"403, scope", acrcloud.APIError{Path: path, StatusCode: 403, Message: "Invalid scope(s) provided."}, "with the File Scanning scope"},
		{"401, expired", acrcloud.APIError{Path: path, StatusCode: 401, Message: "Token has expired"}, "has expired: create a Console API token"},
		{"403 as a web page", acrcloud.APIError{Path: path, StatusCode: 403, Header: html}, "is a web page, not the API's: check Config.BaseURL"},
		{"403 as a web page without a type", acrcloud.APIError{Path: path, StatusCode: 403, Message: "<html> <head>"}, "is a web page"},
		{"403 of a storage", acrcloud.APIError{Op: "files.store", StatusCode: 403}, ""},
		{"invalid container", acrcloud.APIError{Path: path, StatusCode: 400, Message: "Invalid Container"}, "its region. With Config.Region empty"},
		{"invalid container with 403", acrcloud.APIError{Path: path, StatusCode: 403, Message: "invalid container."}, "does not know this container"},
		{"invalid container with 404", acrcloud.APIError{Path: path, StatusCode: 404, Message: "The container is invalid"}, "does not know this container"},
		{"invalid container as a field", acrcloud.APIError{Path: path, StatusCode: 422, Fields: map[string][]string{"cid": {"Invalid container"}}}, "does not know this container"},
		{"invalid container, but a server's failure", acrcloud.APIError{Path: path, StatusCode: 500, Message: "Invalid Container"}, ""},
		{"302", acrcloud.APIError{Path: path, StatusCode: 302}, "was not followed: check Config.BaseURL"},
		{"404", acrcloud.APIError{Path: path, StatusCode: 404}, "Check the ids"},
		{"404 as a web page", acrcloud.APIError{Path: path, StatusCode: 404, Header: html}, "is a web page, not the API's"},
		{"nothing", acrcloud.APIError{Path: path, StatusCode: 200}, "Check the ids"},
		{"407", acrcloud.APIError{Path: path, StatusCode: 407}, "proxy wants credentials"},
		{"413", acrcloud.APIError{Path: path, StatusCode: 413}, "use the presigned upload"},
		{"413, identification", acrcloud.APIError{Path: "/v1/identify", StatusCode: 413}, "12 seconds are enough"},
		{"422", acrcloud.APIError{Path: path, StatusCode: 422, Message: "The given data was invalid.", Fields: map[string][]string{"name": {"The name has already been taken."}}}, "name: The name has already been taken."},
		{"422 without fields", acrcloud.APIError{Path: path, StatusCode: 422}, ""},
		{"429", acrcloud.APIError{Path: path, StatusCode: 429}, "Send fewer requests per second"},
		{"429 with a time", acrcloud.APIError{Path: path, StatusCode: 429, RetryAfter: time.Minute}, "Wait for 1m0s."},
		{"429, identification", acrcloud.APIError{Path: "/v1/identify", StatusCode: 429}, "Send fewer requests per second"},
		{"403, identification", acrcloud.APIError{Op: "identify", Path: "/v1/identify", StatusCode: 403}, "check Config.IdentifyHost"},
		{"404, identification behind a path", acrcloud.APIError{Path: "/proxy/v1/identify", StatusCode: 404}, "check Config.IdentifyHost"},
		{"502, identification", acrcloud.APIError{Path: "/v1/identify", StatusCode: 502}, ""},
		{"500", acrcloud.APIError{Path: path, StatusCode: 500}, ""}, // "try again" may make a file twice
		{"503", acrcloud.APIError{Path: path, StatusCode: 503}, ""},
		{"418", acrcloud.APIError{Path: path, StatusCode: 418}, ""},
		{"2004", acrcloud.APIError{StatusCode: 200, Code: 2004}, "neither silent nor noise"},
		{"3000", acrcloud.APIError{StatusCode: 200, Code: 3000}, "RetryServiceErrors"},
		{"3001", acrcloud.APIError{StatusCode: 200, Code: 3001}, "A Console API token does not work here"},
		{"3002", acrcloud.APIError{StatusCode: 200, Code: 3002}, "did not arrive as a form"},
		{"3003", acrcloud.APIError{StatusCode: 200, Code: 3003}, "is used up"},
		{"3006", acrcloud.APIError{StatusCode: 200, Code: 3006}, "ACRCloud's own tools"},
		{"3013", acrcloud.APIError{StatusCode: 200, Code: 3013}, "is not documented"},
		{"3014", acrcloud.APIError{StatusCode: 200, Code: 3014}, "of the same project"},
		{"3015", acrcloud.APIError{StatusCode: 200, Code: 3015}, "WithRateLimiter"},
		{"3016", acrcloud.APIError{StatusCode: 200, Code: 3016}, "12 seconds are enough"},
		{"unknown code", acrcloud.APIError{StatusCode: 200, Code: 3999}, ""},
		{"zero", acrcloud.APIError{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			hint := tt.err.Hint()
			if tt.want == "" {
				assert.Empty(t, hint)
				return
			}
			assert.Contains(t, hint, tt.want)
			if tt.err.Remedy == "" && tt.err.Fields == nil {
				assert.True(t, strings.HasSuffix(hint, "."), "a whole sentence: %s", hint)
			}
		})
	}
	assert.Empty(t, (*acrcloud.APIError)(nil).Hint())
}

func TestArgumentError(t *testing.T) {
	t.Parallel()
	err := error(&acrcloud.ArgumentError{Field: "Config.BearerToken", Problem: "is empty", Remedy: "make a token"})
	require.EqualError(t, err, "acrcloud: Config.BearerToken is empty: make a token")
	require.EqualError(t, &acrcloud.ArgumentError{Field: "fileID", Problem: "is empty"}, "acrcloud: fileID is empty")
	require.EqualError(t, &acrcloud.ArgumentError{}, "acrcloud: argument is invalid")
	assert.Equal(t, []string{"argument"}, matched(err))
}

func TestDecodeError(t *testing.T) {
	t.Parallel()
	err := error(&acrcloud.DecodeError{Op: "files.get", StatusCode: 200, Excerpt: "<html>", Err: io.ErrUnexpectedEOF})
	require.EqualError(t, err, `acrcloud: files.get: HTTP 200: unexpected response: unexpected EOF: "<html>"`)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Empty(t, matched(err))
	require.EqualError(t, &acrcloud.DecodeError{Op: "files.get", StatusCode: 204}, "acrcloud: files.get: HTTP 204: unexpected response")
	require.EqualError(t, &acrcloud.DecodeError{}, "acrcloud: HTTP 0: unexpected response")
}

func TestSourceError(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err  acrcloud.SourceError
		want string
	}{
		{acrcloud.SourceError{Name: "a.mp3", Want: -1, Got: 7, Err: errors.New("is a directory")}, `acrcloud: source "a.mp3": is a directory`},
		{acrcloud.SourceError{Name: "a.mp3", Want: 10, Got: 7, Err: errors.New("ended early")}, `acrcloud: source "a.mp3": ended early (declared 10 bytes, got 7)`},
		{acrcloud.SourceError{Name: "a.mp3", Want: 10, Got: 11, Err: acrcloud.ErrTooLarge}, `acrcloud: source "a.mp3": has more bytes than allowed (allowed 10, got 11)`},
		{acrcloud.SourceError{Want: -1, Err: errors.New("is not WAV")}, `acrcloud: the source: is not WAV`},
		{acrcloud.SourceError{Name: "a\n.mp3"}, `acrcloud: source "a\n.mp3": cannot be used`},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, tt.err.Error())
	}
	err := error(&acrcloud.SourceError{Name: "a.mp3", Want: 10, Got: 11, Err: acrcloud.ErrTooLarge})
	require.ErrorIs(t, err, acrcloud.ErrTooLarge)
	assert.Equal(t, []string{"too large"}, matched(err))
}

func TestTokenError(t *testing.T) {
	t.Parallel()
	err := error(&acrcloud.TokenError{Op: "files.get", Err: io.ErrUnexpectedEOF})
	require.EqualError(t, err, "acrcloud: files.get: no token to send: unexpected EOF")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.NotPanics(t, func() { _ = (&acrcloud.TokenError{}).Error() })
}

func TestDiagnosisErr(t *testing.T) {
	t.Parallel()
	require.NoError(t, (*acrcloud.Diagnosis)(nil).Err())
	require.NoError(t, (&acrcloud.Diagnosis{}).Err())
	require.NoError(t, (&acrcloud.Diagnosis{Checks: []acrcloud.Check{
		{Name: "token", Outcome: acrcloud.Passed, Seen: "a JWT"},
		{Name: "callback URL", Outcome: acrcloud.Warned, Seen: "not https", Err: io.EOF},
		{Name: "container", Outcome: acrcloud.Skipped},
	}}).Err())

	err := (&acrcloud.Diagnosis{Checks: []acrcloud.Check{
		{Name: "token", Outcome: acrcloud.Failed, Seen: "HTTP 403", Remedy: "make a new token", Err: &acrcloud.APIError{StatusCode: 403}},
		{Name: "container", Outcome: acrcloud.Failed, Seen: "none"},
		{Name: "region", Outcome: acrcloud.Failed},
		{Name: "callback URL", Outcome: acrcloud.Skipped},
	}}).Err()
	require.EqualError(t, err, "acrcloud: check \"token\" failed: HTTP 403: make a new token\nacrcloud: check \"container\" failed: none\nacrcloud: check \"region\" failed")
	assert.Equal(t, []string{"credentials", "forbidden"}, matched(err))
	e, ok := errors.AsType[*acrcloud.APIError](err)
	require.True(t, ok)
	assert.Equal(t, 403, e.StatusCode)
}

// A zero value of an error has a text and does not panic, whatever is asked of it.
func TestZeroErrors(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&acrcloud.APIError{}, &acrcloud.ArgumentError{}, &acrcloud.DecodeError{}, &acrcloud.SourceError{}, &acrcloud.TokenError{},
	} {
		assert.True(t, strings.HasPrefix(err.Error(), "acrcloud: "), err)
		require.NotErrorIs(t, err, io.EOF)
	}
}
