package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// What never left has a known outcome, and is not sent again after the context has ended.
func TestDoUnsent(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(cancel context.CancelFunc) []acrcloud.Option
		is      error
	}{
		"the context had ended": {func(cancel context.CancelFunc) []acrcloud.Option {
			cancel()
			return nil
		}, context.Canceled},
		"it ended while the limiter let others pass": {func(cancel context.CancelFunc) []acrcloud.Option {
			return []acrcloud.Option{acrcloud.WithRateLimiter(limiterFunc(func(ctx context.Context) error {
				cancel()
				return slowLimiter(time.Second).Wait(ctx)
			}))}
		}, context.Canceled},
		"it ended as the limiter let it pass": {func(cancel context.CancelFunc) []acrcloud.Option {
			return []acrcloud.Option{acrcloud.WithRateLimiter(limiterFunc(func(context.Context) error {
				cancel()
				return nil
			}))}
		}, context.Canceled},
		"the limiter failed": {func(context.CancelFunc) []acrcloud.Option {
			return []acrcloud.Option{acrcloud.WithRateLimiter(limiterFunc(func(context.Context) error { return errBroken }))}
		}, errBroken},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent, seen atomic.Int64
			srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { sent.Add(1) }))
			t.Cleanup(srv.Close)
			ctx, cancel := context.WithCancel(t.Context())
			t.Cleanup(cancel)
			c := client(t, append(tt.prepare(cancel), acrcloud.WithObserver(func(acrcloud.Attempt) { seen.Add(1) }))...)
			_, err := c.Do(ctx, post(srv.URL, "x"))
			require.ErrorIs(t, err, tt.is)
			require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
			assert.Zero(t, sent.Load())
			assert.EqualValues(t, 1, seen.Load(), "and it is no use to try again")
		})
	}
}

var errBroken = errors.New("broken")

type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context) error { return f(ctx) }

// A call that ends while it waits for a retry, or for the end of a pause, has been refused, and no more.
func TestDoEndsBetweenAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err := newClient(t, respond(429, "Retry-After", "5")).Do(ctx, post(target, "x"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, acrcloud.ErrRateLimited)
		require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	})
	synctest.Test(t, func(t *testing.T) { // no response: the library waits first, then PrepareRetry
		for _, after := range []time.Duration{time.Second, 5 * time.Second} {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			c := newClient(t, refusesConnection, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 2, MinWait: 3 * time.Second, MaxWait: time.Hour}))
			started := time.Now()
			_, err := c.Do(ctx, post(target, "x"))
			cancel()
			require.Error(t, err)
			require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
			assert.ErrorContains(t, err, "connection refused")
			assert.LessOrEqual(t, time.Since(started), after)
		}
	})
}

// The wait that the observer is told is the wait until the next attempt, whatever failed.
func TestDoWaitsAsItSays(t *testing.T) {
	t.Parallel()
	for name, responder := range map[string]func(*http.Request) (*http.Response, error){
		"status": respond(500), "no connection": refusesConnection, "Retry-After": respond(503, "Retry-After", "40"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var said, waited []time.Duration
				var last time.Time
				c := newClient(t, func(r *http.Request) (*http.Response, error) {
					if !last.IsZero() {
						waited = append(waited, time.Since(last))
					}
					return responder(r)
				}, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 4, MinWait: time.Second, MaxWait: 20 * time.Second}),
					acrcloud.WithObserver(func(a acrcloud.Attempt) {
						last = time.Now()
						if a.Reason != "" {
							said = append(said, a.Wait)
						} else {
							assert.Zero(t, a.Wait, "there is no other attempt")
						}
					}))
				_, err := c.Do(t.Context(), get(target))
				require.Error(t, err)
				require.Len(t, said, 3)
				assert.Equal(t, said, waited)
			})
		})
	}
}

func TestObserverGetsTheCallsContext(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "trace 7")
	var seen []any
	c := newClient(t, respond(200), acrcloud.WithObserver(func(a acrcloud.Attempt) { seen = append(seen, a.Context().Value(key{})) }))
	_, err := c.Do(ctx, get(target))
	require.NoError(t, err)
	assert.Equal(t, []any{"trace 7"}, seen)
}

// Content that breaks off is not complete for any server, so the outcome is known, and it is no use to retry it.
func TestDoSourceThatBreaksOff(t *testing.T) {
	t.Parallel()
	var attempts atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	t.Cleanup(srv.Close)
	req := post(srv.URL, "content")
	req.Body.Open = func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("cont"), readerFunc(func([]byte) (int, error) {
			return 0, &acrcloud.SourceError{Name: "take.wav", Want: -1, Err: errBroken}
		}))), nil
	}
	c := client(t, acrcloud.WithObserver(func(acrcloud.Attempt) { attempts.Add(1) }))
	_, err := c.Do(t.Context(), req)
	require.ErrorIs(t, err, errBroken)
	require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	assert.EqualValues(t, 1, attempts.Load())
}
