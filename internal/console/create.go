package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

// How a thing is created exactly once
//
// A file, a bucket or a container is created by a POST. Each POST creates another thing, and most are billed. HTTP
// cannot express "only once": when the connection breaks, a proxy times out or the response is a 500, the service may
// have created the thing or not. Sending the request again may create it twice; not sending it may lose it. Guessing by
// the name is worse: a file with that name may come from elsewhere, and the caller would get the results of another
// recording.
//
// The service has lists, so what happened can be settled by the name only. How far depends on what is known about the
// name, which is the Proof:
//
//   - NoProof: other things may have the name. A thing that is found is never taken for this creation's. New things
//     with the name are reported, and the outcome is unknown.
//   - ByCaller: the caller has promised that the name is used only once. Then a thing with the name belongs to this
//     creation, from this request or an earlier one, and is returned.
//   - ByService: the service refuses a second thing with the name. Then a retry is harmless, and a new thing with the
//     name belongs to this creation.
//
// The steps are:
//
//	look ──► send ──► made
//	 │        │
//	 │        ├─ refused for now (429, 503): look again, then retry; without that look, the outcome is unknown
//	 │        ├─ refused for good (422, 401, …): the error
//	 │        └─ may have been processed: look again ──► found: the thing
//	 │                                       │
//	 └─► found, ByCaller: the thing          └─► not found: retry if allowed, else the outcome is unknown
//
// Lists lag: a new thing may take a moment to appear. So looks after a request are repeated until a few seconds after
// the response. Only then does "not found" mean "not created". No client can exclude that a thing appears even later;
// UploadOptions.UniqueName and Files.Resume say what that means for callers.
//
// Nothing here depends on HTTP. The error says what happened: acrcloud.ErrOutcomeUnknown means that the request may
// have been processed.

// A Proof says what proves that a thing belongs to this creation.
type Proof int

// The proofs.
const (
	NoProof   Proof = iota // nothing: other things may have the name
	ByCaller               // the name: the caller has promised that no other thing has it
	ByService              // the name: the service refuses a second thing with it
)

// ErrNameNotUnique is the reason of a [DoubtError] if several things have a name that was promised to be unique.
var ErrNameNotUnique = errors.New("the name is not unique")

// A DoubtError reports that things with the name exist, and none is known to belong to this creation.
type DoubtError[T any] struct {
	Things []*T
	Err    error
}

// Error implements error.
func (d *DoubtError[T]) Error() string { return d.Err.Error() }

// Unwrap returns the reason.
func (d *DoubtError[T]) Unwrap() error { return d.Err }

// A Look is the result of looking for a name in a list.
type Look[T any] struct {
	Things []*T      // all that have the name, from any creation
	Whole  bool      // the list was read to its end: nothing else had the name
	Now    time.Time // the service's time; zero if unknown
}

// A Creation is one thing to be created exactly once.
type Creation[T any] struct {
	Proof Proof

	// Look looks for the things with the name: all of them, or those at the beginning of the list. nil: the thing has
	// no name.
	Look func(ctx context.Context, all bool) (Look[T], error)

	// Made returns the id of a thing, and when it was created, by the service's clock; zero if unknown.
	Made func(*T) (id string, at time.Time)

	// Ours returns an error if a thing with the name cannot belong to this creation, since it has another type or other
	// settings. It is called only if there is a proof.
	Ours func(*T) error

	// Ready, if not nil, is called right before the first request, with the service's time. An error ends the creation
	// before anything is sent.
	Ready func(ctx context.Context, now time.Time) error

	// Send sends the request. Before it retries a refused request, it calls again with the wait since the refusal, and
	// gives up if again returns an error.
	Send func(ctx context.Context, again func(ctx context.Context, waited time.Duration) error) (*T, error)

	// Resend reports whether to retry if the outcome is unknown and nothing with the name is found. With ByService, one
	// such retry always happens. nil: no.
	Resend func() bool

	// Earlier is when an earlier request that may have created the thing ended. Since is the service's time before that
	// request. Zero: there was none.
	Earlier, Since time.Time
}

// ClockGrain is how far rounding may put the service's Date header ahead of the times in its records.
const ClockGrain = 2 * time.Second

// How far the service's clocks may be apart: the Date header comes from one machine, and the times of records from
// another. If the first look saw the whole list, a thing with an unknown id is new, and its time only rules out what
// the list had left out; a day covers every time zone.
const (
	clockSkew = 5 * time.Minute
	anyZone   = 24 * time.Hour
)

// looks are the times at which to look for a thing, counted from the response to the request that may have created it.
var looks = [...]time.Duration{0, time.Second, 4 * time.Second}

// Settled is how long a new thing may take to appear in lists.
const Settled = 4 * time.Second

// maxResends is the most retries of requests with an unknown outcome.
const maxResends = 2

// Do creates the thing, or returns the existing one. The error matches acrcloud.ErrOutcomeUnknown if the thing may have
// been created, and is a [DoubtError] if other things have its name.
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
	var unsure error // of an earlier request; a later one does not settle it
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
		if c.Look == nil || isDoubt[T](err) || !r.mayExist(err) {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, r.doubted(err)
		}
		mine, lookErr := r.settle(ctx, 0, !errors.Is(err, acrcloud.ErrOutcomeUnknown))
		switch {
		case mine != nil:
			return mine, nil
		case lookErr != nil:
			return nil, r.unsettled(err, lookErr)
		case !errors.Is(last, acrcloud.ErrOutcomeUnknown) || !r.mayResend(resends):
			return nil, err
		}
		unsure = err
	}
}

// DoAlone is Do for a name that the caller has promised to be unique: calls with one key wait for each other, and later
// ones know when a request was sent. It sets Proof, Earlier and Ready.
func (c *Creation[T]) DoAlone(ctx context.Context, names *Names, key string) (*T, error) {
	earlier, give, err := names.Take(ctx, key)
	if err != nil {
		return nil, err
	}
	sent := false
	defer func() { give(sent) }()
	c.Proof = ByCaller
	if c.Earlier.IsZero() {
		c.Earlier = earlier
	}
	ready := c.Ready
	c.Ready = func(ctx context.Context, now time.Time) error {
		if ready != nil {
			if err := ready(ctx, now); err != nil {
				return err
			}
		}
		sent = ctx.Err() == nil
		return nil
	}
	return c.Do(ctx)
}

// Find looks once for the thing, to avoid preparing Do in vain. It returns nil, without an error, if there is none.
func (c *Creation[T]) Find(ctx context.Context) (*T, error) {
	r := &run[T]{Creation: c}
	return r.find(ctx)
}

// A run is one call of Do.
type run[T any] struct {
	*Creation[T]
	started time.Time
	listed  bool            // a look has succeeded
	refused bool            // a request was refused for now, and sent again
	now     time.Time       // the service's time of the last look
	since   time.Time       // the service's time before the first request; zero: unknown
	before  map[string]bool // the known ids of what existed then
	whole   bool            // and they are all
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
	// Without proof, the request does not depend on this look. It only records what is not new later, so only the
	// beginning of the list is fetched: a container may have any number of files with one name.
	look, err := r.look(ctx, false)
	if err != nil {
		return nil, ctx.Err()
	}
	r.since, r.whole, r.before = r.now, look.Whole, make(map[string]bool, len(look.Things))
	for _, thing := range look.Things {
		id, _ := r.Made(thing)
		r.before[id] = true
	}
	return nil, nil
}

func (r *run[T]) look(ctx context.Context, all bool) (Look[T], error) {
	look, err := r.Look(ctx, all)
	if err == nil {
		r.listed, r.now = true, look.Now
	}
	return look, err
}

// find looks once for a thing that provably belongs to this creation.
func (r *run[T]) find(ctx context.Context) (*T, error) {
	look, err := r.look(ctx, true)
	if err != nil {
		return nil, err
	}
	return r.judge(look.Things)
}

// judge returns the thing that provably belongs to this creation, nil if there is none, or a DoubtError.
func (r *run[T]) judge(things []*T) (*T, error) {
	if r.Proof == NoProof {
		if things = r.fresh(things); len(things) > 0 {
			return nil, &DoubtError[T]{Things: things, Err: fmt.Errorf("%w: a new thing has the same name", acrcloud.ErrOutcomeUnknown)}
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

// fresh returns the things that may not have existed before the first request, according to the first look and the
// service's clock. If neither is available, nothing is known to be new; but if an earlier request was sent at an
// unknown time, everything may be.
func (r *run[T]) fresh(things []*T) (fresh []*T) {
	since := r.since
	if since.IsZero() && r.before == nil && r.Earlier.IsZero() {
		if r.now.IsZero() {
			return nil
		}
		since = r.now.Add(-time.Since(r.started))
	}
	apart := clockSkew
	if r.whole {
		apart = anyZone
	}
	for _, thing := range things {
		id, at := r.Made(thing)
		known := id != "" && r.before[id]
		if old := !at.IsZero() && at.Before(since.Add(-apart)); !old && !known {
			fresh = append(fresh, thing)
		}
	}
	return fresh
}

// settle looks until a thing that a request created must have appeared. waited is the time since the response to that
// request. A refused request has most likely created nothing, and the service may be overloaded, so it looks only once,
// at the end.
func (r *run[T]) settle(ctx context.Context, waited time.Duration, refused bool) (mine *T, err error) {
	for i, at := range looks {
		if i+1 < len(looks) && (refused || looks[i+1] <= waited) {
			continue // for the next one
		}
		if err := ended.Sleep(ctx, at-waited); err != nil {
			return nil, err
		}
		waited = max(waited, at)
		if mine, err = r.find(ctx); mine != nil || isDoubt[T](err) {
			return mine, err
		}
	}
	return nil, err
}

// A found thing stops the request that would create it again.
type found[T any] struct{ thing *T }

func (f *found[T]) Error() string { return "the refused request created it" }

// again looks for a thing that a refused request created nevertheless, before the request is retried.
func (r *run[T]) again(ctx context.Context, waited time.Duration) error {
	r.refused = true
	if r.Look == nil {
		return nil
	}
	mine, err := r.settle(ctx, waited, true)
	switch {
	case mine != nil:
		return &found[T]{mine}
	case err == nil, isDoubt[T](err):
		return err
	case ctx.Err() != nil, r.Proof == ByService, r.mayNotList(err):
		return ctx.Err()
	}
	return r.doubted(err)
}

// mayExist reports whether the thing may exist although the request failed. Refused requests have been processed
// before. So where the service refuses the name as taken after that, this creation itself may have taken it.
func (r *run[T]) mayExist(err error) bool {
	if errors.Is(err, acrcloud.ErrOutcomeUnknown) || r.Proof == ByService && r.refused && errors.Is(err, acrcloud.ErrInvalid) {
		return true
	}
	return RefusedForNow(err)
}

// RefusedForNow reports whether the service refused a request only for now.
func RefusedForNow(err error) bool {
	e, ok := errors.AsType[*acrcloud.APIError](err)
	return ok && (e.StatusCode == http.StatusTooManyRequests || e.StatusCode == http.StatusServiceUnavailable)
}

// mayNotList reports whether a look failed because the token may create, but not list.
func (r *run[T]) mayNotList(err error) bool {
	return r.Proof == NoProof && !r.listed && errors.Is(err, acrcloud.ErrCredentials)
}

func isDoubt[T any](err error) bool {
	_, ok := errors.AsType[*DoubtError[T]](err)
	return ok
}

// unsettled is the error of a request whose look failed, too.
func (r *run[T]) unsettled(err, look error) error {
	if !isDoubt[T](look) && !r.mayNotList(look) {
		err = r.doubted(err)
	}
	return withDoubt[T](err, look)
}

// doubted adds to the error of a refused request that it may have been processed all the same, which only a look would
// have shown. With ByService that does not matter: a retry is harmless.
func (r *run[T]) doubted(err error) error {
	if r.Proof == ByService || errors.Is(err, acrcloud.ErrOutcomeUnknown) {
		return err
	}
	return fmt.Errorf("%w: it was refused, and whether it exists all the same cannot be seen: %w", acrcloud.ErrOutcomeUnknown, err)
}

func (r *run[T]) mayResend(resends int) bool {
	if r.Proof == ByService {
		return resends == 0
	}
	return resends < maxResends && r.Resend != nil && r.Resend()
}

// withDoubt adds to an error why looking did not settle it.
func withDoubt[T any](err, look error) error {
	if doubt, ok := errors.AsType[*DoubtError[T]](look); ok && errors.Is(look, acrcloud.ErrOutcomeUnknown) && errors.Is(err, acrcloud.ErrOutcomeUnknown) {
		return &DoubtError[T]{Things: doubt.Things, Err: err} // err already says so, and why
	}
	return fmt.Errorf("%w; looking for it: %w", err, look)
}

// after adds an earlier error, if there is one, to complete the report.
func after(err, earlier error) error {
	if earlier == nil {
		return err
	}
	return fmt.Errorf("%w; before that: %w", err, earlier)
}
