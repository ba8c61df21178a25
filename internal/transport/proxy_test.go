package transport_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A proxy that does not let requests pass is named, and its password is not.
func TestDoProxyRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		scheme   string
		status   int
		attempts int64
		text     string
	}{
		{"http", 407, 1, "the proxy wants credentials"},
		{"https", 407, 1, "the proxy wants credentials"},
		{"https", 403, 3, "the proxy refused the connection: 403 Forbidden"},
		{"https", 502, 3, "the proxy refused the connection: 502 Bad Gateway"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.scheme, " ", tt.status), func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				w.Header().Set("Proxy-Authenticate", `Basic realm="office"`)
				w.WriteHeader(tt.status)
				_, _ = fmt.Fprintf(w, "<html>denied: %s</html>", r.Header.Get("Proxy-Authorization"))
			}))
			t.Cleanup(proxy.Close)
			address, err := url.Parse(strings.Replace(proxy.URL, "://", "://someone:pr0xypassw0rd@", 1))
			require.NoError(t, err)
			tr := &http.Transport{Proxy: http.ProxyURL(address)}
			t.Cleanup(tr.CloseIdleConnections)
			c := client(t, acrcloud.WithHTTPClient(&http.Client{Transport: tr}), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 3, MinWait: 1, MaxWait: 1}))
			_, err = c.Do(t.Context(), post(tt.scheme+"://api.invalid/api/things", "x"))
			require.ErrorContains(t, err, tt.text)
			assert.Equal(t, tt.attempts, asked.Load())
			require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
			if tt.status == 407 {
				e, ok := errors.AsType[*acrcloud.APIError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, 407, e.StatusCode)
				assert.Equal(t, 1, e.Attempts)
				assert.Contains(t, e.Hint(), "HTTPS_PROXY")
				assert.Contains(t, e.Hint(), "NO_PROXY")
			} else {
				seen, remedy := transport.Trouble(err)
				assert.Contains(t, seen, "the proxy refused")
				assert.Contains(t, remedy, "NO_PROXY")
			}
			for _, secret := range []string{"pr0xypassw0rd", "c29tZW9uZTpwcjB4eXBhc3N3MHJk"} {
				assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), secret)
			}
		})
	}
}

// net/http shows the whole address of a proxy that it cannot parse.
func TestDoProxyAddress(t *testing.T) {
	t.Parallel()
	tr := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) {
		return nil, errors.New(`invalid proxy address "http://someone:pass/w ord%zz@proxy:3128": invalid URL escape "%zz"`)
	}}
	var attempts atomic.Int64
	c := client(t, acrcloud.WithHTTPClient(&http.Client{Transport: tr}), acrcloud.WithObserver(func(acrcloud.Attempt) { attempts.Add(1) }),
		acrcloud.WithRetry(acrcloud.RetryPolicy{MinWait: time.Microsecond, MaxWait: time.Microsecond}))
	_, err := c.Do(t.Context(), post("https://api.invalid/", "x"))
	require.ErrorContains(t, err, "HTTPS_PROXY")
	require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	assert.EqualValues(t, 1, attempts.Load())
	assert.NotContains(t, err.Error(), "w ord")
	assert.NotContains(t, err.Error(), "zz")
}
