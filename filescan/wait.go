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

// The limits of a wait that cannot be chosen.
const (
	notFoundGrace = 30 * time.Second // how long a new file may be unknown to the service that has just made it
	maxRetryAfter = 5 * time.Minute  // even if the service asks for more: a file must not be lost over it
)

// Wait waits until a file is done and returns it with its results. It calls GET /api/fs-containers/{container}/files/{id} as often as
// WaitOptions say; temporary failures are tolerated, and so is a 404 during the first 30 seconds. WaitOptions.OnError reports each.
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
	if err := w.opts.complete(); err != nil {
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
		if w.opts.OnError != nil && ctx.Err() == nil {
			w.opts.OnError(err)
		}
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
	return nil // the network, the source of tokens, or a response that made no sense
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
