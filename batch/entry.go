package batch

import (
	"encoding/json"
	"time"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A Phase is how far a job has come.
type Phase string

// The phases: new → intent → waiting → done or failed. A job in PhaseIntent may have been billed; nothing else about it is known until
// somebody has looked.
const (
	PhaseNew     Phase = "new"     // nothing was billed
	PhaseIntent  Phase = "intent"  // the request that bills may have been sent
	PhaseWaiting Phase = "waiting" // the file exists, and is being processed
	PhaseDone    Phase = "done"    // the results are there
	PhaseFailed  Phase = "failed"  // it has ended without results
)

// Finished reports whether nothing more happens to the job by itself.
func (p Phase) Finished() bool { return p == PhaseDone || p == PhaseFailed }

// open reports whether the phase is one of those that a Stepper moves on.
func (p Phase) known() bool {
	switch p {
	case PhaseNew, PhaseIntent, PhaseWaiting, PhaseDone, PhaseFailed:
		return true
	}
	return false
}

// schema is the layout of an Entry. A store may hold entries of another version of this package.
const schema = 1

// An Entry is the state of one job. It is JSON, so that any store can keep it.
type Entry struct {
	Schema int `json:"schema"` // of this layout; set by the package

	Key     string `json:"key"`
	Ref     string `json:"ref,omitempty"`     // Item.Ref
	Version string `json:"version,omitempty"` // Item.Version

	Phase    Phase           `json:"phase"`
	Attempt  int             `json:"attempt,omitempty"`  // how many requests that bill were about to be sent
	IntentAt time.Time       `json:"intent_at,omitzero"` // when the last of them was, or its file was found; zero where it is known to have made nothing
	Ticket   filescan.Ticket `json:"ticket,omitzero"`    // what settles it; from PhaseIntent on
	FileID   string          `json:"file_id,omitempty"`  // from PhaseWaiting on
	Called   bool            `json:"called,omitempty"`   // a callback has said that the file is done
	Result   json.RawMessage `json:"result,omitempty"`   // what the Outcome is made of; from PhaseDone or PhaseFailed on

	AddedBy  string `json:"added_by,omitempty"`  // the run that added the job, and which of its items it was
	BilledBy string `json:"billed_by,omitempty"` // the run that was last about to send the request that bills

	// Due is not before when a queue hands out a job that is being added; zero: at once. It is read by Add only.
	Due time.Time `json:"-"`

	Rev uint64 `json:"rev"` // counts the saves; Journal.Save compares it

	file    *filescan.File // what Result was made of, where this process has made it
	failure *Failure
}
