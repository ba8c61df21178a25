package filescan

import (
	"errors"
	"fmt"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A Step is where an upload stopped.
type Step string

// The steps of an upload.
const (
	StepPresign Step = "presign" // before any content is sent: finding the container's region, asking for the URL to send the content to
	StepStore   Step = "store"   // sending the content there; nothing is billed yet
	StepRecord  Step = "record"  // creating the file from the stored content, or sending it by multipart: this request is billed
)

// ErrNameNotUnique matches an error about a name that was promised to be unique, and is not. UploadError.Candidates has the files.
var ErrNameNotUnique = console.ErrNameNotUnique

// An UploadError reports where an upload or import stopped. If it matches [acrcloud.ErrOutcomeUnknown] the file may exist and may be
// billed: pass Ticket to [Files.Resume], or check Candidates or the container before you upload it again.
type UploadError struct {
	Step       Step
	Key        string  // of the stored content, from StepRecord on
	Name       string  // of the file
	Ticket     Ticket  // for Files.Resume, from StepRecord on; else the zero Ticket
	Candidates []*File // files of that name, none of which is known to be this upload's
	Err        error   // what went wrong
}

// stoppedAt makes the error of an upload.
func stoppedAt(step Step, t Ticket, err error) *UploadError {
	e := &UploadError{Step: step, Key: t.Key, Name: t.fileName(), Err: err}
	if step == StepRecord {
		e.Ticket = t
	}
	if doubt, ok := errors.AsType[*console.DoubtError[File]](err); ok {
		e.Candidates = doubt.Things
	}
	return e
}

// Error says where the upload stopped, why, and what to do where the outcome is not known.
func (e *UploadError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "acrcloud: upload of %q stopped at step %q: %s", e.Name, e.Step, causeOf(e.Err))
	switch {
	case unknownOutcome(e.Err) && e.Ticket.UniqueName:
		b.WriteString(". The file may exist, and be billed: call Files.Resume with the Ticket, or upload it again under the same name")
		e.list(&b, "it may be")
	case unknownOutcome(e.Err):
		b.WriteString(". The file may exist, and sending it again may bill it twice: look for it in the container first")
		e.list(&b, "it may be")
	case errors.Is(e.Err, ErrNameNotUnique):
		b.WriteString(". Use a name that no other upload has, or delete the files that you do not want")
		e.list(&b, "the name is that of")
	}
	return text.Terminal(b.String())
}

// list adds the ids of the candidates.
func (e *UploadError) list(b *strings.Builder, before string) {
	for i, f := range e.Candidates {
		if i == maxListed {
			fmt.Fprintf(b, " and %d more", len(e.Candidates)-i)
			return
		}
		word := " or"
		if i == 0 {
			word = "; " + before
		}
		fmt.Fprintf(b, "%s %s", word, f.ID)
	}
}

// maxListed bounds the candidates that an error's text names.
const maxListed = 10

// causeOf is the text of an error that stands within another of the SDK.
func causeOf(err error) string { return strings.TrimPrefix(fmt.Sprint(err), "acrcloud: ") }

// Unwrap returns the cause.
func (e *UploadError) Unwrap() error { return e.Err }

// unknownOutcome reports whether err leaves open if the request was processed.
func unknownOutcome(err error) bool { return errors.Is(err, acrcloud.ErrOutcomeUnknown) }
