//go:build unix

package riverbatch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
)

// fail has steps fail until an outage is assumed.
func fail(t *testing.T, o *riverbatch.Outage) {
	t.Helper()
	for i := range 3 {
		pause, probe := o.Wait()
		require.Zero(t, pause)
		require.False(t, probe)
		assert.Equal(t, i == 2, o.Note(probe, errBadSector, false) > 0)
	}
}

func isProbe(t *testing.T, o *riverbatch.Outage) {
	t.Helper()
	pause, probe := o.Wait()
	require.Zero(t, pause)
	require.True(t, probe)
}

func isPostponed(t *testing.T, o *riverbatch.Outage, atLeast, atMost time.Duration) {
	t.Helper()
	pause, probe := o.Wait()
	require.False(t, probe)
	require.GreaterOrEqual(t, pause, atLeast)
	require.LessOrEqual(t, pause, atMost)
}

// One step at a time probes, at intervals that grow to a minute.
func TestProbes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o riverbatch.Outage
		fail(t, &o)
		for pause := time.Second; pause <= 64*time.Second; pause *= 2 {
			pause := min(pause, time.Minute)
			isPostponed(t, &o, pause, 2*pause+time.Second)
			<-time.After(pause)
			isProbe(t, &o)
			isPostponed(t, &o, pause, 2*pause+time.Second) // while it runs
			assert.Positive(t, o.Note(false, errBadSector, false), "one that had begun before")
			assert.Positive(t, o.Note(true, errBadSector, false))
		}
		<-time.After(time.Minute)
		isProbe(t, &o)
		o.Note(true, nil, true) // the outage is over
		for range 10 {
			pause, probe := o.Wait()
			assert.Zero(t, pause)
			assert.False(t, probe)
		}
	})
}

// After a probe that says nothing, of a job that has to wait or has ended, the next one follows at once, not a minute later.
func TestProbeThatSaysNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o riverbatch.Outage
		fail(t, &o)
		<-time.After(time.Second)
		for range 100 {
			isProbe(t, &o)
			o.Note(false, nil, false) // another step, which does not end the probe
			isPostponed(t, &o, time.Second, 3*time.Second)
			assert.Zero(t, o.Note(true, nil, false))
		}
		isProbe(t, &o)
		assert.Positive(t, o.Note(true, errBadSector, false))
		isPostponed(t, &o, 2*time.Second, 5*time.Second)
	})
}
