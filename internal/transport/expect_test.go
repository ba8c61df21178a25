package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A request with "Expect: 100-continue" that something in between cannot handle is repeated without it, once, whatever it costs.
func TestDoRepeatsWithoutExpect(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		expect   string
		always   bool // the server responds with 417 whatever is expected
		once     bool // the content can be read only once
		read     bool // the content has been read when 417 comes
		allowed  int  // attempts besides the first
		attempts int
		status   int // of the error; 0: success
	}{
		"only once, of several":             {expect: "100-continue", always: true, allowed: 3, attempts: 2, status: 417},
		"repeated":                          {expect: "100-continue", attempts: 2},
		"only once":                         {expect: "100-continue", always: true, attempts: 2, status: 417},
		"nothing was expected":              {always: true, attempts: 1, status: 417},
		"content for once, not read yet":    {expect: "100-continue", once: true, attempts: 2},
		"content for once, read already":    {expect: "100-continue", once: true, read: true, attempts: 1, status: 417},
		"content read already, repeatable ": {expect: "100-continue", read: true, attempts: 2},
	}
	for name, tt := range tests {
		for cost := transport.Read; cost <= transport.Storage; cost++ {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var mu sync.Mutex
				var seen []string
				c := newClient(t, func(r *http.Request) (*http.Response, error) {
					mu.Lock()
					defer mu.Unlock()
					expect := r.Header.Get("Expect")
					seen = append(seen, expect)
					refuse := tt.always || expect != ""
					if tt.read || !refuse {
						body, err := io.ReadAll(r.Body)
						if err != nil {
							return nil, err
						}
						assert.Equal(t, "body", string(body))
					}
					if refuse {
						return respond(http.StatusExpectationFailed)(r)
					}
					return respond(200)(r)
				}, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: tt.allowed + 1}))
				req := post(target, "body")
				req.Cost = cost
				if tt.expect != "" {
					req.Header = http.Header{"Expect": {tt.expect}}
				}
				if tt.once {
					taken := false
					open := req.Body.Open
					req.Body.Repeatable = func() bool { return !taken }
					req.Body.Open = func(ctx context.Context) (io.ReadCloser, error) {
						taken = true
						return open(ctx)
					}
				}
				_, err := c.Do(t.Context(), req)
				assert.Len(t, seen, tt.attempts)
				require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
				if tt.expect != "" {
					assert.Equal(t, tt.expect, req.Header.Get("Expect"), "the request itself is not changed")
				}
				if tt.status == 0 {
					require.NoError(t, err)
					return
				}
				e, ok := errors.AsType[*acrcloud.APIError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, tt.status, e.StatusCode)
			})
		}
	}
}

// Other failures after the repetition have their usual attempts.
func TestDoRetriesAfterExpect(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	n := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		n++
		switch {
		case r.Header.Get("Expect") != "":
			w.WriteHeader(http.StatusExpectationFailed)
		case n < 4:
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			n, _ := io.Copy(io.Discard, r.Body)
			_, _ = fmt.Fprint(w, n)
		}
	}))
	t.Cleanup(srv.Close)
	req := post(srv.URL, strings.Repeat("content ", 10_000))
	req.Header = http.Header{"Expect": {"100-continue"}}
	resp, err := client(t, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 3, MinWait: 1, MaxWait: 1})).Do(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, 4, resp.Attempts)
	assert.Equal(t, "80000", string(resp.Body))
}
