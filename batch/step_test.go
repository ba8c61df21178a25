package batch_test

import (
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

// The defaults of Options.PostTimeout and Options.Grace.
const (
	postTimeout = 2 * time.Minute
	grace       = 5 * time.Minute
)

// step takes one step of a job that is in the journal, and returns the entry that it leaves.
func step(t *testing.T, files *filescan.Files, e batch.Entry) (batch.Entry, batch.Next, error) {
	t.Helper()
	journal := batch.NewMemory()
	_, err := journal.Add(t.Context(), []batch.Entry{e})
	require.NoError(t, err)
	next, err := stepper(t, files, journal).Step(t.Context(), e.Key)
	saved, loadErr := journal.Load(t.Context(), e.Key)
	require.NoError(t, loadErr)
	return saved, next, err
}

// intent is a job whose billed request may have been sent.
func intent(files *filescan.Files, at time.Time, key string) batch.Entry {
	e := entry("one.wav")
	e.Phase, e.Attempt, e.IntentAt = batch.PhaseIntent, 1, at
	e.Ticket = filescan.Ticket{ContainerID: files.ContainerID(), Filename: "one.wav", DataType: filescan.Audio, Key: key, UniqueName: true}
	return e
}

// An intent of another process rests until its request cannot be running, and lists show its file.
func TestIntentRests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		saved, next, err := step(t, files, intent(files, time.Now().Add(-time.Minute), "key"))
		require.NoError(t, err)
		assert.Equal(t, batch.Next{After: postTimeout + grace - time.Minute}, next)
		assert.Equal(t, time.Minute, time.Since(saved.IntentAt))

		saved, next, err = step(t, files, intent(files, time.Now().Add(time.Hour), "key"))
		require.NoError(t, err)
		assert.Equal(t, batch.Next{After: postTimeout + grace}, next, "a clock that is ahead does not count")
		assert.Equal(t, time.Hour, time.Until(saved.IntentAt), "by its own clock, the process that saved it may still send the request")
		assert.Empty(t, srv.Requests())
	})
}

// Without stored content, the content of a job is sent again.
func TestIntentWithoutStoredContent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		saved, next, err := step(t, files, intent(files, time.Time{}, ""))
		require.NoError(t, err)
		assert.Equal(t, batch.Next{Moved: true}, next)
		assert.Equal(t, batch.PhaseNew, saved.Phase)
		assert.Equal(t, 1, saved.Attempt)
		assert.Zero(t, created(srv))
	})
}

// A refused request has created nothing, so that the next step need not wait.
func TestRefusedIntent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		srv.Inject(mock.Fault{Op: mock.OpCreateFile, Status: http.StatusUnauthorized})
		saved, next, err := step(t, files, entry("one.wav"))
		require.ErrorIs(t, err, acrcloud.ErrUnauthorized)
		assert.Zero(t, next.After)
		assert.Equal(t, batch.PhaseIntent, saved.Phase)
		assert.Zero(t, saved.IntentAt)
		assert.Empty(t, saved.BilledBy)
	})
}

// The billed request ends with its timeout, however long the service takes.
func TestPostTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		srv.Inject(mock.Fault{Op: mock.OpCreateFile, Delay: time.Hour})
		store := batch.NewMemory()
		_, err := store.Add(t.Context(), []batch.Entry{entry("one.wav")})
		require.NoError(t, err)
		open := func(ref string) acrcloud.Source { return acrcloud.FromBytes(ref, []byte("content")) }
		s, err := batch.NewStepper(files, store, &batch.Options{Open: open, PostTimeout: 10 * time.Second})
		require.NoError(t, err)
		started := time.Now()
		_, err = s.Step(t.Context(), "one.wav")
		require.NoError(t, err, "the job waits")
		assert.Less(t, time.Since(started), 20*time.Second)
		saved, err := store.Load(t.Context(), "one.wav")
		require.NoError(t, err)
		assert.Equal(t, batch.PhaseIntent, saved.Phase)
	})
}

// A file whose callback was received is fetched, whatever the list of files in process says.
func TestCalledBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		file, err := files.Upload(t.Context(), acrcloud.FromBytes("one.wav", []byte("content")), nil)
		require.NoError(t, err)
		lists := listed(srv)
		e := entry("one.wav")
		e.Phase, e.FileID, e.IntentAt, e.Called = batch.PhaseWaiting, file.ID, time.Now(), true
		saved, next, err := step(t, files, e)
		require.NoError(t, err)
		assert.True(t, next.Done)
		assert.Equal(t, batch.PhaseDone, saved.Phase)
		assert.Equal(t, lists, listed(srv))
	})
}

func listed(srv *mock.Server) int {
	n := 0
	for _, r := range srv.Requests() {
		if r.Op == mock.OpListFiles {
			n++
		}
	}
	return n
}

// Two files with the name of a job have no result.
func TestNameOfSeveralFiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, files := service(t)
		for range 2 {
			_, err := files.Upload(t.Context(), acrcloud.FromBytes("one.wav", []byte("content")), nil)
			require.NoError(t, err)
		}
		saved, next, err := step(t, files, entry("one.wav"))
		require.NoError(t, err)
		assert.True(t, next.Done)
		o, err := batch.OutcomeOf(saved)
		require.NoError(t, err)
		var failure *batch.Failure
		require.ErrorAs(t, o.Err, &failure)
		assert.Equal(t, batch.FailureAmbiguous, failure.Kind)
		assert.Nil(t, o.File)
	})
}

// An entry of a newer version stays as it is.
func TestNewerEntry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		e := entry("one.wav")
		e.Schema = 1000
		saved, _, err := step(t, files, e)
		require.ErrorIs(t, err, batch.ErrNewer)
		assert.Equal(t, batch.PhaseNew, saved.Phase)
		assert.Empty(t, srv.Requests())
	})
}
