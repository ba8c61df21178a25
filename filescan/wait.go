package filescan

import (
	"context"
	"errors"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/console"
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
	var o WaitOptions
	if opts != nil {
		o = *opts
	}
	w, err := o.wait()
	if err != nil {
		return nil, err
	}
	w.Get = func(ctx context.Context) (*File, error) { return f.Get(ctx, fileID) }
	if !checked.IsNil(o.Notifier) {
		wake, unsubscribe := o.Notifier.Subscribe(f.containerID, fileID)
		defer unsubscribe()
		w.Wake = wake
	}
	last, err := w.Run(ctx)
	if e, ok := errors.AsType[*console.ExpiredError](err); ok {
		return last, &WaitError{Last: last, Err: e.Err, id: fileID, after: e.After}
	}
	if err == nil {
		err = failureOf(last)
	}
	return last, err
}

// wait returns the wait that the options describe.
func (o *WaitOptions) wait() (*console.Wait[File], error) {
	reset := false // the file has been seen processing: its next result is new
	w := &console.Wait[File]{
		Done: func(f *File) bool {
			if !f.State.Done() {
				reset = true
				return false
			}
			return reset || f.UpdatedAt.After(o.NewerThan) || o.NewerThan.IsZero()
		},
		OnPoll: o.OnPoll, OnError: o.OnError, Lasting: func(err error) bool { return errors.Is(err, errNoRegion) },
		MinInterval: o.MinInterval, MaxInterval: o.MaxInterval, Timeout: o.Timeout,
	}
	if err := w.Prepare(); err != nil {
		return nil, err
	}
	return w, nil
}
