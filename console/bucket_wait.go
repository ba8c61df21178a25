package console

import (
	"context"
	"errors"
	"fmt"
	"time"

	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// WaitOptions are the options of a wait. The zero value polls every 2 to 30 seconds, for an hour.
type WaitOptions struct {
	MinInterval time.Duration     // the first pause between two polls; 2 s
	MaxInterval time.Duration     // pauses grow up to this; 30 s
	Timeout     time.Duration     // of the whole wait; 1 h
	OnPoll      func(*BucketFile) // called after each poll that finds the file
	OnError     func(error)       // called with the error of each poll that fails, whether the wait continues or not
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
	o := valueOf(opts)
	w := &core.Wait[BucketFile]{
		Get:  func(ctx context.Context) (*BucketFile, error) { return f.Get(ctx, fileID) },
		Done: func(file *BucketFile) bool { return file.State.Done() }, OnPoll: o.OnPoll, OnError: o.OnError,
		MinInterval: o.MinInterval, MaxInterval: o.MaxInterval, Timeout: o.Timeout,
	}
	if err := w.Prepare(); err != nil {
		return nil, err
	}
	last, err := w.Run(ctx)
	if e, ok := errors.AsType[*core.ExpiredError](err); ok {
		return last, &WaitError{Last: last, Err: e.Err, id: fileID, after: e.After}
	}
	if err == nil && last.State.Failed() {
		return last, &FileStateError{File: last}
	}
	return last, err
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
