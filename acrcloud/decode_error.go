package acrcloud

import (
	"fmt"
	"strings"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A DecodeError reports a successful response that is not what the API promises: an HTML page, an empty
// body, JSON that breaks off. The call may have been processed.
type DecodeError struct {
	Op         string // the operation, such as "files.get"
	StatusCode int    // the HTTP status of the response
	Excerpt    string // the beginning of the body, at most 256 bytes
	Err        error  // what was wrong with it
}

// Error names the operation, the status and the beginning of the body.
func (e *DecodeError) Error() string {
	var b strings.Builder
	b.WriteString("acrcloud: ")
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	fmt.Fprintf(&b, "HTTP %d: unexpected response", e.StatusCode)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Excerpt != "" {
		fmt.Fprintf(&b, ": %q", e.Excerpt)
	}
	return text.Terminal(b.String())
}

// Unwrap returns the cause.
func (e *DecodeError) Unwrap() error { return e.Err }
