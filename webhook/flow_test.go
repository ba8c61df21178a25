package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// lateHandler breaks the circle: the mock wants the receiver, and the receiver a client of the mock.
type lateHandler struct{ h http.Handler }

func (l *lateHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.h.ServeHTTP(w, r) }

// service is a mock whose container calls back, and a client of it.
func service(t *testing.T, receiver http.Handler, opts ...mock.Option) (*mock.Server, *filescan.Client) {
	t.Helper()
	srv := mock.New(append(opts, mock.WithSeed(4), mock.WithCallbackTransport(mock.HandlerTransport(receiver)))...)
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	callback, err := webhook.CallbackURL("https://hooks.example.com/acrcloud", "key", acrcloud.NewSecret(testSecret))
	require.NoError(t, err)
	_, err = client.Containers().Update(t.Context(), srv.Config().ContainerID, &filescan.UpdateContainerRequest{CallbackURL: &callback})
	require.NoError(t, err)
	return srv, client
}

// titled scripts a result by which a file can be told from any other.
func titled(u mock.Upload) mock.Outcome {
	return mock.Outcome{Results: json.RawMessage(fmt.Sprintf(`{"music":[{"offset":0,"played_duration":10,"result":{"title":%q}}]}`, u.Name))}
}

// A thousand files, with callbacks that get lost, doubled and reordered: every wait ends with the file's own result, and the function
// sees each event that came at all once.
func TestThousandFiles(t *testing.T) {
	t.Parallel()
	for name, refetch := range map[string]bool{"as posted": false, "re-fetched": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { thousandFiles(t, refetch) })
		})
	}
}

func thousandFiles(t *testing.T, refetch bool) {
	t.Helper()
	const files = 1000
	var mu sync.Mutex
	seen := map[string]int{}
	notifier := webhook.NewNotifier()
	receiver := &lateHandler{}
	srv, client := service(t, receiver, mock.WithProcessingTime(45*time.Second))
	opts := []webhook.Option{withSecret(), webhook.WithNotifier(notifier), webhook.WithContainers(srv.Config().ContainerID)}
	if refetch {
		opts = append(opts, webhook.WithRefetch(client))
	}
	handler, log := newHandler(t, func(_ context.Context, e *webhook.Event) error {
		mu.Lock()
		defer mu.Unlock()
		seen[e.FileID]++
		if assert.Len(t, e.Results.Music, 1) {
			assert.Equal(t, e.Name, e.Results.Music[0].Result.Title)
		}
		return nil
	}, opts...)
	receiver.h = handler
	srv.OnScan(titled)
	srv.InjectCallback(mock.CallbackFault{Rate: 0.3, Lose: true})
	srv.InjectCallback(mock.CallbackFault{Rate: 0.3, Copies: 1})
	srv.InjectCallback(mock.CallbackFault{Rate: 0.3, Reorder: true})
	srv.InjectCallback(mock.CallbackFault{Rate: 0.1, Early: true})
	srv.InjectCallback(mock.CallbackFault{Rate: 0.1, Shape: mock.CallbackShape{Form: true}})
	srv.InjectCallback(mock.CallbackFault{Rate: 0.1, Shape: mock.CallbackShape{Wrapped: true}})

	var wg sync.WaitGroup
	ids := make([]string, files)
	uploads := make(chan struct{}, 50)
	for i := range files {
		wg.Go(func() {
			uploads <- struct{}{}
			name := fmt.Sprintf("song-%d.mp3", i)
			file, err := client.Files(srv.Config().ContainerID).Upload(t.Context(), acrcloud.FromBytes(name, []byte(name)), nil)
			<-uploads
			if !assert.NoError(t, err) { //nolint:testifylint // not the test's goroutine
				return
			}
			ids[i] = file.ID
			file, err = client.Files(srv.Config().ContainerID).Wait(t.Context(), file.ID, &filescan.WaitOptions{Notifier: notifier})
			if assert.NoError(t, err) && assert.Len(t, file.Results.Music, 1) {
				assert.Equal(t, name, file.Results.Music[0].Result.Title)
			}
		})
	}
	wg.Wait()
	time.Sleep(time.Minute) //nolint:forbidigo // time is fake here, and callbacks may still be held back
	synctest.Wait()
	require.NoError(t, handler.Shutdown(t.Context()))

	posted := map[string]int{}
	for _, d := range srv.Deliveries() {
		assert.Equal(t, 200, d.Status)
		var event *webhook.Event
		event, err := webhook.Parse(d.Body)
		require.NoError(t, err)
		assert.Equal(t, d.FileID, event.FileID)
		posted[d.FileID]++
	}
	doubled := 0
	for id, n := range posted {
		assert.Equal(t, 1, seen[id], "each event once, although it came %d times", n)
		if n > 1 {
			doubled++
		}
	}
	assert.Len(t, seen, len(posted))
	assert.InDelta(t, 700, len(posted), 60)
	assert.InDelta(t, 210, doubled, 50)
	reasons := map[webhook.Reason]int{}
	for _, d := range log.all {
		reasons[d.Reason]++
	}
	assert.Equal(t, map[webhook.Reason]int{webhook.ReasonDone: len(posted), webhook.ReasonDuplicate: doubled}, reasons)
}

// A callback ends a wait within a millisecond, though the next look would be half a minute away.
func TestNotifierEndsWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		notifier := webhook.NewNotifier()
		handler, _ := newHandler(t, nothing, withSecret(), webhook.WithNotifier(notifier))
		srv, client := service(t, handler, mock.WithProcessingTime(65432*time.Millisecond))
		file, err := client.Files(srv.Config().ContainerID).Upload(t.Context(), acrcloud.FromBytes("a", []byte("a")), nil)
		require.NoError(t, err)
		started := time.Now()
		file, err = client.Files(srv.Config().ContainerID).Wait(t.Context(), file.ID, &filescan.WaitOptions{Notifier: notifier, MinInterval: 30 * time.Second})
		require.NoError(t, err)
		assert.Equal(t, filescan.StateNoResults, file.State)
		assert.InDelta(t, 65432*time.Millisecond, time.Since(started), float64(time.Millisecond))
		synctest.Wait() // the wait is over before the callback is answered
		assert.Len(t, srv.Deliveries(), 1)

		// The same results again after a rescan are a duplicate event, but they end the wait all the same.
		_, err = client.Files(srv.Config().ContainerID).Rescan(t.Context(), file.ID)
		require.NoError(t, err)
		started = time.Now()
		_, err = client.Files(srv.Config().ContainerID).Wait(t.Context(), file.ID, &filescan.WaitOptions{Notifier: notifier, MinInterval: 30 * time.Second, NewerThan: file.UpdatedAt})
		require.NoError(t, err)
		assert.InDelta(t, 65432*time.Millisecond, time.Since(started), float64(time.Millisecond))
	})
}

// A callback that comes before the upload's answer counts, even if the API lags behind it at first.
func TestNotifierBeforeUploadReturns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		notifier := webhook.NewNotifier()
		handler, log := newHandler(t, nothing, withSecret(), webhook.WithNotifier(notifier))
		srv, client := service(t, handler, mock.WithProcessingTime(time.Hour))
		srv.InjectCallback(mock.CallbackFault{Early: true})
		file, err := client.Files(srv.Config().ContainerID).Upload(t.Context(), acrcloud.FromBytes("a", []byte("a")), nil)
		require.NoError(t, err)
		assert.Equal(t, filescan.StateProcessing, file.State)
		assert.Equal(t, 1, log.count())
		srv.Inject(mock.Fault{Method: http.MethodGet, Path: "/api/fs-containers/*/files/*", Times: 1, Body: `{"data":[{"id":"` + file.ID + `","state":0}]}`})
		started := time.Now()
		file, err = client.Files(srv.Config().ContainerID).Wait(t.Context(), file.ID, &filescan.WaitOptions{Notifier: notifier, MinInterval: 30 * time.Second})
		require.NoError(t, err)
		assert.True(t, file.State.Done())
		assert.Less(t, time.Since(started), time.Millisecond)
	})
}

// Without any callback polling goes on.
func TestNotifierNeverTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		handler, _ := newHandler(t, func(context.Context, *webhook.Event) error { calls.Add(1); return nil }, withSecret())
		srv, client := service(t, handler, mock.WithProcessingTime(time.Minute))
		srv.InjectCallback(mock.CallbackFault{Lose: true})
		file, err := client.Files(srv.Config().ContainerID).Scan(t.Context(), acrcloud.FromBytes("a", []byte("a")), &filescan.ScanOptions{Wait: filescan.WaitOptions{Notifier: webhook.NewNotifier()}})
		require.NoError(t, err)
		assert.True(t, file.State.Done())
		assert.Zero(t, calls.Load())
	})
}

// A slow callback is read to its end.
func TestSlowCallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handler, log := newHandler(t, nothing, withSecret())
		srv, client := service(t, handler)
		srv.InjectCallback(mock.CallbackFault{Slow: 20 * time.Second, Times: 1})
		srv.InjectCallback(mock.CallbackFault{Slow: time.Minute, Skip: 1})
		for range 2 {
			_, err := client.Files(srv.Config().ContainerID).Upload(t.Context(), acrcloud.FromBytes("a", []byte("a")), nil)
			require.NoError(t, err)
			time.Sleep(2 * time.Minute) //nolint:forbidigo // time is fake here
		}
		require.Equal(t, 2, log.count())
		assert.Equal(t, webhook.ReasonDone, log.all[0].Reason)
		assert.Equal(t, 20*time.Second, log.all[0].Duration)
		assert.Equal(t, webhook.ReasonStalled, log.all[1].Reason)
		assert.Equal(t, 30*time.Second, log.all[1].Duration)
		assert.Equal(t, 408, srv.Deliveries()[1].Status)
	})
}
