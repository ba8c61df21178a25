package riverbatch

import (
	"time"

	"github.com/riverqueue/river"
)

// Outage is an outage.
type Outage struct{ outage outage }

// Wait says whether a step may start.
func (o *Outage) Wait() (pause time.Duration, probe bool) { return o.outage.wait() }

// Note takes the end of a step.
func (o *Outage) Note(probe bool, err error, moved bool) time.Duration {
	return o.outage.note(probe, err, moved)
}

// RescueTimeout is what River asks for before it rescues a job.
func (c *Client[TTx]) RescueTimeout() time.Duration {
	return (&stepWorker[TTx]{client: c}).Timeout(&river.Job[stepArgs]{})
}
