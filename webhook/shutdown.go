package webhook

import (
	"context"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A ShutdownError reports events that were not handled before the context of [Handler.Shutdown] ended. Their senders may have got a
// success response; polling still finds the files.
type ShutdownError struct {
	Events []*Event // those that waited first, in their order, then those the function was busy with, which it may have completed
	Err    error    // of the context
}

// Error says how many events were left.
func (e *ShutdownError) Error() string {
	return text.Terminal(fmt.Sprintf("acrcloud: %d callback events were not handled before the handler was shut down: %v", len(e.Events), e.Err))
}

// Unwrap returns the context's error.
func (e *ShutdownError) Unwrap() error { return e.Err }

// Shutdown refuses new events, with 503, and waits until those that were accepted are done. If ctx ends first, Shutdown
// returns immediately, with the rest in a [*ShutdownError]: queued events are no longer passed to the function, and the
// contexts of running calls end. Events are returned once, even if Shutdown is called again.
//
// The claims of queued events are released in the background, and the observer sees each with [ReasonShutdown]: a
// Deduplicator that hangs does not hold Shutdown up. A program that ends immediately should store the events that it
// got back, since their claims may last until the Deduplicator lets them lapse.
func (h *Handler) Shutdown(ctx context.Context) error {
	if h == nil {
		return nil
	}
	drained := h.jobs.close()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
	}
	waiting, events := h.jobs.abandon()
	for _, j := range waiting {
		go h.giveBack(j)
	}
	if len(events) == 0 {
		return nil
	}
	return &ShutdownError{Events: events, Err: context.Cause(ctx)}
}

// giveBack releases an event that waited in the queue.
func (h *Handler) giveBack(j *job) {
	defer j.cancel()
	d := newDelivery(j.ctx)
	d.describe(j.event)
	reason, err := h.settle(j, ReasonShutdown)
	h.observe(d, reason, err)
}
