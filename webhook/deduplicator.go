package webhook

import (
	"context"
	"errors"
)

// A Deduplicator makes sure that each event is handed over once. An event is claimed by its [Event.Key] before anything is done about
// it, then committed when the function has returned nil, or released when it has failed, so that it can be posted again.
//
// Claim reports whether the key is the caller's now. It is not if the key is committed: the result is false then. If the key is
// claimed, and neither committed nor released yet, the error matches [ErrInProgress]: the handler asks again until it knows what has
// become of the event. A claim whose process died must lapse, and so may a committed key, after a time of the implementation's
// choosing. When Claim fails with any other error, the event is handled all the same, since to lose one is worse than to handle it
// twice; the observer sees the error.
//
// Commit has the key stay claimed for good, and Release gives it up. Package webhook/webhooktest tests an implementation.
//
// Each method gets a context that ends after 10 seconds. A method that does not return by then is given up and counts as failed; a
// claim that it makes later is released. A method that panics makes the response 500. All must be safe for concurrent use.
//
// Duplicates within one process never race for a claim: while an event is being handled, a duplicate of it waits, and gets its
// response.
type Deduplicator interface {
	Claim(ctx context.Context, key string) (bool, error)
	Commit(ctx context.Context, key string) error
	Release(ctx context.Context, key string) error
}

// ErrInProgress is what [Deduplicator].Claim returns for an event that has been claimed elsewhere and is not finished:
// it is not known yet whether it can be dropped.
var ErrInProgress = errors.New("acrcloud: the event is being handled elsewhere, and what becomes of it is not known yet")
