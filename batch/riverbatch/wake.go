package riverbatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// Called records a callback as batch.Stepper.Called does, and wakes the job. It is a function for webhook.NewHandler. It
// also finds the job of a callback that arrives before the response to the upload. A callback for a file that belongs to
// no job is not an error. After an error, the callback should be delivered again; otherwise the job continues at its next
// regular step.
func (c *Client[TTx]) Called(ctx context.Context, event *webhook.Event) error {
	if c == nil || c.river == nil {
		return errNoClient
	}
	key, wake, err := c.stepper.Called(ctx, event)
	if err != nil || !wake {
		return err
	}
	return c.Wake(ctx, key)
}

// Wake makes the next step of a job due now, in any process. If River has no row for the job, Wake inserts one. If a step
// is running, the next step follows it. Waking a job too often is harmless.
func (c *Client[TTx]) Wake(ctx context.Context, key string) error {
	if c == nil || c.river == nil {
		return errNoClient
	}
	if _, err := batch.NameOf(key); err != nil {
		return err
	}
	step, err := c.wake(ctx, key)
	if err != nil || step == "" {
		return explain(err, "waking a job")
	}
	_, err = c.river.Insert(ctx, wakeArgs{Key: key, Step: step}, &river.InsertOpts{
		Queue: c.config.Queue, MaxAttempts: defaultMaxAttempts,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: live()},
	})
	return explain(err, "scheduling a wake-up")
}

// wake makes a job due. If a step is running, it returns which one, and does nothing.
func (c *Client[TTx]) wake(ctx context.Context, key string) (step string, err error) {
	exec, err := c.driver.GetExecutor().Begin(ctx)
	if err != nil {
		return "", err
	}
	defer exec.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // after a commit it does nothing
	tx := c.driver.UnwrapTx(exec)
	job, err := c.river.InsertTx(ctx, tx, stepArgs{Key: key, Version: version}, c.stepOpts())
	if err != nil {
		return "", err
	}
	if job.UniqueSkippedAsDuplicate {
		row, err := c.river.JobRetryTx(ctx, tx, job.Job.ID)
		switch {
		case errors.Is(err, rivertype.ErrNotFound): // deleted in the meantime
			return "", nil
		case err != nil:
			return "", err
		case row.State == rivertype.JobStateRunning:
			return fmt.Sprintf("%d.%d", row.Attempt, countsOf(row).Snoozes), nil
		}
		// River notifies its clients of inserted jobs, but not of retried ones.
		payload, err := json.Marshal(map[string]string{"queue": row.Queue})
		if err != nil {
			return "", err
		}
		inserted := riverdriver.NotifyManyParams{Topic: "river_insert", Payload: []string{string(payload)}, Schema: c.config.schema()}
		if err := exec.NotifyMany(ctx, &inserted); err != nil {
			return "", err
		}
	}
	return "", exec.Commit(ctx)
}

// A job that was running when it was woken may already have fetched the file. A River job of this kind wakes it again.
const (
	wakePause = 200 * time.Millisecond
	wakeFor   = 10 * time.Minute // then the step has not fetched the file yet, or its process is dead
)

type wakeArgs struct {
	Key  string `json:"key" river:"unique"`
	Step string `json:"step" river:"unique"` // that was running
}

// Kind implements [river.JobArgs].
func (wakeArgs) Kind() string { return "acrcloud_wake" }

type wakeWorker[TTx any] struct {
	river.WorkerDefaults[wakeArgs]

	client *Client[TTx]
}

// Work wakes the job, or tries again later.
func (w *wakeWorker[TTx]) Work(ctx context.Context, job *river.Job[wakeArgs]) error {
	step, err := w.client.wake(ctx, job.Args.Key)
	if age := time.Since(job.CreatedAt); err == nil && step == job.Args.Step && age < wakeFor {
		return river.JobSnooze(max(wakePause, age/8))
	}
	return err
}
