package filescan

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// WaitOptions are the options of a wait. The zero value asks every 2 to 30 seconds, for an hour.
type WaitOptions struct {
	MinInterval time.Duration // the first pause between two looks; 2 s
	MaxInterval time.Duration // pauses grow up to this; 30 s
	Timeout     time.Duration // of the whole wait; 1 h
	OnPoll      func(*File)   // called after each look that has found the file

	// Notifier, if set, triggers a look as soon as it knows that the file is done: a webhook.Notifier, fed by callbacks. Looks
	// at intervals go on, since callbacks get lost.
	Notifier Notifier

	// NewerThan, if set, keeps results of that time or before from ending the wait: after a rescan, the old File.UpdatedAt.
	NewerThan time.Time
}

// A Notifier tells when something about a file has happened. The channel receives a value, then or at once if it has
// happened already; the function ends the subscription.
type Notifier interface {
	Subscribe(containerID int, fileID string) (<-chan struct{}, func())
}

// The defaults of WaitOptions, and how long a new file may be unknown to the service that has just made it.
const (
	minInterval   = 2 * time.Second
	maxInterval   = 30 * time.Second
	waitTimeout   = time.Hour
	notFoundGrace = 30 * time.Second
	maxRetryAfter = 5 * time.Minute // whatever the service asks for in one of its answers: a file is not to be lost over it
)

// Wait waits until a file is done and returns it with its results. It calls GET /api/fs-containers/{container}/files/{id} as often as
// WaitOptions say; failures that may pass are tolerated, and so is a 404 during the first 30 seconds.
//
// A file in [StateNoResults] is a normal end without matches. One that has failed is returned together with a [*ScanError]. When
// the time is up the error is a [*WaitError] that holds the last file seen and matches [context.DeadlineExceeded]; when ctx ends,
// one that matches ctx.Err().
func (f *Files) Wait(ctx context.Context, fileID string, opts *WaitOptions) (*File, error) {
	if err := f.check(fileID); err != nil {
		return nil, err
	}
	w := &wait{files: f, id: fileID, started: time.Now()}
	if opts != nil {
		w.opts = *opts
	}
	if err := w.checkOptions(); err != nil {
		return nil, err
	}
	return w.run(ctx)
}

// A wait is one call of Wait.
type wait struct {
	files   *Files
	id      string
	opts    WaitOptions
	started time.Time

	last       *File // seen last
	lastErr    error // of the last look, if it failed
	reset      bool  // the file has been seen processing: whatever is done then is new
	retryAfter time.Duration
}

func (w *wait) checkOptions() error {
	refuse := func(field, problem string) error {
		return &acrcloud.ArgumentError{Field: "WaitOptions." + field, Problem: problem, Remedy: "leave it zero for the default"}
	}
	o := &w.opts
	switch {
	case o.MinInterval < 0:
		return refuse("MinInterval", "is negative")
	case o.MaxInterval < 0:
		return refuse("MaxInterval", "is negative")
	case o.Timeout < 0:
		return refuse("Timeout", "is negative")
	case o.MaxInterval > 0 && o.MinInterval > o.MaxInterval:
		return refuse("MinInterval", "is more than MaxInterval")
	}
	o.MaxInterval = orDefault(o.MaxInterval, max(maxInterval, o.MinInterval))
	o.MinInterval = orDefault(o.MinInterval, min(minInterval, o.MaxInterval))
	o.Timeout = orDefault(o.Timeout, waitTimeout)
	return nil
}

func (w *wait) run(ctx context.Context) (*File, error) {
	bounded, cancel := context.WithTimeout(ctx, w.opts.Timeout)
	defer cancel()
	var notified <-chan struct{}
	if w.opts.Notifier != nil {
		ch, unsubscribe := w.opts.Notifier.Subscribe(w.files.containerID, w.id)
		defer unsubscribe()
		notified = ch
	}
	interval := w.opts.MinInterval
	for {
		done, err := w.look(bounded)
		switch {
		case bounded.Err() != nil && !done:
			return w.last, w.expired(bounded)
		case err != nil:
			return w.last, err
		case done:
			return w.last, failureOf(w.last)
		}
		timer := time.NewTimer(max(interval, w.retryAfter))
		select {
		case <-bounded.Done():
			timer.Stop()
			return w.last, w.expired(bounded)
		case _, open := <-notified:
			timer.Stop()
			if !open {
				notified = nil // it has nothing more to say
			}
			interval = w.opts.MinInterval
		case <-timer.C:
			interval = min(interval*3/2, w.opts.MaxInterval)
		}
	}
}

// look gets the file once. It returns an error that no further look would mend.
func (w *wait) look(ctx context.Context) (done bool, err error) {
	w.retryAfter = 0
	file, err := w.files.Get(ctx, w.id)
	if err != nil {
		w.lastErr = err
		return false, w.lasting(err)
	}
	w.last, w.lastErr = file, nil
	if w.opts.OnPoll != nil {
		w.opts.OnPoll(file)
	}
	if !file.State.Done() {
		w.reset = true
		return false, nil
	}
	return w.reset || file.UpdatedAt.After(w.opts.NewerThan) || w.opts.NewerThan.IsZero(), nil
}

// lasting returns err unless it may pass.
func (w *wait) lasting(err error) error {
	if errors.Is(err, acrcloud.ErrNotFound) && w.last == nil && time.Since(w.started) < notFoundGrace {
		return nil
	}
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
		if errors.Is(e, acrcloud.ErrServer) || errors.Is(e, acrcloud.ErrRateLimited) || e.StatusCode == http.StatusRequestTimeout {
			w.retryAfter = min(e.RetryAfter, max(maxRetryAfter, w.opts.MaxInterval))
			return nil
		}
		return err
	}
	if _, ok := errors.AsType[*acrcloud.ArgumentError](err); ok || transport.Permanent(err) || errors.Is(err, errNoRegion) {
		return err
	}
	return nil // the network, the source of tokens, or an answer that made no sense
}

func (w *wait) expired(ctx context.Context) error {
	err := ctx.Err()
	switch {
	case w.lastErr == nil:
	case errors.Is(w.lastErr, err): // the time was up in the middle of a look, whose error has it all
		err = w.lastErr
	default:
		err = fmt.Errorf("%w; the last look failed: %w", err, w.lastErr)
	}
	return &WaitError{Last: w.last, Err: err, id: w.id, after: time.Since(w.started)}
}
