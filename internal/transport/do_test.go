package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

const target = "https://api.test/api/things"

// newClient makes a client whose requests are answered in memory, so that its waits run on a bubble's fake clock.
func newClient(t *testing.T, responder httpmock.Responder, opts ...acrcloud.Option) *transport.Client {
	t.Helper()
	mt := httpmock.NewMockTransport()
	mt.RegisterNoResponder(responder)
	return client(t, append([]acrcloud.Option{acrcloud.WithHTTPClient(&http.Client{Transport: mt})}, opts...)...)
}

func client(t *testing.T, opts ...acrcloud.Option) *transport.Client {
	t.Helper()
	s, err := transport.Apply(opts)
	require.NoError(t, err)
	return transport.New(s)
}

func get(url string) *transport.Request {
	return &transport.Request{Op: "things.get", Method: http.MethodGet, URL: url}
}

func post(url, body string) *transport.Request {
	return &transport.Request{
		Op: "things.create", Cost: transport.Billed, Method: http.MethodPost, URL: url,
		Body: &transport.Body{Length: int64(len(body)), Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(body)), nil
		}},
	}
}

func respond(status int, header ...string) httpmock.Responder {
	return func(*http.Request) (*http.Response, error) {
		resp := httpmock.NewStringResponse(status, `{"message":"as told"}`)
		for i := 0; i+1 < len(header); i += 2 {
			resp.Header.Set(header[i], header[i+1])
		}
		return resp, nil
	}
}

func TestDoRetriesByCost(t *testing.T) {
	t.Parallel()
	const again, once = 4, 1
	tests := []struct {
		status                       int
		header                       []string
		read, write, billed, storage int
		unsure                       bool // of the billed one
	}{
		{status: 303, read: once, write: once, billed: once, storage: once, unsure: true},
		{status: 400, read: once, write: once, billed: once, storage: once},
		{status: 401, read: once, write: once, billed: once, storage: once},
		{status: 403, read: once, write: once, billed: once, storage: once},
		{status: 404, read: once, write: once, billed: once, storage: once},
		{status: 408, read: again, write: again, billed: once, storage: again, unsure: true},
		{status: 422, read: once, write: once, billed: once, storage: once},
		{status: 429, read: again, write: again, billed: again, storage: again},
		{status: 500, read: again, write: again, billed: once, storage: again, unsure: true},
		{status: 501, read: once, write: once, billed: once, storage: once},
		{status: 502, read: again, write: again, billed: once, storage: again, unsure: true},
		{status: 503, read: again, write: again, billed: once, storage: again, unsure: true},
		{status: 503, header: []string{"Retry-After", "1"}, read: again, write: again, billed: again, storage: again},
		{status: 504, read: again, write: again, billed: once, storage: again, unsure: true},
	}
	for _, tt := range tests {
		for cost, want := range map[transport.Cost]int{
			transport.Read: tt.read, transport.Write: tt.write, transport.Billed: tt.billed, transport.Storage: tt.storage,
		} {
			t.Run(fmt.Sprintf("%d %v cost %d", tt.status, tt.header, cost), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c := newClient(t, respond(tt.status, tt.header...))
					req := post(target, "body")
					req.Cost = cost
					_, err := c.Do(t.Context(), req)
					e, ok := errors.AsType[*acrcloud.APIError](err)
					require.True(t, ok, "%v", err)
					assert.Equal(t, tt.status, e.StatusCode)
					assert.Equal(t, want, e.Attempts)
					assert.Equal(t, "as told", e.Message)
					assert.Equal(t, cost == transport.Billed && tt.unsure, errors.Is(err, acrcloud.ErrOutcomeUnknown))
				})
			})
		}
	}
}

func TestDoWaits(t *testing.T) {
	t.Parallel()
	policy := acrcloud.RetryPolicy{MaxAttempts: 3, MinWait: time.Second, MaxWait: 10 * time.Second, MaxElapsed: time.Minute}
	tests := []struct {
		name       string
		retryAfter string
		attempts   int
		least      time.Duration // of waiting in all
		most       time.Duration
		told       time.Duration // APIError.RetryAfter
	}{
		{"none", "", 3, 2 * time.Second, 6 * time.Second, 0},
		{"seconds", "3", 3, 6 * time.Second, 6 * time.Second, 3 * time.Second},
		{"fraction", "1.5", 3, 3 * time.Second, 3 * time.Second, 1500 * time.Millisecond},
		{"zero", "0", 3, 0, 0, 0},
		{"negative", "-7", 3, 2 * time.Second, 6 * time.Second, 0},
		{"garbage", "soon", 3, 2 * time.Second, 6 * time.Second, 0},
		{"not a number", "NaN", 3, 2 * time.Second, 6 * time.Second, 0},
		{"beyond MaxWait", "11", 3, 22 * time.Second, 22 * time.Second, 11 * time.Second},
		{"all that MaxElapsed allows", "30", 3, time.Minute, time.Minute, 30 * time.Second},
		{"more than MaxElapsed still allows", "31", 2, 31 * time.Second, 31 * time.Second, 31 * time.Second},
		{"more than MaxElapsed", "61", 1, 0, 0, 61 * time.Second},
		{"a day", "86400", 1, 0, 0, 24 * time.Hour},
		{"overflow", "9223372037", 1, 0, 0, 100 * 365 * 24 * time.Hour},
		{"infinite", "1e999", 1, 0, 0, 100 * 365 * 24 * time.Hour},
		{"far date", "Thu, 01 Jan 2099 00:00:00 GMT", 1, 0, 0, 99 * 365 * 24 * time.Hour},
		{"near date", "Sat, 01 Jan 2000 00:00:04 GMT", 3, 4 * time.Second, 8 * time.Second, 0},
		{"past date", "Thu, 01 Jan 1970 00:00:00 GMT", 3, 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // the clock starts at the turn of 2000
				c := newClient(t, respond(503, "Retry-After", tt.retryAfter), acrcloud.WithRetry(policy))
				start := time.Now()
				_, err := c.Do(t.Context(), get(target))
				took := time.Since(start)
				e, ok := errors.AsType[*acrcloud.APIError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, tt.attempts, e.Attempts)
				assert.GreaterOrEqual(t, took, tt.least)
				assert.LessOrEqual(t, took, tt.most)
				assert.InDelta(t, tt.told.Hours(), e.RetryAfter.Hours(), 24*30)
			})
		})
	}
}

// A common limiter that is slow does not make calls fail.
func TestDoMaxElapsedLeavesOutTheLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, respond(500), acrcloud.WithRateLimiter(slowLimiter(50*time.Second)),
			acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 10, MinWait: time.Second, MaxWait: time.Second, MaxElapsed: 5 * time.Second}))
		started := time.Now()
		_, err := c.Do(t.Context(), get(target))
		e, ok := errors.AsType[*acrcloud.APIError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, 6, e.Attempts, "five waits of a second")
		assert.Equal(t, 6*50*time.Second+5*time.Second, time.Since(started))
	})
}

type slowLimiter time.Duration

func (l slowLimiter) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(l)):
		return nil
	}
}

func TestDoContext(t *testing.T) {
	t.Parallel()
	t.Run("ends while waiting to retry", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			start := time.Now()
			_, err := newClient(t, respond(503)).Do(ctx, get(target))
			assert.Equal(t, 100*time.Millisecond, time.Since(start))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.ErrorIs(t, err, acrcloud.ErrServer, "the last API error stays reachable")
		})
	})
	t.Run("ends during an attempt", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			c := newClient(t, func(r *http.Request) (*http.Response, error) {
				if calls++; calls == 1 {
					return respond(503)(r)
				}
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			_, err := c.Do(ctx, get(target))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.ErrorIs(t, err, acrcloud.ErrServer)
		})
	})
	t.Run("is over before the call", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := client(t).Do(ctx, get("https://127.0.0.1:1/"))
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("ends while a billed request is under way", func(t *testing.T) {
		t.Parallel()
		arrived := make(chan struct{})
		srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // the server sees the client go only when nothing is left to read
			close(arrived)
			<-r.Context().Done()
		}))
		t.Cleanup(srv.Close)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-arrived
			cancel()
		}()
		_, err := client(t).Do(ctx, post(srv.URL, "x"))
		require.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	})
}

func TestDoAttemptTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, context.Cause(r.Context())
		}
		c := newClient(t, hang, acrcloud.WithAttemptTimeout(2*time.Second), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 2}))
		_, err := c.Do(t.Context(), get(target))
		require.Error(t, err)
		require.NotErrorIs(t, err, context.DeadlineExceeded, "the caller's context has not ended")
		assert.ErrorContains(t, err, "WithAttemptTimeout")
		timeout, ok := errors.AsType[net.Error](err)
		require.True(t, ok)
		assert.True(t, timeout.Timeout())
	})
}

func TestDoBilledConnection(t *testing.T) {
	t.Parallel()
	fast := acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 3, MinWait: time.Microsecond, MaxWait: time.Millisecond})
	var last atomic.Int64
	observed := acrcloud.WithObserver(func(a acrcloud.Attempt) { last.Store(int64(a.N)) })

	t.Run("refused: nothing was sent", func(t *testing.T) {
		t.Parallel()
		var n atomic.Int64
		ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		require.NoError(t, ln.Close())
		c := client(t, fast, acrcloud.WithObserver(func(a acrcloud.Attempt) { n.Store(int64(a.N)) }))
		_, err = c.Do(t.Context(), post("http://"+ln.Addr().String(), "x"))
		require.Error(t, err)
		require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		assert.EqualValues(t, 3, n.Load())
	})
	t.Run("certificate not trusted: nothing was sent, and it is no use to try again", func(t *testing.T) {
		t.Parallel()
		var hits, n atomic.Int64
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
		srv.Config.ErrorLog = discardLog()
		srv.StartTLS()
		t.Cleanup(srv.Close)
		c := client(t, fast, acrcloud.WithObserver(func(a acrcloud.Attempt) { n.Store(int64(a.N)) }))
		_, err := c.Do(t.Context(), post(srv.URL, "x"))
		require.Error(t, err)
		require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		assert.Zero(t, hits.Load())
		assert.EqualValues(t, 1, n.Load())
	})
	t.Run("no handshake in time: nothing was sent", func(t *testing.T) {
		t.Parallel()
		ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0") // it accepts, and says nothing
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, ln.Close()) })
		var n atomic.Int64
		slow := &http.Transport{TLSHandshakeTimeout: 10 * time.Millisecond}
		c := client(t, fast, acrcloud.WithHTTPClient(&http.Client{Transport: slow}), acrcloud.WithObserver(func(a acrcloud.Attempt) { n.Store(int64(a.N)) }))
		_, err = c.Do(t.Context(), post("https://"+ln.Addr().String(), "x"))
		require.Error(t, err)
		require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		assert.EqualValues(t, 3, n.Load())
	})
	t.Run("processed, then dropped: sent once, outcome unknown", func(t *testing.T) {
		t.Parallel()
		var hits atomic.Int64
		srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			hits.Add(1)
			panic(http.ErrAbortHandler)
		}))
		t.Cleanup(srv.Close)
		_, err := client(t, fast, observed).Do(t.Context(), post(srv.URL, "x"))
		require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		assert.EqualValues(t, 1, hits.Load())
	})
	t.Run("a transport that does not tell: outcome unknown", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, func(*http.Request) (*http.Response, error) { return nil, errors.New("broken") }, fast)
		_, err := c.Do(t.Context(), post(target, "x"))
		require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	})
	t.Run("success that cannot be read: outcome unknown", func(t *testing.T) {
		t.Parallel()
		req := post(target, "x")
		req.Check = func(resp *transport.Response) error { return transport.NotJSON(resp, errors.New("bad")) }
		_, err := newClient(t, respond(200), fast).Do(t.Context(), req)
		require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		_, ok := errors.AsType[*acrcloud.DecodeError](err)
		assert.True(t, ok)
	})
}

func TestDoOnceOnlyBody(t *testing.T) {
	t.Parallel()
	taken := false
	req := post(target, "x")
	req.Cost = transport.Storage
	req.Body.Repeatable = func() bool { return !taken }
	open := req.Body.Open
	req.Body.Open = func(ctx context.Context) (io.ReadCloser, error) {
		taken = true
		return open(ctx)
	}
	c := newClient(t, func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return respond(503)(r)
	})
	_, err := c.Do(t.Context(), req)
	e, ok := errors.AsType[*acrcloud.APIError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, 1, e.Attempts)
}

func TestDoRedirects(t *testing.T) {
	t.Parallel()
	var leaked atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked.Store(true) }))
	t.Cleanup(elsewhere.Close)
	mux := http.NewServeMux()
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/here", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/end", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/loop", http.StatusFound)
	})
	mux.HandleFunc("/end", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Header.Get("Authorization")) })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	token := func(context.Context, string) (string, error) { return "the-token", nil }

	tests := []struct {
		name, path string
		post       bool
		status     int // of the error; 0: success
	}{
		{"read within the host", "/here", false, 0},
		{"read to another host", "/away", false, http.StatusTemporaryRedirect},
		{"read for ever", "/loop", false, http.StatusFound},
		{"post within the host", "/here", true, http.StatusTemporaryRedirect},
		{"post to another host", "/away", true, http.StatusTemporaryRedirect},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			req := get(srv.URL + tt.path)
			if tt.post {
				req = post(srv.URL+tt.path, "x")
			}
			req.Token = token
			resp, err := client(t).Do(t.Context(), req)
			if tt.status == 0 {
				require.NoError(t, err)
				assert.Equal(t, "Bearer the-token", string(resp.Body))
				return
			}
			e, ok := errors.AsType[*acrcloud.APIError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.status, e.StatusCode)
		})
	}
	t.Cleanup(func() { assert.False(t, leaked.Load(), "the other host was asked") })
}

func TestDoAsksForTokenAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			var asked []string
			req := post(target, "x")
			req.Token = func(_ context.Context, rejected string) (string, error) {
				asked = append(asked, rejected)
				return fmt.Sprintf("token-%d", len(asked)), nil
			}
			resp, err := newClient(t, func(r *http.Request) (*http.Response, error) {
				if r.Header.Get("Authorization") != "Bearer token-2" {
					return respond(status)(r)
				}
				return respond(200)(r)
			}).Do(t.Context(), req)
			require.NoError(t, err)
			assert.Equal(t, 2, resp.Attempts)
			assert.Equal(t, []string{"", "token-1"}, asked)
		})
	}
	t.Run("the same token again", func(t *testing.T) {
		t.Parallel()
		req := get(target)
		req.Token = func(context.Context, string) (string, error) { return "token", nil }
		_, err := newClient(t, respond(401)).Do(t.Context(), req)
		e, ok := errors.AsType[*acrcloud.APIError](err)
		require.True(t, ok)
		assert.Equal(t, 1, e.Attempts)
	})
	t.Run("a source that fails", func(t *testing.T) {
		t.Parallel()
		broken := errors.New("vault is sealed")
		req := get(target)
		req.Token = func(context.Context, string) (string, error) { return "", broken }
		_, err := newClient(t, respond(200)).Do(t.Context(), req)
		require.ErrorIs(t, err, broken)
		_, ok := errors.AsType[*acrcloud.TokenError](err)
		assert.True(t, ok)
	})
}

// What a refused request would make can be looked for before the request is retried.
func TestDoBeforeRetry(t *testing.T) {
	t.Parallel()
	found := errors.New("it is there already")
	tests := map[string]struct {
		first    httpmock.Responder
		err      error // of BeforeRetry
		asked    int
		attempts int
	}{
		"429, go on":          {respond(429, "Retry-After", "7"), nil, 1, 2},
		"429, stop":           {respond(429, "Retry-After", "7"), found, 1, 1},
		"503 with a wait":     {respond(503, "Retry-After", "7"), found, 1, 1},
		"not retried":         {respond(422), found, 0, 1},
		"success":             {respond(200), found, 0, 1},
		"no connection: sent": {refusesConnection, found, 0, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				attempts, asked := 0, 0
				c := newClient(t, func(r *http.Request) (*http.Response, error) {
					if attempts++; attempts == 1 {
						return tt.first(r)
					}
					return respond(200)(r)
				})
				req := post(target, "x")
				started := time.Now()
				req.BeforeRetry = func(_ context.Context, waited time.Duration) error {
					asked++
					assert.Equal(t, 7*time.Second, waited)
					assert.Equal(t, waited, time.Since(started))
					return tt.err
				}
				_, err := c.Do(t.Context(), req)
				assert.Equal(t, tt.asked, asked)
				assert.Equal(t, tt.attempts, attempts)
				if tt.err != nil && tt.asked > 0 {
					require.ErrorIs(t, err, found)
					_, ok := errors.AsType[*acrcloud.APIError](err)
					assert.True(t, ok, "the refusal stays reachable")
					assert.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
				}
			})
		})
	}
}

// refusesConnection fails as net/http does where nothing listens.
func refusesConnection(r *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GetConn != nil {
		trace.GetConn(r.URL.Host)
	}
	return nil, errors.New("connection refused")
}

// A response to an upload that came before the connection has taken all of it is no success: nobody has got the content.
func TestDoResponseBeforeTheContent(t *testing.T) {
	t.Parallel()
	const size = 32 << 20
	early := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadFull(r.Body, make([]byte, 1000))
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	whole := func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }
	unread := func(http.ResponseWriter, *http.Request) {}
	for name, tt := range map[string]struct {
		first    http.HandlerFunc
		size     int
		cost     transport.Cost
		attempts int64
		err      bool
	}{
		"storage: sent again":               {early, size, transport.Storage, 2, false},
		"billed: the outcome is unknown":    {early, size, transport.Billed, 1, true},
		"a server that reads nothing of it": {unread, 1 << 10, transport.Billed, 1, false},
	} {
		for _, http2 := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, HTTP/2 %v", name, http2), func(t *testing.T) {
				t.Parallel()
				var attempts atomic.Int64
				srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if attempts.Add(1) == 1 {
						tt.first(w, r)
						return
					}
					whole(w, r)
				}))
				srv.EnableHTTP2 = http2
				srv.Config.ErrorLog = discardLog()
				srv.StartTLS()
				t.Cleanup(srv.Close)
				req := post(srv.URL, strings.Repeat("x", tt.size))
				req.Cost, req.Body.Upload = tt.cost, true
				_, err := client(t, acrcloud.WithHTTPClient(srv.Client()), acrcloud.WithRetry(acrcloud.RetryPolicy{MinWait: time.Microsecond, MaxWait: time.Millisecond})).Do(t.Context(), req)
				assert.Equal(t, tt.err, err != nil, "%v", err)
				assert.Equal(t, tt.err, errors.Is(err, acrcloud.ErrOutcomeUnknown), "%v", err)
				assert.Equal(t, tt.attempts, attempts.Load())
			})
		}
	}
	t.Run("a transport that does not read it", func(t *testing.T) {
		t.Parallel()
		req := post(target, strings.Repeat("x", size))
		req.Body.Upload = true
		_, err := newClient(t, func(r *http.Request) (*http.Response, error) {
			_, _ = io.ReadFull(r.Body, make([]byte, 10))
			return httpmock.NewStringResponse(200, ""), nil
		}).Do(t.Context(), req)
		require.NoError(t, err)
	})
}

// A source that fails with its last bytes is too late: they have been sent. One that fails before that has spoilt the request.
func TestDoSourceFailsAtItsEnd(t *testing.T) {
	t.Parallel()
	for sent, unknown := range map[int]bool{9: false, 10: true} {
		req := post(target, strings.Repeat("x", 10))
		req.Body.OnSent = func(_ int, n int64) {
			if int(n) == sent {
				panic("progress")
			}
		}
		_, err := newClient(t, func(r *http.Request) (*http.Response, error) {
			for {
				if _, err := r.Body.Read(make([]byte, 3)); err != nil {
					return nil, err
				}
			}
		}).Do(t.Context(), req)
		_, ok := errors.AsType[*acrcloud.SourceError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, unknown, errors.Is(err, acrcloud.ErrOutcomeUnknown), "%v", err)
	}
}
