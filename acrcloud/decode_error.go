package acrcloud

import "fmt"

// A DecodeError says that the service answered with success, but not with what its API promises: an HTML page, an empty
// body, JSON that breaks off. The call may have been processed.
type DecodeError struct {
	Op         string // the operation, such as "files.get"
	StatusCode int    // the HTTP status of the answer
	Excerpt    string // the beginning of the body, at most 256 bytes
	Err        error  // what was wrong with it
}

// Error names the operation, the status and the beginning of the body.
func (e *DecodeError) Error() string {
	if e.Excerpt == "" {
		return fmt.Sprintf("acrcloud: %s: HTTP %d: unexpected answer: %v", e.Op, e.StatusCode, e.Err)
	}
	return fmt.Sprintf("acrcloud: %s: HTTP %d: unexpected answer: %v: %q", e.Op, e.StatusCode, e.Err, e.Excerpt)
}

// Unwrap returns the cause.
func (e *DecodeError) Unwrap() error { return e.Err }
