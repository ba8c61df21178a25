package riverbatch

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
)

// Requeue restores missing rows in River's table, such as deleted ones, for all jobs of the journal that have not ended,
// and returns the number of these jobs. The journal must be a batch.Lister. One of the processes calls it when it starts,
// and every Config.RequeueEvery.
func (c *Client[TTx]) Requeue(ctx context.Context) (n int, err error) {
	if c == nil || c.river == nil {
		return 0, errNoClient
	}
	list, ok := c.stepper.Journal().(batch.Lister)
	if !ok {
		return 0, errNoLister
	}
	keys := make([]string, 0, chunk)
	flush := func() error {
		if len(keys) == 0 {
			return nil
		}
		_, err := c.river.InsertMany(ctx, c.inserts(keys))
		n += len(keys)
		keys = keys[:0]
		return explain(err, "inserting jobs")
	}
	for e, err := range list.Entries(ctx, batch.PhaseNew, batch.PhaseIntent, batch.PhaseWaiting) {
		if err != nil {
			return n, err
		}
		if keys = append(keys, e.Key); len(keys) == cap(keys) {
			if err := flush(); err != nil {
				return n, err
			}
		}
	}
	return n, flush()
}

// Retry restarts the failed jobs that the function selects, and returns their number; see batch.Retry.
func (c *Client[TTx]) Retry(ctx context.Context, choose func(*batch.Outcome) bool) (n int, err error) {
	if c == nil || c.river == nil {
		return 0, errNoClient
	}
	list, ok := c.stepper.Journal().(batch.Lister)
	if !ok {
		return 0, errNoLister
	}
	return batch.Retry(ctx, &retries[TTx]{Journal: c.stepper.Journal(), Lister: list, client: c}, choose)
}

var errNoLister = error(&acrcloud.ArgumentError{Field: "stepper", Problem: "has a journal that cannot list its entries", Remedy: "use a batch.Lister, such as a sqlbatch.Store"})

// A retries is a batch.Store with River as its queue.
type retries[TTx any] struct {
	batch.Journal
	batch.Lister

	client *Client[TTx]
}

// Claim implements [batch.Queue]. batch.Retry does not call it.
func (*retries[TTx]) Claim(context.Context, int, time.Duration) ([]string, error) {
	return nil, errors.ErrUnsupported
}

// Later implements [batch.Queue].
func (r *retries[TTx]) Later(ctx context.Context, key string, _ time.Time) error {
	return r.client.Wake(ctx, key)
}

// requeueArgs are the arguments of the periodic job.
type requeueArgs struct{}

// Kind implements [river.JobArgs].
func (requeueArgs) Kind() string { return "acrcloud_requeue" }

func (c *Client[TTx]) requeueOpts() *river.InsertOpts {
	return &river.InsertOpts{Queue: c.config.Queue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: live()}}
}

type requeueWorker[TTx any] struct {
	river.WorkerDefaults[requeueArgs]

	client *Client[TTx]
}

// Timeout implements [river.Worker]. A list of many jobs takes longer than River's default of a minute.
func (w *requeueWorker[TTx]) Timeout(*river.Job[requeueArgs]) time.Duration {
	return w.client.config.RequeueEvery
}

// Work implements [river.Worker].
func (w *requeueWorker[TTx]) Work(ctx context.Context, _ *river.Job[requeueArgs]) error {
	if _, ok := w.client.stepper.Journal().(batch.Lister); !ok {
		return nil
	}
	_, err := w.client.Requeue(ctx)
	return err
}
