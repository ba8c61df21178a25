package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/webhook"
)

// A duplicate that arrives while its event is being claimed, or fetched, gets what the event gets.
func TestDuplicateWhileClaiming(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err    error
		status int
		queue  bool
	}{
		"success": {nil, 200, false}, "failure": {errors.New("boom"), 500, false}, "queued": {errors.New("boom"), 200, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var claims, calls atomic.Int32
				store := &faulty{Deduplicator: webhook.NewMemoryDeduplicator(0, 0), claim: func(context.Context) {
					claims.Add(1)
					<-time.After(time.Second)
				}}
				opts := []webhook.Option{webhook.WithoutAuthentication(), webhook.WithDeduplicator(store)}
				if tt.queue {
					opts = append(opts, webhook.WithQueue(1, 1))
				}
				h, log := newHandler(t, func(context.Context, *webhook.Event) error { calls.Add(1); return tt.err }, opts...)
				statuses := make(chan int, 3)
				for range 3 {
					go func() { statuses <- answer(h, post(t, strings.NewReader(fullBody), "")) }()
				}
				for range 3 {
					assert.Equal(t, tt.status, <-statuses)
				}
				assert.EqualValues(t, 1, claims.Load())
				require.NoError(t, h.Shutdown(t.Context())) // with a queue, the function may be called only now
				assert.EqualValues(t, 1, calls.Load())
				reasons := map[webhook.Reason]int{}
				for _, d := range log.all {
					reasons[d.Reason]++
				}
				switch name {
				case "success":
					assert.Equal(t, map[webhook.Reason]int{webhook.ReasonDone: 1, webhook.ReasonDuplicate: 2}, reasons)
				case "failure":
					assert.Equal(t, map[webhook.Reason]int{webhook.ReasonFailed: 3}, reasons)
				default:
					assert.Equal(t, map[webhook.Reason]int{webhook.ReasonQueued: 1, webhook.ReasonDuplicate: 2, webhook.ReasonFailed: 1}, reasons)
				}
			})
		})
	}
}

// A duplicate of an event that another process is handling gets what becomes of it, or 503 if that is not known in time. So do those that
// wait for it.
func TestDuplicateOfAnotherProcess(t *testing.T) {
	t.Parallel()
	ends := map[string]struct {
		end    func(ctx context.Context, d webhook.Deduplicator, key string) error
		status int
		calls  int32
		took   time.Duration
		reason map[webhook.Reason]int
	}{
		"it is done":      {func(ctx context.Context, d webhook.Deduplicator, key string) error { return d.Commit(ctx, key) }, 200, 0, 5 * time.Second, map[webhook.Reason]int{webhook.ReasonDuplicate: 2}},
		"it has failed":   {func(ctx context.Context, d webhook.Deduplicator, key string) error { return d.Release(ctx, key) }, 200, 1, 5 * time.Second, map[webhook.Reason]int{webhook.ReasonDone: 1, webhook.ReasonDuplicate: 1}},
		"it takes longer": {func(context.Context, webhook.Deduplicator, string) error { return nil }, 503, 0, 30 * time.Second, map[webhook.Reason]int{webhook.ReasonInProgress: 2}},
	}
	for name, tt := range ends {
		for _, queue := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, queue: %v", name, queue), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					memory := webhook.NewMemoryDeduplicator(0, 0)
					event, err := webhook.Parse([]byte(fullBody))
					require.NoError(t, err)
					require.True(t, claim(t, memory, event.Key()))
					store := &faulty{Deduplicator: memory, release: func(context.Context) { t.Error("released") }}
					opts := []webhook.Option{webhook.WithoutAuthentication(), webhook.WithDeduplicator(store)}
					if queue {
						opts = append(opts, webhook.WithQueue(1, 1))
					}
					var calls atomic.Int32
					h, log := newHandler(t, func(context.Context, *webhook.Event) error { calls.Add(1); return nil }, opts...)
					started := time.Now()
					statuses := make(chan int, 2)
					for range 2 {
						go func() { statuses <- answer(h, post(t, strings.NewReader(fullBody), "")) }()
					}
					<-time.After(5*time.Second - 500*time.Millisecond)
					synctest.Wait()
					assert.Empty(t, statuses, "nobody knows yet")
					require.NoError(t, tt.end(t.Context(), memory, event.Key()))
					assert.Equal(t, tt.status, <-statuses)
					assert.Equal(t, tt.status, <-statuses)
					assert.InDelta(t, tt.took.Seconds(), time.Since(started).Seconds(), 1)
					require.NoError(t, h.Shutdown(t.Context()))
					assert.Equal(t, tt.calls, calls.Load())
					reasons := map[webhook.Reason]int{}
					for _, d := range log.all {
						if d.Status != 0 {
							reasons[d.Reason]++
						}
					}
					if queue && tt.calls > 0 {
						assert.Equal(t, map[webhook.Reason]int{webhook.ReasonQueued: 1, webhook.ReasonDuplicate: 1}, reasons)
						return
					}
					assert.Equal(t, tt.reason, reasons)
				})
			})
		}
	}
}

// A shutdown does not wait for what another process is handling.
func TestShutdownWhileAnotherProcessHandlesIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := webhook.NewMemoryDeduplicator(0, 0)
		event, err := webhook.Parse([]byte(fullBody))
		require.NoError(t, err)
		require.True(t, claim(t, memory, event.Key()))
		h, log := newHandler(t, func(context.Context, *webhook.Event) error { t.Error("called"); return nil }, webhook.WithoutAuthentication(), webhook.WithDeduplicator(memory))
		status := make(chan int, 1)
		go func() { status <- answer(h, post(t, strings.NewReader(fullBody), "")) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.Error(t, h.Shutdown(ctx), "it returns the event")
		assert.Equal(t, 503, <-status)
		assert.Equal(t, webhook.ReasonShutdown, log.last(t).Reason)
	})
}

// A duplicate of an event in the queue is known to be queued. The Deduplicator is not asked, since it could only say that the event is in
// progress.
func TestDuplicateOfQueued(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var claims, calls atomic.Int32
		store := &faulty{Deduplicator: webhook.NewMemoryDeduplicator(0, 0), claim: func(context.Context) { claims.Add(1) }}
		var failing atomic.Bool
		failing.Store(true)
		h, _ := newHandler(t, func(context.Context, *webhook.Event) error {
			calls.Add(1)
			<-time.After(time.Second)
			if failing.Load() {
				return errors.New("boom")
			}
			return nil
		}, webhook.WithoutAuthentication(), webhook.WithDeduplicator(store), webhook.WithQueue(1, 1))
		for range 3 {
			started := time.Now()
			assert.Equal(t, 200, answer(h, post(t, strings.NewReader(fullBody), "")))
			assert.Zero(t, time.Since(started))
		}
		<-time.After(1500 * time.Millisecond)
		assert.EqualValues(t, 1, claims.Load())
		failing.Store(false)
		assert.Equal(t, 200, answer(h, post(t, strings.NewReader(fullBody), "")), "it has failed, and is new again")
		require.NoError(t, h.Shutdown(t.Context()))
		assert.EqualValues(t, 2, claims.Load())
		assert.EqualValues(t, 2, calls.Load())
	})
}

// Who waits for an event that takes for ever gets 503 after the callback timeout.
func TestDuplicateWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, log := newHandler(t, func(context.Context, *webhook.Event) error { <-time.After(time.Hour); return nil }, webhook.WithoutAuthentication(), webhook.WithCallbackTimeout(7*time.Second))
		assert.Equal(t, 500, answer(h, post(t, strings.NewReader(fullBody), "")))
		started := time.Now()
		assert.Equal(t, 503, answer(h, post(t, strings.NewReader(fullBody), "")))
		assert.Equal(t, 7*time.Second, time.Since(started))
		require.ErrorContains(t, log.last(t).Err, "still being handled")
		require.NoError(t, h.Shutdown(t.Context()))
	})
}

// A key that could not be claimed is neither committed nor released: it may be somebody else's.
func TestUnclaimedIsNotSettled(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(context.Context, *webhook.Event) error{
		"done":   nothing,
		"failed": func(context.Context, *webhook.Event) error { return errors.New("boom") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := broken{
				Deduplicator: &faulty{commit: func(context.Context) { t.Error("committed") }, release: func(context.Context) { t.Error("released") }, Deduplicator: webhook.NewMemoryDeduplicator(0, 0)},
				claim:        errors.New("store is down"),
			}
			h, log := newHandler(t, f, webhook.WithoutAuthentication(), webhook.WithDeduplicator(store))
			answer(h, post(t, strings.NewReader(fullBody), ""))
			require.ErrorContains(t, log.last(t).Err, "store is down")
			if name == "failed" {
				require.ErrorContains(t, log.last(t).Err, "boom")
			}
		})
	}
}

// What Shutdown gives up is released although its context has ended.
func TestReleaseAfterShutdown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var released atomic.Int32
		store := &faulty{Deduplicator: webhook.NewMemoryDeduplicator(0, 0), release: func(ctx context.Context) {
			assert.NoError(t, ctx.Err()) //nolint:testifylint // not the test's goroutine
			released.Add(1)
		}}
		h, _ := newHandler(t, func(ctx context.Context, _ *webhook.Event) error { <-ctx.Done(); return ctx.Err() }, webhook.WithoutAuthentication(), webhook.WithDeduplicator(store), webhook.WithQueue(1, 1))
		for i := range 2 {
			answer(h, post(t, strings.NewReader(numbered(i)), ""))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.Error(t, h.Shutdown(ctx))
		synctest.Wait()
		assert.EqualValues(t, 2, released.Load())
	})
}

// connection is a response writer that knows its deadline.
type connection struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

func (c *connection) SetReadDeadline(t time.Time) error {
	c.deadlines = append(c.deadlines, t)
	return nil
}

// A connection whose body was not read is closed, and only listened to for two seconds more; one that was read is kept.
func TestConnection(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method, query, contentType, body string
		stalls                           bool
		status                           int
		closes                           bool
		deadline                         time.Duration // from now; 0: none, -1: at once
	}{
		"done":        {"POST", "key=" + testSecret, "", fullBody, false, 200, false, 0},
		"malformed":   {"POST", "key=" + testSecret, "", "{", false, 400, false, 0},
		"health":      {"GET", "", "", "", false, 200, false, 0},
		"method":      {"PUT", "", "", fullBody, false, 405, true, 2 * time.Second},
		"no secret":   {"POST", "", "", fullBody, false, 401, true, 2 * time.Second},
		"binary":      {"POST", "key=" + testSecret, "audio/mpeg", fullBody, false, 415, true, 2 * time.Second},
		"too large":   {"POST", "key=" + testSecret, "", strings.Repeat("x", 2000), false, 413, true, 2 * time.Second},
		"it stalls":   {"POST", "key=" + testSecret, "", "", true, 408, true, -1},
		"unsupported": {"POST", "", "", fullBody, false, 401, true, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, log := newHandler(t, nothing, withSecret(), webhook.WithMaxBytes(1500))
				r := post(t, strings.NewReader(tt.body), tt.contentType)
				r.Method, r.URL.RawQuery = tt.method, tt.query
				if tt.stalls {
					body, sender := io.Pipe()
					defer func() { _ = sender.Close() }()
					r.Body, r.ContentLength = body, -1
				}
				w := &connection{ResponseRecorder: httptest.NewRecorder()}
				var writer http.ResponseWriter = w
				if name == "unsupported" {
					writer = w.ResponseRecorder
				}
				started := time.Now()
				h.ServeHTTP(writer, r)
				assert.Equal(t, tt.status, w.Code)
				assert.Equal(t, http.StatusText(tt.status)+"\n", w.Body.String())
				assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
				assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
				assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
				assert.Equal(t, tt.closes, w.Header().Get("Connection") == "close")
				switch {
				case tt.deadline == 0 || name == "unsupported":
					assert.Empty(t, w.deadlines)
				case tt.deadline < 0:
					require.Len(t, w.deadlines, 1, "the read that hangs is ended once")
					assert.True(t, w.deadlines[0].Before(started))
					assert.Equal(t, 30*time.Second, log.last(t).Duration)
				default:
					assert.Equal(t, []time.Time{started.Add(tt.deadline)}, w.deadlines)
				}
			})
		})
	}
}

// A sender that hangs up while it is sending is no stall.
func TestSenderHangsUpWhileSending(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, log := newHandler(t, nothing, webhook.WithoutAuthentication())
		body, sender := io.Pipe()
		defer func() { _ = sender.Close() }()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		w := &connection{ResponseRecorder: httptest.NewRecorder()}
		h.ServeHTTP(w, post(t, body, "").WithContext(ctx))
		assert.Equal(t, 400, w.Code)
		assert.Equal(t, time.Second, log.last(t).Duration)
		require.ErrorContains(t, log.last(t).Err, "hung up")
		assert.Len(t, w.deadlines, 2, "the read is ended")
	})
}

// A key is as old as its last commit, also for the order in which keys are forgotten.
func TestMemoryDeduplicatorAge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := webhook.NewMemoryDeduplicator(2, time.Hour)
		require.True(t, claim(t, d, "a"))
		time.Sleep(time.Minute) //nolint:forbidigo // time is fake here
		require.True(t, claim(t, d, "b"))
		require.NoError(t, d.Commit(t.Context(), "a"))
		require.True(t, claim(t, d, "c"))
		assert.False(t, claim(t, d, "a"), "b is the oldest since a was committed")
		assert.True(t, claim(t, d, "b"))

		d = webhook.NewMemoryDeduplicator(9, time.Hour)
		require.True(t, claim(t, d, "a"))
		require.True(t, claim(t, d, "b"))
		time.Sleep(59 * time.Minute) //nolint:forbidigo // time is fake here
		require.NoError(t, d.Commit(t.Context(), "a"))
		time.Sleep(time.Minute) //nolint:forbidigo // time is fake here
		assert.True(t, claim(t, d, "b"), "it has lapsed")
		assert.False(t, claim(t, d, "a"))
		time.Sleep(59 * time.Minute) //nolint:forbidigo // time is fake here
		assert.True(t, claim(t, d, "a"), "an hour after its commit, it has lapsed")
	})
	synctest.Test(t, func(t *testing.T) {
		d := webhook.NewMemoryDeduplicator(0, 0)
		require.True(t, claim(t, d, "a"))
		time.Sleep(24*time.Hour - 1) //nolint:forbidigo // time is fake here
		assert.False(t, claim(t, d, "a"))
		time.Sleep(time.Nanosecond) //nolint:forbidigo // time is fake here
		assert.True(t, claim(t, d, "a"))
	})
}
