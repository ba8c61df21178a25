package batch_test

import (
	"fmt"
	"net/http"
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

// Any number of empty files costs no request, and each is an outcome.
func TestManyEmptyFiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := mock.New()
		defer func() { _ = srv.Close() }()
		count := &counting{next: srv.HTTPClient().Transport}
		client, err := filescan.New(srv.Config(), append(srv.Options(), acrcloud.WithHTTPClient(&http.Client{Transport: count}))...)
		require.NoError(t, err)
		const files = 3000
		var last batch.Progress
		n := 0
		for o, err := range batch.Scan(t.Context(), client.Files(srv.Config().ContainerID), func(yield func(batch.Item, error) bool) {
			for i := range files {
				if !yield(batch.Item{Key: fmt.Sprintf("%d.wav", i), Source: acrcloud.FromBytes("empty.wav", nil)}, nil) {
					return
				}
			}
		}, &batch.Options{OnProgress: func(p batch.Progress) { last = p }}) {
			require.NoError(t, err)
			require.Equal(t, batch.FailureSource, kindOf(t, o))
			n++
		}
		assert.Equal(t, files, n)
		assert.EqualValues(t, files, last.Failed)
		assert.Zero(t, count.n.Load())
	})
}

// An intent of the future, as of a clock that was ahead or has been set back since, is settled after the whole time by this clock: neither
// at once nor at that future time.
func TestClockThatJumps(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{10 * time.Minute, 20 * 365 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			srv, files := service(t)
			journal := batch.NewMemory()
			e := entry("one.wav")
			e.Phase, e.Attempt, e.IntentAt = batch.PhaseIntent, 1, time.Now().Add(ahead)
			e.Ticket = filescan.Ticket{ContainerID: files.ContainerID(), Filename: "one.wav", DataType: "audio", UniqueName: true}
			_, err := journal.Add(t.Context(), []batch.Entry{e})
			require.NoError(t, err)
			opts := &batch.Options{PostTimeout: time.Minute, Grace: 2 * time.Minute, Open: func(ref string) acrcloud.Source { return acrcloud.FromBytes(ref, []byte("RIFF")) }}
			s, err := batch.NewStepper(files, journal, opts)
			require.NoError(t, err)
			for range 3 {
				next, err := s.Step(t.Context(), "one.wav")
				require.NoError(t, err)
				assert.LessOrEqual(t, next.After, 3*time.Minute)
				assert.Greater(t, next.After, 2*time.Minute-time.Second)
				<-time.After(10 * time.Second)
			}
			assert.Zero(t, created(srv))
			started := time.Now()
			drive(t, s, "one.wav")
			assert.Less(t, time.Since(started), 5*time.Minute)
			assert.Equal(t, 1, created(srv))
		})
	}
}
