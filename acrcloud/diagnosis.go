package acrcloud

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// An Outcome is how one check of a [Diagnosis] ended. (mock.Outcome scripts a scan, batch.Outcome is the end of a job.)
type Outcome string

// The outcomes of a check.
const (
	Passed  Outcome = "passed"  // as it should be
	Warned  Outcome = "warned"  // it works, but something deserves a look
	Failed  Outcome = "failed"  // it cannot work
	Skipped Outcome = "skipped" // not checked, because an earlier check failed or nothing is configured
)

// A Check is one finding of a [Diagnosis].
type Check struct {
	Name    string  `json:"name"`             // what was checked: "token"
	Outcome Outcome `json:"outcome"`          // how it ended
	Seen    string  `json:"seen,omitempty"`   // what was found; credentials only by length and last characters
	Remedy  string  `json:"remedy,omitempty"` // what to do, unless it passed
	Err     error   `json:"-"`                // what the check ended with, such as an APIError; nil if with nothing
}

// A Diagnosis is the result of a client's Check, in the order of the checks.
type Diagnosis struct {
	Checks []Check `json:"checks"`
}

// Err returns nil if no check failed, else an error that names each failed check and its remedy, and matches what their Err
// matches: errors.Is(d.Err(), ErrCredentials).
func (d *Diagnosis) Err() error {
	if d == nil {
		return nil
	}
	var errs []error
	for _, c := range d.Checks {
		if c.Outcome == Failed {
			errs = append(errs, &checkError{c})
		}
	}
	return errors.Join(errs...)
}

// A checkError is a failed check as an error.
type checkError struct{ check Check }

func (e *checkError) Error() string {
	parts := []string{fmt.Sprintf("acrcloud: check %q failed", e.check.Name), e.check.Seen, e.check.Remedy}
	return text.Terminal(strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ": "))
}

func (e *checkError) Unwrap() error { return e.check.Err }
