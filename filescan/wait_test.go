package filescan_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
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
		{"the service gave up on a look", []http.HandlerFunc{fails(408, ""), fails(408, ""), fails(408, ""), fails(408, ""), fails(408, ""), state(1)}, filescan.WaitOptions{}, 1, 0, 0, nil, false},
		{"long intervals by default", []http.HandlerFunc{state(0), state(0), state(1)}, filescan.WaitOptions{MinInterval: time.Minute}, 1, 3, 2 * time.Minute, nil, false},
		{"short intervals by default", []http.HandlerFunc{state(0), state(0), state(1)}, filescan.WaitOptions{MaxInterval: time.Second}, 1, 3, 2 * time.Second, nil, false},
		{"long intervals, longer patience", []http.HandlerFunc{state(0), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "480")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, state(1)}, filescan.WaitOptions{MinInterval: time.Minute, MaxInterval: 10 * time.Minute}, 1, 3, 9 * time.Minute, nil, false},
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

// An error that has passed is not the reason of the end, and a file that is done is returned although the time is up.
func TestWaitEnds(t *testing.T) {
	t.Parallel()
	const get = "GET " + filesURL + "/" + fileID
	synctest.Test(t, func(t *testing.T) {
		c, _ := newAPI(t, map[string]http.HandlerFunc{get: inTurn(fails(404, "{}"), state(0))})
		_, err := c.Files(containerID).Wait(t.Context(), fileID, &filescan.WaitOptions{Timeout: time.Minute})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, acrcloud.ErrNotFound)
		require.ErrorContains(t, err, "last seen in state")
	})
	synctest.Test(t, func(t *testing.T) {
		c, _ := newAPI(t, map[string]http.HandlerFunc{get: state(1)})
		ctx, cancel := context.WithCancel(t.Context())
		file, err := c.Files(containerID).Wait(ctx, fileID, &filescan.WaitOptions{OnPoll: func(*filescan.File) { cancel() }})
		require.NoError(t, err)
		assert.Equal(t, filescan.StateReady, file.State)
	})
	synctest.Test(t, func(t *testing.T) {
		c, _ := newAPI(t, map[string]http.HandlerFunc{get: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }})
		_, err := c.Files(containerID).Wait(t.Context(), fileID, &filescan.WaitOptions{Timeout: 10 * time.Second})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotContains(t, err.Error(), "the last poll failed", "the time was up during the poll: it did not fail")
	})
}

// A notifier that closes its channel is done with: the looks go on at their intervals.
func TestWaitNotifierCloses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: func(w http.ResponseWriter, r *http.Request) {
			if looks++; looks < 4 {
				state(0)(w, r)
				return
			}
			state(1)(w, r)
		}})
		n := &notifier{ch: make(chan struct{})}
		close(n.ch)
		start := time.Now()
		_, err := c.Files(containerID).Wait(t.Context(), fileID, &filescan.WaitOptions{Notifier: n})
		require.NoError(t, err)
		assert.Equal(t, 5*time.Second, time.Since(start), "a look at once, after the channel was closed, and after 2 and 5 s")
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

// A breakdown that a success tells, or a success without the file that was there before, does not end a wait; a file that stays away does.
func TestWaitToleratesOddSuccesses(t *testing.T) {
	t.Parallel()
	const get = "GET " + filesURL + "/" + fileID
	for _, body := range []string{
		`{"message":"Server Error"}`, `{"error":"Gateway timeout"}`, `{"message":"Too Many Attempts."}`, `{"success":false,"message":"Service temporarily unavailable"}`,
		`{"status":503,"message":"unavailable"}`, "<html>", "", `{"data":[]}`, `{"data":null}`, `{"data":false}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			odd := says(body)
			c, _ := newAPI(t, map[string]http.HandlerFunc{get: inTurn(state(0), odd, odd, odd, odd, state(1))})
			file, err := c.Files(containerID).Wait(t.Context(), fileID, nil)
			require.NoError(t, err, body)
			assert.Equal(t, filescan.StateReady, file.State)
		})
	}
	for _, gone := range []http.HandlerFunc{says(`{"data":[]}`), fails(404, "{}")} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := newAPI(t, map[string]http.HandlerFunc{get: inTurn(state(0), gone)})
			started := time.Now()
			_, err := c.Files(containerID).Wait(t.Context(), fileID, nil)
			require.ErrorIs(t, err, acrcloud.ErrNotFound)
			assert.Less(t, time.Since(started), time.Minute)
		})
	}
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

// One response that asks for a day's patience does not blind a wait, and neither does a hiccup of the token source; what cannot pass ends it.
func TestWaitTolerates(t *testing.T) {
	t.Parallel()
	file := says(`{"data":[` + fileJSON(fileID, "x", 1, testTime) + `]}`)
	processing := says(`{"data":[` + fileJSON(fileID, "x", 0, testTime) + `]}`)
	const get = "GET " + filesURL + "/" + fileID
	t.Run("a day", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c, _ := newAPI(t, map[string]http.HandlerFunc{get: inTurn(processing, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "86400")
				w.WriteHeader(http.StatusServiceUnavailable)
			}, file)})
			started := time.Now()
			_, err := c.Files(containerID).Wait(t.Context(), fileID, nil)
			require.NoError(t, err)
			assert.LessOrEqual(t, time.Since(started), 6*time.Minute)
		})
	})
	t.Run("no region", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c, a := newAPI(t, map[string]http.HandlerFunc{"GET api-v2.acrcloud.com/api/fs-containers/7": says(`{"data":{"id":7}}`)})
			_, err := c.Files(containerID).Wait(t.Context(), fileID, nil)
			require.ErrorContains(t, err, "Config.Region")
			assert.Len(t, a.requests(), 1)
		})
	})
	t.Run("no token for a moment", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := &api{t: t, routes: map[string]http.HandlerFunc{get: inTurn(processing, file)}}
			asked := 0
			source := tokenFunc(func() (acrcloud.Secret, error) {
				if asked++; asked == 2 {
					return acrcloud.Secret{}, errors.New("vault: connection reset")
				}
				return acrcloud.NewSecret(testToken), nil
			})
			c, err := filescan.New(acrcloud.Config{ContainerID: 7, Region: acrcloud.EUWest1}, acrcloud.WithHTTPClient(&http.Client{Transport: a}), acrcloud.WithTokenSource(source))
			require.NoError(t, err)
			_, err = c.Files(containerID).Wait(t.Context(), fileID, nil)
			require.NoError(t, err)
			assert.Equal(t, 3, asked)
		})
	})
	t.Run("no certificate that is trusted", func(t *testing.T) {
		t.Parallel()
		srv := httptest.NewUnstartedServer(http.NotFoundHandler())
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		srv.StartTLS()
		defer srv.Close()
		c, err := filescan.New(acrcloud.Config{BaseURL: srv.URL, BearerToken: acrcloud.NewSecret(testToken), ContainerID: 7})
		require.NoError(t, err)
		_, err = c.Files(containerID).Wait(t.Context(), fileID, &filescan.WaitOptions{MinInterval: time.Hour, MaxInterval: time.Hour})
		require.ErrorContains(t, err, "certificate")
		_, ok := errors.AsType[*filescan.WaitError](err)
		assert.False(t, ok)
	})
}

type tokenFunc func() (acrcloud.Secret, error)

func (f tokenFunc) Token(context.Context, acrcloud.Secret) (acrcloud.Secret, error) { return f() }

// A nil pointer is no notifier.
func TestWaitWithoutNotifier(t *testing.T) {
	t.Parallel()
	c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: state(1)})
	_, err := c.Files(containerID).Wait(t.Context(), fileID, &filescan.WaitOptions{Notifier: (*notifier)(nil)})
	require.NoError(t, err)
}
