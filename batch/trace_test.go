package batch_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
)

// addedTo records the entries that are added to a store.
type addedTo struct {
	*batch.Memory
	entries []batch.Entry
}

func (s *addedTo) Add(ctx context.Context, entries []batch.Entry) (int, error) {
	s.entries = append(s.entries, entries...)
	return s.Memory.Add(ctx, entries)
}

// The trace context of an item is stored with its job, however that is added.
func TestTraceIsStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
		_, files := service(t)
		song := item("a.wav", "")
		song.Ref, song.Trace = "a.wav", trace
		store := &addedTo{Memory: batch.NewMemory()}
		collect(t.Context(), t, files, list(song), &batch.Options{Store: store})
		journal := &addedTo{Memory: batch.NewMemory()}
		stepper, err := batch.NewStepper(files, journal, nil)
		require.NoError(t, err)
		_, err = stepper.Add(t.Context(), []batch.Item{{Key: "a.wav", Ref: "a.wav", Trace: trace}}, nil)
		require.NoError(t, err)
		for _, s := range []*addedTo{store, journal} {
			require.Len(t, s.entries, 1)
			assert.Equal(t, trace, s.entries[0].Trace)
		}
	})
}
