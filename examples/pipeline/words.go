package main

import (
	"errors"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// phaseText says how far a job is.
func phaseText(p batch.Phase) string {
	switch p {
	case batch.PhaseNew:
		return "waiting for its upload to ACRCloud"
	case batch.PhaseIntent:
		return "being uploaded"
	case batch.PhaseWaiting:
		return "being analysed"
	case batch.PhaseDone:
		return "analysed"
	case batch.PhaseFailed:
		return "failed"
	}
	return string(p)
}

// verdictText says what a verdict means.
func verdictText(risk string) string {
	switch risk {
	case filescan.RiskUnknown.String():
		return "no verdict"
	case filescan.RiskNone.String():
		return "no risk found"
	}
	return risk + " risk"
}

// A step is a part of the way of an upload.
type step struct {
	Name  string
	State string // a class of the style: done, now, failed or next
	Word  string // for readers who do not see it
}

// steps are the parts of the way, as far as the journal says that it has gone.
func steps(p batch.Phase) []step {
	at := map[batch.Phase]int{batch.PhaseNew: 1, batch.PhaseIntent: 1, batch.PhaseWaiting: 2, batch.PhaseFailed: 3, batch.PhaseDone: 4}[p]
	all := []step{{Name: "Received"}, {Name: "Sent to ACRCloud"}, {Name: "Analysed"}, {Name: "Result"}}
	if p == batch.PhaseFailed {
		return []step{{"Received", "done", "done"}, {"Failed", "failed", "it cannot be analysed"}}
	}
	for i := range all {
		switch {
		case i < at:
			all[i].State, all[i].Word = "done", "done"
		case i == at:
			all[i].State, all[i].Word = "now", "in progress"
		default:
			all[i].State, all[i].Word = "next", "not yet"
		}
	}
	return all
}

// reasonText says to the uploader why a job failed. The error itself may have paths and other things that are not his.
func reasonText(err error) string {
	failure, ok := errors.AsType[*batch.Failure](err)
	if !ok {
		return "it failed, and the log says why"
	}
	switch failure.Kind {
	case batch.FailureSource:
		return "its content was refused, or cannot be read any more"
	case batch.FailureRefused:
		return "ACRCloud refused it"
	case batch.FailureScan:
		return "ACRCloud found no audio in it that can be analysed"
	case batch.FailureTimeout:
		return "ACRCloud took too long"
	case batch.FailureMissing:
		return "it was deleted at ACRCloud before its results were there"
	case batch.FailureAmbiguous, batch.FailureHeld:
		return "it is not certain what has become of it at ACRCloud, and somebody has to look"
	}
	return "it failed again and again, and somebody has to look"
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n>>20) }

// assess is the verdict about a job that has ended.
func assess(o *batch.Outcome) filescan.Risk {
	if o.Err != nil || o.File == nil {
		return filescan.RiskUnknown
	}
	return filescan.Assess(o.File, nil).Risk
}
