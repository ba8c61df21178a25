package acrcloud

import "fmt"

// A SourceError says that the content of a [Source] could not be read, or was not what the source had said: it ended early,
// went on past its declared size, changed between attempts, or was refused by an upload policy. Nothing was recorded.
type SourceError struct {
	Name string // the source's name
	Want int64  // bytes declared; -1 where the error is not about size
	Got  int64  // bytes found, or read until the error
	Err  error  // the cause
}

// Error names the source and what was wrong with it.
func (e *SourceError) Error() string {
	if e.Want >= 0 && e.Want != e.Got {
		return fmt.Sprintf("acrcloud: source %q: %v (declared %d bytes, got %d)", e.Name, e.Err, e.Want, e.Got)
	}
	return fmt.Sprintf("acrcloud: source %q: %v", e.Name, e.Err)
}

// Unwrap returns the cause.
func (e *SourceError) Unwrap() error { return e.Err }
