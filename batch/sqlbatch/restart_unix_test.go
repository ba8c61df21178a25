//go:build unix

package sqlbatch_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/internal/pgtest"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// The server crashes three times while two machines share it: each event is handled once, each wait ends, and the rate holds.
func TestServerRestarts(t *testing.T) {
	t.Parallel()
	c, err := pgtest.Start() // one of its own
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Stop()) })
	dsn, err := c.Create()
	require.NoError(t, err)
	machines := []*sqlbatch.Store{open(t, dsn), open(t, dsn)}

	var running, background sync.WaitGroup
	restarting := make(chan struct{}) // until it is closed
	limited := limit(t, &background, machines, restarting)
	handled := handle(t, &running, machines, restarting)
	notify(t, &running, machines, restarting)
	for range 3 {
		<-time.After(500 * time.Millisecond)
		require.NoError(t, c.Restart())
	}
	<-time.After(500 * time.Millisecond)
	close(restarting)
	background.Wait()
	running.Wait()

	calls, rate, during := limited()
	t.Logf("%d calls of the limiter in %v", calls, during.Round(time.Millisecond))
	assert.LessOrEqual(t, float64(calls), rate*during.Seconds()+2)
	other := open(t, dsn).Deduplicator(0)
	events := 0
	handled.Range(func(key, n any) bool {
		events++
		assert.EqualValues(t, 1, n.(*atomic.Int64).Load(), key) //nolint:forcetypeassert // it was put there
		isDone(t, other, key.(string))                          //nolint:forcetypeassert // it was put there
		return true
	})
	t.Logf("%d events", events)
	assert.Greater(t, events, 10)
}

// limit makes calls as fast as the limiter of the two machines allows.
func limit(t *testing.T, background *sync.WaitGroup, machines []*sqlbatch.Store, until <-chan struct{}) (result func() (calls int64, rate float64, during time.Duration)) {
	t.Helper()
	const rate = 50
	var calls atomic.Int64
	began := time.Now()
	for _, s := range machines {
		limiter, err := s.Limiter("account", rate, 1)
		require.NoError(t, err)
		for range 4 {
			background.Go(func() {
				for !closed(until) {
					if limiter.Wait(t.Context()) == nil {
						calls.Add(1)
					} else {
						<-time.After(20 * time.Millisecond)
					}
				}
			})
		}
	}
	return func() (int64, float64, time.Duration) { return calls.Load(), rate, time.Since(began) }
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// handle has both machines receive the same events at the same time, over and over again until one of them has handled it.
func handle(t *testing.T, running *sync.WaitGroup, machines []*sqlbatch.Store, until <-chan struct{}) *sync.Map {
	t.Helper()
	const lease = 30 * time.Second // the restarts must take less
	var handled sync.Map
	deduplicators := make([]*sqlbatch.Deduplicator, len(machines))
	for i, s := range machines {
		deduplicators[i] = s.Deduplicator(0).WithLease(lease)
	}
	for worker := range 4 {
		running.Go(func() {
			for n := 0; !closed(until); n++ {
				key := fmt.Sprintf("%d/%d", worker, n)
				times := new(atomic.Int64)
				handled.Store(key, times)
				var both sync.WaitGroup
				for _, d := range deduplicators {
					both.Go(func() { assert.NoError(t, receive(t.Context(), d, key, times)) })
				}
				both.Wait()
			}
		})
	}
	return &handled
}

// receive claims an event until it is handled.
func receive(ctx context.Context, d *sqlbatch.Deduplicator, key string, handled *atomic.Int64) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		claimed, err := d.Claim(ctx, key)
		switch {
		case claimed:
			handled.Add(1)
			_ = d.Commit(ctx, key) // if it fails, it is committed later
			return nil
		case err == nil:
			return nil
		case errors.Is(err, webhook.ErrInProgress): // the other machine is at it, or was when the server crashed
		}
		<-time.After(20 * time.Millisecond)
	}
	return fmt.Errorf("the event %s: %w", key, ctx.Err())
}

// notify has callbacks come to one machine for those who wait on the other.
func notify(t *testing.T, running *sync.WaitGroup, machines []*sqlbatch.Store, until <-chan struct{}) {
	t.Helper()
	here, there := machines[0].Notifier(nil), machines[1].Notifier(nil)
	running.Go(func() {
		for n := 0; !closed(until); n++ {
			file := fmt.Sprint("file-", n)
			called, end := here.Subscribe(7, file)
			if n%2 == 0 {
				<-time.After(10 * time.Millisecond)
			}
			there.Notify(7, file)
			running.Go(func() {
				defer end()
				select {
				case <-called:
				case <-time.After(time.Minute):
					assert.Fail(t, "the wait goes on", file)
				}
			})
		}
	})
}
