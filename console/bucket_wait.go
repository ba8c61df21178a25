package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// WaitOptions are the options of a wait. The zero value polls every 2 to 30 seconds, for an hour.
type WaitOptions struct {
	MinInterval time.Duration     // the first pause between two polls; 2 s
	MaxInterval time.Duration     // pauses grow up to this; 30 s
	Timeout     time.Duration     // of the whole wait; 1 h
	OnPoll      func(*BucketFile) // called after each poll that finds the file
	OnError     func(error)       // called with the error of each poll that fails, whether the wait continues or not
}

// The defaults of WaitOptions, and the fixed limits of a wait.
const (
	minInterval   = 2 * time.Second
	maxInterval   = 30 * time.Second
	waitTimeout   = time.Hour
	notFoundGrace = 30 * time.Second // how long the service may answer 404 for a file that it has just created
	maxRetryAfter = 5 * time.Minute
)

func (o *WaitOptions) complete() error {
	const remedy = "leave it zero for the default"
	switch {
	case o.MinInterval < 0:
		return refuse("WaitOptions.MinInterval", "is negative", remedy)
	case o.MaxInterval < 0:
		return refuse("WaitOptions.MaxInterval", "is negative", remedy)
	case o.Timeout < 0:
		return refuse("WaitOptions.Timeout", "is negative", remedy)
	case o.MaxInterval > 0 && o.MinInterval > o.MaxInterval:
		return refuse("WaitOptions.MinInterval", "is more than MaxInterval", remedy)
	}
	o.MaxInterval = cmp.Or(o.MaxInterval, max(maxInterval, o.MinInterval))
	o.MinInterval = cmp.Or(o.MinInterval, min(minInterval, o.MaxInterval))
	o.Timeout = cmp.Or(o.Timeout, waitTimeout)
	return nil
}

// Wait waits until a file is ready, which is when recognition finds it. It calls GET /api/buckets/{bucket}/files/{file}
// as often as WaitOptions say. Temporary failures are tolerated, and so is a 404 during the first 30 seconds.
//
// A failed file is returned together with a [*FileStateError]. After the timeout, the error is a [*WaitError] that
// holds the last file seen and matches [context.DeadlineExceeded]; when ctx ends, it matches ctx.Err().
func (f *BucketFiles) Wait(ctx context.Context, fileID int, opts *WaitOptions) (*BucketFile, error) {
	if err := f.group().ready(); err != nil {
		return nil, err
	}
	if err := checkID("fileID", fileID); err != nil {
		return nil, err
	}
	w := &wait{files: f, id: fileID, opts: valueOf(opts), started: time.Now()}
	if err := w.opts.complete(); err != nil {
		return nil, err
	}
	return w.run(ctx)
}

// A wait is one call of Wait.
type wait struct {
	files   *BucketFiles
	id      int
	opts    WaitOptions
	started time.Time

	last       *BucketFile // seen last
	lastErr    error       // of the last look, if it failed
	retryAfter time.Duration
}

func (w *wait) run(ctx context.Context) (*BucketFile, error) {
	bounded, cancel := context.WithTimeout(ctx, w.opts.Timeout)
	defer cancel()
	for interval := w.opts.MinInterval; ; interval = min(interval*3/2, w.opts.MaxInterval) {
		done, err := w.look(bounded)
		switch {
		case bounded.Err() != nil && !done:
			return w.last, w.expired(bounded)
		case err != nil:
			return w.last, err
		case done && w.last.State.Failed():
			return w.last, &FileStateError{File: w.last}
		case done:
			return w.last, nil
		}
		timer := time.NewTimer(max(interval, w.retryAfter))
		select {
		case <-bounded.Done():
			timer.Stop()
			return w.last, w.expired(bounded)
		case <-timer.C:
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
	return file.State.Done(), nil
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
	if _, ok := errors.AsType[*acrcloud.ArgumentError](err); ok || transport.Permanent(err) {
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

// A WaitError reports that a wait ended before its file was ready. The file is not lost: wait for it again.
type WaitError struct {
	Last *BucketFile // as last seen; nil if it was never seen
	Err  error       // context.DeadlineExceeded after the timeout, or the error of the caller's context; may include the last failure

	id    int
	after time.Duration
}

// Error says how long the wait took, and the last known state of the file.
func (e *WaitError) Error() string {
	state := "it was never seen"
	if e.Last != nil {
		state = fmt.Sprintf("it was last seen in state %v", e.Last.State)
	}
	return text.Terminal(fmt.Sprintf("acrcloud: waited %v for file %d: %s: %s", e.after.Round(time.Millisecond), e.id, state, causeOf(e.Err)))
}

// Unwrap returns the cause.
func (e *WaitError) Unwrap() error { return e.Err }

// A FileStateError reports that the service could not process a file.
type FileStateError struct{ File *BucketFile }

// Error says the state.
func (e *FileStateError) Error() string {
	if e.File == nil {
		return "acrcloud: the service could not process a file"
	}
	return text.Terminal(fmt.Sprintf("acrcloud: file %d (%q) is in state %v: the service could not process it; upload it in another format", e.File.ID, e.File.Title, e.File.State))
}
