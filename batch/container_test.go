package batch_test

import (
	"context"
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

var _ batch.Binder = (*batch.Memory)(nil)

// another returns the files of another container of the same account.
func another(t *testing.T, srv *mock.Server) *filescan.Files {
	t.Helper()
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	c, err := client.Containers().Create(t.Context(), &filescan.CreateContainerRequest{
		Name: "another", Region: acrcloud.EUWest1, Engine: filescan.EngineFingerprint, Buckets: []filescan.Bucket{filescan.BucketID(23)},
	})
	require.NoError(t, err)
	return client.Files(c.ID)
}

// unbound is a store that is no Binder.
type unbound struct{ batch.Store }

// A store that has jobs of one container is refused for another one, in every phase, and whether it knows its container
// or not. Its jobs stay as they are.
func TestStoreOfAnotherContainer(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]mock.Fault{
		"new":     {Delay: time.Hour},
		"refused": {Op: mock.OpCreateFile, Status: 429, RetryAfter: time.Hour},
		"intent":  {Op: mock.OpCreateFile, Lose: true},
		"waiting": {Op: mock.OpGetFile, Status: 503},
		"done":    {},
	} {
		for _, binder := range []bool{true, false} {
			for _, items := range []int{0, 1} {
				synctest.Test(t, func(t *testing.T) {
					srv, files := service(t, mock.WithListLag(time.Minute))
					other := another(t, srv)
					remove := func() {}
					if name != "done" {
						remove = srv.Inject(fault)
					}
					memory := batch.NewMemory()
					opts := &batch.Options{Store: memory, Open: open}
					if !binder {
						opts.Store = unbound{memory}
					}
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
					defer cancel()
					for _, err := range batch.Scan(ctx, files, list(referring("k")), opts) {
						require.Equal(t, name == "done", err == nil, "%s: %v", name, err)
						break
					}
					remove()
					before, err := memory.Load(t.Context(), "k")
					require.NoError(t, err, name)
					posts := created(srv)
					var more []batch.Item
					if items > 0 {
						more = append(more, referring("k"))
					}
					var last error
					for o, err := range batch.Scan(t.Context(), other, list(more...), opts) {
						assert.Nil(t, o, name)
						last = err
					}
					if binder || name != "done" || items > 0 {
						require.ErrorIs(t, last, batch.ErrOtherContainer, "%s, binder %v, %d items", name, binder, items)
					}
					after, err := memory.Load(t.Context(), "k")
					require.NoError(t, err)
					assert.Equal(t, before, after, name)
					assert.Equal(t, posts, created(srv), name)
					assert.Empty(t, truth(t, other))
				})
			}
		}
	}
}

// An engine gets the same error, and the callback of a file in another container is none of the job's.
func TestStepperOfAnotherContainer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t, mock.WithProcessingTime(time.Hour))
		other := another(t, srv)
		journal := batch.NewMemory()
		items := []batch.Item{referring("k")}
		_, err := stepper(t, files, journal).Add(t.Context(), items, nil)
		require.NoError(t, err)
		s := stepper(t, other, journal)
		_, err = s.Add(t.Context(), items, nil)
		require.ErrorIs(t, err, batch.ErrOtherContainer)
		_, err = s.Step(t.Context(), "k")
		require.ErrorIs(t, err, batch.ErrOtherContainer)
		file, err := other.Upload(t.Context(), acrcloud.FromBytes("k", []byte("RIFF")), &filescan.UploadOptions{Name: "k"})
		require.NoError(t, err)
		key, wake, err := s.Called(t.Context(), &webhook.Event{Kind: webhook.FileScan, FileID: file.ID, ContainerID: other.ContainerID()})
		require.NoError(t, err)
		assert.Empty(t, key)
		assert.False(t, wake)
		drive(t, stepper(t, files, journal), "k")
		assert.Len(t, truth(t, files), 1)
	})
}

func referring(key string) batch.Item { return batch.Item{Key: key, Ref: key} }

func open(ref string) acrcloud.Source { return acrcloud.FromBytes(ref, []byte("RIFF content of "+ref)) }
