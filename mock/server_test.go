package mock_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/leftover"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func TestMain(m *testing.M) { os.Exit(leftover.Run(m)) }

// What both faces have in common: a client of the SDK works with them as it is.
func TestFaces(t *testing.T) {
	t.Parallel()
	faces := map[string]func(t *testing.T, srv *mock.Server) (acrcloud.Config, []acrcloud.Option){
		"in memory": func(_ *testing.T, srv *mock.Server) (acrcloud.Config, []acrcloud.Option) {
			return srv.Config(), srv.Options()
		},
		"on loopback": func(t *testing.T, srv *mock.Server) (acrcloud.Config, []acrcloud.Option) {
			t.Helper()
			base, err := srv.Start()
			require.NoError(t, err)
			again, err := srv.Start()
			require.NoError(t, err)
			assert.Equal(t, base, again)
			assert.Equal(t, base, srv.Config().BaseURL)
			return srv.Config(), srv.Options()
		},
		"in a server of one's own": func(t *testing.T, srv *mock.Server) (acrcloud.Config, []acrcloud.Option) {
			t.Helper()
			own := httptest.NewServer(srv.Handler())
			t.Cleanup(own.Close)
			cfg := srv.Config()
			cfg.BaseURL = own.URL
			return cfg, nil
		},
	}
	for name, face := range faces {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := mock.New()
			t.Cleanup(func() { assert.NoError(t, srv.Close()) })
			track := srv.AddTrack(trackOf("Silver River"))
			cfg, opts := face(t, srv)
			client, err := filescan.New(cfg, opts...)
			require.NoError(t, err)
			for _, method := range []filescan.Method{filescan.Presigned, filescan.Multipart} {
				file, err := client.Files(srv.Config().ContainerID).Scan(t.Context(), acrcloud.FromBytes("a.wav", track.WAV(0, 10*time.Second)), &filescan.ScanOptions{Upload: filescan.UploadOptions{Method: method}})
				require.NoError(t, err)
				require.Len(t, file.Results.Music, 1)
				assert.Equal(t, "Silver River", file.Results.Music[0].Result.Title)
			}
		})
	}
}

// The same server serves several bubbles, each with its own clock.
func TestAcrossBubbles(t *testing.T) {
	t.Parallel()
	srv := mock.New(mock.WithProcessingTime(time.Minute))
	track := srv.AddTrack(trackOf("x"))
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			file, err := client.Files(srv.Config().ContainerID).Scan(t.Context(), acrcloud.FromBytes("a.wav", track.WAV(0, 5*time.Second)), nil)
			require.NoError(t, err)
			assert.Equal(t, filescan.StateReady, file.State)
			assert.GreaterOrEqual(t, time.Since(start), time.Minute)
		})
	}
}

func TestMemoryNeverReachesTheNetwork(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	for _, url := range []string{"https://example.org/", "http://127.0.0.1:1/", "https://api-mars.acrcloud.com/", "https://api-v2.acrcloud.com.evil.test/"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		require.NoError(t, err)
		_, err = srv.HTTPClient().Do(req) //nolint:bodyclose // there is none
		require.ErrorContains(t, err, "never reaches the network")
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	base, err := srv.Start()
	require.NoError(t, err)
	require.NoError(t, srv.Close())
	require.NoError(t, srv.Close())
	_, err = srv.Start()
	require.Error(t, err, "it does not start again")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base, nil)
	require.NoError(t, err)
	_, err = http.DefaultTransport.RoundTrip(req) //nolint:bodyclose // there is none
	require.Error(t, err)
	unstarted := mock.New()
	require.NoError(t, unstarted.Close())
	_, err = unstarted.Start()
	require.Error(t, err)
}

func TestRequests(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.upload(w.cid(), []byte("0123456789"))
	w.send("GET", mainHost+w.cid(), nil, "Authorization", "-")
	target := w.send("GET", regionHost+w.cid()+"/presigned-upload?filename=x", nil).data(t)
	w.send("PUT", target["presigned_url"].(string), "abc", "Content-Type", "audio/mpeg")
	log := w.srv.Requests()
	require.Len(t, log, 4)
	assert.Equal(t, "POST", log[0].Method)
	assert.Equal(t, "api-eu-west-1.acrcloud.com", log[0].Host)
	assert.Equal(t, w.cid()+"/files", log[0].Path)
	assert.Equal(t, 201, log[0].Status)
	assert.Equal(t, "Bearer", log[0].Authorization)
	assert.Greater(t, log[0].BodyBytes, int64(10))
	assert.Equal(t, 401, log[1].Status)
	assert.Empty(t, log[1].Authorization)
	assert.Equal(t, "filename=x", log[2].Query)
	assert.Empty(t, log[3].Query)
	assert.EqualValues(t, 3, log[3].BodyBytes)
	text := fmt.Sprintf("%+v %#v", log, log)
	assert.NotContains(t, text, w.token)
	assert.NotContains(t, text, "X-Signature=")
	log[0].Method = "changed"
	assert.Equal(t, "POST", w.srv.Requests()[0].Method)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const path = "/api/fs-containers/*/files"
	tests := []struct {
		name      string
		fault     mock.Fault
		lost      bool
		status    int
		body      string
		files     int // made by two uploads
		processed bool
	}{
		{"status", mock.Fault{Status: 503, Body: `{"message":"busy"}`, RetryAfter: 1500 * time.Millisecond}, false, 503, `{"message":"busy"}`, 0, false},
		{"the first one only", mock.Fault{Times: 1, Status: 500}, false, 500, "", 1, false},
		{"the second one only", mock.Fault{Skip: 1, Times: 1, Status: 500}, false, 201, "", 1, false},
		{"HTML", mock.Fault{Body: "<html>"}, false, 200, "<html>", 0, false},
		{"no content", mock.Fault{Status: 204}, false, 204, "", 0, false},
		{"not modified", mock.Fault{Status: 304}, false, 304, "", 0, false},
		{"lost before", mock.Fault{Lose: true}, true, 0, "", 0, false},
		{"lost after", mock.Fault{Forget: true}, true, 0, "", 2, true},
		{"processed, then answered otherwise", mock.Fault{Process: true, Status: 502, Body: "<html>"}, false, 502, "<html>", 2, true},
		{"redirect", mock.Fault{Status: 307, Header: http.Header{"location": {"https://elsewhere.test/"}}}, false, 307, "", 0, false},
		{"another method", mock.Fault{Method: "GET", Status: 500}, false, 201, "", 2, true},
		{"gzip", mock.Fault{Gzip: true}, false, 201, "", 2, true},
		{"broken off", mock.Fault{Truncate: true}, true, 0, "", 2, true},
		{"broken off error", mock.Fault{Truncate: true, Status: 500, BodyBytes: 1000}, true, 0, "", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			c := w.cid()
			tt.fault.Path = path
			remove := w.srv.Inject(tt.fault)
			post := func() (*http.Response, error) {
				body, contentType := form(t, "file", "a.mp3", []byte("x"), "data_type", "audio")
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, regionHost+c+"/files", body)
				require.NoError(t, err)
				req.Header.Set("Authorization", "Bearer "+w.token)
				req.Header.Set("Content-Type", contentType)
				resp, err := w.http.Do(req)
				if err != nil {
					return nil, err
				}
				defer resp.Body.Close() //nolint:errcheck // it was only read
				b, err := io.ReadAll(resp.Body)
				resp.Body = io.NopCloser(bytes.NewReader(b))
				return resp, err
			}
			resp, err := post() //nolint:bodyclose // closed below
			if tt.lost {
				require.Error(t, err)
			} else {
				require.NoError(t, err)
				assert.Equal(t, tt.status, resp.StatusCode)
				if tt.body != "" {
					b, err := io.ReadAll(resp.Body)
					require.NoError(t, err)
					assert.Equal(t, tt.body, string(b))
				}
				if tt.fault.RetryAfter > 0 {
					assert.Equal(t, "2", resp.Header.Get("Retry-After"))
				}
			}
			if resp, err = post(); err == nil {
				require.NoError(t, resp.Body.Close())
			}
			remove()
			remove()
			assert.Len(t, w.send("GET", regionHost+c+"/files", nil).rows(t), tt.files)
		})
	}
}

func TestFaultDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		w.srv.Inject(mock.Fault{Delay: time.Hour})
		start := time.Now()
		assert.Equal(t, 200, w.send("GET", mainHost+w.cid(), nil).status)
		assert.Equal(t, time.Hour, time.Since(start))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, mainHost+w.cid(), nil)
		require.NoError(t, err)
		_, err = w.http.Do(req) //nolint:bodyclose // there is none
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestFaultHugeBody(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.srv.Inject(mock.Fault{Status: 500, BodyBytes: 50 << 20})
	assert.Len(t, w.send("GET", mainHost+w.cid(), nil).body, 50<<20)
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(trackOf("x"))
	content := track.WAV(0, 3*time.Second)
	c := w.cid()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			id := w.upload(c, content)
			w.send("GET", regionHost+c+"/files?with_result=1", nil)
			w.send("PUT", regionHost+c+"/files/"+id+"/rescan", nil)
			w.srv.AddTrack(mock.Track{})
			w.srv.Requests()
			w.srv.Inject(mock.Fault{Path: "/none", Status: 500})()
			w.send("DELETE", regionHost+c+"/files/"+id, nil)
		})
	}
	wg.Wait()
	assert.Empty(t, w.send("GET", regionHost+c+"/files", nil).rows(t))
}

func FuzzUpload(f *testing.F) {
	track := mock.New(mock.WithSeed(1)).AddTrack(mock.Track{})
	f.Add(track.WAV(0, time.Second), "multipart/form-data; boundary=x")
	f.Add([]byte("RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff"), "")
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00data\x00\x00\x00\x00abc"), "application/json")
	f.Add([]byte(`{"data_type":"platforms","url":"https://www.youtube.com/watch?v=1"}`), "application/json")
	f.Add([]byte("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc\r\n--x--\r\n"), "multipart/form-data; boundary=x")
	srv := mock.New()
	cfg := srv.Config()
	path := fmt.Sprintf("/api/fs-containers/%d/files", cfg.ContainerID)
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, bytes.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+cfg.BearerToken.Reveal())
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Accept", "application/json")
		w := httptest.NewRecorder()
		srv.Handler().ServeHTTP(w, req)
		if w.Code >= 500 {
			t.Errorf("HTTP %d: %s", w.Code, w.Body)
		}

		target := httptest.NewRecorder()
		get := httptest.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(path, "/files")+"/presigned-upload", nil)
		get.Header.Set("Authorization", "Bearer "+cfg.BearerToken.Reveal())
		srv.Handler().ServeHTTP(target, get)
		if target.Code != http.StatusOK {
			t.Errorf("HTTP %d: %s", target.Code, target.Body)
		}
	})
}
