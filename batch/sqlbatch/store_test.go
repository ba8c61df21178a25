package sqlbatch_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
)

var (
	_ batch.Store   = (*sqlbatch.Store)(nil)
	_ batch.Lister  = (*sqlbatch.Store)(nil)
	_ batch.Backlog = (*sqlbatch.Store)(nil)
	_ batch.Renewer = (*sqlbatch.Store)(nil)
	_ batch.Binder  = (*sqlbatch.Store)(nil)
)

func open(t *testing.T) *sqlbatch.Store {
	t.Helper()
	s, err := sqlbatch.Open(t.Context(), filepath.Join(t.TempDir(), "jobs.db"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	n, err := s.Add(ctx, []batch.Entry{{Key: "a/b c\xff.wav", Phase: batch.PhaseNew, Ref: "r"}, {Key: "b", Phase: batch.PhaseNew, Due: time.Now().Add(time.Hour)}})
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	keys, err := s.Claim(ctx, 10, time.Hour)
	require.NoError(t, err)
	assert.Equal(t, []string{"a/b c\xff.wav"}, keys)
	e, err := s.Load(ctx, "a/b c\xff.wav")
	require.NoError(t, err)
	e.Phase, e.FileID, e.Result = batch.PhaseDone, "x", []byte(`{"file":{"id":"x\u0000"}}`)
	saved, err := s.Save(ctx, e)
	require.NoError(t, err)
	_, err = s.Save(ctx, e)
	require.ErrorIs(t, err, batch.ErrConflict)
	again, err := s.Load(ctx, "a/b c\xff.wav")
	require.NoError(t, err)
	assert.Equal(t, saved, again)
}

func BenchmarkSave(b *testing.B) {
	s, err := sqlbatch.Open(b.Context(), filepath.Join(b.TempDir(), "jobs.db"))
	require.NoError(b, err)
	defer s.Close()
	const savers = 64
	var entries []batch.Entry
	for i := range savers {
		entries = append(entries, batch.Entry{Key: fmt.Sprint(i), Phase: batch.PhaseNew})
	}
	_, err = s.Add(b.Context(), entries)
	require.NoError(b, err)
	var all sync.WaitGroup
	each := b.N/savers + 1
	b.ResetTimer()
	for i := range savers {
		all.Go(func() {
			e, _ := s.Load(context.Background(), fmt.Sprint(i))
			for range each {
				var err error
				if e, err = s.Save(context.Background(), e); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(each*savers)/b.Elapsed().Seconds(), "saves/s")
}
