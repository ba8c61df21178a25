package identify_test

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
)

// What makes no sense is refused, and nothing is sent.
func TestRefusedAtTheEdges(t *testing.T) {
	t.Parallel()
	c, s := newService(t, code(1001))
	for _, err := range c.Windows(t.Context(), strings.NewReader(""), &identify.WindowsOptions{Every: math.MaxInt64}) {
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	}
	_, err := identify.Merge(nil)
	require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	_, err = identify.New(acrcloud.Config{IdentifyHost: "h.test", IdentifyAccessKey: acrcloud.NewSecret("key"), IdentifyAccessSecret: acrcloud.NewSecret("secret")}, acrcloud.WithStallTimeout(time.Second))
	require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	silent := fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 16)}.Bytes()
	_, err = c.Identify(t.Context(), identify.Audio(identify.Trim(acrcloud.FromBytes("a.wav", silent), time.Second)))
	_, ok := errors.AsType[*acrcloud.SourceError](err)
	require.True(t, ok, "%v", err)
	assert.Empty(t, s.forms)
}

// A signature does not show however the response spells it, nor does a piece of one.
func TestSignatureDoesNotShow(t *testing.T) {
	t.Parallel()
	for name, spell := range map[string]func(string) string{
		"plain": strings.Clone, "in a URL": url.QueryEscape, "in JSON": func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
		"cut off": func(s string) string { return strings.Repeat("x", 64<<10-20) + s },
	} {
		var signature string
		c := newClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			if err := r.ParseMultipartForm(1 << 20); err != nil {
				return nil, err
			}
			signature = r.MultipartForm.Value["signature"][0]
			return says(500, "<html>signature="+spell(signature))(r)
		}))
		_, err := c.Identify(t.Context(), identify.Fingerprint([]byte("x")))
		require.Error(t, err)
		e, ok := errors.AsType[*acrcloud.APIError](err)
		require.True(t, ok)
		text := fmt.Sprintf("%v %s", err, e.Body)
		require.Len(t, signature, 28, name)
		assert.NotContains(t, text, signature[:10], name)
		assert.NotContains(t, text, url.QueryEscape(signature)[:10], name)
	}
}

// The old form of response keeps what stands beside it, and what is not used of it.
func TestResultKeepsBothForms(t *testing.T) {
	t.Parallel()
	var r identify.Result
	require.NoError(t, r.UnmarshalJSON([]byte(`{"request_id":"a","response":{"status":{"code":0},"new":1}}`)))
	assert.JSONEq(t, `"a"`, string(r.Extra["request_id"]))
	assert.JSONEq(t, `1`, string(r.Extra["new"]))
	require.NoError(t, r.UnmarshalJSON([]byte(`{"status":{"code":0},"response":{"status":{"code":1001},"new":1}}`)))
	assert.Contains(t, string(r.Extra["response"]), `"new":1`)
}

// A week of windows is merged in a moment, and nothing begins before its window.
func TestMergeALot(t *testing.T) {
	t.Parallel()
	begin := int64(-5000)
	started := time.Now()
	segments, err := identify.Merge(func(yield func(*identify.Window, error) bool) {
		for i := range 50_000 {
			at := time.Duration(i) * 12 * time.Second
			end := int64(12_000)
			m := acrcloud.Music{ACRID: strconv.Itoa(i), Title: "Song", SampleBeginTimeOffsetMS: &begin, SampleEndTimeOffsetMS: &end}
			if !yield(&identify.Window{Start: at, End: at + 12*time.Second, Result: &identify.Result{Music: []acrcloud.Music{m}}}, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	assert.Len(t, segments, 50_000)
	assert.Zero(t, segments[0].Start)
	assert.Less(t, time.Since(started), 10*time.Second)
}

// What the service says with a refusal is cut before anything else is done with it. A secret at the place of the cut does not show.
func TestRefusalIsBounded(t *testing.T) {
	t.Parallel()
	const limit = 64 << 10
	tests := map[string]struct{ msg, pad string }{
		"a body that looks like queries": {"no", strings.Repeat("?a=b ", 2<<20)},
		"a message":                      {strings.Repeat("m", 10<<20), ""},
		"a message of queries":           {strings.Repeat("?a=b%41&amp;", 1<<20), ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newService(t, says(200, fmt.Sprintf(`{"status":{"code":2004,"msg":%q},"pad":%q}`, tt.msg, tt.pad)))
			started := time.Now()
			_, err := c.Identify(t.Context(), audio("x"))
			assert.Less(t, time.Since(started), 15*time.Second)
			e, ok := errors.AsType[*acrcloud.APIError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, 2004, e.Code)
			assert.LessOrEqual(t, len(e.Body), limit)
			assert.LessOrEqual(t, len(e.Message), limit)
		})
	}
	for before := range 60 { // the cut goes through the secret everywhere
		body := `{"status":{"code":2004,"msg":"no"},"pad":"` + strings.Repeat("x", limit-before-len(`{"status":{"code":2004,"msg":"no"},"pad":"`)) + vectorSecret + `"}`
		c, _ := newService(t, says(200, body))
		_, err := c.Identify(t.Context(), audio("x"))
		e, ok := errors.AsType[*acrcloud.APIError](err)
		require.True(t, ok, "%v", err)
		assert.NotContains(t, string(e.Body), vectorSecret[:10], before)
	}
}

// No attempt's signature shows, not even in the error of a later attempt, nor where the response is no HTTP.
func TestNoSignatureShows(t *testing.T) {
	t.Parallel()
	signatureIn := func(r *http.Request) string {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			return err.Error()
		}
		return r.MultipartForm.Value["signature"][0]
	}
	tests := map[string]func(seen []string) roundTripper{
		"no HTTP": func(seen []string) roundTripper {
			return func(*http.Request) (*http.Response, error) {
				return nil, fmt.Errorf("malformed HTTP status code %q", seen[len(seen)-1])
			}
		},
		"no HTTP in a URL": func(seen []string) roundTripper {
			return func(*http.Request) (*http.Response, error) {
				return nil, errors.New("malformed HTTP response " + url.QueryEscape(seen[len(seen)-1]))
			}
		},
		"the first attempt's": func(seen []string) roundTripper {
			if len(seen) == 1 {
				return code(3015)
			}
			return says(400, `{"message":"signature `+seen[0]+` was used before"}`)
		},
		"the first attempt's with a code": func(seen []string) roundTripper {
			if len(seen) == 1 {
				return code(3015)
			}
			return says(200, `{"status":{"code":3014,"msg":"signature `+seen[0]+` was used before"}}`)
		},
		"the first attempt's, where JSON was promised": func(seen []string) roundTripper {
			if len(seen) == 1 {
				return code(3015)
			}
			return says(200, `<html>`+seen[0])
		},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var seen []string
				var shown strings.Builder
				c := newClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
					seen = append(seen, signatureIn(r))
					return answer(seen)(r)
				}), acrcloud.WithObserver(func(a acrcloud.Attempt) { fmt.Fprintf(&shown, "%v %+v", a.Err, a.Err) }))
				_, err := c.Identify(t.Context(), audio("x"))
				require.Error(t, err)
				fmt.Fprintf(&shown, "%v %+v", err, err)
				if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
					shown.Write(e.Body)
				}
				if e, ok := errors.AsType[*acrcloud.DecodeError](err); ok {
					shown.WriteString(e.Excerpt)
				}
				for _, signature := range seen {
					require.Len(t, signature, 28)
					assert.NotContains(t, shown.String(), signature[:12])
					assert.NotContains(t, shown.String(), url.QueryEscape(signature)[:12])
				}
			})
		})
	}
}
