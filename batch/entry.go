package batch

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A Phase is the phase of a job.
type Phase string

// The phases: new → intent → waiting → done or failed. A job in PhaseIntent may have been billed; whether it was is
// known after a look at the service.
const (
	PhaseNew     Phase = "new"     // nothing is billed yet
	PhaseIntent  Phase = "intent"  // the billed request may have been sent
	PhaseWaiting Phase = "waiting" // the file exists, and is being processed
	PhaseDone    Phase = "done"    // it has results
	PhaseFailed  Phase = "failed"  // it ended without results
)

// Finished reports whether the job has ended.
func (p Phase) Finished() bool { return p == PhaseDone || p == PhaseFailed }

// known reports whether this version of the package knows the phase.
func (p Phase) known() bool {
	switch p {
	case PhaseNew, PhaseIntent, PhaseWaiting, PhaseDone, PhaseFailed:
		return true
	}
	return false
}

// schema is the version of the layout of an Entry. A store may hold entries of another version of this package.
const schema = 1

// An Entry is the state of one job. It is encoded as JSON, so that any store can keep it.
type Entry struct {
	Schema int `json:"schema"` // of this layout; set by the package

	Key     string `json:"key"`
	Ref     string `json:"ref,omitempty"`     // Item.Ref
	Version string `json:"version,omitempty"` // Item.Version
	Trace   string `json:"trace,omitempty"`   // Item.Trace

	Phase    Phase           `json:"phase"`
	Attempt  int             `json:"attempt,omitempty"`  // how many billed requests were about to be sent
	IntentAt time.Time       `json:"intent_at,omitzero"` // when the last of them was, or when its file was found; zero if it is known to have created nothing
	Ticket   filescan.Ticket `json:"ticket,omitzero"`    // settles it; from PhaseIntent on
	FileID   string          `json:"file_id,omitempty"`  // from PhaseWaiting on
	Called   bool            `json:"called,omitempty"`   // a callback reported that the file is done
	Result   json.RawMessage `json:"result,omitempty"`   // the content of the Outcome; in PhaseDone and PhaseFailed

	// Container is the container of the job; 0: not known. No other container gets a file of it.
	Container int `json:"container,omitempty"`
	// Lost counts the billed requests that got no response and created nothing, in a row.
	Lost int `json:"lost,omitempty"`
	// Resend says that Retry was called for a held job: once, the billed request is sent again in spite of Options.Hold.
	Resend bool `json:"resend,omitempty"`

	AddedBy  string `json:"added_by,omitempty"`  // the run that added the job, and the number of the item
	BilledBy string `json:"billed_by,omitempty"` // the last run that was about to send the billed request

	// Due is the earliest time at which a queue hands out a new job; zero: immediately. Only Add reads it.
	Due time.Time `json:"-"`

	Rev uint64 `json:"rev"` // counts the saves; Journal.Save compares it

	file    *filescan.File // the decoded Result, if this process made it
	failure *Failure
}

// createdNothing reports whether the job is known to have no file, so that other content may replace its content.
func (e Entry) createdNothing() bool {
	return e.Phase == PhaseNew || e.Phase == PhaseIntent && e.IntentAt.IsZero()
}

// restarted returns the entry with which a job that has no file begins again.
func (e Entry) restarted() Entry {
	e.Phase, e.IntentAt, e.Ticket = PhaseNew, time.Time{}, filescan.Ticket{}
	return e
}

// container returns the container of the job, or 0 if it is not known.
func (e Entry) container() int { return cmp.Or(e.Container, e.Ticket.ContainerID) }

// checkContainer fails if the job belongs to another container.
func (e Entry) checkContainer(id int) error {
	if other := e.container(); other != 0 && other != id {
		return fmt.Errorf("%w: job %q is of container %d, not %d; use another store for this container", ErrOtherContainer, e.Key, other, id)
	}
	return nil
}
