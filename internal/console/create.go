package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// How a thing is created exactly once
//
// A file, a bucket or a container is made by a POST. Each POST makes another thing, and most are billed. HTTP has no way to say
// "only once": when the connection breaks, a proxy times out or the response is a 500, the service may have made the thing or not.
// Sending the request again may make it twice; not sending it may lose it. Guessing by the name is worse than both: a file of that
// name may be somebody else's, and the caller gets the result of another recording.
//
// The service does offer a list. So the name is the only thing that can settle what happened, and how far it does depends on what
// is known about the name. That is the Proof:
//
//   - NoProof: other things may have that name. A thing that is found is never taken for this creation's. New things of the name are
//     reported, and the outcome is unknown.
//   - ByCaller: the caller has promised that the name is used once. Then a thing of that name is this creation's, made by this
//     request or by an earlier one, and it is returned.
//   - ByService: the service refuses a second thing of that name. Then sending again is harmless, and a thing that is new and has the
//     name is this creation's.
//
// The steps are:
//
//	look ──► send ──► made
//	 │        │
//	 │        ├─ refused for now (429, 503): look again, then retry
//	 │        ├─ refused for good (422, 401, …): the error
//	 │        └─ may have been processed: look again ──► found: the thing
//	 │                                       │
//	 └─► found, ByCaller: the thing          └─► not found: retry if allowed, else the outcome is unknown
//
// Lists lag: a thing may take a moment to show. So a look after a request is repeated until it is settled, a few seconds after the
// response. Only then does "not found" mean "not made". Something that shows later than that cannot be ruled out by any client;
// UploadOptions.UniqueName and Files.Resume say what follows for callers.
//
// Nothing here knows HTTP. What happened is in the error: acrcloud.ErrOutcomeUnknown means that the request may have been processed.

// A Proof says what shows that a thing was made by this creation.
type Proof int

// The proofs.
const (
	NoProof   Proof = iota // nothing does: other things may have the name
	ByCaller               // the name: the caller has promised that it is this creation's alone
	ByService              // the name: the service refuses a second thing of that name
)

// ErrNameNotUnique is the reason of a [DoubtError] about a name that was promised to be unique.
var ErrNameNotUnique = errors.New("the name is not unique")

// A DoubtError is the error where things of the name exist, and none of them is known to be this creation's.
type DoubtError[T any] struct {
	Things []*T
	Err    error
}

// Error implements error.
func (d *DoubtError[T]) Error() string { return d.Err.Error() }

// Unwrap returns the reason.
func (d *DoubtError[T]) Unwrap() error { return d.Err }

// A Look is what a list shows of a name.
type Look[T any] struct {
	Things []*T      // all that have the name, whoever made them
	Now    time.Time // the service's time; zero if it does not say
}

// A Creation is one thing that is to be made once.
type Creation[T any] struct {
	Proof Proof

	// Look looks for the things of the name: for all of them, or for those that the list shows first. nil: the thing has no name that
	// could be looked for.
	Look func(ctx context.Context, all bool) (Look[T], error)

	// Made returns the id of a thing, and when it was made, by the service's clock; zero if it does not say.
	Made func(*T) (id string, at time.Time)

	// Ours reports why a thing of the name cannot be this creation's: it is of another kind, or has other settings. It is asked
	// only where there is a proof.
	Ours func(*T) error

	// Ready is called right before the first request, with the service's time. An error ends the creation; nothing was sent. nil:
	// nothing is called.
	Ready func(ctx context.Context, now time.Time) error

	// Send sends the request. It calls again before it sends a refused request again, with the wait since the refusal, and gives up
	// with the error that again returns.
	Send func(ctx context.Context, again func(ctx context.Context, waited time.Duration) error) (*T, error)

	// Resend reports whether to retry where the outcome is unknown and nothing of the name is found. ByService always does so
	// once. nil: no.
	Resend func() bool

	// Earlier is when an earlier request that may have made the thing ended, and Since the service's time before that request.
	// Zero: there was none.
	Earlier, Since time.Time
}

// ClockGrain is how far the service's Date header may run ahead of the times in its records.
const ClockGrain = 2 * time.Second

// looks are the times of the looks for a thing, counted from the response of the request that may have made it.
var looks = [...]time.Duration{0, time.Second, 4 * time.Second}

// Settled is how long after a request a thing that it has made may take to show.
const Settled = 4 * time.Second

// maxResends bounds the requests whose outcome stayed unknown.
const maxResends = 2

// Do makes the thing, or returns the one that was made already. The error matches acrcloud.ErrOutcomeUnknown if the thing may have
// been made, and is a [DoubtError] if things of its name are there.
func (c *Creation[T]) Do(ctx context.Context) (*T, error) {
	r := &run[T]{Creation: c, started: time.Now(), since: c.Since}
	if mine, err := r.first(ctx); mine != nil || err != nil {
		return mine, err
	}
	if c.Ready != nil {
		if err := c.Ready(ctx, r.now); err != nil {
			return nil, err
		}
	}
	var unsure error // of an earlier request; what becomes of a later one does not make it certain
	for resends := 0; ; resends++ {
		made, err := c.Send(ctx, r.again)
		if err == nil {
			return made, nil
		}
		if f, ok := errors.AsType[*found[T]](err); ok {
			return f.thing, nil
		}
		last := err
		err = after(err, unsure)
		if ctx.Err() != nil || c.Look == nil || isDoubt[T](err) || !mayExist(err) {
			return nil, err
		}
		mine, lookErr := r.settle(ctx, 0, !errors.Is(err, acrcloud.ErrOutcomeUnknown))
		switch {
		case mine != nil:
			return mine, nil
		case lookErr != nil:
			return nil, withDoubt[T](err, lookErr)
		case !errors.Is(last, acrcloud.ErrOutcomeUnknown) || !r.mayResend(resends):
			return nil, err
		}
		unsure = err
	}
}

// Find looks once for the thing, to save what comes before Do. It is nil, without an error, if the thing is not there.
func (c *Creation[T]) Find(ctx context.Context) (*T, error) {
	r := &run[T]{Creation: c}
	return r.find(ctx)
}

// A run is one Do.
type run[T any] struct {
	*Creation[T]
	started time.Time
	now     time.Time       // the service's time of the last look
	since   time.Time       // the service's time before the first request; zero: not known
	before  map[string]bool // the ids of what was there then, as far as they are known
}

// first looks before anything is sent.
func (r *run[T]) first(ctx context.Context) (*T, error) {
	switch {
	case r.Look == nil || r.Proof == ByService:
		return nil, nil
	case !r.Earlier.IsZero():
		return r.settle(ctx, time.Since(r.Earlier), false)
	case r.Proof == ByCaller:
		return r.find(ctx)
	}
	// With no proof the look is no condition of the request. It only shows what is not new after it, and so not all is asked for: a
	// container may have any number of files of one name.
	things, err := r.look(ctx, false)
	if err != nil {
		return nil, ctx.Err()
	}
	r.since, r.before = r.now, make(map[string]bool, len(things))
	for _, thing := range things {
		id, _ := r.Made(thing)
		r.before[id] = true
	}
	return nil, nil
}

func (r *run[T]) look(ctx context.Context, all bool) ([]*T, error) {
	look, err := r.Look(ctx, all)
	if err != nil {
		return nil, err
	}
	r.now = look.Now
	return look.Things, nil
}

// find looks once for a thing that is proven to be this creation's.
func (r *run[T]) find(ctx context.Context) (*T, error) {
	things, err := r.look(ctx, true)
	if err != nil {
		return nil, err
	}
	return r.judge(things)
}

// judge returns the thing that is proven to be this creation's, nil if there is none, or a doubt.
func (r *run[T]) judge(things []*T) (*T, error) {
	if r.Proof == NoProof {
		if things = r.fresh(things); len(things) > 0 {
			return nil, &DoubtError[T]{Things: things, Err: fmt.Errorf("%w: something new has the same name", acrcloud.ErrOutcomeUnknown)}
		}
		return nil, nil
	}
	switch len(things) {
	case 0:
		return nil, nil
	case 1:
		if err := r.Ours(things[0]); err != nil {
			return nil, &DoubtError[T]{Things: things, Err: err}
		}
		return things[0], nil
	}
	return nil, &DoubtError[T]{Things: things, Err: fmt.Errorf("%w: %d have it", ErrNameNotUnique, len(things))}
}

// fresh returns the things that were not there before the first request, as far as the service's clock and the first look show. Where
// neither is known, nothing is known to be new, but everything may be if an earlier request was sent at any time.
func (r *run[T]) fresh(things []*T) (fresh []*T) {
	since := r.since
	if since.IsZero() && r.before == nil && r.Earlier.IsZero() {
		if r.now.IsZero() {
			return nil
		}
		since = r.now.Add(-time.Since(r.started))
	}
	for _, thing := range things {
		id, at := r.Made(thing)
		if old := !at.IsZero() && at.Before(since.Add(-ClockGrain)); !old && !r.before[id] {
			fresh = append(fresh, thing)
		}
	}
	return fresh
}

// settle looks until a thing that a request has made must show. waited is the time since the response of that request. A refused
// request has most likely made nothing, and the service may be short of breath, so that one look at the end will do.
func (r *run[T]) settle(ctx context.Context, waited time.Duration, refused bool) (mine *T, err error) {
	for i, at := range looks {
		if i+1 < len(looks) && (refused || looks[i+1] <= waited) {
			continue // for the next one
		}
		if err := sleep(ctx, at-waited); err != nil {
			return nil, err
		}
		waited = max(waited, at)
		if mine, err = r.find(ctx); mine != nil || isDoubt[T](err) {
			return mine, err
		}
	}
	return nil, err
}

// A found thing stops the request that would make it again.
type found[T any] struct{ thing *T }

func (f *found[T]) Error() string { return "it was made by the request that was refused" }

// again looks for a thing that a refused request created all the same, before the request is retried.
func (r *run[T]) again(ctx context.Context, waited time.Duration) error {
	if r.Look == nil {
		return nil
	}
	mine, err := r.settle(ctx, waited, true)
	switch {
	case mine != nil:
		return &found[T]{mine}
	case isDoubt[T](err):
		return err
	case r.Proof == ByService, // it is harmless
		r.Proof == NoProof && errors.Is(err, acrcloud.ErrCredentials): // the token is good for creating, but not for lists
		return ctx.Err()
	}
	return err
}

// mayExist reports whether the thing may be there although the request has failed. Refusals have been processed all the same.
func mayExist(err error) bool {
	if errors.Is(err, acrcloud.ErrOutcomeUnknown) {
		return true
	}
	e, ok := errors.AsType[*acrcloud.APIError](err)
	return ok && (e.StatusCode == http.StatusTooManyRequests || e.StatusCode == http.StatusServiceUnavailable)
}

func isDoubt[T any](err error) bool {
	_, ok := errors.AsType[*DoubtError[T]](err)
	return ok
}

func (r *run[T]) mayResend(resends int) bool {
	if r.Proof == ByService {
		return resends == 0
	}
	return resends < maxResends && r.Resend != nil && r.Resend()
}

// withDoubt adds to an error why a look could not settle it.
func withDoubt[T any](err, look error) error {
	if doubt, ok := errors.AsType[*DoubtError[T]](look); ok && errors.Is(look, acrcloud.ErrOutcomeUnknown) && errors.Is(err, acrcloud.ErrOutcomeUnknown) {
		return &DoubtError[T]{Things: doubt.Things, Err: err} // err says so already, and why
	}
	return fmt.Errorf("%w; looking for it: %w", err, look)
}

// after adds an earlier error, if there is one, without which the last one is only half of the story.
func after(err, earlier error) error {
	if earlier == nil {
		return err
	}
	return fmt.Errorf("%w; before that: %w", err, earlier)
}

// sleep waits unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
