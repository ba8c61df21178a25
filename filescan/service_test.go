package filescan_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// connect returns a client of the server.
func connect(t *testing.T, srv *mock.Server, opts ...acrcloud.Option) *filescan.Client {
	t.Helper()
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	c, err := filescan.New(srv.Config(), append(srv.Options(), opts...)...)
	require.NoError(t, err)
	return c
}

// What the service may answer instead of what it promises, to each kind of call.
func TestOddAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fault  mock.Fault
		api    bool // an APIError, else a DecodeError
		status int
	}{
		{"200 with HTML", mock.Fault{Body: "<!doctype html><title>Log in</title>"}, false, 200},
		{"200 with text", mock.Fault{Body: "OK"}, false, 200},
		{"200 with nothing", mock.Fault{Status: 200}, false, 200},
		{"204", mock.Fault{Status: 204}, false, 204},
		{"304", mock.Fault{Status: 304}, true, 304},
		{"302 to another host", mock.Fault{Status: 302, Header: http.Header{"Location": {"https://elsewhere.test/"}}}, true, 302},
		{"502 with HTML", mock.Fault{Status: 502, Body: "<html>Bad Gateway</html>"}, true, 502},
		{"an error of 50 MiB", mock.Fault{Status: 400, BodyBytes: 50 << 20}, true, 400},
		{"an array", mock.Fault{Body: "[1,2]"}, false, 200},
		{"JSON that breaks off", mock.Fault{Body: `{"data":{"id":`}, false, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := mock.New()
				c := connect(t, srv)
				_, err := c.Files(srv.Config().ContainerID).List(t.Context(), nil) // the region is known from here on
				require.NoError(t, err)
				srv.Inject(tt.fault)
				calls := map[string]func() error{
					"get":  func() error { _, err := c.Containers().Get(t.Context(), srv.Config().ContainerID); return err },
					"list": func() error { _, err := c.Files(srv.Config().ContainerID).List(t.Context(), nil); return err },
					"file": func() error { _, err := c.Files(srv.Config().ContainerID).Get(t.Context(), fileID); return err },
					"import": func() error {
						_, err := c.Files(srv.Config().ContainerID).Import(t.Context(), filescan.AudioURL("https://a.test/b.mp3"), nil)
						return err
					},
				}
				for name, call := range calls {
					err := call()
					require.Error(t, err, name)
					assert.NotContains(t, err.Error(), "invalid character", name)
					if tt.api {
						e, ok := errors.AsType[*acrcloud.APIError](err)
						require.True(t, ok, "%s: %v", name, err)
						assert.Equal(t, tt.status, e.StatusCode)
						assert.LessOrEqual(t, len(e.Body), 64<<10)
						continue
					}
					e, ok := errors.AsType[*acrcloud.DecodeError](err)
					require.True(t, ok, "%s: %v", name, err)
					assert.Equal(t, tt.status, e.StatusCode)
				}
				for _, r := range srv.Requests() {
					assert.NotContains(t, r.Host, "elsewhere")
				}
			})
		})
	}
}

// A success whose body says no is the service's refusal, in its words, to every kind of call; and a web page is no acknowledgement.
func TestSuccessThatSaysNo(t *testing.T) {
	t.Parallel()
	const page = "<html>Log in</html>"
	for body, words := range map[string]string{
		`{"message":"Invalid Container"}`:                      "Invalid Container",
		`{"error":"Authentication Exception"}`:                 "Authentication Exception",
		`{"success":false,"message":"The plan has no scans."}`: "The plan has no scans",
		"\ufeff" + `{"status":"error","message":"Later"}`:      "Later",
		page: "HTML",
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			a := &api{t: t, routes: map[string]http.HandlerFunc{}}
			const one, files = "api-v2.acrcloud.com/api/fs-containers/7", "api-eu-west-1.acrcloud.com/api/fs-containers/7/files"
			for _, route := range []string{
				"GET " + one, "PUT " + one, "DELETE " + one, "GET api-v2.acrcloud.com/api/fs-containers", "GET api-v2.acrcloud.com/api/buckets", "GET " + files, "POST " + files,
				"GET " + files + "/" + fileID, "DELETE " + files + "/" + fileID, "DELETE " + files + "/" + fileID + ",b", "DELETE " + files + "/b", "PUT " + files + "/" + fileID + "/rescan",
			} {
				a.routes[route] = says(body)
			}
			c, err := filescan.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(testToken), ContainerID: containerID, Region: acrcloud.EUWest1},
				acrcloud.WithHTTPClient(&http.Client{Transport: a}))
			require.NoError(t, err)
			ctx, f := t.Context(), c.Files(containerID)
			for name, call := range map[string]func() error{
				"Get":               func() error { _, err := f.Get(ctx, fileID); return err },
				"List":              func() error { _, err := f.List(ctx, nil); return err },
				"All":               func() error { _, errs := collect(ctx, f); return errors.Join(errs...) },
				"Delete":            func() error { return f.Delete(ctx, fileID) },
				"Delete of several": func() error { return f.Delete(ctx, fileID, "b") },
				"Rescan":            func() error { _, err := f.Rescan(ctx, fileID); return err },
				"Import":            func() error { _, err := f.Import(ctx, filescan.AudioURL("https://a.test/b.mp3"), nil); return err },
				"container":         func() error { _, err := c.Containers().Get(ctx, containerID); return err },
				"containers":        func() error { _, err := c.Containers().List(ctx, nil); return err },
				"update": func() error {
					_, err := c.Containers().Update(ctx, containerID, &filescan.UpdateContainerRequest{Deepright: new(true)})
					return err
				},
				"delete container": func() error { return c.Containers().Delete(ctx, containerID) },
				"Do":               func() error { return c.Do(ctx, "GET", "/buckets", nil, nil) },
				"Do, decoded":      func() error { return c.Do(ctx, "GET", "/buckets", nil, new(any)) },
			} {
				err := call()
				require.ErrorContains(t, err, words, name)
				require.NotErrorIs(t, err, acrcloud.ErrNotFound, name)
				if body != page {
					e, ok := errors.AsType[*acrcloud.APIError](err)
					require.True(t, ok, "%s: %v", name, err)
					assert.Equal(t, 200, e.StatusCode, name)
				}
			}
			_, err = c.Files(containerID).Get(ctx, fileID)
			switch words {
			case "Invalid Container":
				require.ErrorContains(t, err, "Region")
			case "Authentication Exception":
				require.ErrorContains(t, err, "create a Console API token")
			}
		})
	}
}

// A web page is no acknowledgement, with a byte order mark before it either.
func TestPageIsNoAcknowledgement(t *testing.T) {
	t.Parallel()
	page := says("\ufeff<!DOCTYPE html><html><body>Welcome to the guest network</body></html>")
	c, _ := newAPI(t, map[string]http.HandlerFunc{
		"DELETE " + filesURL + "/a": page, "PUT " + filesURL + "/a/rescan": page, "DELETE api-v2.acrcloud.com/api/fs-containers/7": page,
	})
	files := c.Files(containerID)
	_, err := files.Rescan(t.Context(), "a")
	for name, err := range map[string]error{"delete": files.Delete(t.Context(), "a"), "rescan": err, "delete container": c.Containers().Delete(t.Context(), containerID)} {
		_, ok := errors.AsType[*acrcloud.DecodeError](err)
		assert.True(t, ok, "%s: %v", name, err)
		assert.ErrorContains(t, err, "HTML", name)
	}
}

// What is secret of an address that the service fetches does not show in its errors.
func TestImportShowsNoSecrets(t *testing.T) {
	t.Parallel()
	c, _ := newAPI(t, map[string]http.HandlerFunc{"POST " + filesURL: fails(422, `{"message":"FTP login of bob failed: s3cr3tP4ss, fr4gment, qu3ry","errors":{"url":["s3cr3tP4ss"]}}`)})
	_, err := c.Files(containerID).Import(t.Context(), filescan.AudioURL("ftp://bob:s3cr3tP4ss@ftp.test/a.mp3?q=qu3ry1#fr4gment"), nil)
	require.ErrorContains(t, err, "FTP login of bob failed")
	for _, secret := range []string{"s3cr3tP4ss", "fr4gment"} {
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), secret)
	}
}

// The two faults of the connection, on what is billed and on what is not.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := mock.New()
		c := connect(t, srv)
		srv.Inject(mock.Fault{Method: "GET", Path: "/api/fs-containers/*/files", Lose: true, Times: 3})
		_, err := c.Files(srv.Config().ContainerID).List(t.Context(), nil)
		require.NoError(t, err, "the fourth attempt")

		srv.Inject(mock.Fault{Method: "POST", Forget: true, Times: 1})
		file, err := c.Files(srv.Config().ContainerID).Upload(t.Context(), song(), &filescan.UploadOptions{UniqueName: true})
		require.NoError(t, err, "it was made, and is found")
		page, err := c.Files(srv.Config().ContainerID).List(t.Context(), nil)
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		assert.Equal(t, file.ID, page.Items[0].ID)

		srv.Inject(mock.Fault{Method: "POST", Lose: true, Times: 1})
		_, err = c.Files(srv.Config().ContainerID).Upload(t.Context(), song(), &filescan.UploadOptions{Name: "another.wav"})
		require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		srv.Inject(mock.Fault{Method: "PUT", Path: "/storage/fs/*/*/*", Truncate: true, Status: 503, BodyBytes: 10, Times: 2})
		_, err = c.Files(srv.Config().ContainerID).Upload(t.Context(), song(), &filescan.UploadOptions{Name: "third.wav"})
		require.NoError(t, err, "what is stored may be stored again")
	})
}

func TestWrongCredentials(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	cfg := srv.Config()
	tests := map[string]struct {
		token  acrcloud.Secret
		remedy string
	}{
		"an access key":    {cfg.IdentifyAccessKey, "looks like a project's access key"},
		"another JWT":      {acrcloud.NewSecret(testToken), "eyJ"},
		"something else":   {acrcloud.NewSecret("hello"), "not a Console API token"},
		"a pasted Bearer ": {acrcloud.NewSecret("Bearer nope"), "not a Console API token"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := filescan.New(acrcloud.Config{BearerToken: tt.token, ContainerID: cfg.ContainerID}, srv.Options()...)
			require.NoError(t, err)
			_, err = c.Files(srv.Config().ContainerID).Scan(t.Context(), song(), nil)
			require.ErrorIs(t, err, acrcloud.ErrForbidden)
			require.ErrorIs(t, err, acrcloud.ErrCredentials)
			require.ErrorContains(t, err, tt.remedy)
			assert.NotContains(t, err.Error(), tt.token.Reveal())
		})
	}
	t.Run("the right one, with Bearer and line end", func(t *testing.T) {
		t.Parallel()
		c, err := filescan.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(" bearer  " + cfg.BearerToken.Reveal() + "\n"), ContainerID: cfg.ContainerID}, srv.Options()...)
		require.NoError(t, err)
		_, err = c.Files(srv.Config().ContainerID).List(t.Context(), nil)
		require.NoError(t, err)
	})
	t.Run("another region", func(t *testing.T) {
		t.Parallel()
		wrong := cfg
		wrong.Region = acrcloud.USWest2
		c, err := filescan.New(wrong, srv.Options()...)
		require.NoError(t, err)
		_, err = c.Files(srv.Config().ContainerID).List(t.Context(), nil)
		require.ErrorContains(t, err, "Invalid Container")
		require.ErrorContains(t, err, "Region")
	})
}

// rotating gives out tokens that are good for a few calls only.
type rotating struct {
	mu    sync.Mutex
	good  string
	asked int
}

func (r *rotating) Token(_ context.Context, rejected acrcloud.Secret) (acrcloud.Secret, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	if r.asked%3 == 1 && rejected.IsZero() {
		return acrcloud.NewSecret(fmt.Sprintf("stale-%d", r.asked)), nil
	}
	return acrcloud.NewSecret(r.good), nil
}

func TestHundredGoroutines(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	track := srv.AddTrack(mock.Track{})
	wav := track.WAV(0, 3*time.Second)
	c := connect(t, srv, acrcloud.WithTokenSource(&rotating{good: srv.Config().BearerToken.Reveal()}))
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			name := fmt.Sprintf("%d.wav", i)
			file, err := c.Files(srv.Config().ContainerID).Scan(t.Context(), acrcloud.FromBytes(name, wav), nil)
			if assert.NoError(t, err) {
				assert.Equal(t, name, file.Name)
				assert.Len(t, file.Results.Music, 1)
			}
		})
	}
	wg.Wait()
	ids := map[string]bool{}
	for f, err := range c.Files(srv.Config().ContainerID).All(t.Context(), &filescan.ListFilesOptions{PerPage: 7}) {
		require.NoError(t, err)
		ids[f.ID] = true
	}
	assert.Len(t, ids, 100)
}

const quietEnv = "ACRCLOUD_TEST_QUIET"

// A program that uses the SDK sees nothing on its standard output and error that it has not printed itself.
func TestNothingIsPrinted(t *testing.T) {
	t.Parallel()
	if os.Getenv(quietEnv) != "" {
		srv := mock.New()
		c := connect(t, srv, acrcloud.WithRetry(acrcloud.RetryPolicy{MinWait: time.Microsecond, MaxWait: time.Microsecond}))
		_, err := c.Files(srv.Config().ContainerID).Scan(t.Context(), song(), nil)
		require.NoError(t, err)
		for _, f := range []mock.Fault{{Status: 500}, {Lose: true}, {Truncate: true, BodyBytes: 100}, {Body: "<html>"}} {
			remove := srv.Inject(f)
			_, err = c.Files(srv.Config().ContainerID).List(t.Context(), nil)
			require.Error(t, err)
			remove()
		}
		return
	}
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), exe, "-test.run", "^TestNothingIsPrinted$") //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), quietEnv+"=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "PASS", strings.TrimSpace(string(out)))
}

// A response that is said to be compressed, and is empty, is what its status says.
func TestEmptyCompressedAnswer(t *testing.T) {
	t.Parallel()
	empty := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(status)
		}
	}
	c, _ := newAPI(t, uploads(t, map[string]http.HandlerFunc{
		"GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: empty(401), "DELETE " + filesURL + "/a": empty(204),
	}))
	_, err := c.Files(containerID).Upload(t.Context(), song(), nil)
	require.ErrorIs(t, err, acrcloud.ErrUnauthorized)
	require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	require.NoError(t, c.Files(containerID).Delete(t.Context(), "a"))
}
