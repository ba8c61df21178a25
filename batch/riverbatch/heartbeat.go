package riverbatch

import (
	"context"
	"time"

	"github.com/riverqueue/river/riverdriver"
)

// beat prevents the rescue of a job until stop is called. River decides by the start time of a job, so without a
// heartbeat it would either rescue long uploads that are alive, or dead ones only after the longest possible upload.
func (c *Client[TTx]) beat(ctx context.Context, id int64) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(c.config.RescueAfter / 4)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			now := time.Now()
			if _, err := c.driver.GetExecutor().JobUpdateFull(ctx, &riverdriver.JobUpdateFullParams{
				ID: id, AttemptedAtDoUpdate: true, AttemptedAt: &now, Schema: c.schema(),
			}); err != nil && ctx.Err() == nil {
				c.config.Logger.WarnContext(ctx, "heartbeat failed: another process may take the step too", "job_id", id, "error", err)
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// schema returns the schema of River's tables.
func (c *Client[TTx]) schema() string {
	if c.config.River == nil {
		return ""
	}
	return c.config.River.Schema
}
