package riverbatch

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/riverqueue/river"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
)

// Config configures a [Client]. The zero value is usable.
type Config struct {
	// Queue is the name of River's queue. Empty means "acrcloud".
	Queue string
	// Workers is the number of concurrent steps in this process, including uploads. 0 means 16.
	Workers int

	// Done, if set, is called when a job has ended, with results or as failed, before River completes it. After an error or
	// a panic it is called again, at growing intervals of up to an hour, until it succeeds. It may also be called again
	// after it has succeeded: if the process or the database fails before River completes the job, or if a job that has
	// ended is woken, for example by a late callback. So it must be idempotent: for example, write a row under Outcome.Key.
	Done func(ctx context.Context, o *batch.Outcome) error

	// MaxAttempts is the number of failed attempts after which a job fails with batch.FailureService. 0 means 10, which
	// take about four hours. Failures in an outage of the service or the database do not count, and neither do those of
	// Done.
	MaxAttempts int
	// MaxCrashes is the number of processes that may die during a job's steps before it fails with batch.FailureCrash.
	// 0 means 5.
	MaxCrashes int
	// RescueAfter is how long after the death of a process other processes take over its jobs. 0 means 1 minute. River
	// looks for them every 30 seconds. While the database is away, and for a while after that, no process counts as dead.
	RescueAfter time.Duration
	// StepTimeout limits a step, including the upload of a large file, and each call of Done. 0 means 6 hours.
	StepTimeout time.Duration
	// RequeueEvery is the interval of [Client.Requeue], which one of the processes calls. 0 means 1 hour.
	RequeueEvery time.Duration

	// Logger logs River's messages and postponed steps. If it is nil, nothing is logged.
	Logger *slog.Logger

	// River has further settings of River's client, such as workers of other jobs, and plugins. New overwrites Logger,
	// RescueStuckJobsAfter, FetchOnlyKnownKinds, and a JobTimeout of more than RescueAfter: give the workers of longer
	// jobs their own Timeout.
	River *river.Config
}

// The defaults of Config.
const (
	defaultQueue        = "acrcloud"
	defaultWorkers      = 16
	defaultMaxAttempts  = 10
	defaultMaxCrashes   = 5
	defaultRescueAfter  = time.Minute
	defaultStepTimeout  = 6 * time.Hour
	defaultRequeueEvery = time.Hour
)

func (c *Config) withDefaults() (Config, error) {
	var out Config
	if c != nil {
		out = *c
	}
	for _, f := range []struct {
		name        string
		value, most int
	}{
		{"Workers", out.Workers, river.QueueNumWorkersMax},
		{"MaxAttempts", out.MaxAttempts, math.MaxInt16 / 2},
		{"MaxCrashes", out.MaxCrashes, math.MaxInt16 / 2},
	} {
		if f.value < 0 || f.value > f.most {
			return out, &acrcloud.ArgumentError{Field: "Config." + f.name, Problem: "is negative or too large", Remedy: "leave it zero for the default"}
		}
	}
	for _, f := range []struct {
		name  string
		value time.Duration
	}{
		{"RescueAfter", out.RescueAfter}, {"StepTimeout", out.StepTimeout}, {"RequeueEvery", out.RequeueEvery},
	} {
		if f.value != 0 && f.value < time.Second {
			return out, &acrcloud.ArgumentError{
				Field: "Config." + f.name, Problem: fmt.Sprintf("is %v, less than a second", f.value), Remedy: "use a unit, such as time.Minute, or leave it zero for the default",
			}
		}
	}
	out.Queue = cmp.Or(out.Queue, defaultQueue)
	out.Workers = cmp.Or(out.Workers, defaultWorkers)
	out.MaxAttempts = cmp.Or(out.MaxAttempts, defaultMaxAttempts)
	out.MaxCrashes = cmp.Or(out.MaxCrashes, defaultMaxCrashes)
	out.RescueAfter = cmp.Or(out.RescueAfter, defaultRescueAfter)
	out.StepTimeout = cmp.Or(out.StepTimeout, defaultStepTimeout)
	out.RequeueEvery = cmp.Or(out.RequeueEvery, defaultRequeueEvery)
	if out.Logger == nil {
		out.Logger = slog.New(slog.DiscardHandler) // River's default logs to standard output
	}
	return out, nil
}

// schema returns the schema of River's tables.
func (c *Config) schema() string {
	if c == nil || c.River == nil {
		return ""
	}
	return c.River.Schema
}
