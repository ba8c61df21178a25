package batch

import (
	"encoding/json"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// An Outcome is the result of a job.
type Outcome struct {
	Key  string
	Ref  string         // Item.Ref
	File *filescan.File // with its results; nil if the job failed before its file existed
	Err  error          // a *Failure if the job failed, else nil

	Resumed bool // an earlier run began the job, or its file existed already
	Billed  bool // this run sent the billed request, as far as is known
}

// A result is the decoded Entry.Result.
type result struct {
	File    *filescan.File `json:"file,omitempty"`
	Failure *savedFailure  `json:"failure,omitempty"`
}

type savedFailure struct {
	Kind  FailureKind `json:"kind"`
	Error *savedError `json:"error"`
}

// conclude returns the entry of a job that has ended.
func conclude(e Entry, file *filescan.File, failure *Failure) (Entry, error) {
	e.Phase = PhaseDone
	r := result{File: file}
	if failure != nil {
		e.Phase = PhaseFailed
		r.Failure = &savedFailure{Kind: failure.Kind, Error: saveError(failure.Err)}
	}
	data, err := json.Marshal(r)
	if err != nil {
		return e, fmt.Errorf("batch: encoding the result of job %q: %w", e.Key, err)
	}
	e.Result = data
	return e, nil
}

// OutcomeOf returns the outcome of a finished job from its entry. Its Resumed is true, and its Billed is false.
func OutcomeOf(e Entry) (*Outcome, error) {
	if !e.Phase.Finished() {
		return nil, fmt.Errorf("batch: job %q has not ended: its phase is %q", e.Key, e.Phase)
	}
	o := &Outcome{Key: e.Key, Ref: e.Ref, Resumed: true}
	if e.file != nil || e.failure != nil { // this process made the result
		o.File = e.file
		if e.failure != nil {
			o.Err = e.failure
		}
		return o, nil
	}
	var r result
	if len(e.Result) > 0 {
		if err := json.Unmarshal(e.Result, &r); err != nil {
			return nil, fmt.Errorf("batch: decoding the result of job %q: %w", e.Key, err)
		}
	}
	o.File = r.File
	switch {
	case e.Phase == PhaseDone:
	case r.Failure == nil || r.Failure.Error == nil:
		o.Err = &Failure{}
	case r.Failure.Kind == FailureScan && r.File != nil:
		o.Err = &Failure{Kind: FailureScan, Err: &filescan.ScanError{File: r.File}}
	default:
		o.Err = &Failure{Kind: r.Failure.Kind, Err: r.Failure.Error.restore()}
	}
	return o, nil
}
