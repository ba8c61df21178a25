package filescan_test

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
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

const rowID = "2f0c1a77-0000-4000-8000-00000000000a"

// A plainServer is the service with one thing that servers in the field do. step sees each request first, with its kind: list, presign,
// store, create, file or delete; true means that it has answered.
func plainServer(t *testing.T, step func(w http.ResponseWriter, r *http.Request, kind string) bool) *filescan.Files {
	t.Helper()
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := "list"
		switch path := r.URL.Path; {
		case strings.HasPrefix(path, "/store/"):
			kind = "store"
		case strings.HasSuffix(path, "/presigned-upload"):
			kind = "presign"
		case strings.Contains(path, "/files/"):
			kind = map[string]string{http.MethodGet: "file", http.MethodDelete: "delete"}[r.Method]
		case r.Method == http.MethodPost:
			kind = "create"
		}
		if step(w, r, kind) {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		switch kind {
		case "presign":
			_, _ = fmt.Fprintf(w, `{"data":{"presigned_url":"%s/store/key-1?X-Amz-Signature=5ec4e7516","key":"key-1"}}`, srv.URL)
		case "create", "file":
			_, _ = fmt.Fprintf(w, `{"data":{"id":%q,"state":1}}`, rowID)
		case "list":
			_, _ = io.WriteString(w, `{"data":[]}`)
		}
	}))
	t.Cleanup(srv.Close)
	client, err := filescan.New(acrcloud.Config{BaseURL: srv.URL, BearerToken: acrcloud.NewSecret("eyJa.b.c"), ContainerID: 7},
		acrcloud.WithRetry(acrcloud.RetryPolicy{MinWait: time.Millisecond, MaxWait: time.Millisecond}))
	require.NoError(t, err)
	return client.Files(7)
}

func wav() acrcloud.Source { return acrcloud.FromBytes("take.wav", make([]byte, 2000)) }

// A PHP file that was saved with a byte order mark writes it before every response.
func TestResponsesBehindAMark(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		says   string
	}{
		"success": {200, `{"data":{"id":"` + rowID + `"}}`, ""},
		"error":   {422, `{"message":"The given data was invalid."}`, "422: The given data was invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := plainServer(t, func(w http.ResponseWriter, _ *http.Request, _ string) bool {
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, "\uFEFF"+tt.body)
				return true
			})
			file, err := files.Get(t.Context(), rowID)
			if tt.says != "" {
				require.ErrorContains(t, err, tt.says)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, rowID, file.ID)
		})
	}
}

// A form with "Expect: 100-continue" passes a proxy that does not know it.
func TestUploadPassesWhereExpectIsUnknown(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	created, refused := 0, 0
	files := plainServer(t, func(w http.ResponseWriter, r *http.Request, kind string) bool {
		mu.Lock()
		defer mu.Unlock()
		if r.Header.Get("Expect") != "" {
			refused++
			w.WriteHeader(http.StatusExpectationFailed)
			return true
		}
		if kind == "create" {
			created++
		}
		return false
	})
	_, err := files.Upload(t.Context(), acrcloud.FromReader("take.wav", strings.NewReader("content"), 7), &filescan.UploadOptions{Method: filescan.Multipart})
	require.NoError(t, err)
	assert.Equal(t, 1, refused)
	assert.Equal(t, 1, created)
}

// S3 sends the content for a young bucket to the bucket's region.
func TestUploadFollowsTheStorage(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var stored int64
	files := plainServer(t, func(w http.ResponseWriter, r *http.Request, kind string) bool {
		if kind != "store" {
			return false
		}
		if !strings.HasPrefix(r.URL.Path, "/store/regional/") {
			http.Redirect(w, r, "/store/regional/key-1?X-Amz-Signature=5ec4e7516", http.StatusTemporaryRedirect)
			return true
		}
		n, _ := io.Copy(io.Discard, r.Body)
		mu.Lock()
		defer mu.Unlock()
		stored = n
		return true
	})
	_, err := files.Upload(t.Context(), wav(), nil)
	require.NoError(t, err)
	assert.EqualValues(t, 2000, stored)
}

// The storage's word for why it refuses is said, and nothing of what was signed.
func TestUploadSaysWhyTheStorageRefuses(t *testing.T) {
	t.Parallel()
	for code, expired := range map[string]bool{"SignatureDoesNotMatch": false, "AccessDenied": false, "ExpiredToken": true} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			files := plainServer(t, func(w http.ResponseWriter, r *http.Request, kind string) bool {
				if kind != "store" {
					return false
				}
				_, _ = io.Copy(io.Discard, r.Body)
				w.WriteHeader(http.StatusForbidden)
				_, _ = fmt.Fprintf(w, `<?xml version="1.0"?><Error><Code>%s</Code><StringToSign>PUT 5ec4e7516</StringToSign></Error>`, code)
				return true
			})
			_, err := files.Upload(t.Context(), wav(), nil)
			require.ErrorContains(t, err, code)
			assert.Equal(t, expired, strings.Contains(err.Error(), "expired"))
			assert.NotContains(t, err.Error(), "5ec4e7516")
		})
	}
}

// What acknowledges a deletion is a success, whatever it looks like.
func TestDeleteIsAcknowledged(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "null", `{"message":"success"}`, `{"message":"Deleted"}`, `{"data":[]}`, `{"data":{"deleted":1}}`, `{"success":true}`, `{"code":0}`} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			files := plainServer(t, func(w http.ResponseWriter, _ *http.Request, _ string) bool {
				_, _ = io.WriteString(w, body)
				return true
			})
			assert.NoError(t, files.Delete(t.Context(), rowID))
		})
	}
}

// Laravel throttles by the minute: a listing and an export wait for the next one.
func TestThrottledForAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := mock.New()
		files := connect(t, srv).Files(srv.Config().ContainerID)
		srv.Inject(mock.Fault{Op: mock.OpListFiles, Times: 1, Status: http.StatusTooManyRequests, RetryAfter: 58 * time.Second, Body: `{"message":"Too Many Attempts."}`})
		started := time.Now()
		require.NoError(t, filescan.WriteCSV(io.Discard, files.All(t.Context(), &filescan.ListFilesOptions{WithResults: true}), nil))
		assert.Equal(t, 58*time.Second, time.Since(started))

		srv.Inject(mock.Fault{Op: mock.OpListFiles, Times: 1, Status: http.StatusTooManyRequests, RetryAfter: time.Hour})
		started = time.Now()
		_, err := files.List(t.Context(), nil)
		e, ok := errors.AsType[*acrcloud.APIError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, time.Hour, e.RetryAfter)
		assert.Zero(t, time.Since(started), "there is no use in waiting")
	})
}

// A context that ends before the creating request leaves no doubt: there is no file.
func TestUploadThatEndsBeforeItIsCreated(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	created := 0
	files := plainServer(t, func(_ http.ResponseWriter, _ *http.Request, kind string) bool {
		mu.Lock()
		defer mu.Unlock()
		switch kind {
		case "create":
			created++
		case "store":
			cancel() // the content's response does not arrive, or the next request does not leave
		}
		return false
	})
	_, err := files.Upload(ctx, wav(), nil)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	assert.Zero(t, created)
}
