package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

const stall = 60 * time.Second

// upload is a transfer whose content comes byte by byte, each after a wait.
func upload(waits ...time.Duration) *transport.Request {
	req := store(signedURL, "")
	req.Body.Length = int64(len(waits))
	req.Body.Open = func(ctx context.Context) (io.ReadCloser, error) {
		left := waits
		return io.NopCloser(readerFunc(func(p []byte) (int, error) {
			if len(left) == 0 {
				return 0, io.EOF
			}
			if err := wait(ctx, left[0]); err != nil {
				return 0, err
			}
			left = left[1:]
			return copy(p, "x"), nil
		})), nil
	}
	return req
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// takes is a server that reads the content, waits, and responds with a body whose bytes come one after each wait.
func takes(thinks time.Duration, drip ...time.Duration) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return nil, err
			}
		}
		if err := wait(r.Context(), thinks); err != nil {
			return nil, err
		}
		left, ctx := drip, r.Context()
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(readerFunc(func(p []byte) (int, error) {
			if len(left) == 0 {
				return 0, io.EOF
			}
			if err := wait(ctx, left[0]); err != nil {
				return 0, err
			}
			left = left[1:]
			return copy(p, "x"), nil
		}))}, nil
	}
}

func each(n int, d time.Duration) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = d
	}
	return all
}

// An upload may take as long as it likes while it moves; silence ends it, and so does a response that does not come to its end.
func TestDoStallTimeout(t *testing.T) {
	t.Parallel()
	const almost = stall - time.Millisecond
	tests := map[string]struct {
		content  []time.Duration
		thinks   time.Duration
		response []time.Duration
		ends     time.Duration // when it is given up at the latest; 0: it succeeds
	}{
		"slow, but moving":                 {content: each(20, almost)},
		"silence within the content":       {content: []time.Duration{0, 10 * stall}, ends: stall * 5 / 4},
		"silence at the beginning":         {content: []time.Duration{10 * stall}, ends: stall * 5 / 4},
		"silence after a while":            {content: append(each(20, almost), 10*stall), ends: 20*almost + stall*5/4},
		"the service thinks":               {content: each(3, time.Second), thinks: almost},
		"the service thinks too long":      {content: each(3, time.Second), thinks: 10 * stall, ends: 3*time.Second + stall*5/4},
		"the response takes its time":      {content: each(3, time.Second), thinks: almost, response: each(4, stall/5)},
		"the response drips":               {content: each(3, time.Second), response: each(1000, stall/2), ends: 3*time.Second + stall*5/4},
		"the response drips after a while": {content: each(3, time.Second), thinks: almost, response: each(1000, time.Second), ends: 3*time.Second + almost + stall*5/4},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, takes(tt.thinks, tt.response...), acrcloud.WithStallTimeout(stall), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
				started := time.Now()
				_, err := c.Do(t.Context(), upload(tt.content...))
				took := time.Since(started)
				if tt.ends == 0 {
					require.NoError(t, err)
					return
				}
				require.ErrorContains(t, err, "WithStallTimeout")
				assert.LessOrEqual(t, took, tt.ends)
				assert.GreaterOrEqual(t, took, tt.ends-stall/4, "it is not given up early")
			})
		})
	}
}

// Other calls are bounded as a whole.
func TestDoAttemptTimeoutBoundsTheResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, takes(0, each(1000, time.Second)...), acrcloud.WithAttemptTimeout(10*time.Second), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
		started := time.Now()
		_, err := c.Do(t.Context(), get(target))
		require.ErrorContains(t, err, "WithAttemptTimeout")
		assert.Equal(t, 10*time.Second, time.Since(started))
	})
}

// Each hop of a redirect, and each attempt, has its own time.
func TestDoAttemptTimeoutStartsAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hops := 0
		c := newClient(t, func(r *http.Request) (*http.Response, error) {
			if err := wait(r.Context(), 8*time.Second); err != nil {
				return nil, err
			}
			if hops++; hops < 4 {
				return respond(http.StatusFound, "Location", "/next")(r)
			}
			return respond(200)(r)
		}, acrcloud.WithAttemptTimeout(10*time.Second), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
		_, err := c.Do(t.Context(), get(target))
		require.NoError(t, err)
		assert.Equal(t, 4, hops)
	})
}

// A stalled upload is retried, and its own limit is no deadline of the caller's.
func TestDoRetriesAfterStall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var seen []acrcloud.Attempt
		n := 0
		c := newClient(t, func(r *http.Request) (*http.Response, error) {
			if n++; n == 1 {
				return takes(10 * stall)(r)
			}
			return takes(0)(r)
		}, acrcloud.WithStallTimeout(stall), acrcloud.WithObserver(func(a acrcloud.Attempt) { seen = append(seen, a) }))
		_, err := c.Do(t.Context(), upload(0, 0))
		require.NoError(t, err)
		require.Len(t, seen, 2)
		require.ErrorContains(t, seen[0].Err, "WithStallTimeout")
		require.NotErrorIs(t, seen[0].Err, context.DeadlineExceeded)
		assert.Equal(t, "no response", seen[0].Reason)
		assert.EqualValues(t, 2, seen[0].BytesSent)
		assert.EqualValues(t, 2, seen[1].BytesSent)
		assert.EqualValues(t, 0, seen[1].BytesReceived)
	})
}

// The caller's own deadline is told as such, also where a limit of the client's has ended the attempt at the same time.
func TestDoContextWinsOverTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := newClient(t, takes(time.Hour), acrcloud.WithAttemptTimeout(5*time.Second)).Do(ctx, get(target))
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// LostResponse tells a 404 of something that an earlier attempt may have deleted.
func TestLostResponse(t *testing.T) {
	t.Parallel()
	lost := func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") }
	tests := map[string]struct {
		responders []httpmock.Responder
		lost       bool
	}{
		"at once":               {[]httpmock.Responder{respond(404)}, false},
		"after no response":     {[]httpmock.Responder{lost, respond(404)}, true},
		"after 500":             {[]httpmock.Responder{respond(500), respond(404)}, true},
		"after 502, 429":        {[]httpmock.Responder{respond(502), respond(429), respond(404)}, true},
		"after 429":             {[]httpmock.Responder{respond(429), respond(404)}, false},
		"after 503 with a wait": {[]httpmock.Responder{respond(503, "Retry-After", "1"), respond(404)}, false},
		"after no connection":   {[]httpmock.Responder{refusesConnection, respond(404)}, false},
		"after another token":   {[]httpmock.Responder{respond(500), respond(401), respond(404)}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := 0
				c := newClient(t, func(r *http.Request) (*http.Response, error) {
					n++
					return tt.responders[n-1](r)
				})
				req := get(target)
				req.Cost, req.Method = transport.Write, http.MethodDelete
				asked := 0
				req.Token = func(context.Context, string) (string, error) {
					asked++
					return []string{"one", "two"}[asked-1], nil
				}
				_, err := c.Do(t.Context(), req)
				require.ErrorIs(t, err, acrcloud.ErrNotFound)
				assert.Equal(t, tt.lost, transport.LostResponse(err))
				e, ok := errors.AsType[*acrcloud.APIError](err)
				require.True(t, ok)
				assert.Equal(t, len(tt.responders), e.Attempts)
			})
		})
	}
}

// Transfers to the storage pass by the limiter and the pause, which are the API's.
func TestDoStorageIsExemptFromTheLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c := newClient(t, takes(0), acrcloud.WithRateLimiter(limiterFunc(func(context.Context) error {
			asked++
			return nil
		})), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
		_, err := c.Do(t.Context(), identification(3015))
		require.ErrorIs(t, err, acrcloud.ErrRateLimited)
		require.Equal(t, 1, asked)
		started := time.Now()
		_, err = c.Do(t.Context(), store(signedURL, "content"))
		require.NoError(t, err)
		assert.Zero(t, time.Since(started))
		assert.Equal(t, 1, asked)
	})
}

// Nothing of an attempt is left when Do returns, also where the transport leaves it: its context has ended, its content is closed.
func TestDoLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"success": 200, "refused": 422, "failed": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var during <-chan struct{}
			body := &closing{Reader: strings.NewReader("content")}
			req := store(signedURL, "content")
			req.Body.Open = func(context.Context) (io.ReadCloser, error) { return body, nil }
			_, err := newClient(t, func(r *http.Request) (*http.Response, error) {
				during = r.Context().Done()
				_, _ = r.Body.Read(make([]byte, 1))
				if status == 0 {
					return nil, errBroken
				}
				return respond(status)(r)
			}, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1})).Do(t.Context(), req)
			assert.Equal(t, status == 200, err == nil)
			select {
			case <-during:
			default:
				assert.Fail(t, "the attempt's context has not ended")
			}
			assert.True(t, body.isClosed())
		})
	}
}

// What is read of the content after Do has returned is not reported.
func TestDoReportsNoProgressAfterTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		read := make(chan error, 1)
		var sent []int64
		req := store(signedURL, "content")
		req.Body.OnSent = func(_ int, n int64) { sent = append(sent, n) }
		req.Body.Open = func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(readerFunc(func(p []byte) (int, error) {
				<-release
				return copy(p, "content"), io.EOF
			})), nil
		}
		_, err := newClient(t, func(r *http.Request) (*http.Response, error) { // it answers before it has read the content
			body := r.Body
			go func() {
				_, err := body.Read(make([]byte, 100))
				read <- err
			}()
			synctest.Wait()
			return respond(200)(r)
		}).Do(t.Context(), req)
		require.NoError(t, err)
		close(release)
		require.ErrorIs(t, <-read, io.EOF)
		assert.Empty(t, sent)
	})
}
