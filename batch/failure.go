package batch

import (
	"context"
	"errors"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A FailureKind classifies the reason for which a job failed. Failures can be listed and retried by kind.
type FailureKind string

// The kinds of failures.
const (
	FailureItem      FailureKind = "item"      // the item is invalid: its key, or it has no content
	FailureDuplicate FailureKind = "duplicate" // an earlier item of this run has the same key
	FailureChanged   FailureKind = "changed"   // the content differs from that of the job
	FailureSource    FailureKind = "source"    // the content cannot be read, or the upload policy refuses it
	FailureRefused   FailureKind = "refused"   // the service refused the upload
	FailureAmbiguous FailureKind = "ambiguous" // several files, or a file of another type, have the job's name
	FailureHeld      FailureKind = "held"      // the outcome of the billed request is unknown, and Options.Hold is set or the content is of a platform
	FailureMissing   FailureKind = "missing"   // the file was deleted before its results were fetched
	FailureService   FailureKind = "service"   // the service failed repeatedly for this job, but not for others, or for hours
	FailureCrash     FailureKind = "crash"     // the steps of this job repeatedly ended their process
	FailureTimeout   FailureKind = "timeout"   // the file was processed for longer than Options.Timeout
	FailureScan      FailureKind = "scan"      // the service could not process the file; see Outcome.File
)

// A Failure says why a job failed. It wraps the cause; after a restart, as much of it as was saved.
type Failure struct { //nolint:errname // it is the state of a job, and reads well as Failure.Kind
	Kind FailureKind
	Err  error
}

// Error names the kind and the cause.
func (f *Failure) Error() string {
	if f == nil || f.Err == nil {
		return "batch: the job failed"
	}
	return text.Terminal(fmt.Sprintf("batch: %s: %v", f.Kind, f.Err))
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// A savedError is the saved form of an error. The types that callers look for are restored; of any other error only the
// text is.
type savedError struct {
	Text     string                  `json:"text"`
	API      *savedAPIError          `json:"api,omitempty"`
	Argument *acrcloud.ArgumentError `json:"argument,omitempty"`
	Source   *savedSourceError       `json:"source,omitempty"`
	Unknown  bool                    `json:"outcome_unknown,omitempty"`
}

type savedAPIError struct {
	Op         string              `json:"op,omitempty"`
	Method     string              `json:"method,omitempty"`
	Path       string              `json:"path,omitempty"`
	StatusCode int                 `json:"status"`
	Code       int                 `json:"code,omitempty"`
	Message    string              `json:"message,omitempty"`
	Fields     map[string][]string `json:"fields,omitempty"`
}

type savedSourceError struct {
	Name string `json:"name"`
	Want int64  `json:"want"`
	Got  int64  `json:"got"`
	Text string `json:"text"`
}

func saveError(err error) *savedError {
	s := &savedError{Text: err.Error(), Unknown: errors.Is(err, acrcloud.ErrOutcomeUnknown)}
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
		s.API = &savedAPIError{Op: e.Op, Method: e.Method, Path: e.Path, StatusCode: e.StatusCode, Code: e.Code, Message: e.Message, Fields: e.Fields}
	}
	if e, ok := errors.AsType[*acrcloud.ArgumentError](err); ok {
		s.Argument = e
	}
	if e, ok := errors.AsType[*acrcloud.SourceError](err); ok {
		s.Source = &savedSourceError{Name: e.Name, Want: e.Want, Got: e.Got, Text: fmt.Sprint(e.Err)}
	}
	return s
}

// A restoredError has the text of the saved error, and those of its parts that could be saved.
type restoredError struct {
	text  string
	parts []error
}

func (e *restoredError) Error() string   { return e.text }
func (e *restoredError) Unwrap() []error { return e.parts }

func (s *savedError) restore() error {
	e := &restoredError{text: s.Text}
	if a := s.API; a != nil {
		e.parts = append(e.parts, &acrcloud.APIError{Op: a.Op, Method: a.Method, Path: a.Path, StatusCode: a.StatusCode, Code: a.Code, Message: a.Message, Fields: a.Fields})
	}
	if s.Argument != nil {
		e.parts = append(e.parts, s.Argument)
	}
	if f := s.Source; f != nil {
		e.parts = append(e.parts, &acrcloud.SourceError{Name: f.Name, Want: f.Want, Got: f.Got, Err: errors.New(f.Text)})
	}
	if s.Unknown {
		e.parts = append(e.parts, acrcloud.ErrOutcomeUnknown)
	}
	return e
}

// A verdict says what an error of the service or of the content means for a job.
type verdict int

const (
	passing verdict = iota // a retry may succeed
	lasting                // this job cannot succeed
	common                 // no job can succeed until the cause is fixed
)

// judge returns the verdict on an error, and the kind of failure if it is lasting.
func judge(err error) (verdict, FailureKind) {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return passing, ""
	}
	if _, ok := errors.AsType[*acrcloud.SourceError](err); ok { // including those of an upload policy
		return lasting, FailureSource
	}
	if _, ok := errors.AsType[*acrcloud.TokenError](err); ok {
		return passing, ""
	}
	if _, ok := errors.AsType[*strayError](err); ok {
		return passing, ""
	}
	if e, ok := errors.AsType[*acrcloud.ArgumentError](err); ok {
		if e.Field == "containerID" || e.Field == "Client" {
			return common, ""
		}
		return lasting, FailureRefused
	}
	e, ok := errors.AsType[*acrcloud.APIError](err)
	u, _ := errors.AsType[*filescan.UploadError](err)
	switch {
	case !ok:
		return passing, "" // the network, or an invalid response
	case u != nil && u.Step == filescan.StepStore && !errors.Is(e, acrcloud.ErrTooLarge):
		return passing, "" // the storage URL was for this upload only, and has expired
	case errors.Is(e, acrcloud.ErrCredentials), errors.Is(e, acrcloud.ErrQuotaExceeded), errors.Is(e, acrcloud.ErrNotFound):
		return common, "" // the token, the account or the container
	case errors.Is(e, acrcloud.ErrInvalid), errors.Is(e, acrcloud.ErrTooLarge):
		return lasting, FailureRefused
	}
	return passing, ""
}
