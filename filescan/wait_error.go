package filescan

import (
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A WaitError reports that a wait ended before its file was done. The file is not lost: wait for it again.
type WaitError struct {
	Last *File // as it was seen last; nil if it never was
	Err  error // context.DeadlineExceeded after the timeout, or what ended the caller's context; perhaps with the last failure

	id    string
	after time.Duration
}

// Error says how long the wait took, and in which state the file was seen last.
func (e *WaitError) Error() string {
	state := "it was never seen"
	if e.Last != nil {
		state = fmt.Sprintf("it was last seen in state %v", e.Last.State)
	}
	return text.Terminal(fmt.Sprintf("acrcloud: waited %v for file %s: %s: %s", e.after.Round(time.Millisecond), e.id, state, causeOf(e.Err)))
}

// Unwrap returns the cause.
func (e *WaitError) Unwrap() error { return e.Err }
