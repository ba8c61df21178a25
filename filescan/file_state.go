package filescan

import "strconv"

// State is how far the scan of a [File] has come. It is an open set: the service may add others.
type State int

// The documented states. StateNoResults is a normal end: nothing was recognised. StateFailed and StateError are ends without results
// to rely on; how they differ is not documented.
const (
	StateProcessing State = 0
	StateReady      State = 1
	StateNoResults  State = -1
	StateFailed     State = -2
	StateError      State = -3
)

// Done reports whether the scan has ended, well or not. An unknown positive state has not: it is taken for a new stage of processing.
func (s State) Done() bool { return s == StateReady || s < 0 }

// Failed reports whether the scan has ended without a statement about the file. An unknown negative state has.
func (s State) Failed() bool { return s < StateNoResults }

// String says the state in words, as "no results" or "state 2".
func (s State) String() string {
	switch s {
	case StateProcessing:
		return "processing"
	case StateReady:
		return "ready"
	case StateNoResults:
		return "no results"
	case StateFailed:
		return "failed"
	case StateError:
		return "error"
	}
	return "state " + strconv.Itoa(int(s))
}
