package filescan_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

func state(n int) http.HandlerFunc { return stateAt(n, testTime) }

func stateAt(n int, updated time.Time) http.HandlerFunc {
	return says(`{"data":[` + fileJSON(fileID, "x", n, updated) + `]}`)
}

func TestWait(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		answers []http.HandlerFunc
		opts    filescan.WaitOptions
		state   filescan.State
		looks   int
		took    time.Duration // 0: any
		err     error         // nil, or what it matches
		failed  bool          // with a ScanError
	}{
		{"ready at once", []http.HandlerFunc{state(1)}, filescan.WaitOptions{}, 1, 1, 0, nil, false},
		{"ready after a while", []http.HandlerFunc{state(0), state(0), state(1)}, filescan.WaitOptions{}, 1, 3, 5 * time.Second, nil, false},
		{"nothing found", []http.HandlerFunc{state(0), state(-1)}, filescan.WaitOptions{}, -1, 2, 2 * time.Second, nil, false},
		{"failed", []http.HandlerFunc{state(0), state(-2)}, filescan.WaitOptions{}, -2, 2, 0, nil, true},
		{"failed otherwise", []http.HandlerFunc{state(-3)}, filescan.WaitOptions{}, -3, 1, 0, nil, true},
		{"failed in a new way", []http.HandlerFunc{state(-17)}, filescan.WaitOptions{}, -17, 1, 0, nil, true},
		{"a new stage goes on", []http.HandlerFunc{state(2), state(5), state(1)}, filescan.WaitOptions{}, 1, 3, 0, nil, false},
		{"intervals", []http.HandlerFunc{state(0), state(0), state(0), state(0), state(1)}, filescan.WaitOptions{MinInterval: time.Second, MaxInterval: 2 * time.Second}, 1, 5, 6500 * time.Millisecond, nil, false},
		{"not there yet", []http.HandlerFunc{fails(404, `{"message":"none"}`), state(1)}, filescan.WaitOptions{}, 1, 2, 2 * time.Second, nil, false},
		{"never there", []http.HandlerFunc{fails(404, `{"message":"none"}`)}, filescan.WaitOptions{}, 0, 0, 0, acrcloud.ErrNotFound, false},
		{"gone", []http.HandlerFunc{state(0), fails(404, `{"message":"none"}`)}, filescan.WaitOptions{}, 0, 2, 0, acrcloud.ErrNotFound, false},
		{"token refused", []http.HandlerFunc{fails(401, `{}`)}, filescan.WaitOptions{}, 0, 1, 0, acrcloud.ErrUnauthorized, false},
		{"the service is down for a while", []http.HandlerFunc{
			fails(500, ""), fails(502, "<html>"), fails(500, ""), fails(500, ""), fails(500, ""), lost, state(1),
		}, filescan.WaitOptions{}, 1, 7, 0, nil, false},
		{"a page of a proxy", []http.HandlerFunc{says("<html>"), state(1)}, filescan.WaitOptions{}, 1, 2, 0, nil, false},
		{"asked to wait longer than a call would", []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "90")
			fails(429, "{}")(w, r)
		}, state(1)}, filescan.WaitOptions{}, 1, 2, 90 * time.Second, nil, false},
		{"for ever", []http.HandlerFunc{state(0)}, filescan.WaitOptions{Timeout: time.Minute}, 0, 0, time.Minute, context.DeadlineExceeded, false},
		{"for ever, by default", []http.HandlerFunc{state(0)}, filescan.WaitOptions{}, 0, 0, time.Hour, context.DeadlineExceeded, false},
		{"down for ever", []http.HandlerFunc{fails(503, "")}, filescan.WaitOptions{Timeout: time.Minute}, 0, 0, time.Minute, acrcloud.ErrServer, false},
		{"the old result of a rescan", []http.HandlerFunc{state(1), state(1), stateAt(1, testTime.Add(time.Second))}, filescan.WaitOptions{NewerThan: testTime}, 1, 3, 0, nil, false},
		{"a rescan that leaves the time as it was", []http.HandlerFunc{state(1), state(0), state(1)}, filescan.WaitOptions{NewerThan: testTime}, 1, 3, 0, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, a := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: inTurn(tt.answers...)})
				polled := 0
				tt.opts.OnPoll = func(f *filescan.File) {
					polled++
					assert.NotNil(t, f)
				}
				start := time.Now()
				file, err := c.Files(containerID).Wait(t.Context(), fileID, &tt.opts)
				if tt.took != 0 {
					assert.Equal(t, tt.took, time.Since(start))
				}
				if tt.looks != 0 {
					assert.Equal(t, tt.looks, a.count("GET "+filesURL))
				}
				switch {
				case tt.err != nil:
					require.ErrorIs(t, err, tt.err)
					return
				case tt.failed:
					e, ok := errors.AsType[*filescan.ScanError](err)
					require.True(t, ok, "%v", err)
					assert.Same(t, file, e.File)
				default:
					require.NoError(t, err)
				}
				assert.Positive(t, polled)
				assert.Equal(t, tt.state, file.State)
			})
		})
	}
}

// When a wait looks: at growing intervals, and anew from the first after a notification and after what the service asked for.
func TestWaitIntervals(t *testing.T) {
	t.Parallel()
	busy := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "150") // longer than a call waits
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	seconds := func(s ...float64) (list []time.Duration) {
		for _, s := range s {
			list = append(list, time.Duration(s*float64(time.Second)))
		}
		return list
	}
	for name, tt := range map[string]struct {
		answers []http.HandlerFunc
		notify  time.Duration
		want    []time.Duration
	}{
		"growing":              {[]http.HandlerFunc{state(0)}, 0, seconds(0, 2, 5, 9.5, 16.25, 26.375, 41.5625, 64.34375, 94.34375)},
		"after a notification": {[]http.HandlerFunc{state(0)}, 10 * time.Second, seconds(0, 2, 5, 9.5, 10, 12, 15, 19.5)},
		"as the service asks":  {[]http.HandlerFunc{busy, state(0)}, 0, seconds(0, 150, 153, 157.5)},
		"once, not for ever":   {[]http.HandlerFunc{state(0), busy, fails(500, "no"), state(0)}, 0, seconds(0, 2, 152, 156.5, 163.25)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var looks []time.Duration
				answer := inTurn(tt.answers...)
				a := &api{t: t, routes: map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: func(w http.ResponseWriter, r *http.Request) {
					looks = append(looks, time.Since(start))
					answer(w, r)
				}}}
				c, err := filescan.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(testToken), ContainerID: containerID, Region: acrcloud.EUWest1},
					acrcloud.WithHTTPClient(&http.Client{Transport: a}), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
				require.NoError(t, err)
				n := &notifier{ch: make(chan struct{}, 1)}
				if tt.notify > 0 {
					time.AfterFunc(tt.notify, func() { n.ch <- struct{}{} })
				}
				_, err = c.Files(containerID).Wait(t.Context(), fileID, &filescan.WaitOptions{Notifier: n, Timeout: 10 * time.Minute})
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Greater(t, len(looks), len(tt.want))
				assert.Equal(t, tt.want, looks[:len(tt.want)])
			})
		})
	}
}

// Each look that fails is told, with what went wrong, and nothing else is.
func TestWaitOnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: inTurn(
			fails(404, `{}`), says("<html>Log in</html>"), state(0), fails(401, `{}`),
		)})
		var told []error
		polled := 0
		_, err := c.Files(containerID).Wait(t.Context(), fileID, &filescan.WaitOptions{
			OnPoll: func(*filescan.File) { polled++ }, OnError: func(err error) { told = append(told, err) },
		})
		require.ErrorIs(t, err, acrcloud.ErrUnauthorized)
		require.Len(t, told, 3)
		require.ErrorIs(t, told[0], acrcloud.ErrNotFound)
		require.ErrorContains(t, told[1], "HTML")
		require.ErrorIs(t, told[2], acrcloud.ErrUnauthorized)
		assert.Equal(t, 1, polled)
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: func(w http.ResponseWriter, r *http.Request) {
			cancel()
			fails(500, "")(w, r)
		}})
		_, err := c.Files(containerID).Wait(ctx, fileID, &filescan.WaitOptions{OnError: func(err error) { t.Errorf("the caller knows that: %v", err) }})
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestWaitTimeoutHoldsTheLastFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: inTurn(state(0), fails(500, "oops"))})
		file, err := c.Files(containerID).Wait(t.Context(), fileID, &filescan.WaitOptions{Timeout: time.Minute})
		e, ok := errors.AsType[*filescan.WaitError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, fileID, e.Last.ID)
		assert.Same(t, e.Last, file)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, acrcloud.ErrServer, "the last failure stays reachable")
		assert.ErrorContains(t, err, fileID)
	})
}

func TestWaitIsCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: state(0)})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		start := time.Now()
		_, err := c.Files(containerID).Wait(ctx, fileID, nil)
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 10*time.Second, time.Since(start))
	})
}

// notifier says when it is told to.
type notifier struct {
	ch           chan struct{}
	unsubscribed bool
}

func (n *notifier) Subscribe(containerID int, id string) (<-chan struct{}, func()) {
	if containerID != 7 || id != fileID {
		panic("another file")
	}
	return n.ch, func() { n.unsubscribed = true }
}

func TestWaitNotifier(t *testing.T) {
	t.Parallel()
	for name, tell := range map[string]func(n *notifier){
		"sends":  func(n *notifier) { n.ch <- struct{}{} },
		"closes": func(n *notifier) { close(n.ch) },
		"never":  func(*notifier) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: func(w http.ResponseWriter, r *http.Request) {
					if time.Since(start) < 500*time.Millisecond {
						state(0)(w, r)
						return
					}
					state(1)(w, r)
				}})
				n := &notifier{ch: make(chan struct{}, 1)}
				time.AfterFunc(500*time.Millisecond, func() { tell(n) })
				file, err := c.Files(containerID).Wait(t.Context(), fileID, &filescan.WaitOptions{Notifier: n})
				require.NoError(t, err)
				assert.Equal(t, filescan.StateReady, file.State)
				want := 500 * time.Millisecond
				if name == "never" {
					want = 2 * time.Second
				}
				assert.Equal(t, want, time.Since(start))
				assert.True(t, n.unsubscribed)
			})
		})
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newAPI(t, uploads(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: inTurn(state(0), state(1))}))
		file, err := c.Files(containerID).Scan(t.Context(), song(), nil)
		require.NoError(t, err)
		assert.Equal(t, filescan.StateReady, file.State)

		c, _ = newAPI(t, uploads(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: fails(401, "{}")}))
		file, err = c.Files(containerID).Scan(t.Context(), song(), nil)
		require.ErrorIs(t, err, acrcloud.ErrUnauthorized)
		assert.Equal(t, fileID, file.ID, "the id of what was billed is not lost")

		c, a := newAPI(t, nil)
		_, err = c.Files(containerID).Scan(t.Context(), song(), &filescan.ScanOptions{Wait: filescan.WaitOptions{Timeout: -1}})
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
		assert.Empty(t, a.requests(), "nothing is billed for options that make no sense")
	})
}

func TestGetFile(t *testing.T) {
	t.Parallel()
	row := fileJSON(fileID, "x", 1, testTime)
	tests := []struct {
		name, body string
		found      bool
	}{
		{"array of one", `{"data":[` + row + `]}`, true},
		{"object", `{"data":` + row + `}`, true},
		{"bare", row, true},
		{"among others", `{"data":[` + fileJSON("other", "x", 1, testTime) + `,` + row + `]}`, true},
		{"another one", `{"data":[` + fileJSON("other", "x", 1, testTime) + `]}`, false},
		{"none", `{"data":[]}`, false},
		{"null", `{"data":null}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: says(tt.body)})
			file, err := c.Files(containerID).Get(t.Context(), fileID)
			if !tt.found {
				require.ErrorIs(t, err, acrcloud.ErrNotFound)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, fileID, file.ID)
		})
	}
}

func TestDeleteFiles(t *testing.T) {
	t.Parallel()
	gone := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
	missing := fails(404, `{"message":"none"}`)
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		c, a := newAPI(t, nil)
		require.NoError(t, c.Files(containerID).Delete(t.Context()))
		assert.Empty(t, a.requests())
	})
	t.Run("in chunks", func(t *testing.T) {
		t.Parallel()
		ids := strings.Split(strings.TrimSuffix(strings.Repeat("x,", 120), ","), ",")
		chunk := func(n int) string { return "DELETE " + filesURL + "/" + strings.Join(ids[:n], ",") }
		c, a := newAPI(t, map[string]http.HandlerFunc{chunk(50): gone, chunk(20): gone})
		require.NoError(t, c.Files(containerID).Delete(t.Context(), ids...))
		assert.Equal(t, 3, a.count("DELETE"))
	})
	t.Run("one of several is not known", func(t *testing.T) {
		t.Parallel()
		c, _ := newAPI(t, map[string]http.HandlerFunc{
			"DELETE " + filesURL + "/a,b,c": missing, "DELETE " + filesURL + "/a": gone, "DELETE " + filesURL + "/b": missing, "DELETE " + filesURL + "/c": gone,
		})
		err := c.Files(containerID).Delete(t.Context(), "a", "b", "c")
		require.ErrorIs(t, err, acrcloud.ErrNotFound)
		assert.ErrorContains(t, err, "/files/b")
	})
	t.Run("the answer of the first attempt was lost", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c, _ := newAPI(t, map[string]http.HandlerFunc{"DELETE " + filesURL + "/a": inTurn(lost, missing)})
			require.NoError(t, c.Files(containerID).Delete(t.Context(), "a"))
		})
	})
	t.Run("not known at all", func(t *testing.T) {
		t.Parallel()
		c, _ := newAPI(t, map[string]http.HandlerFunc{"DELETE " + filesURL + "/a": missing})
		require.ErrorIs(t, c.Files(containerID).Delete(t.Context(), "a"), acrcloud.ErrNotFound)
	})
	for name, refused := range map[string]http.HandlerFunc{"429": fails(429, `{}`), "503": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	}} {
		t.Run("not known after a "+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const container = "DELETE api-v2.acrcloud.com/api/fs-containers/70"
				c, _ := newAPI(t, map[string]http.HandlerFunc{"DELETE " + filesURL + "/a": inTurn(refused, missing), container: inTurn(refused, missing)})
				require.ErrorIs(t, c.Files(containerID).Delete(t.Context(), "a"), acrcloud.ErrNotFound)
				require.ErrorIs(t, c.Containers().Delete(t.Context(), 70), acrcloud.ErrNotFound)
			})
		})
	}
	t.Run("several, and the answer was lost", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			const both, a, b, container = "DELETE " + filesURL + "/a,b", "DELETE " + filesURL + "/a", "DELETE " + filesURL + "/b", "DELETE api-v2.acrcloud.com/api/fs-containers/70"
			c, _ := newAPI(t, map[string]http.HandlerFunc{both: inTurn(lost, missing), a: missing, b: missing, container: inTurn(lost, missing)})
			require.NoError(t, c.Files(containerID).Delete(t.Context(), "a", "b"), "both are gone")
			require.NoError(t, c.Containers().Delete(t.Context(), 70))
			c, _ = newAPI(t, map[string]http.HandlerFunc{both: inTurn(lost, missing), a: gone, b: missing})
			require.ErrorIs(t, c.Files(containerID).Delete(t.Context(), "a", "b"), acrcloud.ErrNotFound, "the lost attempt had deleted nothing")
			c, _ = newAPI(t, map[string]http.HandlerFunc{both: missing, a: inTurn(lost, missing), b: gone})
			require.NoError(t, c.Files(containerID).Delete(t.Context(), "a", "b"))
		})
	})
}

func TestRescan(t *testing.T) {
	t.Parallel()
	missing := fails(404, `{"message":"none"}`)
	c, a := newAPI(t, map[string]http.HandlerFunc{
		"PUT " + filesURL + "/a/rescan":   says(`{"data":[` + fileJSON("a", "x", 0, testTime) + `]}`),
		"PUT " + filesURL + "/e/rescan":   func(http.ResponseWriter, *http.Request) {},
		"PUT " + filesURL + "/l/rescan":   lost,
		"PUT " + filesURL + "/a,b/rescan": missing,
		"PUT " + filesURL + "/p,b/rescan": missing,
		"GET " + filesURL + "/a":          says(`{"data":[` + fileJSON("a", "x", 1, testTime) + `]}`),
		"GET " + filesURL + "/b":          missing,
		"GET " + filesURL + "/p":          says(`{"data":[` + fileJSON("p", "x", 0, testTime) + `]}`),
	})
	files, ctx := c.Files(containerID), t.Context()
	got, err := files.Rescan(ctx)
	require.NoError(t, err)
	assert.Empty(t, got)
	assert.Empty(t, a.requests())

	got, err = files.Rescan(ctx, "a")
	require.NoError(t, err)
	require.Len(t, got, 1)
	assert.Equal(t, filescan.StateProcessing, got[0].State)

	got, err = files.Rescan(ctx, "e")
	require.NoError(t, err, "what it answers is not documented")
	assert.Empty(t, got)

	_, err = files.Rescan(ctx, "l")
	require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	assert.Equal(t, 1, a.count("PUT "+filesURL+"/l/"), "it is billed, and sent once")

	got, err = files.Rescan(ctx, "a", "b")
	require.ErrorIs(t, err, acrcloud.ErrNotFound)
	require.Len(t, got, 1)
	got, err = files.Rescan(ctx, "p", "b")
	require.ErrorIs(t, err, acrcloud.ErrNotFound)
	require.Len(t, got, 1)
	assert.Zero(t, a.count("PUT "+filesURL+"/p/"), "what is being processed is not billed again")
}
