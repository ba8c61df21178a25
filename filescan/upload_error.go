package filescan

import (
	"fmt"
	"strings"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A Step is where an upload stopped.
type Step string

// The steps of an upload.
const (
	StepPresign Step = "presign" // before any content is sent: finding the container's region, asking for the URL to send the content to
	StepStore   Step = "store"   // sending the content there; nothing is billed yet
	StepRecord  Step = "record"  // making the file of the stored content, or sending it by multipart: this is what is billed
)

// An UploadError says where an upload stopped. Where it matches [acrcloud.ErrOutcomeUnknown] the file may exist: look at
// Candidates, or at the container, before sending it again.
type UploadError struct {
	Step       Step
	Key        string  // of the stored content, from StepRecord on; Files.Resume goes on from there
	Name       string  // of the file
	Candidates []*File // new files of that name, of which it cannot be told which is this upload's
	Err        error   // what went wrong

	dataType DataType // what Resume needs to know
	display  string
}

// Error says where the upload stopped, why, and what to do where the outcome is not known.
func (e *UploadError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "acrcloud: upload of %q stopped at step %q: %s", e.Name, e.Step, causeOf(e.Err))
	if unknownOutcome(e.Err) {
		b.WriteString(". The file may exist, and sending it again may bill it twice: look for it in the container first")
		for i, f := range e.Candidates {
			if i == 0 {
				b.WriteString("; it may be ")
			} else {
				b.WriteString(" or ")
			}
			b.WriteString(f.ID)
		}
	}
	return text.Terminal(b.String())
}

// causeOf is the text of an error that stands within another of the SDK.
func causeOf(err error) string { return strings.TrimPrefix(fmt.Sprint(err), "acrcloud: ") }

// Unwrap returns the cause.
func (e *UploadError) Unwrap() error { return e.Err }
