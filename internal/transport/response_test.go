package transport_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

func answer(t *testing.T, handler http.HandlerFunc, opts ...acrcloud.Option) (*transport.Response, error) {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	opts = append(opts, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 2, MinWait: time.Microsecond, MaxWait: time.Millisecond}))
	return client(t, opts...).Do(t.Context(), get(srv.URL+"/api/things?secret=hidden"))
}

func TestDoErrorBodies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body, message string
		fields              map[string][]string
	}{
		{"message", `{"message":"no such thing"}`, "no such thing", nil},
		{"error text", `{"error":"nope"}`, "nope", nil},
		{"error object", `{"error":{"message":"deep nope"}}`, "deep nope", nil},
		{"error of another shape", `{"error":{"why":[1]}}`, `{"why":[1]}`, nil},
		{"message before error", `{"error":"b","message":"a"}`, "a", nil},
		{
			"validation", `{"message":"The given data was invalid.","errors":{"name":["taken","too long"],"region":"unknown"}}`, "The given data was invalid.",
			map[string][]string{"name": {"taken", "too long"}, "region": {"unknown"}},
		},
		{"html", "<html>\n <body>502   Bad Gateway</body></html>", "<html> <body>502 Bad Gateway</body></html>", nil},
		{"empty", "", "", nil},
		{"invalid UTF-8", "\xff\xfebroken", "\uFFFDbroken", nil},
		{"a query in it", `{"message":"see https://user:pw@x.test/a?token=abc&b=c now"}`, "see https://[redacted]@x.test/a?[redacted] now", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := answer(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Set-Cookie", "session=1")
				w.Header().Set("X-Trace", "abc")
				w.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = io.WriteString(w, tt.body)
			})
			e, ok := errors.AsType[*acrcloud.APIError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.message, e.Message)
			assert.Equal(t, tt.fields, e.Fields)
			assert.Equal(t, "things.get", e.Op)
			assert.Equal(t, "/api/things", e.Path)
			assert.Equal(t, "abc", e.Header.Get("X-Trace"))
			assert.Empty(t, e.Header.Get("Set-Cookie"))
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), "hidden")
		})
	}
}

func TestDoBoundsErrorBody(t *testing.T) {
	t.Parallel()
	_, err := answer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		chunk := []byte(strings.Repeat("x", 1<<20))
		for range 50 {
			if _, err := w.Write(chunk); err != nil {
				return // the client has seen enough
			}
		}
	})
	e, ok := errors.AsType[*acrcloud.APIError](err)
	require.True(t, ok, "%v", err)
	assert.Len(t, e.Body, 64<<10)
	assert.LessOrEqual(t, len(e.Message), 300)
}

func TestDoBoundsSuccessBody(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("x", 1000)
	serve := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
	resp, err := answer(t, serve, acrcloud.WithMaxResponseBytes(1000))
	require.NoError(t, err)
	assert.Len(t, resp.Body, 1000)
	_, err = answer(t, serve, acrcloud.WithMaxResponseBytes(999))
	e, ok := errors.AsType[*acrcloud.DecodeError](err)
	require.True(t, ok, "%v", err)
	assert.ErrorContains(t, e, "WithMaxResponseBytes")
}

func TestDoTruncatedBody(t *testing.T) {
	t.Parallel()
	var attempts atomic.Int64
	resp, err := answer(t, func(w http.ResponseWriter, _ *http.Request) {
		if attempts.Add(1) == 1 {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "short")
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, "whole")
	})
	require.NoError(t, err, "a read is tried again")
	assert.Equal(t, "whole", string(resp.Body))
}

func TestDoGzip(t *testing.T) {
	t.Parallel()
	zip := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		gz := gzip.NewWriter(w)
		_, _ = io.WriteString(gz, "unpacked")
		_ = gz.Close()
	}
	for _, disable := range []bool{false, true} {
		resp, err := answer(t, zip, acrcloud.WithHTTPClient(&http.Client{Transport: &http.Transport{DisableCompression: disable}}))
		require.NoError(t, err)
		assert.Equal(t, "unpacked", string(resp.Body))
	}
	_, err := answer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, "not gzip at all")
	})
	require.Error(t, err)
}

func TestDoLeavesUsersClientAlone(t *testing.T) {
	t.Parallel()
	mt := httpmock.NewMockTransport()
	mt.RegisterNoResponder(respond(200))
	user := &http.Client{Transport: mt, Timeout: time.Minute}
	_, err := client(t, acrcloud.WithHTTPClient(user)).Do(t.Context(), get(target))
	require.NoError(t, err)
	assert.Same(t, mt, user.Transport)
	assert.Equal(t, time.Minute, user.Timeout)
	assert.Nil(t, user.CheckRedirect)
}

func TestDoUsersTimeout(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(srv.Close)
	c := client(t, acrcloud.WithHTTPClient(&http.Client{Timeout: 20 * time.Millisecond}), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
	_, err := c.Do(t.Context(), get(srv.URL))
	require.ErrorContains(t, err, "20ms")
}

func TestDoKeepsSecrets(t *testing.T) {
	t.Parallel()
	var logged strings.Builder
	logger := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var seen []acrcloud.Attempt
	req := get("https://api.test/store/key?X-Signature=s1gn4ture")
	req.SecretURL = true
	req.Token = func(context.Context, string) (string, error) { return "t0ken-text", nil }
	req.Secrets = []string{"callb4ck"}
	calls := 0
	c := newClient(t, func(*http.Request) (*http.Response, error) {
		if calls++; calls == 1 {
			return nil, errors.New("proxy said: Bearer t0ken-text at /store/key?X-Signature=s1gn4ture")
		}
		return httpmock.NewStringResponse(400, "no t0ken-text, no callb4ck, no s1gn4ture"), nil
	}, acrcloud.WithLogger(logger), acrcloud.WithObserver(func(a acrcloud.Attempt) { seen = append(seen, a) }),
		acrcloud.WithRetry(acrcloud.RetryPolicy{MinWait: time.Microsecond, MaxWait: time.Millisecond}))
	_, err := c.Do(t.Context(), req)
	require.Error(t, err)
	require.Len(t, seen, 2)
	text := fmt.Sprintf("%v %+v %#v %v %+v %s", err, err, err, seen, seen[0].Err, logged.String())
	for _, secret := range []string{"t0ken-text", "s1gn4ture", "callb4ck", "/store/key"} {
		assert.NotContains(t, text, secret)
	}
	assert.Contains(t, logged.String(), "things.get")
	assert.Equal(t, "no response", seen[0].Reason)
	assert.Positive(t, seen[0].Wait)
	assert.Equal(t, 400, seen[1].StatusCode)
}

// A secret of which the end was cut off does not show either.
func TestDoKeepsPiecesOfSecrets(t *testing.T) {
	t.Parallel()
	const secret = "0123456789abcdef0123456789abcdef"
	for _, status := range []int{200, 500} {
		for at := range 300 {
			req := get("https://api.test/x")
			req.Secrets = []string{secret}
			if status == 200 {
				req.Check = func(resp *transport.Response) error { return transport.NotJSON(resp, nil) }
			}
			c := newClient(t, func(*http.Request) (*http.Response, error) {
				return httpmock.NewStringResponse(status, "<html>"+strings.Repeat("x", at)+secret+"</html>"), nil
			}, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
			_, err := c.Do(t.Context(), req)
			require.Error(t, err)
			assert.NotContains(t, fmt.Sprintf("%v %+v", err, err), secret[:9])
		}
	}
}

func TestDoUpload(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("0123456789", 100_000)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err == nil && r.ContentLength == n && len(r.TransferEncoding) == 0 {
			_, _ = fmt.Fprint(w, n)
		}
	}))
	t.Cleanup(srv.Close)
	var sent []int64
	req := post(srv.URL, content)
	req.Body.Upload = true
	req.Body.OnSent = func(attempt int, n int64) {
		assert.Equal(t, 1, attempt)
		sent = append(sent, n)
	}
	resp, err := client(t).Do(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "1000000", string(resp.Body))
	assert.IsIncreasing(t, sent)
	assert.EqualValues(t, 1_000_000, sent[len(sent)-1])
}

func TestDoStall(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	t.Cleanup(srv.Close)
	req := post(srv.URL, "0123456789")
	req.Cost, req.Body.Upload = transport.Storage, true
	req.Body.Open = func(ctx context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("0123"), readerFunc(func([]byte) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}))), nil
	}
	c := client(t, acrcloud.WithStallTimeout(30*time.Millisecond), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
	_, err := c.Do(t.Context(), req)
	require.ErrorContains(t, err, "WithStallTimeout")
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "1", "-1", "1.5", "9223372037", "1e400", "NaN", "+Inf", "Thu, 01 Jan 2099 00:00:00 GMT", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		d, ok := transport.RetryAfter(http.Header{"Retry-After": {value}}, time.Unix(0, 0))
		if d < 0 || d > 100*365*24*time.Hour || (!ok && d != 0) {
			t.Errorf("Retry-After %q gives %v, %v", value, d, ok)
		}
	})
}

// The body of a response that may hold a credential is not in its error; the message is.
func TestDoKeepsSecretBodies(t *testing.T) {
	t.Parallel()
	req := get(target)
	req.SecretBody = true
	_, err := newClient(t, func(*http.Request) (*http.Response, error) {
		return httpmock.NewStringResponse(400, `{"message":"no","callback_url":"https://a.test/hook/s3cr3t"}`), nil
	}).Do(t.Context(), req)
	e, ok := errors.AsType[*acrcloud.APIError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "no", e.Message)
	assert.Empty(t, e.Body)
}

// Any positive number is a limit.
func TestDoLargestLimit(t *testing.T) {
	t.Parallel()
	for _, limit := range []int64{math.MaxInt64, math.MaxInt64 - 1} {
		resp, err := answer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"data":[]}`) }, acrcloud.WithMaxResponseBytes(limit))
		require.NoError(t, err)
		assert.JSONEq(t, `{"data":[]}`, string(resp.Body))
	}
}

// A transport of the caller's may give out a body that does not do what a reader promises.
func TestDoBodyMisbehaves(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func([]byte) (int, error){
		"more than there is room": func(p []byte) (int, error) { return len(p) + 1, nil },
		"less than nothing":       func([]byte) (int, error) { return -1, nil },
		"nothing":                 func([]byte) (int, error) { return 0, nil },
	} {
		for _, status := range []int{200, 404} {
			t.Run(fmt.Sprint(name, status), func(t *testing.T) {
				t.Parallel()
				for _, streamed := range []bool{false, true} {
					req := get(target)
					if streamed {
						req.Stream = func(_ *transport.Response, body io.Reader) error {
							_, err := io.Copy(io.Discard, body)
							return err
						}
					}
					_, err := newClient(t, func(*http.Request) (*http.Response, error) {
						return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(readerFunc(read)), ContentLength: -1}, nil
					}, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1})).Do(t.Context(), req)
					require.Error(t, err)
				}
			})
		}
	}
}

// A long header is cut like a long body, before anything else is done with it. Short fields stay.
func TestDoBoundsHeader(t *testing.T) {
	t.Parallel()
	header := http.Header{"X-Request-Id": {"abc"}, "X-Queries": {strings.Repeat("?a=b", 10<<10)}}
	for i := range 10 {
		header[fmt.Sprint("X-H", i)] = []string{strings.Repeat("?a=b%", 200<<10), "short"}
	}
	started := time.Now()
	_, err := newClient(t, func(*http.Request) (*http.Response, error) {
		resp := httpmock.NewStringResponse(404, "no")
		resp.Header = header
		return resp, nil
	}).Do(t.Context(), get(target))
	assert.Less(t, time.Since(started), 10*time.Second)
	e, ok := errors.AsType[*acrcloud.APIError](err)
	require.True(t, ok, "%v", err)
	size := 0
	for name, values := range e.Header {
		size += len(name) + len(strings.Join(values, ""))
	}
	assert.LessOrEqual(t, size, 64<<10)
	assert.Equal(t, "abc", e.Header.Get("X-Request-ID"))
}
