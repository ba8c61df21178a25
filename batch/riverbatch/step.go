package riverbatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
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

// Timeout is the time without a heartbeat after which River may rescue a job; -1: not now. It does not limit steps: see
// Middleware.
func (w *stepWorker[TTx]) Timeout(*river.Job[stepArgs]) time.Duration {
	if w.client.pulse.quiet() {
		return -1
	}
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

// endless is a context without River's timeout, but with the values that other middleware has added since, such as spans.
type endless struct {
	context.Context

	values context.Context
}

// Value implements [context.Context].
func (e *endless) Value(key any) any { return e.values.Value(key) }

// Work takes a step of a job.
func (w *stepWorker[TTx]) Work(ctx context.Context, job *river.Job[stepArgs]) error { //nolint:contextcheck // see Middleware
	c := w.client
	if parent, ok := ctx.Value(untimed{}).(context.Context); ok {
		ctx = &endless{parent, ctx}
	}
	log := c.config.Logger.With("key", job.Args.Key, "job_id", job.ID)
	switch {
	case job.Args.Version > version:
		log.WarnContext(ctx, "left the job to a newer program", "version", job.Args.Version)
		return river.JobSnooze(newerPause())
	case job.Args.Key == "":
		return river.JobCancel(errors.New("riverbatch: the job has no key: its row was not written by this package"))
	}
	done := c.pulse.keep(job.ID)
	defer done()
	counts := countsOf(job.JobRow)
	if counts.Crashes > 0 { // it may have killed the process: run one suspect at a time, so that it cannot incriminate the others
		select {
		case c.suspect <- struct{}{}:
			defer func() { <-c.suspect }()
		default:
			return river.JobSnooze(time.Second + rand.N(2*time.Second)) //nolint:gosec // no security depends on it
		}
	}
	r := &stepRun[TTx]{client: c, log: log, key: job.Args.Key, counts: counts, errors: job.Attempt - counts.Crashes}
	return r.work(ctx)
}

// A stepRun is one run of a River job.
type stepRun[TTx any] struct {
	client *Client[TTx]
	log    *slog.Logger
	key    string
	counts counts
	errors int // that used up an attempt, this run's included
}

func (r *stepRun[TTx]) work(ctx context.Context) error {
	c := r.client
	if r.counts.Crashes >= c.config.MaxCrashes {
		err := fmt.Errorf("riverbatch: %d processes died during steps of this job", r.counts.Crashes)
		return r.giveUp(ctx, batch.FailureCrash, err)
	}
	pause, probe := c.outage.wait()
	if pause > 0 {
		return river.JobSnooze(pause)
	}
	next, err := r.steps(ctx)
	if end := r.aside(ctx, err); end != nil {
		c.outage.note(probe, nil, false) // it says nothing about the service
		return end
	}
	switch trouble := c.outage.note(probe, err, next.Moved); {
	case err == nil && next.Done:
		return r.deliver(ctx, next.Outcome)
	case err == nil:
		return river.JobSnooze(next.After)
	case next.After > 0: // the service said when to retry
		r.log.WarnContext(ctx, "postponed the step", "error", err, "pause", next.After)
		return river.JobSnooze(next.After)
	case trouble > 0:
		r.log.WarnContext(ctx, "postponed the step: the service or the database is down", "error", err, "pause", trouble)
		return river.JobSnooze(trouble)
	case r.errors >= c.config.MaxAttempts:
		return r.giveUp(ctx, batch.FailureService, err)
	}
	return err
}

// aside returns the end of a run whose error is not one of the service or the database.
func (r *stepRun[TTx]) aside(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return river.JobSnooze(0) // this process stops, and another one continues
	case errors.Is(err, batch.ErrNewer):
		r.log.WarnContext(ctx, "left the job to a newer program", "error", err)
		return river.JobSnooze(newerPause())
	case errors.Is(err, batch.ErrNoEntry):
		return river.JobCancel(err)
	}
	return nil
}

// newerPause is how long to leave a job to newer programs before the next look.
func newerPause() time.Duration { return time.Minute + rand.N(time.Minute) } //nolint:gosec // no security depends on it

// atOnce is the maximum number of steps in one run, if none of them has to wait.
const atOnce = 10

// steps takes steps until the job has to wait.
func (r *stepRun[TTx]) steps(ctx context.Context) (next batch.Next, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.client.config.StepTimeout)
	defer cancel()
	err = r.caught(ctx, func() (err error) {
		moved := false
		for range atOnce {
			next, err = r.client.stepper.Step(ctx, r.key)
			moved = moved || next.Moved
			if err != nil || next.Done || next.After > 0 {
				break
			}
		}
		next.Moved = moved
		return err
	})
	return next, err
}

// caught returns a panic of the application's functions as an error, so that it is counted and delivered as one.
func (r *stepRun[TTx]) caught(ctx context.Context, do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			r.log.ErrorContext(ctx, "recovered a panic", "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("riverbatch: panic: %v", v)
		}
	}()
	return do()
}

// deliver passes the outcome on. The River job of a failure stays, with the error.
func (r *stepRun[TTx]) deliver(ctx context.Context, o *batch.Outcome) error {
	if done := r.client.config.Done; done != nil {
		within, cancel := context.WithTimeout(ctx, r.client.config.StepTimeout)
		defer cancel()
		if err := r.caught(within, func() error { return done(within, o) }); err != nil {
			return r.again(ctx, "Config.Done", err)
		}
	}
	if o.Err != nil {
		return river.JobCancel(o.Err)
	}
	return nil
}

// giveUp ends a job in the journal and in River.
func (r *stepRun[TTx]) giveUp(ctx context.Context, kind batch.FailureKind, cause error) error {
	r.log.ErrorContext(ctx, "gave the job up", "error", cause)
	stepper := r.client.stepper
	if err := stepper.GiveUp(ctx, r.key, kind, cause); err != nil {
		return r.again(ctx, "giving up", errors.Join(cause, err))
	}
	next, err := stepper.Step(ctx, r.key) // to get the outcome
	switch {
	case err != nil:
		return r.again(ctx, "loading the outcome", err)
	case !next.Done: // it was retried a moment ago
		return river.JobSnooze(next.After)
	}
	return r.deliver(ctx, next.Outcome)
}

// The time until an outcome is delivered again doubles.
const (
	firstDelivery  = time.Second
	rarestDelivery = time.Hour
)

// again postpones the end of a job, for as long as it takes. If its errors counted as attempts, River would discard the
// job in the end, and nobody would get the outcome.
func (r *stepRun[TTx]) again(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return river.JobSnooze(0) // this process stops, and another one continues
	}
	n := r.counts.Deliveries
	pause := min(firstDelivery<<min(n, 20), rarestDelivery)
	if err := river.MetadataSet(ctx, deliveries, n+1); err != nil {
		r.log.WarnContext(ctx, "could not count the failed deliveries", "error", err)
	}
	r.log.ErrorContext(ctx, "postponed the end of the job", "failed", doing, "error", err, "failures", n+1, "pause", pause)
	return river.JobSnooze(pause)
}

// deliveries is the key of counts.Deliveries.
const deliveries = "acrcloud:deliveries"

// counts are what the metadata of a River job say of its past.
type counts struct {
	Crashes    int `json:"river:rescue_count"`  // how often River rescued it from a dead process
	Snoozes    int `json:"snoozes"`             // how often it was snoozed
	Deliveries int `json:"acrcloud:deliveries"` // how often its end was postponed
}

func countsOf(job *rivertype.JobRow) (c counts) {
	_ = json.Unmarshal(job.Metadata, &c) // without metadata there was nothing
	return c
}
