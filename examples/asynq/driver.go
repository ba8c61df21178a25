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
	maxDeaths  = 10               // workers that may die during a job's steps before it is given up
	afterError = 30 * time.Second // until a failed step runs again
	stepTime   = 24 * time.Hour   // a step may upload a large file; asynq's default is 30 minutes
)

// A journal stores the jobs, such as a Store of package sqlbatch. Redis only has their keys.
type journal interface {
	batch.Journal
	batch.Lister
}

// A driver makes asynq run the steps of jobs.
type driver struct {
	journal   journal
	stepper   *batch.Stepper
	client    *asynq.Client
	inspector *asynq.Inspector
}

// enqueue adds items, first to the journal, so that a producer that dies or cannot reach Redis can be run again. Other content under a
// known key is refused.
func (d *driver) enqueue(ctx context.Context, items ...batch.Item) error {
	open, err := d.stepper.Add(ctx, items, nil)
	if err != nil {
		return err
	}
	for _, key := range open {
		if err := d.put(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// put adds a job to the queue, unless it is already there.
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

// restore adds all jobs to the queue that have not ended. It restores what Redis has lost, and leaves the rest unchanged.
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

// giveUp ends the jobs whose tasks asynq has archived: their steps have killed their workers too often. It runs again and
// again, since asynq does not report the tasks whose worker died. batch.Retry makes such a job open again.
func (d *driver) giveUp(ctx context.Context) error {
	for {
		archived, err := d.inspector.ListArchivedTasks(stepQueue)
		if errors.Is(err, asynq.ErrQueueNotFound) || err == nil && len(archived) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		for _, task := range archived {
			err := d.stepper.GiveUp(ctx, string(task.Payload), batch.FailureCrash, errors.New(task.LastErr))
			if err != nil && !errors.Is(err, batch.ErrNoEntry) {
				return err
			}
			if err := d.inspector.DeleteTask(stepQueue, task.ID); err != nil && !errors.Is(err, asynq.ErrTaskNotFound) {
				return err
			}
		}
	}
}

// called is the function of the webhook.Handler. The job's own task may be scheduled for later, or running in another process, so a separate
// task runs the step now.
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
	case errors.Is(err, batch.ErrNoEntry): // it was deleted from the journal
		return fmt.Errorf("%w: %w", err, asynq.SkipRetry)
	case err != nil:
		return &again{max(next.After, afterError), err}
	case next.Done, task.Type() == wakeTask: // the job's own task continues
		return nil
	}
	return &again{next.After, nil}
}

// again makes asynq run a task again later. It is not a failure, so only tasks that kill their workers or panic are given up.
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

// config returns the configuration of a worker.
func (d *driver) config(workers int) asynq.Config {
	return asynq.Config{
		Concurrency:              workers,
		Queues:                   map[string]int{stepQueue: 1, wakeQueue: 3},
		DelayedTaskCheckInterval: time.Second, // the precision of Next.After
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
