package batch_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// hasty has a callback come for each file before anybody waits for it.
type hasty struct {
	*webhook.Notifier
	once sync.Once
}

func (h *hasty) Subscribe(containerID int, fileID string) (<-chan struct{}, func()) {
	h.once.Do(func() { h.Notify(containerID, fileID) })
	return h.Notifier.Subscribe(containerID, fileID)
}

// A callback has its job looked at once. One that comes while the file is still being processed costs one look and no more, although it is
// remembered for those who begin to wait later.
func TestEarlyCallbackCostsOneLook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		requests := func(notifier filescan.Notifier) int64 {
			srv := mock.New(mock.WithProcessingTime(time.Minute))
			defer func() { _ = srv.Close() }()
			srv.Inject(mock.Fault{Delay: 50 * time.Millisecond})
			count := &counting{next: srv.HTTPClient().Transport}
			client, err := filescan.New(srv.Config(), append(srv.Options(), acrcloud.WithHTTPClient(&http.Client{Transport: count}))...)
			require.NoError(t, err)
			outcomes := collect(t.Context(), t, client.Files(srv.Config().ContainerID), songs(1), &batch.Options{Notifier: notifier})
			require.Len(t, outcomes, 1)
			return count.n.Load()
		}
		without := requests(nil)
		assert.LessOrEqual(t, requests(&hasty{Notifier: webhook.NewNotifier()}), without+2)
	})
}

// subscribers counts those who wait for callbacks.
type subscribers struct {
	*webhook.Notifier
	now, all atomic.Int64
}

func (s *subscribers) Subscribe(containerID int, fileID string) (<-chan struct{}, func()) {
	s.now.Add(1)
	s.all.Add(1)
	ch, end := s.Notifier.Subscribe(containerID, fileID)
	return ch, func() {
		s.now.Add(-1)
		end()
	}
}

// A callback ends the wait for its file at once, however rarely files are looked at; and with a job its subscription ends.
func TestCallbackWakesItsJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t, mock.WithProcessingTime(100*time.Hour))
		s := &subscribers{Notifier: webhook.NewNotifier()}
		time.AfterFunc(30*time.Second, func() {
			for file, err := range files.All(t.Context(), nil) {
				assert.NoError(t, err)
				assert.NoError(t, srv.Complete(file.ID))
				s.Notify(files.ContainerID(), file.ID)
			}
		})
		start := time.Now()
		outcomes := collect(t.Context(), t, files, songs(3), &batch.Options{Notifier: s, MinInterval: time.Hour, MaxInterval: time.Hour, Timeout: 200 * time.Hour})
		assert.Len(t, outcomes, 3)
		assert.Less(t, time.Since(start), time.Minute)
		assert.EqualValues(t, 3, s.all.Load())
		assert.Zero(t, s.now.Load())
	})
}
