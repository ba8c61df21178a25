package transport_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// identification is a billed request whose responses carry the given codes, one after the other; 0 is success.
func identification(codes ...int) *transport.Request {
	req := post(target, "body")
	var mu sync.Mutex
	req.Check = func(resp *transport.Response) error {
		mu.Lock()
		defer mu.Unlock()
		code := codes[0]
		if len(codes) > 1 {
			codes = codes[1:]
		}
		if code == 0 {
			return nil
		}
		return &acrcloud.APIError{StatusCode: resp.StatusCode, Code: code}
	}
	return req
}

func TestDoRetriesByCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code     int
		policy   acrcloud.RetryPolicy
		attempts int
		least    time.Duration // of waiting in all
	}{
		{code: 3015, attempts: 4, least: 3 * time.Second},
		{code: 3015, policy: acrcloud.RetryPolicy{MinWait: time.Millisecond, MaxWait: time.Millisecond}, attempts: 4, least: 3 * time.Second},
		{code: 3015, policy: acrcloud.RetryPolicy{MaxAttempts: 1}, attempts: 1},
		{code: 3015, policy: acrcloud.RetryPolicy{MaxElapsed: 900 * time.Millisecond}, attempts: 1},
		{code: 3000, attempts: 1},
		{code: 3000, policy: acrcloud.RetryPolicy{RetryServiceErrors: true}, attempts: 4, least: 1500 * time.Millisecond},
		{code: 2004, policy: acrcloud.RetryPolicy{RetryServiceErrors: true}, attempts: 1},
		{code: 3001, attempts: 1},
		{code: 3003, attempts: 1},
		{code: 3011, attempts: 1},
		{code: 3999, attempts: 1},
	}
	for _, status := range []int{200, 400, 429, 500, 503} {
		for _, tt := range tests {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, respond(status), acrcloud.WithRetry(tt.policy))
				start := time.Now()
				_, err := c.Do(t.Context(), identification(tt.code))
				e, ok := errors.AsType[*acrcloud.APIError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, tt.code, e.Code)
				assert.Equal(t, tt.attempts, e.Attempts, "code %d with HTTP %d", tt.code, status)
				assert.GreaterOrEqual(t, time.Since(start), tt.least)
				assert.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown, "the service has said what became of it")
			})
		}
	}
}

// After code 3015 no call of the client sends for a second, also one that never got that code.
func TestDoPausesTheClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var sent []time.Duration
		start := time.Now()
		c := newClient(t, func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			sent = append(sent, time.Since(start))
			return httpmock.NewStringResponse(200, "{}"), nil
		}, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
		_, err := c.Do(t.Context(), identification(3015))
		require.ErrorIs(t, err, acrcloud.ErrRateLimited)
		_, err = c.Do(t.Context(), identification(0))
		require.NoError(t, err)

		_, err = c.Do(t.Context(), identification(3015))
		require.ErrorIs(t, err, acrcloud.ErrRateLimited)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err = c.Do(ctx, identification(0))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown, "nothing was sent")
		assert.Equal(t, []time.Duration{0, time.Second, time.Second + time.Second/8}, sent, "and then one goes on after the other")
	})
}

// A call that waits at the rate limiter when the pause begins does not send during it.
func TestDoPausesBehindTheLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var sent []time.Duration
		start := time.Now()
		c := newClient(t, func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			sent = append(sent, time.Since(start))
			mu.Unlock()
			return httpmock.NewStringResponse(200, "{}"), wait(r.Context(), 50*time.Millisecond)
		}, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}), acrcloud.WithRateLimiter(&spaced{every: 100 * time.Millisecond}))
		var calls sync.WaitGroup
		calls.Go(func() {
			_, err := c.Do(t.Context(), identification(3015))
			assert.ErrorIs(t, err, acrcloud.ErrRateLimited)
		})
		synctest.Wait() // it has been sent, and the pause begins when its response comes
		for range 3 {
			calls.Go(func() {
				_, err := c.Do(t.Context(), identification(0))
				assert.NoError(t, err)
			})
		}
		calls.Wait()
		const end = 1050 * time.Millisecond
		assert.Equal(t, []time.Duration{0, end, end + 100*time.Millisecond, end + 200*time.Millisecond}, sent, "nor do several go off at once after it")
	})
}

// A pause that is extended lasts until its new end, and never gets shorter.
func TestDoPauseIsExtended(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent []time.Duration
		var mu sync.Mutex
		start := time.Now()
		c := newClient(t, func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			sent = append(sent, time.Since(start))
			mu.Unlock()
			slow := 600 * time.Millisecond
			if r.URL.Query().Has("quick") {
				slow = 0
			}
			return httpmock.NewStringResponse(200, "{}"), wait(r.Context(), slow)
		}, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
		var calls sync.WaitGroup
		for _, query := range []string{"?quick", "?slow"} { // the pauses end at 1 s and at 1.6 s
			calls.Go(func() {
				req := identification(3015)
				req.URL += query
				_, err := c.Do(t.Context(), req)
				assert.ErrorIs(t, err, acrcloud.ErrRateLimited)
			})
		}
		synctest.Wait()
		_, err := c.Do(t.Context(), identification(0))
		require.NoError(t, err)
		calls.Wait()
		assert.Equal(t, []time.Duration{0, 0, 1600 * time.Millisecond}, sent)
	})
}

// A spaced limiter lets one call through every so often.
type spaced struct {
	every time.Duration
	mu    sync.Mutex
	next  time.Time
}

func (s *spaced) Wait(ctx context.Context) error {
	s.mu.Lock()
	now := time.Now()
	if s.next.Before(now) {
		s.next = now
	}
	wait := s.next.Sub(now)
	s.next = s.next.Add(s.every)
	s.mu.Unlock()
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// With many calls at a time and few per second allowed, none fails for good: after a pause they go on one after the other, no faster than
// the service lets them.
func TestDoSpreadsAfterAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const (
			calls  = 60
			atOnce = 8
		)
		var mu sync.Mutex
		var sent []time.Time // and accepted
		refused := 0
		client := newClient(t, httpmock.NewStringResponder(http.StatusOK, "{}"))
		limits := make(chan struct{}, atOnce)
		var running sync.WaitGroup
		start := time.Now()
		for range calls {
			limits <- struct{}{}
			running.Go(func() {
				defer func() { <-limits }()
				req := post(target, "body")
				req.Check = func(resp *transport.Response) error {
					mu.Lock()
					defer mu.Unlock()
					now := time.Now()
					if n := len(sent); n >= 2 && now.Sub(sent[n-2]) < time.Second { // two per second
						refused++
						return &acrcloud.APIError{StatusCode: resp.StatusCode, Code: 3015}
					}
					sent = append(sent, now)
					return nil
				}
				_, err := client.Do(t.Context(), req)
				assert.NoError(t, err)
			})
		}
		running.Wait()
		assert.Len(t, sent, calls)
		assert.Less(t, refused, calls/4, "the gaps grow")
		assert.Less(t, time.Since(start), 2*calls*time.Second/2, "and shrink")
	})
}

// A pause that nobody was refused in for a while leaves no gaps.
func TestDoForgetsAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, httpmock.NewStringResponder(http.StatusOK, "{}"))
		_, err := client.Do(t.Context(), identification(3015, 0))
		require.NoError(t, err)
		for range 100 {
			_, err := client.Do(t.Context(), identification(0))
			require.NoError(t, err)
		}
		start := time.Now()
		for range 100 {
			_, err := client.Do(t.Context(), identification(0))
			require.NoError(t, err)
		}
		assert.Zero(t, time.Since(start))
	})
}
