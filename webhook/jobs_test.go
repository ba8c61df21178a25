package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/webhook"
)

func TestQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		h, log := newHandler(t, func(_ context.Context, e *webhook.Event) error {
			time.Sleep(time.Second) //nolint:forbidigo // time is fake here
			mu.Lock()
			defer mu.Unlock()
			order = append(order, e.FileID)
			if e.FileID == "file-1" {
				return errors.New("boom")
			}
			return nil
		}, webhook.WithoutAuthentication(), webhook.WithQueue(1, 2))
		started := time.Now()
		for i := range 3 {
			assert.Equal(t, 200, answer(h, post(t, strings.NewReader(numbered(i)), "")))
			assert.Equal(t, webhook.ReasonQueued, log.last(t).Reason)
		}
		assert.Equal(t, http.StatusTooManyRequests, answer(h, post(t, strings.NewReader(numbered(3)), "")))
		assert.Equal(t, webhook.ReasonQueueFull, log.last(t).Reason)
		assert.Equal(t, 200, answer(h, post(t, strings.NewReader(numbered(2)), "")))
		assert.Equal(t, webhook.ReasonDuplicate, log.last(t).Reason)
		assert.Zero(t, time.Since(started), "no response waits for the function")

		require.NoError(t, h.Shutdown(t.Context()))
		assert.Equal(t, 3*time.Second, time.Since(started))
		assert.Equal(t, []string{"file-0", "file-1", "file-2"}, order)
		assert.Equal(t, 8, log.count(), "five answers and three calls")
		byReason := map[webhook.Reason]int{}
		for _, d := range log.all {
			byReason[d.Reason]++
			if d.Status == 0 {
				assert.Equal(t, time.Second, d.Duration)
				assert.NotEmpty(t, d.FileID)
			}
		}
		assert.Equal(t, map[webhook.Reason]int{"queued": 3, "queue_full": 1, "duplicate": 1, "done": 2, "failed": 1}, byReason)

		assert.Equal(t, http.StatusServiceUnavailable, answer(h, post(t, strings.NewReader(numbered(9)), "")))
		assert.Equal(t, webhook.ReasonShutdown, log.last(t).Reason)
		require.NoError(t, h.Shutdown(t.Context()), "nothing is left")
	})
}

// What was refused because the queue was full is not taken for a duplicate later.
func TestQueueFullIsReleased(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, log := newHandler(t, func(context.Context, *webhook.Event) error {
			time.Sleep(time.Second) //nolint:forbidigo // time is fake here
			return nil
		}, webhook.WithoutAuthentication(), webhook.WithQueue(1, 0))
		assert.Equal(t, 200, answer(h, post(t, strings.NewReader(numbered(0)), "")))
		assert.Equal(t, 429, answer(h, post(t, strings.NewReader(numbered(1)), "")))
		time.Sleep(2 * time.Second) //nolint:forbidigo // time is fake here
		assert.Equal(t, 200, answer(h, post(t, strings.NewReader(numbered(1)), "")))
		assert.Equal(t, webhook.ReasonQueued, log.last(t).Reason)
		require.NoError(t, h.Shutdown(t.Context()))
	})
}

// The observer of a queue sees how each call of the function has ended.
func TestQueueObservesTheEnd(t *testing.T) {
	t.Parallel()
	for reason, f := range map[webhook.Reason]func(context.Context) error{
		webhook.ReasonDone:     func(ctx context.Context) error { <-ctx.Done(); return nil },
		webhook.ReasonTimeout:  func(ctx context.Context) error { <-ctx.Done(); return errors.New("gave up") },
		webhook.ReasonFailed:   func(context.Context) error { return errors.New("boom") },
		webhook.ReasonPanicked: func(context.Context) error { panic("oh no") },
	} {
		t.Run(string(reason), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, log := newHandler(t, func(ctx context.Context, _ *webhook.Event) error { return f(ctx) },
					webhook.WithoutAuthentication(), webhook.WithQueue(1, 1), webhook.WithCallbackTimeout(time.Second))
				assert.Equal(t, 200, answer(h, post(t, strings.NewReader(numbered(0)), "")))
				time.Sleep(2 * time.Second) //nolint:forbidigo // time is fake here
				assert.Equal(t, reason, log.last(t).Reason)
				assert.Equal(t, 2, log.count())
			})
		})
	}
}

func TestQueueBoundsWorkers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		h, _ := newHandler(t, func(context.Context, *webhook.Event) error {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			time.Sleep(time.Second) //nolint:forbidigo // time is fake here
			return nil
		}, webhook.WithoutAuthentication(), webhook.WithQueue(3, 100))
		started := time.Now()
		for i := range 30 {
			assert.Equal(t, 200, answer(h, post(t, strings.NewReader(numbered(i)), "")))
		}
		require.NoError(t, h.Shutdown(t.Context()))
		assert.EqualValues(t, 3, most.Load())
		assert.Equal(t, 10*time.Second, time.Since(started))
	})
}

func TestShutdownReturnsTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := webhook.NewMemoryDeduplicator(0, 0)
		h, log := newHandler(t, func(ctx context.Context, _ *webhook.Event) error {
			<-ctx.Done()
			return ctx.Err()
		}, webhook.WithoutAuthentication(), webhook.WithQueue(2, 10), webhook.WithDeduplicator(store))
		for i := range 5 {
			require.Equal(t, 200, answer(h, post(t, strings.NewReader(numbered(i)), "")))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		err := h.Shutdown(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		left, ok := errors.AsType[*webhook.ShutdownError](err)
		require.True(t, ok)
		require.Len(t, left.Events, 5)
		for i, id := range []string{"file-2", "file-3", "file-4"} {
			assert.Equal(t, id, left.Events[i].FileID)
		}
		require.ErrorContains(t, err, "5 callback events")
		synctest.Wait()
		assert.Equal(t, webhook.ReasonShutdown, log.last(t).Reason)
		for _, e := range left.Events {
			assert.True(t, claim(t, store, e.Key()), "released: another process may take it")
		}
		require.NoError(t, h.Shutdown(t.Context()), "nothing is returned twice")
	})
}

// Without a queue Shutdown waits for the calls that are running.
func TestShutdownWithoutQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		unused, _ := newHandler(t, nothing, webhook.WithoutAuthentication())
		require.NoError(t, unused.Shutdown(t.Context()))
		h, log := newHandler(t, func(context.Context, *webhook.Event) error {
			time.Sleep(5 * time.Second) //nolint:forbidigo // time is fake here
			return nil
		}, webhook.WithoutAuthentication())
		for i := range 3 {
			go answer(h, post(t, strings.NewReader(fmt.Sprintf(`{"file_id":"f%d","state":1}`, i)), ""))
		}
		synctest.Wait()
		started := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		left, ok := errors.AsType[*webhook.ShutdownError](h.Shutdown(ctx))
		require.True(t, ok)
		assert.Len(t, left.Events, 3)
		require.NoError(t, h.Shutdown(t.Context()))
		synctest.Wait()
		assert.Equal(t, 5*time.Second, time.Since(started))
		assert.Equal(t, 3, log.count())
	})
}
