package batch_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func service(t *testing.T, opts ...mock.Option) (*mock.Server, *filescan.Files) {
	t.Helper()
	srv := mock.New(opts...)
	t.Cleanup(func() { _ = srv.Close() })
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	return srv, client.Files(srv.Config().ContainerID)
}

func songs(n int) iter.Seq2[batch.Item, error] {
	return func(yield func(batch.Item, error) bool) {
		for i := range n {
			key := fmt.Sprintf("songs/%d.wav", i)
			if !yield(batch.Item{Key: key, Source: acrcloud.FromBytes(key, []byte("RIFF content of "+key))}, nil) {
				return
			}
		}
	}
}

func created(srv *mock.Server) int {
	n := 0
	for _, r := range srv.Requests() {
		if r.Op == mock.OpCreateFile {
			n++
		}
	}
	return n
}

func collect(ctx context.Context, t *testing.T, files *filescan.Files, items iter.Seq2[batch.Item, error], opts *batch.Options) map[string]*batch.Outcome {
	t.Helper()
	outcomes := map[string]*batch.Outcome{}
	for o, err := range batch.Scan(ctx, files, items, opts) {
		require.NoError(t, err)
		require.NotContains(t, outcomes, o.Key)
		outcomes[o.Key] = o
	}
	return outcomes
}

func TestScan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t, mock.WithProcessingTime(20*time.Second))
		store := batch.NewMemory()
		outcomes := collect(t.Context(), t, files, songs(300), &batch.Options{Store: store, Uploads: 16, Waiting: 100})
		assert.Len(t, outcomes, 300)
		for key, o := range outcomes {
			require.NoError(t, o.Err)
			assert.True(t, o.Billed)
			assert.False(t, o.Resumed)
			name, err := batch.NameOf(key)
			require.NoError(t, err)
			assert.Equal(t, name, o.File.Name)
		}
		assert.Equal(t, 300, created(srv))
		total := len(srv.Requests())
		t.Logf("%d requests, %.2f a file, in %v", total, float64(total)/300, time.Now())

		assert.Empty(t, collect(t.Context(), t, files, songs(300), &batch.Options{Store: store}), "everything was delivered")
		again := collect(t.Context(), t, files, songs(300), &batch.Options{Uploads: 16})
		assert.Len(t, again, 300)
		assert.Equal(t, 300, created(srv), "a store that is gone bills nothing twice")
		for _, o := range again {
			assert.True(t, o.Resumed)
			assert.False(t, o.Billed)
		}
	})
}
