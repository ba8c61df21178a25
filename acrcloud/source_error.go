package acrcloud

import (
	"errors"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A SourceError reports that the content of a [Source] could not be read, or was not as declared: it ended early,
// went on past its declared size, changed between attempts, or was refused by an upload policy. Nothing was recorded.
type SourceError struct {
	Name string // the source's name
	Want int64  // bytes declared, or allowed if Err is ErrTooLarge; -1 where the error is not about size
	Got  int64  // bytes found, or read until the error
	Err  error  // the cause
}

// Error names the source and what was wrong with it.
func (e *SourceError) Error() string {
	source, problem := "the source", "cannot be used"
	if e.Name != "" {
		source = fmt.Sprintf("source %q", e.Name)
	}
	if e.Err != nil {
		problem = text.Terminal(e.Err.Error())
	}
	switch {
	case e.Want < 0 || e.Want == e.Got:
		return fmt.Sprintf("acrcloud: %s: %s", source, problem)
	case errors.Is(e.Err, ErrTooLarge):
		return fmt.Sprintf("acrcloud: %s: %s (allowed %d, got %d)", source, problem, e.Want, e.Got)
	}
	return fmt.Sprintf("acrcloud: %s: %s (declared %d bytes, got %d)", source, problem, e.Want, e.Got)
}

// Unwrap returns the cause.
func (e *SourceError) Unwrap() error { return e.Err }
