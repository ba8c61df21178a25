package batch_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// simple is a store with nothing but what every store has, and as slow as a database.
type simple struct{ memory *batch.Memory }

func (s simple) Add(ctx context.Context, e []batch.Entry) (int, error) { return s.memory.Add(ctx, e) }
func (s simple) Load(ctx context.Context, key string) (batch.Entry, error) {
	return s.memory.Load(ctx, key)
}
func (s simple) Save(ctx context.Context, e batch.Entry) (batch.Entry, error) {
	return s.memory.Save(ctx, e)
}

func (s simple) Claim(ctx context.Context, n int, lease time.Duration) ([]string, error) {
	return s.memory.Claim(ctx, n, lease)
}

func (s simple) Later(ctx context.Context, key string, at time.Time) error {
	<-time.After(20 * time.Millisecond)
	return s.memory.Later(ctx, key, at)
}

// What is delivered stays delivered, also with a store that renews the leases one by one.
func TestDeliveredOnceWithASimpleStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, files := service(t, mock.WithProcessingTime(90*time.Second))
		memory := batch.NewMemory()
		opts := &batch.Options{Store: simple{memory}, Uploads: 16, Waiting: 1000, Lease: 30 * time.Second}
		assert.Len(t, collect(t.Context(), t, files, songs(800), opts), 800)
		left, err := memory.Backlog(t.Context())
		require.NoError(t, err)
		assert.Zero(t, left)
		<-time.After(time.Minute)
		assert.Empty(t, collect(t.Context(), t, files, list(), opts))
	})
}

// Jobs that this run cannot open, and that another process ends, do not count as left: the run waits for those that a
// process that has died has leased.
func TestJobsThatAnotherProcessEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(e *batch.Entry) (delivered bool){
		"done":                func(e *batch.Entry) bool { e.Phase = batch.PhaseDone; return true },
		"done, not delivered": func(e *batch.Entry) bool { e.Phase = batch.PhaseDone; return false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, files := service(t)
				store := batch.NewMemory()
				const elsewhere = 3
				key := func(i int) string { return fmt.Sprint("elsewhere", i) }
				for i := range elsewhere {
					_, err := store.Add(t.Context(), []batch.Entry{{Key: key(i), Phase: batch.PhaseNew}})
					require.NoError(t, err)
				}
				_, err := store.Add(t.Context(), []batch.Entry{{Key: "leased", Ref: "leased", Phase: batch.PhaseNew, Due: time.Now().Add(5 * time.Minute)}})
				require.NoError(t, err)
				time.AfterFunc(3*time.Second, func() {
					for i := range elsewhere {
						e, err := store.Load(t.Context(), key(i))
						assert.NoError(t, err) //nolint:testifylint // not in the test's goroutine
						delivered := end(&e)
						_, err = store.Save(t.Context(), e)
						assert.NoError(t, err) //nolint:testifylint // not in the test's goroutine
						if delivered {
							assert.NoError(t, store.Later(t.Context(), e.Key, time.Time{}))
						}
					}
				})
				outcomes := collect(t.Context(), t, files, func(yield func(batch.Item, error) bool) {
					<-time.After(10 * time.Second)
					yield(item("mine", ""), nil)
				}, &batch.Options{Store: store, Open: open})
				assert.Contains(t, outcomes, "leased")
				assert.Contains(t, outcomes, "mine")
				left, err := store.Backlog(t.Context())
				require.NoError(t, err)
				assert.Zero(t, left)
			})
		})
	}
}

// Each item is counted once, also if an earlier run has ended its job without delivering the outcome.
func TestProgressOfUndeliveredOutcomes(t *testing.T) {
	t.Parallel()
	for _, pause := range []time.Duration{0, time.Minute} { // before the items come
		synctest.Test(t, func(t *testing.T) {
			_, files := service(t)
			store := batch.NewMemory()
			const n = 20
			collected := 0
			for _, err := range batch.Scan(t.Context(), files, songs(n), &batch.Options{Store: store, Uploads: 8}) {
				require.NoError(t, err)
				if collected++; collected == n/2 {
					<-time.After(time.Minute) // others end meanwhile
					break
				}
			}
			var last batch.Progress
			outcomes := collect(t.Context(), t, files, func(yield func(batch.Item, error) bool) {
				<-time.After(pause)
				songs(n)(yield)
			}, &batch.Options{Store: store, Total: n, OnProgress: func(p batch.Progress) {
				assert.GreaterOrEqual(t, p.Earlier, int64(0))
				last = p
			}})
			assert.EqualValues(t, n, last.Items)
			assert.EqualValues(t, len(outcomes), last.Done)
			assert.Equal(t, last.Items, last.Earlier+last.Done+last.Failed)
			assert.Positive(t, last.Earlier)
		})
	}
}
