package riverbatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
)

// A Client runs the jobs of a batch.Stepper on River. TTx is the transaction type of the driver: *sql.Tx for [Driver],
// pgx.Tx for riverpgxv5. Create one with [New]; it is safe for concurrent use.
type Client[TTx any] struct {
	driver  riverdriver.Driver[TTx]
	stepper *batch.Stepper
	config  Config
	river   *river.Client[TTx]
	outage  outage
	pulse   pulse
	suspect chan struct{} // held by the one rescued job that runs
	bound   atomic.Bool
}

// New creates a Client. It sends no request and no query. A nil config is the zero Config. If the journal of the stepper
// is a sqlbatch.Store, the driver must be one for the same database, so that a job is in both or in neither; see
// [Driver]. [Client.Bind], [Client.Start] and [Client.Enqueue] check that.
func New[TTx any](driver riverdriver.Driver[TTx], stepper *batch.Stepper, config *Config) (*Client[TTx], error) {
	switch {
	case driver == nil:
		return nil, &acrcloud.ArgumentError{Field: "driver", Problem: "is nil", Remedy: "use riverbatch.Driver, or one of River's"}
	case stepper == nil || stepper.Journal() == nil:
		return nil, &acrcloud.ArgumentError{Field: "stepper", Problem: "is nil, or was not created by batch.NewStepper", Remedy: "call batch.NewStepper"}
	}
	c := &Client[TTx]{driver: driver, stepper: stepper, suspect: make(chan struct{}, 1)}
	var err error
	if c.config, err = config.withDefaults(); err != nil {
		return nil, err
	}
	c.pulse.every = c.config.RescueAfter / 4
	settings, err := c.settings()
	if err != nil {
		return nil, err
	}
	if c.river, err = river.NewClient(driver, settings); err != nil {
		return nil, fmt.Errorf("riverbatch: %w", err)
	}
	return c, nil
}

// settings returns the configuration of River's client.
func (c *Client[TTx]) settings() (*river.Config, error) {
	var s river.Config
	if c.config.River != nil {
		s = *c.config.River
	}
	if s.Workers == nil {
		s.Workers = river.NewWorkers()
	}
	if err := errors.Join(
		river.AddWorkerSafely(s.Workers, &stepWorker[TTx]{client: c}),
		river.AddWorkerSafely(s.Workers, &wakeWorker[TTx]{client: c}),
		river.AddWorkerSafely(s.Workers, &requeueWorker[TTx]{client: c}),
	); err != nil {
		return nil, fmt.Errorf("riverbatch: adding workers to Config.River.Workers (use new ones for each Client): %w", err)
	}
	queues := map[string]river.QueueConfig{c.config.Queue: {MaxWorkers: c.config.Workers, FetchCooldown: fetchCooldown}}
	maps.Copy(queues, s.Queues)
	s.Queues = queues
	s.FetchOnlyKnownKinds = true // jobs of newer programs wait for these
	s.Logger = c.config.Logger
	s.RescueStuckJobsAfter = c.config.RescueAfter
	s.JobTimeout = min(cmp.Or(s.JobTimeout, river.JobTimeoutDefault), c.config.RescueAfter)
	s.JobStuckThreshold = cmp.Or(s.JobStuckThreshold, 24*time.Hour)
	s.CancelledJobRetentionPeriod = cmp.Or(s.CancelledJobRetentionPeriod, forever)
	s.DiscardedJobRetentionPeriod = cmp.Or(s.DiscardedJobRetentionPeriod, forever)
	if !s.LeaderElectionDisabled {
		s.PeriodicJobs = append(slices.Clip(s.PeriodicJobs), river.NewPeriodicJob(
			river.PeriodicInterval(c.config.RequeueEvery),
			func() (river.JobArgs, *river.InsertOpts) { return requeueArgs{}, c.requeueOpts() },
			&river.PeriodicJobOpts{ID: "acrcloud_requeue", RunOnStart: true}, // its interval begins anew with each leader
		))
	}
	return &s, nil
}

const (
	// fetchCooldown is the least time between two fetches. River's 100 ms are longer than most steps.
	fetchCooldown = 20 * time.Millisecond
	// forever keeps dead jobs, for the people who look for them.
	forever = -1
)

// River returns River's client, for River UI, subscriptions, or jobs of other kinds.
func (c *Client[TTx]) River() *river.Client[TTx] {
	if c == nil {
		return nil
	}
	return c.river
}

// Start takes steps in this process until [Client.Stop] is called. The end of ctx cancels them.
func (c *Client[TTx]) Start(ctx context.Context) error {
	if c == nil || c.river == nil {
		return errNoClient
	}
	if err := c.Bind(ctx); err != nil {
		return err
	}
	c.pulse.begin()
	if err := c.river.Start(ctx); err != nil {
		return fmt.Errorf("riverbatch: starting River (call riverbatch.Open or Migrate if its tables are missing): %w", err)
	}
	go c.beat(ctx, c.river.Stopped())
	return nil
}

// lastWords is how long cancelled steps may take to end. A billed request is given some seconds by package batch.
const lastWords = 15 * time.Second

// Stop takes no more steps and waits for the running ones. If ctx ends first, it cancels them: what was billed is still
// saved, and another process starts an interrupted upload again, without counting an attempt.
func (c *Client[TTx]) Stop(ctx context.Context) error {
	if c == nil || c.river == nil {
		return errNoClient
	}
	err := c.river.Stop(ctx)
	if err == nil || ctx.Err() == nil {
		return err
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	if err := c.river.StopAndCancel(late); err != nil {
		return fmt.Errorf("riverbatch: cancelled steps did not end within %v: %w", lastWords, err)
	}
	return nil
}

var errNoClient = error(&acrcloud.ArgumentError{Field: "Client", Problem: "was not created by New", Remedy: "call riverbatch.New"})
