//go:build unix

package riverbatch_test

import (
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// River's tables may be in a schema of their own, apart from those of another application that uses River.
func TestSchema(t *testing.T) {
	t.Parallel()
	config := &riverbatch.Config{River: &river.Config{Schema: "jobs"}}
	s := newSite(t, postgres(t), nil, config, mock.WithProcessingTime(time.Hour))
	run(t, s, `DROP TABLE river_job`)
	require.ErrorContains(t, riverbatch.Migrate(t.Context(), s.store, config), `"jobs" does not exist`)
	run(t, s, `CREATE SCHEMA jobs`)
	for range 2 {
		require.NoError(t, riverbatch.Migrate(t.Context(), s.store, config))
	}
	_, err := s.client.Enqueue(t.Context(), items(1)...)
	require.NoError(t, err)
	s.start(t)
	require.Eventually(t, func() bool {
		return query[int](t, s, `SELECT count(*) FROM acrcloud_jobs WHERE phase = 'waiting'`) == 1
	}, 20*time.Second, 10*time.Millisecond)
	e, err := s.store.Load(t.Context(), items(1)[0].Key)
	require.NoError(t, err)
	require.NoError(t, s.srv.Complete(e.FileID))
	require.NoError(t, s.client.Called(t.Context(), &webhook.Event{Kind: webhook.FileScan, FileID: e.FileID, ContainerID: s.files.ContainerID()}))
	s.ended(t, 1)
	assert.Equal(t, 1, query[int](t, s, `SELECT count(*) FROM jobs.river_job WHERE kind = 'acrcloud_step'`))
}
