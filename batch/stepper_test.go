package batch_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"
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

// failingStore fails, or ends the context as a crash would, before or after the nth call that changes something.
type failingStore struct {
	*batch.Memory
	mu    sync.Mutex
	calls int
	at    int
	after bool
	err   func() error
}

func (s *failingStore) guard(do func() error) error {
	s.mu.Lock()
	s.calls++
	hit := s.calls == s.at
	s.mu.Unlock()
	if hit && !s.after {
		return s.err()
	}
	if err := do(); err != nil {
		return err
	}
	if hit {
		return s.err()
	}
	return nil
}

func (s *failingStore) Save(ctx context.Context, e batch.Entry) (saved batch.Entry, err error) {
	err = s.guard(func() error {
		saved, err = s.Memory.Save(ctx, e)
		return err
	})
	return saved, err
}

func (s *failingStore) Later(ctx context.Context, key string, at time.Time) error {
	return s.guard(func() error { return s.Memory.Later(ctx, key, at) })
}

// truth counts the files of each name that the service has.
func truth(t *testing.T, files *filescan.Files) map[string]int {
	t.Helper()
	names := map[string]int{}
	for f, err := range files.All(t.Context(), nil) {
		require.NoError(t, err)
		names[f.Name]++
	}
	return names
}

// A run is stopped at each of its saves, before it and after it, and another one goes on.
func TestScanAfterAStopAtEachSave(t *testing.T) {
	t.Parallel()
	const n = 4
	stopAtEachSave(t, n, songs(n), func(*testing.T, batch.Lister, map[string]*batch.Outcome) {})
}

// stopAtEachSave runs n items with a stop at each save, and once more. Each item has one file in the end, and its outcome. also checks more.
func stopAtEachSave(t *testing.T, n int, items iter.Seq2[batch.Item, error], also func(t *testing.T, store batch.Lister, outcomes map[string]*batch.Outcome)) {
	t.Helper()
	for _, after := range []bool{false, true} {
		for at := 1; at <= 5*n; at++ {
			t.Run(fmt.Sprintf("%d after=%v", at, after), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					srv, files := service(t, mock.WithProcessingTime(5*time.Second), mock.WithListLag(time.Second))
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					store := &failingStore{Memory: batch.NewMemory(), at: at, after: after, err: func() error {
						cancel()
						return errors.New("the machine is gone")
					}}
					outcomes := map[string]*batch.Outcome{}
					for o, err := range batch.Scan(ctx, files, items, &batch.Options{Store: store}) {
						if err == nil {
							require.NoError(t, o.Err)
							outcomes[o.Key] = o
						}
					}
					for o, err := range batch.Scan(t.Context(), files, items, &batch.Options{Store: store}) {
						require.NoError(t, err)
						require.NoError(t, o.Err)
						outcomes[o.Key] = o
					}
					assert.Len(t, outcomes, n)
					assert.Equal(t, n, created(srv))
					assert.Len(t, truth(t, files), n)
					also(t, store, outcomes)
				})
			})
		}
	}
}

// With a tenth of all requests going wrong, each job still makes one file, and gets the result of its own.
func TestScanOverABadNetwork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t, mock.WithProcessingTime(20*time.Second), mock.WithListLag(2*time.Second))
		// An unseen answer for the storage would be a success that stored nothing.
		random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // no secret
		for i := range 200 {
			op := []mock.Op{mock.OpPresign, mock.OpStore, mock.OpListFiles, mock.OpCreateFile, mock.OpCreateFile, mock.OpGetFile}[random.IntN(6)]
			f := []mock.Fault{{Lose: true}, {Forget: true}, {Status: 500}, {Status: 500, Process: true}, {Status: 429}, {Body: "<html>"}, {Status: 503, RetryAfter: time.Second, Process: true}}[random.IntN(7)]
			if op == mock.OpStore && f.Body != "" {
				f = mock.Fault{Status: 500}
			}
			f.Op, f.Skip, f.Times = op, i*2+random.IntN(3), 1
			srv.Inject(f)
		}
		outcomes := collect(t.Context(), t, files, songs(200), &batch.Options{Uploads: 16})
		require.Len(t, outcomes, 200)
		for _, o := range outcomes {
			require.NoError(t, o.Err)
		}
		names := truth(t, files)
		assert.Len(t, names, 200)
		for name, n := range names {
			assert.Equal(t, 1, n, name)
		}
	})
}

func entry(key string) batch.Entry { return batch.Entry{Key: key, Ref: key, Phase: batch.PhaseNew} }

func stepper(t *testing.T, files *filescan.Files, journal batch.Journal) *batch.Stepper {
	t.Helper()
	opts := batch.Options{}
	opts.Open = func(ref string) acrcloud.Source { return acrcloud.FromBytes(ref, []byte("content of "+ref)) }
	s, err := batch.NewStepper(files, journal, &opts)
	require.NoError(t, err)
	return s
}

// drive takes steps until the job has ended.
func drive(t *testing.T, s *batch.Stepper, key string) {
	t.Helper()
	for range 1000 {
		next, err := s.Step(t.Context(), key)
		if next.Done {
			require.NoError(t, err)
			return
		}
		<-time.After(max(next.After, time.Second))
	}
	t.Fatal("the job does not end")
}

func TestStepper(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t, mock.WithProcessingTime(20*time.Second))
		journal := batch.NewMemory()
		_, err := journal.Add(t.Context(), []batch.Entry{entry("a b/c.wav")})
		require.NoError(t, err)
		s := stepper(t, files, journal)
		drive(t, s, "a b/c.wav")
		e, err := journal.Load(t.Context(), "a b/c.wav")
		require.NoError(t, err)
		assert.Equal(t, batch.PhaseDone, e.Phase)
		assert.Equal(t, 1, e.Attempt)
		o, err := batch.OutcomeOf(e)
		require.NoError(t, err)
		require.NoError(t, o.Err)
		assert.Equal(t, e.FileID, o.File.ID)
		assert.Equal(t, "a~20b~2Fc.wav", o.File.Name)
		assert.Equal(t, 1, created(srv))

		_, err = s.Step(t.Context(), "unknown")
		assert.ErrorIs(t, err, batch.ErrNoEntry)
	})
}

// A callback may come to another machine, before the response that tells the file's id, doubled, or be of a file that is no job's.
func TestCalled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t, mock.WithProcessingTime(time.Hour))
		journal := batch.NewMemory()
		_, err := journal.Add(t.Context(), []batch.Entry{entry("one.wav")})
		require.NoError(t, err)
		here, there := stepper(t, files, journal), stepper(t, files, journal)
		srv.Inject(mock.Fault{Op: mock.OpCreateFile, Times: 1, Forget: true})
		lists := srv.Inject(mock.Fault{Op: mock.OpListFiles, Skip: 1, Status: 500}) // after the look before the request
		_, err = here.Step(t.Context(), "one.wav")
		require.NoError(t, err)
		e, err := journal.Load(t.Context(), "one.wav")
		require.NoError(t, err)
		require.Equal(t, batch.PhaseIntent, e.Phase, "nobody knows the file")

		container := files.ContainerID()
		lists()
		id := onlyFile(t, files)
		require.NoError(t, srv.Complete(id))
		for _, foreign := range []*webhook.Event{
			nil,
			{Kind: webhook.Test, FileID: id, ContainerID: container, Name: "one.wav"},
			{Kind: webhook.FileScan, ContainerID: container, Name: "one.wav"},
			{Kind: webhook.FileScan, FileID: id, ContainerID: container + 1, Name: "one.wav"},
			{Kind: webhook.FileScan, FileID: "158f0c48-0000-4000-8000-000000000009", ContainerID: container, Name: "one.wav"},
			{Kind: webhook.FileScan, FileID: id, ContainerID: container, Name: "two.wav"},
			{Kind: webhook.FileScan, FileID: id, ContainerID: container, Name: "not a key.wav"},
		} {
			key, wake, err := there.Called(t.Context(), foreign)
			require.NoError(t, err)
			assert.Empty(t, key, "%+v", foreign)
			assert.False(t, wake)
		}
		for range 2 { // doubled
			key, wake, err := there.Called(t.Context(), &webhook.Event{Kind: webhook.FileScan, FileID: id, ContainerID: container})
			require.NoError(t, err)
			assert.Equal(t, "one.wav", key)
			assert.True(t, wake)
		}
		next, err := here.Step(t.Context(), "one.wav")
		require.NoError(t, err)
		assert.True(t, next.Done, "the callback has said that it is done, so nothing has to be waited for")
		assert.Equal(t, 1, created(srv))
		key, wake, err := there.Called(t.Context(), &webhook.Event{Kind: webhook.FileScan, FileID: id, ContainerID: container, Name: "one.wav"})
		require.NoError(t, err)
		assert.Equal(t, "one.wav", key)
		assert.False(t, wake, "it is done already")
	})
}

// onlyFile returns the id of the only file.
func onlyFile(t *testing.T, files *filescan.Files) string {
	t.Helper()
	page, err := files.List(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	return page.Items[0].ID
}

// Two processes that take the step of one job at the same time bill it once.
func TestStepsOfOneJobAtTheSameTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t, mock.WithProcessingTime(time.Second))
		journal := batch.NewMemory()
		var steppers []*batch.Stepper
		for range 5 {
			client, err := filescan.New(srv.Config(), srv.Options()...)
			require.NoError(t, err)
			steppers = append(steppers, stepper(t, client.Files(files.ContainerID()), journal))
		}
		for i := range 20 {
			key := fmt.Sprintf("%d.wav", i)
			_, err := journal.Add(t.Context(), []batch.Entry{entry(key)})
			require.NoError(t, err)
			var all sync.WaitGroup
			for _, s := range steppers {
				all.Go(func() { drive(t, s, key) })
			}
			all.Wait()
		}
		assert.Equal(t, 20, created(srv))
	})
}

func TestHold(t *testing.T) {
	t.Parallel()
	for _, hold := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			srv, files := service(t)
			srv.Inject(mock.Fault{Op: mock.OpCreateFile, Times: 1, Lose: true})
			store := batch.NewMemory()
			started := time.Now()
			outcomes := collect(t.Context(), t, files, songs(1), &batch.Options{Store: store, Hold: hold, PostTimeout: time.Minute, Grace: 2 * time.Minute})
			o := outcomes["songs/0.wav"]
			require.NotNil(t, o)
			assert.GreaterOrEqual(t, time.Since(started), 3*time.Minute, "nobody touches it before")
			if !hold {
				require.NoError(t, o.Err)
				assert.Equal(t, 2, created(srv), "the first one was lost")
				assert.Len(t, truth(t, files), 1)
				return
			}
			var failure *batch.Failure
			require.ErrorAs(t, o.Err, &failure)
			assert.Equal(t, batch.FailureHeld, failure.Kind)
			assert.ErrorIs(t, o.Err, acrcloud.ErrOutcomeUnknown)
			n, err := batch.Retry(t.Context(), store, func(o *batch.Outcome) bool { return errors.Is(o.Err, acrcloud.ErrOutcomeUnknown) })
			require.NoError(t, err)
			assert.Equal(t, 1, n)
			again := collect(t.Context(), t, files, songs(1), &batch.Options{Store: store})
			require.NoError(t, again["songs/0.wav"].Err)
			assert.Len(t, truth(t, files), 1)
		})
	}
}
