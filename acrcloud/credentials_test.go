package acrcloud_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A situation is one in which something is wrong with a credential, or looks so.
type situation struct {
	name   string
	set    func(t *testing.T, srv *mock.Server, cfg *acrcloud.Config)
	is     []error
	not    []error
	remedy []string // of the error, in any order
	check  string   // of the Diagnosis, that names it; empty if Check cannot see it
	seen   string   // by that check
}

// remedyOf is what an error says to do.
func remedyOf(t *testing.T, err error) string {
	t.Helper()
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
		if len(e.Fields) == 0 { // they stand in the error as the service put them
			assert.Contains(t, err.Error(), e.Hint(), "the error says it too")
		}
		return e.Hint()
	}
	e, ok := errors.AsType[*acrcloud.ArgumentError](err)
	require.True(t, ok, "%T %v", err, err)
	return e.Remedy
}

// verify compares an error of the situation with what it should be.
func (s situation) verify(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	for _, target := range s.is {
		require.ErrorIs(t, err, target)
	}
	for _, target := range s.not {
		require.NotErrorIs(t, err, target)
	}
	remedy := remedyOf(t, err)
	for _, text := range s.remedy {
		assert.Contains(t, remedy, text)
	}
}

// verifyCheck looks for the situation in what a client's Check has found.
func (s situation) verifyCheck(t *testing.T, d *acrcloud.Diagnosis) {
	t.Helper()
	for _, c := range d.Checks {
		if c.Outcome == acrcloud.Failed || c.Outcome == acrcloud.Warned {
			assert.NotEmpty(t, c.Seen, c.Name)
			assert.NotEmpty(t, c.Remedy, c.Name)
		}
		if c.Name != s.check {
			continue
		}
		assert.Contains(t, []acrcloud.Outcome{acrcloud.Failed, acrcloud.Warned}, c.Outcome, "%+v", c)
		assert.Contains(t, c.Seen, s.seen)
		for _, text := range s.remedy {
			assert.Contains(t, c.Remedy, text)
		}
		return
	}
	assert.Fail(t, "not found", "%s in %+v", s.check, d.Checks)
}

// put makes the token all that a configuration has beside the container.
func put(token func(srv *mock.Server) acrcloud.Secret) func(*testing.T, *mock.Server, *acrcloud.Config) {
	return func(_ *testing.T, srv *mock.Server, cfg *acrcloud.Config) {
		*cfg = acrcloud.Config{BearerToken: token(srv), ContainerID: cfg.ContainerID}
	}
}

func issue(token mock.Token) func(*testing.T, *mock.Server, *acrcloud.Config) {
	return put(func(srv *mock.Server) acrcloud.Secret { return srv.IssueToken(token) })
}

// foreign makes a JWT that the server has not issued.
func foreign(claims string) func(*testing.T, *mock.Server, *acrcloud.Config) {
	encode := base64.RawURLEncoding.EncodeToString
	return put(func(*mock.Server) acrcloud.Secret {
		return acrcloud.NewSecret(encode([]byte(`{"typ":"JWT","alg":"RS256"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature")))
	})
}

const makeToken = "under Account, Developer Settings, with the File Scanning scope"

func TestConsoleCredentials(t *testing.T) {
	t.Parallel()
	refused := []error{acrcloud.ErrForbidden, acrcloud.ErrCredentials}
	expired := []error{acrcloud.ErrUnauthorized, acrcloud.ErrCredentials}
	for _, s := range []situation{
		{name: "an access key", set: put(func(srv *mock.Server) acrcloud.Secret { return srv.Config().IdentifyAccessKey }),
			is: refused, not: []error{acrcloud.ErrUnauthorized}, remedy: []string{"looks like a project's access key", "32 characters", makeToken}, check: "token accepted", seen: "HTTP 403"},
		{name: "an access secret", set: put(func(srv *mock.Server) acrcloud.Secret { return srv.Config().IdentifyAccessSecret }),
			is: refused, remedy: []string{"looks like a project's access key or secret", makeToken}, check: "token", seen: "not a JWT"},
		{name: "some text", set: put(func(*mock.Server) acrcloud.Secret { return acrcloud.NewSecret("hunter2") }),
			is: refused, remedy: []string{"not a Console API token, which is a JWT and begins with eyJ", makeToken}, check: "token accepted", seen: "HTTP 403"},
		{name: "expired", set: issue(mock.Token{ExpiresAt: time.Date(1999, 12, 31, 23, 59, 0, 0, time.UTC)}),
			is: expired, not: []error{acrcloud.ErrForbidden}, remedy: []string{"expired on 31 December 1999 at 23:59 UTC", makeToken}, check: "token accepted", seen: "HTTP 401"},
		{name: "expired, before it is sent", set: issue(mock.Token{ExpiresAt: time.Date(1999, 12, 31, 23, 59, 0, 0, time.UTC)}),
			is: expired, remedy: []string{"expired on"}, check: "token expiry", seen: "1999-12-31"},
		{name: "other scopes", set: issue(mock.Token{Scopes: []string{"ucf", "read-buckets"}}),
			is: refused, remedy: []string{"good for ucf, read-buckets only", makeToken}, check: "token scopes", seen: "File Scanning"},
		{name: "no scopes", set: issue(mock.Token{Scopes: []string{}}),
			is: refused, remedy: []string{"good for nothing only", makeToken}, check: "token accepted", seen: "HTTP 403"},
		{name: "scopes as text", set: foreign(`{"sub":"1","exp":9999999999.75,"scopes":"ucf bm-projects"}`),
			is: refused, remedy: []string{"good for ucf, bm-projects only"}, check: "token scopes", seen: "File Scanning"},
		{name: "unknown, of all scopes", set: foreign(`{"scopes":["*"]}`), is: refused, remedy: []string{"looks right", "revoked", "another account"}, check: "token accepted", seen: "HTTP 403"},
		{name: "unknown, for reading all", set: foreign(`{"scopes":["read-all"]}`), is: refused, remedy: []string{"looks right"}, check: "token accepted", seen: "HTTP 403"},
		{name: "unknown, for writing all", set: foreign(`{"scopes":["write-all"]}`), is: refused, remedy: []string{"looks right"}, check: "token accepted", seen: "HTTP 403"},
		{name: "unknown, for File Scanning", set: foreign(`{"scopes":"filescanning"}`), is: refused, remedy: []string{"looks right"}, check: "token accepted", seen: "HTTP 403"},
		{name: "revoked", set: func(_ *testing.T, srv *mock.Server, cfg *acrcloud.Config) { srv.RevokeToken(cfg.BearerToken) },
			is: refused, remedy: []string{"looks right", "revoked"}, check: "token accepted", seen: "HTTP 403"},
		{name: "another account's", set: func(_ *testing.T, srv *mock.Server, cfg *acrcloud.Config) {
			cfg.BearerToken, cfg.Region = srv.IssueToken(mock.Token{Account: 7}), acrcloud.EUWest1
		},
			is: []error{acrcloud.ErrInvalid}, not: []error{acrcloud.ErrCredentials}, remedy: []string{"container"}, check: "container", seen: "cannot be read"},
		{name: "another account's, whose region is looked up", set: issue(mock.Token{Account: 7}),
			is: []error{acrcloud.ErrNotFound}, not: []error{acrcloud.ErrCredentials}, remedy: []string{"ontainer"}, check: "container", seen: "cannot be read"},
		{name: "another region", set: func(_ *testing.T, _ *mock.Server, cfg *acrcloud.Config) { cfg.Region = acrcloud.USWest2 },
			is: []error{acrcloud.ErrInvalid}, not: []error{acrcloud.ErrCredentials}, remedy: []string{"egion"}, check: "region", seen: "eu-west-1"},
		{name: "a container that is refused with 403", set: func(_ *testing.T, srv *mock.Server, cfg *acrcloud.Config) {
			cfg.BearerToken, cfg.IdentifyAccessKey = srv.Config().IdentifyAccessKey, acrcloud.Secret{}
			srv.Inject(mock.Fault{Status: http.StatusForbidden, Body: `{"message":"Invalid Container"}`})
		}, is: refused, remedy: []string{"does not know this container", "egion"}, check: "token accepted", seen: "HTTP 403"},
		{name: "a suspended account", set: func(_ *testing.T, srv *mock.Server, _ *acrcloud.Config) { srv.SetSuspended(true) },
			is: refused, remedy: []string{"looks right"}, check: "token accepted", seen: "HTTP 403"},
		{name: "a page in between", set: func(_ *testing.T, srv *mock.Server, _ *acrcloud.Config) {
			srv.Inject(mock.Fault{Status: http.StatusForbidden, Body: "<html>Blocked</html>", Header: http.Header{"Content-Type": {"text/html"}}})
		}, is: []error{acrcloud.ErrForbidden}, remedy: []string{"web page", "in between"}, check: "token accepted", seen: "HTTP 403"},
		{name: "too many requests", set: func(_ *testing.T, srv *mock.Server, _ *acrcloud.Config) {
			srv.Inject(mock.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"1"}}})
		}, is: []error{acrcloud.ErrRateLimited}, not: []error{acrcloud.ErrCredentials}, remedy: []string{"Wait for 1s"}, check: "service", seen: "HTTP 429"},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := mock.New()
				cfg := srv.Config()
				s.set(t, srv, &cfg)
				c, err := filescan.New(cfg, srv.Options()...)
				require.NoError(t, err)
				files := c.Files(cfg.ContainerID)
				_, err = files.List(t.Context(), nil)
				s.verify(t, err)
				_, err = files.Upload(t.Context(), acrcloud.FromBytes("a.wav", []byte("RIFF")), nil)
				s.verify(t, err)
				for _, r := range srv.Requests() {
					assert.Equal(t, http.MethodGet, r.Method, "nothing was uploaded")
				}
				d, err := c.Check(t.Context())
				require.NoError(t, err)
				s.verifyCheck(t, d)
			})
		})
	}
}

// What the service says about the fields of a request is passed on.
func TestConsoleFields(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	c, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	_, err = c.Containers().Create(t.Context(), &filescan.CreateContainerRequest{Name: "default", Region: acrcloud.EUWest1, Buckets: []filescan.Bucket{filescan.BucketID(23)}, Engine: filescan.EngineFingerprint})
	situation{is: []error{acrcloud.ErrInvalid}, not: []error{acrcloud.ErrCredentials}, remedy: []string{"name: The name has already been taken."}}.verify(t, err)
}

func TestIdentifyCredentials(t *testing.T) {
	t.Parallel()
	another := func(t *testing.T, srv *mock.Server, region acrcloud.Region) acrcloud.Config {
		t.Helper()
		cfg, err := srv.AddProject(region)
		require.NoError(t, err)
		return cfg
	}
	fault := func(code int) func(*testing.T, *mock.Server, *acrcloud.Config) {
		return func(_ *testing.T, srv *mock.Server, _ *acrcloud.Config) { srv.Inject(mock.IdentifyFault(code)) }
	}
	wrong := []error{acrcloud.ErrCredentials}
	for _, s := range []situation{
		{name: "an unknown key", set: func(_ *testing.T, _ *mock.Server, cfg *acrcloud.Config) {
			cfg.IdentifyAccessKey = acrcloud.NewSecret("unknown")
		},
			is: wrong, not: []error{acrcloud.ErrForbidden}, remedy: []string{"access key", "host"}, check: "credentials", seen: "code 3001"},
		{name: "key and secret of two projects", set: func(t *testing.T, srv *mock.Server, cfg *acrcloud.Config) {
			t.Helper()
			cfg.IdentifyAccessSecret = another(t, srv, acrcloud.EUWest1).IdentifyAccessSecret
		}, is: wrong, remedy: []string{"access key, access secret and host of the same project"}, check: "credentials", seen: "code 3014"},
		{name: "another region's host", set: func(t *testing.T, srv *mock.Server, cfg *acrcloud.Config) {
			t.Helper()
			host := cfg.IdentifyHost
			*cfg = another(t, srv, acrcloud.USWest2)
			cfg.IdentifyHost = host
		}, is: wrong, remedy: []string{"host that the console shows together"}, check: "credentials", seen: "code 3001"},
		{name: "a used-up quota", set: fault(3003), is: []error{acrcloud.ErrQuotaExceeded}, not: []error{acrcloud.ErrCredentials, acrcloud.ErrRateLimited}, remedy: []string{"used up", "raise it in the console"}, check: "limits", seen: "code 3003"},
		{name: "too many requests", set: fault(3015), is: []error{acrcloud.ErrRateLimited}, not: []error{acrcloud.ErrQuotaExceeded}, remedy: []string{"WithRateLimiter"}, check: "limits", seen: "code 3015"},
		{name: "a suspended account", set: func(_ *testing.T, srv *mock.Server, _ *acrcloud.Config) { srv.SetSuspended(true) },
			is: []error{acrcloud.ErrQuotaExceeded}, remedy: []string{"check the account and the project"}, check: "limits", seen: "code 3013"},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := mock.New()
				cfg := srv.Config()
				s.set(t, srv, &cfg)
				c, err := identify.New(cfg, srv.Options()...)
				require.NoError(t, err)
				_, err = c.Identify(t.Context(), identify.Fingerprint([]byte("anything")))
				s.verify(t, err)
				d, err := c.Check(t.Context())
				require.NoError(t, err)
				s.verifyCheck(t, d)
			})
		})
	}
}

// What can be told without asking the service is refused by New.
func TestCredentialsRefusedByNew(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	good := srv.Config()
	identification := func(cfg acrcloud.Config) error { _, err := identify.New(cfg, srv.Options()...); return err }
	scanning := func(cfg acrcloud.Config) error { _, err := filescan.New(cfg, srv.Options()...); return err }
	for _, tt := range []struct {
		name          string
		set           func(cfg *acrcloud.Config)
		create        func(acrcloud.Config) error
		field, remedy string
	}{
		{"a console token as access key", func(cfg *acrcloud.Config) { cfg.IdentifyAccessKey = good.BearerToken }, identification, "Config.IdentifyAccessKey", "that is for File Scanning"},
		{"a console token as access secret", func(cfg *acrcloud.Config) { cfg.IdentifyAccessSecret = good.BearerToken }, identification, "Config.IdentifyAccessSecret", "from the project's page"},
		{"no access key", func(cfg *acrcloud.Config) { cfg.IdentifyAccessKey = acrcloud.Secret{} }, identification, "Config.IdentifyAccessKey", "from the project's page"},
		{"an access key as token, beside itself", func(cfg *acrcloud.Config) { cfg.BearerToken = good.IdentifyAccessKey }, scanning, "Config.BearerToken", "one of them is in the wrong place"},
		{"no token", func(cfg *acrcloud.Config) { cfg.BearerToken = acrcloud.Secret{} }, scanning, "Config.BearerToken", makeToken},
		{"a token in two lines", func(cfg *acrcloud.Config) {
			text := good.BearerToken.Reveal()
			cfg.BearerToken = acrcloud.NewSecret(text[:20] + "\n" + text[20:])
		}, scanning, "Config.BearerToken", "as one line"},
		{"not active", func(cfg *acrcloud.Config) { cfg.IsActive = new(false) }, scanning, "Config.IsActive", ""},
		{"not active, for identification", func(cfg *acrcloud.Config) { cfg.IsActive = new(false) }, identification, "Config.IsActive", ""},
	} {
		cfg := good
		tt.set(&cfg)
		err := tt.create(cfg)
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument, tt.name)
		e, ok := errors.AsType[*acrcloud.ArgumentError](err)
		require.True(t, ok, tt.name)
		assert.Equal(t, tt.field, e.Field, tt.name)
		assert.Contains(t, e.Remedy, tt.remedy, tt.name)
		assert.NotEmpty(t, e.Remedy, tt.name)
	}
	assert.Empty(t, srv.Requests())
}
