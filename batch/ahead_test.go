package batch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
)

// An intent whose time is in the future is left alone for the whole time by this clock, once, however far it is ahead.
func TestIntentFromTheFuture(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{time.Second, 10 * time.Minute, 24 * 365 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			srv, files := service(t)
			journal := added(t, intent(files, time.Now().Add(ahead), ""))
			s := stepper(t, files, journal)
			start := time.Now()
			for range 10 {
				next, err := s.Step(t.Context(), "one.wav")
				require.NoError(t, err)
				if next.After == 0 {
					break
				}
				require.Empty(t, srv.Requests())
				<-time.After(min(next.After, time.Minute)) // woken early
			}
			e, err := journal.Load(t.Context(), "one.wav")
			require.NoError(t, err)
			assert.Equal(t, batch.PhaseNew, e.Phase, "there is no file, so that it begins again")
			assert.GreaterOrEqual(t, time.Since(start), postTimeout+grace)
			assert.Less(t, time.Since(start), postTimeout+grace+10*time.Second)
		})
	}
}
