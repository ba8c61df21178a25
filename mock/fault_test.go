package mock_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// A fault is for what it says, and the first that fits applies.
func TestFaultMatches(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	header := http.Header{"X-Which": {"first"}}
	w.srv.Inject(mock.Fault{Op: mock.OpListFiles, Times: 1, Status: 500, Header: header})
	w.srv.Inject(mock.Fault{Op: mock.OpListFiles, Method: "GET", Path: "/api/fs-containers/*/files", Skip: 1, Times: 1, Status: 502})
	w.srv.Inject(mock.Fault{Op: mock.OpListFiles, Method: "POST", Status: 503})
	w.srv.Inject(mock.Fault{Path: "[", Status: 504})
	header.Set("X-Which", "changed")
	first := w.send("GET", regionHost+w.cid()+"/files", nil)
	assert.Equal(t, 500, first.status)
	assert.Equal(t, "first", first.header.Get("X-Which"))
	assert.Equal(t, 200, w.send("GET", mainHost+w.cid(), nil).status)
	assert.Equal(t, 200, w.send("GET", regionHost+w.cid()+"/files", nil).status)
	assert.Equal(t, 502, w.send("GET", regionHost+w.cid()+"/files", nil).status)
	assert.Equal(t, 200, w.send("GET", regionHost+w.cid()+"/files", nil).status)
}

// A client that hangs up while a fault holds its upload up does not leave anything behind, and the log knows.
func TestFaultDelayOfAnUpload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		w.srv.Inject(mock.Fault{Op: mock.OpCreateFile, Delay: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, regionHost+w.cid()+"/files", strings.NewReader(strings.Repeat("x", 1<<20)))
		require.NoError(t, err)
		start := time.Now()
		_, err = w.http.Do(req) //nolint:bodyclose // there is none
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		assert.Equal(t, time.Minute, time.Since(start))
		log := w.srv.Requests()
		require.Len(t, log, 1)
		assert.Equal(t, 0, log[0].Status)
	})
}

// Close ends what a fault holds up on the listener.
func TestCloseEndsDelays(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	base, err := srv.Start()
	require.NoError(t, err)
	srv.Inject(mock.Fault{Delay: time.Hour})
	failed := make(chan error, 1)
	transport := &http.Transport{DisableKeepAlives: true}
	go func() {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/api/fs-containers", strings.NewReader("{}"))
		if err == nil {
			_, err = transport.RoundTrip(req) //nolint:bodyclose // there is none
		}
		failed <- err
	}()
	for len(srv.Requests()) == 0 { // the delay has begun, or the server is closed
		select {
		case err := <-failed:
			require.Error(t, err)
			return
		case <-time.After(time.Millisecond):
			require.NoError(t, srv.Close())
		}
	}
	require.Error(t, <-failed)
}

// An answer without a body breaks off, too.
func TestFaultTruncatesNothing(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.srv.Inject(mock.Fault{Truncate: true, Op: mock.OpStore})
	target := w.send("GET", regionHost+w.cid()+"/presigned-upload?filename=a.mp3", nil).data(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, target["presigned_url"].(string), strings.NewReader("x"))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "audio/mpeg")
	_, err = w.http.Do(req) //nolint:bodyclose // there is none
	require.ErrorIs(t, err, io.EOF)
}

// A script that panics is told so by the file.
func TestOnScanPanics(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.srv.OnScan(func(mock.Upload) mock.Outcome { panic("out of ideas") })
	file := w.results(w.cid(), []byte("x"))
	assert.Equal(t, -3.0, file["state"])
	assert.Contains(t, file["detail"], "out of ideas")
	assert.Nil(t, file["results"])
}

func TestToken(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	assert.True(t, strings.HasPrefix(w.token, "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImp0aSI6"), "as real ones begin")
	for _, tt := range []struct {
		kind, token string
		status      int
	}{
		{"Bearer ", w.token, 200},
		{"Bearer  ", w.token, 403},
		{"bearer ", w.token, 403},
		{"Basic ", w.token, 403},
		{"", w.token, 403},
		{"Bearer ", "", 401},
		{"Bearer", "", 401},
		{"Bearer ", w.token + "x", 403},
	} {
		r := w.send("GET", mainHost+w.cid(), nil, "Authorization", tt.kind+tt.token)
		assert.Equal(t, tt.status, r.status, "%q", tt.kind)
	}
}
