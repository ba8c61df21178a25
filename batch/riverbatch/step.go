package riverbatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/musicchartsai/acrcloud-go/batch"
)

// version is the version of stepArgs. Jobs of newer versions are left to newer programs.
const version = 1

// stepArgs are the arguments of the River job that takes the steps of a job of the batch.
type stepArgs struct {
	Key     string `json:"key" river:"unique"`
	Version int    `json:"version"`
}

// Kind implements [river.JobArgs].
func (stepArgs) Kind() string { return "acrcloud_step" }

// live returns the states of a River job that will take another step. A job in another state does not prevent the
// insertion of the next one.
func live() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
		rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}
}

func (c *Client[TTx]) stepOpts() *river.InsertOpts {
	return &river.InsertOpts{
		Queue:       c.config.Queue,
		UniqueOpts:  river.UniqueOpts{ByArgs: true, ByState: live()},
		MaxAttempts: c.config.MaxAttempts + c.config.MaxCrashes, // the worker counts, and ends the job in the journal, too
	}
}

// stepWorker takes steps.
type stepWorker[TTx any] struct {
	river.WorkerDefaults[stepArgs]

	client *Client[TTx]
}

// Timeout is the time without a heartbeat after which River may rescue a job. It does not limit steps: see Middleware.
func (w *stepWorker[TTx]) Timeout(*river.Job[stepArgs]) time.Duration {
	return w.client.config.RescueAfter
}

// untimed is the key of the context without River's timeout.
type untimed struct{}

// Middleware keeps the context from before River sets its timeout.
func (w *stepWorker[TTx]) Middleware(*rivertype.JobRow) []rivertype.WorkerMiddleware {
	keep := func(ctx context.Context, _ *rivertype.JobRow, inner func(context.Context) error) error {
		return inner(context.WithValue(ctx, untimed{}, ctx))
	}
	return []rivertype.WorkerMiddleware{river.WorkerMiddlewareFunc(keep)}
}

// Work takes a step of a job.
func (w *stepWorker[TTx]) Work(ctx context.Context, job *river.Job[stepArgs]) error { //nolint:contextcheck // see Middleware
	c := w.client
	if parent, ok := ctx.Value(untimed{}).(context.Context); ok {
		ctx = parent
	}
	log := c.config.Logger.With("key", job.Args.Key, "job_id", job.ID)
	switch {
	case job.Args.Version > version:
		log.WarnContext(ctx, "left the job to a newer program", "version", job.Args.Version)
		return river.JobSnooze(newerPause())
	case job.Args.Key == "":
		return river.JobCancel(errors.New("riverbatch: the job has no key: its row was not written by this package"))
	}
	crashes, _ := history(job.JobRow)
	if crashes > 0 { // it may have killed the process: run one suspect at a time, so that it cannot incriminate the others
		select {
		case c.suspect <- struct{}{}:
			defer func() { <-c.suspect }()
		default:
			return river.JobSnooze(time.Second + rand.N(2*time.Second)) //nolint:gosec // no security depends on it
		}
	}
	if crashes >= c.config.MaxCrashes {
		err := fmt.Errorf("riverbatch: %d processes died during steps of this job", crashes)
		return c.giveUp(ctx, job, batch.FailureCrash, err)
	}
	if pause := c.outage.wait(); pause > 0 {
		return river.JobSnooze(pause)
	}
	next, err := c.steps(ctx, job)
	if ctx.Err() != nil && err != nil {
		return river.JobSnooze(0) // this process stops, and another one continues
	}
	switch {
	case errors.Is(err, batch.ErrNewer):
		log.WarnContext(ctx, "left the job to a newer program", "error", err)
		return river.JobSnooze(newerPause())
	case errors.Is(err, batch.ErrNoEntry):
		return river.JobCancel(err)
	}
	switch trouble := c.outage.note(err, next.Moved); {
	case err == nil && next.Done:
		return c.ended(ctx, next.Outcome)
	case err == nil:
		return river.JobSnooze(next.After)
	case next.After > 0: // the service said when to retry
		log.WarnContext(ctx, "postponed the step", "error", err, "pause", next.After)
		return river.JobSnooze(next.After)
	case trouble > 0:
		log.WarnContext(ctx, "postponed the step: the service or the database is down", "error", err, "pause", trouble)
		return river.JobSnooze(trouble)
	case job.Attempt-crashes >= c.config.MaxAttempts:
		return c.giveUp(ctx, job, batch.FailureService, err)
	}
	return err
}

// newerPause is how long to leave a job to newer programs before the next look.
func newerPause() time.Duration { return time.Minute + rand.N(time.Minute) } //nolint:gosec // no security depends on it

// atOnce is the maximum number of steps in one run, if none of them has to wait.
const atOnce = 10

// steps takes steps until the job has to wait, with a heartbeat.
func (c *Client[TTx]) steps(ctx context.Context, job *river.Job[stepArgs]) (next batch.Next, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.StepTimeout)
	defer cancel()
	stop := c.beat(ctx, job.ID)
	defer stop()
	moved := false
	for range atOnce {
		next, err = c.stepper.Step(ctx, job.Args.Key)
		moved = moved || next.Moved
		if err != nil || next.Done || next.After > 0 {
			break
		}
	}
	next.Moved = moved
	return next, err
}

// ended passes the outcome on. The River job of a failure stays, with the error.
func (c *Client[TTx]) ended(ctx context.Context, o *batch.Outcome) error {
	if c.config.Done != nil {
		if err := c.config.Done(ctx, o); err != nil {
			return fmt.Errorf("riverbatch: Config.Done: %w", err)
		}
	}
	if o.Err != nil {
		return river.JobCancel(o.Err)
	}
	return nil
}

// giveUp ends a job in the journal and in River.
func (c *Client[TTx]) giveUp(ctx context.Context, job *river.Job[stepArgs], kind batch.FailureKind, cause error) error {
	c.config.Logger.ErrorContext(ctx, "gave the job up", slog.String("key", job.Args.Key), slog.Any("error", cause))
	if err := c.stepper.GiveUp(ctx, job.Args.Key, kind, cause); err != nil {
		return errors.Join(cause, err)
	}
	next, err := c.stepper.Step(ctx, job.Args.Key) // to get the outcome
	if err != nil {
		return err
	}
	return c.ended(ctx, next.Outcome)
}

// history returns how often River rescued a job from a dead process, and how often it was snoozed.
func history(job *rivertype.JobRow) (rescues, snoozes int) {
	var metadata struct {
		Rescues int `json:"river:rescue_count"`
		Snoozes int `json:"snoozes"`
	}
	_ = json.Unmarshal(job.Metadata, &metadata) // without metadata it was neither
	return metadata.Rescues, metadata.Snoozes
}
