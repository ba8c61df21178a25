package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

const base64Secret = "a+b/c+d/e+f/g+h/AbCdEfGhIjKlMnOpQrSt+/8="

// spellings are how servers repeat what they have got.
func spellings(secret string) map[string]string {
	quoted, _ := json.Marshal(secret)
	inJSON := strings.Trim(string(quoted), `"`)
	lower := strings.NewReplacer("%2B", "%2b", "%2F", "%2f", "%3D", "%3d").Replace(url.QueryEscape(secret))
	return map[string]string{
		"plain":               secret,
		"without padding":     strings.TrimRight(secret, "="),
		"in a URL":            url.QueryEscape(secret),
		"in a URL, small":     lower,
		"in a path":           url.PathEscape(secret),
		"in a URL, twice":     url.QueryEscape(url.QueryEscape(secret)),
		"in JSON":             inJSON,
		"in JSON of PHP":      strings.ReplaceAll(inJSON, "/", `\/`),
		"in JSON, \\u":        strings.NewReplacer("+", `\u002b`, "/", `\u002F`, "=", `\u003d`, "&", `\u0026`).Replace(secret),
		"in JSON within JSON": strings.ReplaceAll(strings.ReplaceAll(secret, "/", `\/`), `\`, `\\`),
		"in HTML":             html.EscapeString(strings.ReplaceAll(secret, "+", "&#43;")),
		"plus as a blank":     strings.ReplaceAll(secret, "+", " "),
		"for URLs":            strings.NewReplacer("+", "-", "/", "_").Replace(secret),
		"for URLs, no pad":    strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(secret), "="),
		"twice":               secret + " " + secret,
	}
}

// A secret shows in no spelling, wherever the response repeats it.
func TestDoHidesEverySpelling(t *testing.T) {
	t.Parallel()
	for name, text := range spellings(base64Secret) {
		for place, request := range map[string]func() *transport.Request{
			"secret": func() *transport.Request {
				req := get(target)
				req.Secrets = []string{base64Secret}
				return req
			},
			"query of a secret URL": func() *transport.Request {
				req := get(target)
				req.Secrets = []string{"https://hooks.test/acr?v=1&key=" + url.QueryEscape(base64Secret)}
				return req
			},
			"query": func() *transport.Request {
				req := get(target)
				req.Secrets = []string{"v=1&key=" + url.QueryEscape(base64Secret)}
				return req
			},
			"password": func() *transport.Request {
				req := get(target)
				req.Secrets = []string{"https://someone:" + url.QueryEscape(base64Secret) + "@hooks.test/acr"}
				return req
			},
			"token": func() *transport.Request {
				req := get(target)
				req.Token = func(context.Context, string) (string, error) { return base64Secret, nil }
				return req
			},
			"presigned URL": func() *transport.Request {
				return store("https://bucket.test/key?sig="+url.QueryEscape(base64Secret), "content")
			},
		} {
			t.Run(name+", "+place, func(t *testing.T) {
				t.Parallel()
				for _, status := range []int{0, 200, 422} {
					c := newClient(t, func(*http.Request) (*http.Response, error) {
						if status == 0 {
							return nil, errors.New("the proxy said: " + text)
						}
						resp := httpmock.NewStringResponse(status, "before "+text+" after")
						resp.Header.Set("X-Echo", "sig="+text+"; x")
						return resp, nil
					}, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
					req := request()
					if status == 200 {
						req.Check = func(resp *transport.Response) error { return transport.NotJSON(resp, nil) }
					}
					_, err := c.Do(t.Context(), req)
					require.Error(t, err)
					shown := fmt.Sprintf("%v %+v", err, err)
					if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
						shown += fmt.Sprint(e.Header, string(e.Body), e.Message)
					}
					for _, piece := range []string{"AbCdEfGhIjKlMnOpQrSt", "AbCdEfGhIj"} {
						assert.NotContains(t, shown, piece)
					}
				}
			})
		}
	}
}

// Only secrets are hidden.
func TestDoShowsTheRest(t *testing.T) {
	t.Parallel()
	req := get(target)
	req.Secrets = []string{"https://hooks.test/acr?mode=json&on=true&v=1&key=s3cr3tvalue", "", "abc"}
	_, err := newClient(t, func(*http.Request) (*http.Response, error) {
		return httpmock.NewStringResponse(422, `{"message":"abc: the json is true, 100% & more \\ https:// or else, v=1 s3cr3tvalues"}`), nil
	}).Do(t.Context(), req)
	e, ok := errors.AsType[*acrcloud.APIError](err)
	require.True(t, ok)
	assert.Equal(t, `abc: the json is true, 100% & more \ https:// or else, v=1 [redacted]s`, e.Message)
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for name, text := range spellings(base64Secret) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp := &transport.Response{StatusCode: 400, Header: http.Header{"X-Echo": {"a " + text, "b"}}, Body: []byte("[" + text + "]"), Attempts: 2}
			clean := transport.Redact(resp, base64Secret)
			assert.NotContains(t, clean.Header.Get("X-Echo")+string(clean.Body), "AbCdEf")
			assert.Equal(t, []string{"b"}, clean.Header["X-Echo"][1:])
			assert.Equal(t, 400, clean.StatusCode)
			assert.Equal(t, 2, clean.Attempts)
			assert.Contains(t, resp.Header.Get("X-Echo"), text, "the response itself is not changed")
			if name == "plain" {
				assert.Equal(t, "[[redacted]]", string(clean.Body), "with its padding")
			}
		})
	}
}

// What a stranger writes does not make hiding slow.
func TestRedactIsLinear(t *testing.T) {
	t.Parallel()
	secrets := []string{base64Secret, strings.Repeat("a", 1000), strings.Repeat(`\`, 1000)}
	for _, unit := range []string{`\`, "%25", "&amp;", "a", `\u005c`, "="} {
		started := time.Now()
		transport.Redact(&transport.Response{Body: []byte(strings.Repeat(unit, 64<<10/len(unit)))}, secrets...)
		assert.Less(t, time.Since(started), 10*time.Second, unit)
	}
}

func FuzzRedact(f *testing.F) {
	for _, text := range spellings(base64Secret) {
		f.Add(text, base64Secret)
	}
	f.Add("%", "%%%%")
	f.Add(`\`, `\\\\`)
	f.Fuzz(func(t *testing.T, text, secret string) {
		clean := string(transport.Redact(&transport.Response{Body: []byte(text + secret + text)}, secret).Body)
		const placeholder = "[redacted]"
		plain := strings.TrimRight(secret, "=")
		if len(plain) >= 4 && !strings.Contains(placeholder, plain) && strings.Contains(clean, plain) {
			t.Errorf("%q shows in %q", plain, clean)
		}
	})
}
