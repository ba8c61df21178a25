package filescan_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func find(t *testing.T, d *acrcloud.Diagnosis, name string) acrcloud.Check {
	t.Helper()
	for _, c := range d.Checks {
		if c.Name == name {
			return c
		}
	}
	require.Fail(t, "not checked", "%s in %+v", name, d.Checks)
	return acrcloud.Check{}
}

func TestCheckIsClean(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	c := connect(t, srv)
	d, err := c.Check(t.Context())
	require.NoError(t, err)
	require.NoError(t, d.Err())
	var names []string
	for _, check := range d.Checks {
		names = append(names, check.Name)
		assert.NotEmpty(t, check.Seen)
		assert.Contains(t, []acrcloud.Outcome{acrcloud.Passed, acrcloud.Skipped}, check.Outcome, "%+v", check)
		assert.Empty(t, check.Remedy)
	}
	assert.Equal(t, []string{"token", "token expiry", "token scopes", "service", "token accepted", "container", "engine", "callback URL"}, names)
	assert.NotContains(t, fmt.Sprintf("%+v", d), srv.Config().BearerToken.Reveal())
	for _, r := range srv.Requests() {
		assert.Equal(t, http.MethodGet, r.Method, "nothing is billed")
	}
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	callback := acrcloud.NewSecret("http://hook.test/?key=s3cret")
	tests := []struct {
		name    string
		change  func(t *testing.T, srv *mock.Server, cfg *acrcloud.Config)
		check   string
		outcome acrcloud.Outcome
		seen    string
		remedy  string
		is      error // of Diagnosis.Err
	}{
		{"access key for a token", func(_ *testing.T, _ *mock.Server, cfg *acrcloud.Config) {
			cfg.BearerToken, cfg.IdentifyAccessKey = cfg.IdentifyAccessKey, acrcloud.Secret{}
		}, "token accepted", acrcloud.Failed, "HTTP 403", "access key", acrcloud.ErrCredentials},
		{"access key's shape", func(_ *testing.T, _ *mock.Server, cfg *acrcloud.Config) {
			cfg.BearerToken, cfg.IdentifyAccessKey = cfg.IdentifyAccessKey, acrcloud.Secret{}
		}, "token", acrcloud.Warned, "not a JWT", "access key", acrcloud.ErrForbidden},
		{"unknown container", func(_ *testing.T, _ *mock.Server, cfg *acrcloud.Config) { cfg.ContainerID = 1 }, "container", acrcloud.Failed, "container 1", "ContainerID", acrcloud.ErrNotFound},
		{"no container", func(_ *testing.T, _ *mock.Server, cfg *acrcloud.Config) { cfg.ContainerID = 0 }, "container", acrcloud.Skipped, "none", "", nil},
		{"another region", func(_ *testing.T, _ *mock.Server, cfg *acrcloud.Config) { cfg.Region = acrcloud.USWest2 }, "region", acrcloud.Failed, "eu-west-1", "empty", nil},
		{"no bucket, plain callback", func(t *testing.T, srv *mock.Server, cfg *acrcloud.Config) {
			t.Helper()
			c, err := filescan.New(*cfg, srv.Options()...)
			require.NoError(t, err)
			_, err = c.Containers().Update(t.Context(), cfg.ContainerID, &filescan.UpdateContainerRequest{Buckets: []filescan.Bucket{}, CallbackURL: &callback})
			require.NoError(t, err)
		}, "engine", acrcloud.Warned, "without a bucket", "bucket", nil},
		{"plain callback", func(t *testing.T, srv *mock.Server, cfg *acrcloud.Config) {
			t.Helper()
			c, err := filescan.New(*cfg, srv.Options()...)
			require.NoError(t, err)
			_, err = c.Containers().Update(t.Context(), cfg.ContainerID, &filescan.UpdateContainerRequest{CallbackURL: &callback})
			require.NoError(t, err)
		}, "callback URL", acrcloud.Warned, "http to hook.test", "https", nil},
		{"a page in between", func(_ *testing.T, srv *mock.Server, _ *acrcloud.Config) {
			srv.Inject(mock.Fault{Body: "<html>Log in</html>"})
		}, "service", acrcloud.Failed, "HTML", "in between", nil},
		{"down", func(_ *testing.T, srv *mock.Server, _ *acrcloud.Config) { srv.Inject(mock.Fault{Status: 500}) }, "service", acrcloud.Failed, "HTTP 500", "later", acrcloud.ErrServer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := mock.New()
				cfg := srv.Config()
				tt.change(t, srv, &cfg)
				c, err := filescan.New(cfg, srv.Options()...)
				require.NoError(t, err)
				d, err := c.Check(t.Context())
				require.NoError(t, err)
				got := find(t, d, tt.check)
				assert.Equal(t, tt.outcome, got.Outcome)
				assert.Contains(t, got.Seen, tt.seen)
				assert.Contains(t, got.Remedy, tt.remedy)
				if tt.is != nil {
					require.ErrorIs(t, d.Err(), tt.is)
				}
				if tt.outcome == acrcloud.Failed {
					require.Error(t, d.Err())
				}
				assert.NotContains(t, fmt.Sprintf("%+v", d), "s3cret")
			})
		})
	}
}

type failingSource struct{ err error }

func (f failingSource) Token(context.Context, acrcloud.Secret) (acrcloud.Secret, error) {
	return acrcloud.Secret{}, f.err
}

func TestCheckReachability(t *testing.T) {
	t.Parallel()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	hang := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(hang.Close)
	dns := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "api.test", IsNotFound: true}}
	}}
	proxy := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "proxyconnect", Err: errors.New("refused")}
	}}
	tests := []struct {
		name, base string
		opts       []acrcloud.Option
		seen       string
	}{
		{"DNS", "https://api.test", []acrcloud.Option{acrcloud.WithHTTPClient(&http.Client{Transport: dns})}, "no address in DNS"},
		{"proxy", "https://api.test", []acrcloud.Option{acrcloud.WithHTTPClient(&http.Client{Transport: proxy})}, "proxy"},
		{"certificate", untrusted.URL, nil, "certificate"},
		{"TLS to a plain server", "https://" + plain.Listener.Addr().String(), nil, "TLS"},
		{"silence", hang.URL, []acrcloud.Option{acrcloud.WithAttemptTimeout(20 * time.Millisecond)}, "in time"},
		{"refused", "http://127.0.0.1:1", nil, "refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := filescan.New(acrcloud.Config{BaseURL: tt.base, BearerToken: acrcloud.NewSecret(testToken)},
				append(tt.opts, acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))...)
			require.NoError(t, err)
			d, err := c.Check(t.Context())
			require.NoError(t, err)
			got := find(t, d, "service")
			assert.Equal(t, acrcloud.Failed, got.Outcome)
			assert.Contains(t, got.Seen, tt.seen)
			assert.NotEmpty(t, got.Remedy)
		})
	}
	t.Run("no token", func(t *testing.T) {
		t.Parallel()
		sealed := errors.New("vault is sealed")
		c, err := filescan.New(acrcloud.Config{}, acrcloud.WithTokenSource(failingSource{sealed}))
		require.NoError(t, err)
		d, err := c.Check(t.Context())
		require.NoError(t, err)
		require.ErrorIs(t, d.Err(), sealed)
	})
	_, err := (&filescan.Client{}).Check(t.Context())
	require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
}
