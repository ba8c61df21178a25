package filescan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	token := acrcloud.NewSecret(testToken)
	tests := []struct {
		name  string
		cfg   acrcloud.Config
		opt   acrcloud.Option
		field string
	}{
		{"no token", acrcloud.Config{}, nil, "Config.BearerToken"},
		{"blank token", acrcloud.Config{BearerToken: acrcloud.NewSecret(" \n ")}, nil, "Config.BearerToken"},
		{"nothing but Bearer", acrcloud.Config{BearerToken: acrcloud.NewSecret("Bearer  ")}, nil, "Config.BearerToken"},
		{"white space inside", acrcloud.Config{BearerToken: acrcloud.NewSecret("eyJ0\neXAi")}, nil, "Config.BearerToken"},
		{"the access key", acrcloud.Config{BearerToken: acrcloud.NewSecret("0123456789abcdef"), IdentifyAccessKey: acrcloud.NewSecret(" 0123456789abcdef ")}, nil, "Config.BearerToken"},
		{"the access secret", acrcloud.Config{BearerToken: acrcloud.NewSecret("Bearer 0123456789abcdef"), IdentifyAccessSecret: acrcloud.NewSecret("0123456789abcdef")}, nil, "Config.BearerToken"},
		{"switched off", acrcloud.Config{BearerToken: token, IsActive: new(false)}, nil, "Config.IsActive"},
		{"negative container", acrcloud.Config{BearerToken: token, ContainerID: -1}, nil, "Config.ContainerID"},
		{"no URL", acrcloud.Config{BearerToken: token, BaseURL: "api-v2.acrcloud.com"}, nil, "Config.BaseURL"},
		{"another scheme", acrcloud.Config{BearerToken: token, BaseURL: "ftp://api-v2.acrcloud.com"}, nil, "Config.BaseURL"},
		{"plain http", acrcloud.Config{BearerToken: token, BaseURL: "http://api-v2.acrcloud.com"}, nil, "Config.BaseURL"},
		{"credentials in the URL", acrcloud.Config{BearerToken: token, BaseURL: "https://user:pw@proxy.test"}, nil, "Config.BaseURL"},
		{"query in the URL", acrcloud.Config{BearerToken: token, BaseURL: "https://proxy.test/?a=b"}, nil, "Config.BaseURL"},
		{"no region", acrcloud.Config{BearerToken: token, Region: "eu-west-1.evil.test/"}, nil, "Config.Region"},
		{"China on the public host", acrcloud.Config{BearerToken: token, Region: acrcloud.CNNorth1}, nil, "Config.Region"},
		{"bad option", acrcloud.Config{BearerToken: token}, acrcloud.WithHTTPClient(nil), "WithHTTPClient"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := filescan.New(tt.cfg, tt.opt)
			e, ok := errors.AsType[*acrcloud.ArgumentError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.field, e.Field)
			assert.NotEmpty(t, e.Problem)
			assert.NotEmpty(t, e.Remedy)
			require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
			assert.NotContains(t, err.Error(), "0123456789abcdef")
			assert.NotContains(t, err.Error(), "pw@")
		})
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		base   string
		region acrcloud.Region // of the configuration
		want   []string        // what Get of a file asks
	}{
		{"", "", []string{"api-v2.acrcloud.com/api/fs-containers/7", "api-us-west-2.acrcloud.com/api/fs-containers/7/files/" + fileID}},
		{"https://api-v2.acrcloud.com/", "", []string{"api-v2.acrcloud.com/api/fs-containers/7", "api-us-west-2.acrcloud.com/api/fs-containers/7/files/" + fileID}},
		{"https://api-eu-west-1.acrcloud.com/api", "", []string{"api-v2.acrcloud.com/api/fs-containers/7", "api-us-west-2.acrcloud.com/api/fs-containers/7/files/" + fileID}},
		{"https://eu-api-v2.acrcloud.com/api/", "", []string{"eu-api-v2.acrcloud.com/api/fs-containers/7", "api-us-west-2.acrcloud.com/api/fs-containers/7/files/" + fileID}},
		{"HTTPS://US-API-V2.acrcloud.com", "", []string{"us-api-v2.acrcloud.com/api/fs-containers/7", "api-us-west-2.acrcloud.com/api/fs-containers/7/files/" + fileID}},
		{"https://api-v2.acrcloud.com:443", "", []string{"api-v2.acrcloud.com/api/fs-containers/7", "api-us-west-2.acrcloud.com/api/fs-containers/7/files/" + fileID}},
		{"https://api-v2.acrcloud.com.", "", []string{"api-v2.acrcloud.com/api/fs-containers/7", "api-us-west-2.acrcloud.com/api/fs-containers/7/files/" + fileID}},
		{"", " ap-southeast-1\n", []string{"api-ap-southeast-1.acrcloud.com/api/fs-containers/7/files/" + fileID}},
		{"", acrcloud.APSoutheast1, []string{"api-ap-southeast-1.acrcloud.com/api/fs-containers/7/files/" + fileID}},
		{"https://cn-api-v2.acrcloud.cn", acrcloud.CNNorth1, []string{"cn-api-v2.acrcloud.cn/api/fs-containers/7/files/" + fileID}},
		{"https://proxy.test/acr/", "", []string{"proxy.test/acr/api/fs-containers/7/files/" + fileID}},
		{"http://127.0.0.1:8080/api", "", []string{"127.0.0.1:8080/api/fs-containers/7/files/" + fileID}},
		{"http://[::1]:8080", "", []string{"[::1]:8080/api/fs-containers/7/files/" + fileID}},
		{"http://localhost", "", []string{"localhost/api/fs-containers/7/files/" + fileID}},
	}
	for _, tt := range tests {
		t.Run(tt.base+" "+string(tt.region), func(t *testing.T) {
			t.Parallel()
			a := &api{t: t, routes: map[string]http.HandlerFunc{}}
			for _, u := range tt.want {
				a.routes["GET "+u] = says(`{"data":[` + fileJSON(fileID, "x", 1, testTime) + `]}`)
			}
			a.routes["GET "+strings.TrimSuffix(tt.want[0], "/files/"+fileID)] = says(`{"data":{"id":7,"region":"us-west-2"}}`)
			c, err := filescan.New(acrcloud.Config{BaseURL: tt.base, Region: tt.region, BearerToken: acrcloud.NewSecret(testToken), ContainerID: 7},
				acrcloud.WithHTTPClient(&http.Client{Transport: a}))
			require.NoError(t, err)
			for range 2 {
				_, err = c.Files(containerID).Get(t.Context(), fileID)
				require.NoError(t, err)
			}
			var want []string
			for _, u := range append(tt.want, tt.want[len(tt.want)-1]) { // the region is looked up once
				want = append(want, "GET "+u)
			}
			assert.Equal(t, want, a.requests())
		})
	}
}

// Config.Region speaks of Config.ContainerID only.
func TestRegionOfAnotherContainer(t *testing.T) {
	t.Parallel()
	a := &api{t: t, routes: map[string]http.HandlerFunc{
		"GET api-v2.acrcloud.com/api/fs-containers/8":                        says(`{"data":{"id":8,"region":"us-west-2"}}`),
		"GET api-us-west-2.acrcloud.com/api/fs-containers/8/files/" + fileID: says(`{"data":[` + strings.Replace(fileJSON(fileID, "x", 1, testTime), `"cid":7`, `"cid":8`, 1) + `]}`),
	}}
	c, err := filescan.New(acrcloud.Config{Region: acrcloud.EUWest1, BearerToken: acrcloud.NewSecret(testToken), ContainerID: 7},
		acrcloud.WithHTTPClient(&http.Client{Transport: a}))
	require.NoError(t, err)
	_, err = c.Files(8).Get(t.Context(), fileID)
	require.NoError(t, err)
}

func TestRegionThatIsNone(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"", "evil.test/", "eu-west-1.evil.test", "EU"} {
		c, a := newAPI(t, map[string]http.HandlerFunc{
			"GET api-v2.acrcloud.com/api/fs-containers/7": says(fmt.Sprintf(`{"data":{"id":7,"region":%q}}`, region)),
		})
		_, err := c.Files(containerID).Get(t.Context(), fileID)
		_, ok := errors.AsType[*acrcloud.DecodeError](err)
		assert.True(t, ok, "%v", err)
		assert.Len(t, a.requests(), 1)
	}
}

// One look-up serves everybody, and a first caller who gives up does not fail the others.
func TestRegionLookupIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c, a := newAPI(t, map[string]http.HandlerFunc{
			"GET api-v2.acrcloud.com/api/fs-containers/7": func(w http.ResponseWriter, r *http.Request) {
				<-release
				says(`{"data":{"id":7,"region":"eu-west-1"}}`)(w, r)
			},
			"GET api-eu-west-1.acrcloud.com/api/fs-containers/7/files/" + fileID: says(`{"data":[` + fileJSON(fileID, "x", 1, testTime) + `]}`),
		})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := c.Files(containerID).Get(ctx, fileID)
			assert.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait()
		for range 100 {
			wg.Go(func() {
				_, err := c.Files(containerID).Get(t.Context(), fileID)
				assert.NoError(t, err)
			})
		}
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(release)
		wg.Wait()
		assert.Equal(t, 1, a.count("GET api-v2.acrcloud.com"))
	})
}

// A look-up that nobody waits for any more ends, and the next caller starts another.
func TestRegionLookupEndsWithItsLastCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, a := newAPI(t, map[string]http.HandlerFunc{
			"GET api-v2.acrcloud.com/api/fs-containers/7": inTurn(
				func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
				says(`{"data":{"id":7,"region":"eu-west-1"}}`)),
			"GET api-eu-west-1.acrcloud.com/api/fs-containers/7/files/" + fileID: says(`{"data":[` + fileJSON(fileID, "x", 1, testTime) + `]}`),
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Files(containerID).Get(ctx, fileID)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		_, err = c.Files(containerID).Get(t.Context(), fileID)
		require.NoError(t, err)
		assert.Equal(t, 2, a.count("GET api-v2.acrcloud.com"))
	})
}

// A panic of the caller's own code in a look-up comes to all who wait for it, on their goroutines, and does not end the program.
func TestRegionLookupPanics(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]acrcloud.Option{
		"observer": acrcloud.WithObserver(func(acrcloud.Attempt) { panic("mine") }),
		"logger":   acrcloud.WithLogger(slog.New(panicking{})),
		"token":    acrcloud.WithTokenSource(panicking{}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := &api{t: t, routes: map[string]http.HandlerFunc{"GET api-v2.acrcloud.com/api/fs-containers/7": says(`{"data":{"id":7,"region":"eu-west-1"}}`)}}
				token := acrcloud.NewSecret(testToken)
				if name == "token" {
					token = acrcloud.Secret{} // it comes from the source
				}
				c, err := filescan.New(acrcloud.Config{ContainerID: 7, BearerToken: token}, option, acrcloud.WithHTTPClient(&http.Client{Transport: a}))
				require.NoError(t, err)
				var wg sync.WaitGroup
				for range 3 {
					wg.Go(func() {
						assert.PanicsWithValue(t, "mine", func() { _, _ = c.Files(containerID).Get(t.Context(), fileID) })
					})
				}
				wg.Wait()
				assert.PanicsWithValue(t, "mine", func() { _, _ = c.Files(containerID).Get(t.Context(), fileID) }, "nothing is left of the look-up")
			})
		})
	}
}

// A look-up whose goroutine the caller's own code has ended leaves nobody waiting.
func TestRegionLookupIsEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &api{t: t, routes: map[string]http.HandlerFunc{"GET api-v2.acrcloud.com/api/fs-containers/7": says(`{"data":{"id":7,"region":"eu-west-1"}}`)}}
		c, err := filescan.New(acrcloud.Config{ContainerID: 7, BearerToken: acrcloud.NewSecret(testToken)},
			acrcloud.WithObserver(func(acrcloud.Attempt) { runtime.Goexit() }), acrcloud.WithHTTPClient(&http.Client{Transport: a}))
		require.NoError(t, err)
		_, err = c.Files(containerID).Get(t.Context(), fileID)
		assert.ErrorContains(t, err, "Goexit")
	})
}

type panicking struct{ slog.Handler }

func (panicking) Enabled(context.Context, slog.Level) bool  { return true }
func (panicking) Handle(context.Context, slog.Record) error { panic("mine") }

func (panicking) Token(context.Context, acrcloud.Secret) (acrcloud.Secret, error) { panic("mine") }

func TestArgumentsAreCheckedBeforeSending(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, nil)
	ctx := t.Context()
	files := c.Files(containerID)
	tests := map[string]struct {
		field string
		call  func() error
	}{
		"zero client":          {"Client", func() error { return (&filescan.Client{}).Do(ctx, "GET", "/x", nil, nil) }},
		"nil client":           {"Client", func() error { return (*filescan.Client)(nil).Files(1).Delete(ctx, fileID) }},
		"nil client's list":    {"Client", func() error { _, err := (*filescan.Client)(nil).Containers().List(ctx, nil); return err }},
		"nil containers":       {"Client", func() error { return (*filescan.Containers)(nil).Delete(ctx, 1) }},
		"nil containers' list": {"Client", func() error { _, err := (*filescan.Containers)(nil).List(ctx, nil); return err }},
		"CSV of nothing":       {"files", func() error { return filescan.WriteCSV(io.Discard, nil, nil) }},
		"JSON of nothing":      {"files", func() error { return filescan.WriteJSONL(io.Discard, nil, nil) }},
		"no rules to read":     {"rules", func() error { _, err := filescan.ReadRules(nil); return err }},
		"negative container": {"containerID", func() error {
			_, err := c.Files(-3).List(ctx, nil)
			return err
		}},
		"get container 0":    {"containerID", func() error { _, err := c.Containers().Get(ctx, 0); return err }},
		"delete container 0": {"containerID", func() error { return c.Containers().Delete(ctx, 0) }},
		"page":               {"Page", func() error { _, err := files.List(ctx, &filescan.ListFilesOptions{Page: -1}); return err }},
		"per page":           {"PerPage", func() error { _, err := files.List(ctx, &filescan.ListFilesOptions{PerPage: -1}); return err }},
		"nil create":         {"CreateContainerRequest", func() error { _, err := c.Containers().Create(ctx, nil); return err }},
		"no name": {"CreateContainerRequest.Name", func() error {
			_, err := c.Containers().Create(ctx, &filescan.CreateContainerRequest{Region: acrcloud.EUWest1, Engine: 1})
			return err
		}},
		"no region": {"CreateContainerRequest.Region", func() error {
			_, err := c.Containers().Create(ctx, &filescan.CreateContainerRequest{Name: "x", Engine: 1})
			return err
		}},
		"engine below 1": {"CreateContainerRequest.Engine", func() error {
			_, err := c.Containers().Create(ctx, &filescan.CreateContainerRequest{Name: "x", Region: acrcloud.EUWest1})
			return err
		}},
		"empty bucket": {"CreateContainerRequest.Buckets", func() error {
			_, err := c.Containers().Create(ctx, &filescan.CreateContainerRequest{Name: "x", Region: acrcloud.EUWest1, Engine: 1, Buckets: []filescan.Bucket{{}}})
			return err
		}},
		"callback": {"CreateContainerRequest.CallbackURL", func() error {
			_, err := c.Containers().Create(ctx, &filescan.CreateContainerRequest{Name: "x", Region: acrcloud.EUWest1, Engine: 1, CallbackURL: acrcloud.NewSecret("example.org/hook")})
			return err
		}},
		"extra": {"CreateContainerRequest.Extra", func() error {
			_, err := c.Containers().Create(ctx, &filescan.CreateContainerRequest{Name: "x", Region: acrcloud.EUWest1, Engine: 1, Extra: map[string]json.RawMessage{"a": json.RawMessage("{")}})
			return err
		}},
		"nil update":    {"UpdateContainerRequest", func() error { _, err := c.Containers().Update(ctx, 7, nil); return err }},
		"empty update":  {"UpdateContainerRequest", func() error { _, err := c.Containers().Update(ctx, 7, &filescan.UpdateContainerRequest{}); return err }},
		"method":        {"method", func() error { return c.Do(ctx, "get", "/x", nil, nil) }},
		"absolute path": {"path", func() error { return c.Do(ctx, "GET", "https://evil.test/x", nil, nil) }},
		"host in path":  {"path", func() error { return c.Do(ctx, "GET", "//evil.test/x", nil, nil) }},
		"no slash":      {"path", func() error { return c.Do(ctx, "GET", "x", nil, nil) }},
		"dots in path":  {"path", func() error { return c.Do(ctx, "GET", "/a/%2e%2e/b", nil, nil) }},
		"bad body":      {"in", func() error { return c.Do(ctx, "POST", "/x", func() {}, nil) }},
		"remote":        {"Remote", func() error { _, err := files.Import(ctx, filescan.Remote{}, nil); return err }},
		"remote scheme": {"Remote", func() error { _, err := files.Import(ctx, filescan.Platform("ftp://a.test/b"), nil); return err }},
		"remote path":   {"Remote", func() error { _, err := files.Import(ctx, filescan.AudioURL("/etc/passwd"), nil); return err }},
		"import name": {"ImportOptions.Name", func() error {
			_, err := files.Import(ctx, filescan.AudioURL("https://a.test/b"), &filescan.ImportOptions{Name: "a\nb"})
			return err
		}},
		"wait interval": {"WaitOptions.MinInterval", func() error { _, err := files.Wait(ctx, fileID, &filescan.WaitOptions{MinInterval: -1}); return err }},
		"wait intervals": {"WaitOptions.MinInterval", func() error {
			_, err := files.Wait(ctx, fileID, &filescan.WaitOptions{MinInterval: 2, MaxInterval: 1})
			return err
		}},
		"wait timeout": {"WaitOptions.Timeout", func() error { _, err := files.Wait(ctx, fileID, &filescan.WaitOptions{Timeout: -1}); return err }},
		"resume":       {"Ticket", func() error { _, err := files.Resume(ctx, filescan.Ticket{}); return err }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, ok := errors.AsType[*acrcloud.ArgumentError](tt.call())
			require.True(t, ok, "%v", tt.call())
			assert.Equal(t, tt.field, e.Field)
			assert.NotEmpty(t, e.Remedy)
		})
	}
	for _, id := range []string{"", ".", "..", "a/../b", "a/b", "%2e%2e", "a,b", "a b", "a\x00b", "a?b", "a#b", `a\b`, "a\tb", "\xff"} {
		t.Run(fmt.Sprintf("file id %q", id), func(t *testing.T) {
			t.Parallel()
			calls := []func() error{
				func() error { _, err := files.Get(ctx, id); return err },
				func() error { _, err := files.Wait(ctx, id, nil); return err },
				func() error { return files.Delete(ctx, fileID, id) },
				func() error { _, err := files.Rescan(ctx, fileID, id); return err },
			}
			for _, call := range calls {
				e, ok := errors.AsType[*acrcloud.ArgumentError](call())
				require.True(t, ok, "%v", call())
				assert.Equal(t, "fileID", e.Field)
			}
		})
	}
	t.Cleanup(func() { assert.Empty(t, a.requests(), "nothing may be sent") })
}

// An id that was never set must not mean the configured container, nor any other.
func TestFilesOfContainerZero(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, nil)
	ctx := t.Context()
	for _, id := range []int{0, -1} {
		files := c.Files(id)
		for name, call := range map[string]func() error{
			"Get":    func() error { _, err := files.Get(ctx, fileID); return err },
			"List":   func() error { _, err := files.List(ctx, nil); return err },
			"All":    func() error { _, errs := collect(ctx, files); return errors.Join(errs...) },
			"Delete": func() error { return files.Delete(ctx, fileID) },
			"Rescan": func() error { _, err := files.Rescan(ctx, fileID); return err },
			"Upload": func() error { _, err := files.Upload(ctx, song(), nil); return err },
			"Import": func() error { _, err := files.Import(ctx, filescan.AudioURL("https://a.test/b.mp3"), nil); return err },
			"Wait":   func() error { _, err := files.Wait(ctx, fileID, nil); return err },
			"Scan":   func() error { _, err := files.Scan(ctx, song(), nil); return err },
			"Resume": func() error {
				_, err := files.Resume(ctx, filescan.Ticket{ContainerID: id, Name: "a.wav", Key: "k", DataType: filescan.Audio})
				return err
			},
			"nothing to delete": func() error { return files.Delete(ctx) },
			"nothing to rescan": func() error { _, err := files.Rescan(ctx); return err },
		} {
			e, ok := errors.AsType[*acrcloud.ArgumentError](call())
			require.True(t, ok, "%s: %v", name, call())
			assert.Equal(t, "containerID", e.Field, name)
			assert.Contains(t, e.Remedy, "Config.ContainerID", name)
		}
	}
	assert.Empty(t, a.requests(), "nothing may be sent")
}

func TestDo(t *testing.T) {
	t.Parallel()
	type bucket struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	}
	c, _ := newAPI(t, map[string]http.HandlerFunc{
		"GET api-v2.acrcloud.com/api/buckets/3": func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "Bearer "+testToken, r.Header.Get("Authorization"))
			assert.Equal(t, "application/json", r.Header.Get("Accept"))
			assert.Equal(t, "2", r.URL.Query().Get("page"))
			says(`{"data":{"id":3,"name":"mine"}}`)(w, r)
		},
		"POST api-v2.acrcloud.com/api/buckets": func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
			body, _ := io.ReadAll(r.Body)
			assert.Equal(t, `{"id":0,"name":"a & b"}`, string(body))
			w.WriteHeader(http.StatusCreated)
		},
		"GET /api/html": says("<!doctype html><title>Log in</title>"),
		"GET /api/none": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"PUT /api/no":   fails(http.StatusUnprocessableEntity, `{"message":"The given data was invalid.","errors":{"name":["is taken"]}}`),
	})
	ctx := t.Context()
	var one struct {
		Data bucket `json:"data"`
	}
	for _, path := range []string{"/api/buckets/3?page=2", "/buckets/3?page=2"} {
		require.NoError(t, c.Do(ctx, http.MethodGet, path, nil, &one))
		assert.Equal(t, bucket{3, "mine"}, one.Data)
	}
	var raw bytes.Buffer
	require.NoError(t, c.Do(ctx, http.MethodGet, "/buckets/3?page=2", nil, &raw))
	assert.JSONEq(t, `{"data":{"id":3,"name":"mine"}}`, raw.String())
	require.NoError(t, c.Do(ctx, http.MethodPost, "/buckets", bucket{Name: "a & b"}, nil))

	for _, path := range []string{"/html", "/none"} {
		e, ok := errors.AsType[*acrcloud.DecodeError](c.Do(ctx, http.MethodGet, path, nil, &one))
		require.True(t, ok)
		assert.NotContains(t, e.Error(), "invalid character")
	}
	e, ok := errors.AsType[*acrcloud.APIError](c.Do(ctx, http.MethodPut, "/no", bucket{}, nil))
	require.True(t, ok)
	assert.Equal(t, map[string][]string{"name": {"is taken"}}, e.Fields)
	require.ErrorIs(t, e, acrcloud.ErrInvalid)
}

// What is wrong with the caller's variable is found before the call, or leaves no doubt that the call was a success.
func TestDoOut(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, map[string]http.HandlerFunc{"POST api-v2.acrcloud.com/api/buckets": fails(201, `{"data":{"id":"x"}}`)})
	for _, out := range []any{struct{}{}, (*int)(nil), (*bytes.Buffer)(nil), map[string]any{}} {
		require.ErrorIs(t, c.Do(t.Context(), http.MethodPost, "/buckets", nil, out), acrcloud.ErrInvalidArgument)
	}
	assert.Empty(t, a.requests())
	var unfit struct{ Data []int }
	err := c.Do(t.Context(), http.MethodPost, "/buckets", nil, &unfit)
	_, ok := errors.AsType[*acrcloud.DecodeError](err)
	require.True(t, ok, "%v", err)
	require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
}
