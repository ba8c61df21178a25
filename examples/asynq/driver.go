package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// The queues, and the types of their tasks.
const (
	stepQueue = "acrcloud-steps" // one task per job, from its first step to its last one
	wakeQueue = "acrcloud-wakes" // one task per callback
	stepTask  = "acrcloud:step"
	wakeTask  = "acrcloud:wake"
)

const (
	maxDeaths  = 10               // workers that may die of a job before it is given up
	afterError = 30 * time.Second // until a step that has failed is taken again
	stepTime   = 24 * time.Hour   // a step may be the upload of a large file; asynq's default is 30 minutes
)

// A journal is where the jobs are, such as a Store of package sqlbatch. Redis only has their keys.
type journal interface {
	batch.Journal
	batch.Lister
}

// A driver has asynq take the steps of jobs.
type driver struct {
	journal journal
	stepper *batch.Stepper
	client  *asynq.Client
}

// enqueue adds jobs: to the journal first, so that a producer that dies, or that finds no Redis, can simply be run again.
func (d *driver) enqueue(ctx context.Context, entries ...batch.Entry) error {
	if _, err := d.journal.Add(ctx, entries); err != nil {
		return err
	}
	for _, e := range entries {
		if err := d.put(ctx, e.Key); err != nil {
			return err
		}
	}
	return nil
}

// put puts a job into the queue, unless it is there.
func (d *driver) put(ctx context.Context, key string) error {
	id, err := batch.NameOf(key)
	if err != nil {
		return err
	}
	_, err = d.client.EnqueueContext(ctx, asynq.NewTask(stepTask, []byte(key)), asynq.Queue(stepQueue), asynq.TaskID(id), asynq.MaxRetry(maxDeaths), asynq.Timeout(stepTime))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil
	}
	return err
}

// restore puts all jobs into the queue that have not ended: what Redis has lost comes back, and what it has stays.
func (d *driver) restore(ctx context.Context) error {
	for e, err := range d.journal.Entries(ctx, batch.PhaseNew, batch.PhaseIntent, batch.PhaseWaiting) {
		if err != nil {
			return err
		}
		if err := d.put(ctx, e.Key); err != nil {
			return err
		}
	}
	return nil
}

// called is the function of the webhook.Handler. The job's own task may be asleep, or busy in another process; a task of its own takes the
// step now.
func (d *driver) called(ctx context.Context, event *webhook.Event) error {
	key, wake, err := d.stepper.Called(ctx, event)
	if err != nil || !wake {
		return err
	}
	_, err = d.client.EnqueueContext(ctx, asynq.NewTask(wakeTask, []byte(key)), asynq.Queue(wakeQueue))
	return err
}

// ProcessTask implements asynq.Handler.
func (d *driver) ProcessTask(ctx context.Context, task *asynq.Task) error {
	next, err := d.stepper.Step(ctx, string(task.Payload()))
	switch {
	case errors.Is(err, batch.ErrNoEntry): // somebody has deleted it from the journal
		return fmt.Errorf("%w: %w", err, asynq.SkipRetry)
	case err != nil:
		return &again{max(next.After, afterError), err}
	case next.Done, task.Type() == wakeTask: // the job's own task goes on looking
		return nil
	}
	return &again{next.After, nil}
}

// again has asynq run a task again later. It is no failure, so that only tasks that kill their workers, or panic, are given up.
type again struct {
	after time.Duration
	err   error
}

func (a *again) Error() string {
	if a.err == nil {
		return fmt.Sprintf("the next step is in %v", a.after)
	}
	return a.err.Error()
}

func (a *again) Unwrap() error { return a.err }

// config is how a worker runs the tasks.
func (d *driver) config(workers int) asynq.Config {
	return asynq.Config{
		Concurrency:              workers,
		Queues:                   map[string]int{stepQueue: 1, wakeQueue: 3},
		DelayedTaskCheckInterval: time.Second, // how exactly Next.After is kept
		IsFailure: func(err error) bool {
			_, ok := errors.AsType[*again](err)
			return !ok
		},
		RetryDelayFunc: func(_ int, err error, _ *asynq.Task) time.Duration {
			if a, ok := errors.AsType[*again](err); ok {
				return a.after
			}
			return afterError
		},
	}
}
