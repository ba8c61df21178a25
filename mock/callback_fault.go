package mock

import (
	"io"
	"slices"
	"time"
)

// A CallbackFault is a fault of callbacks, or an unusual form. If several match a callback, all of them apply. The zero
// value does nothing.
type CallbackFault struct {
	Rate  float64 // the share of affected callbacks, chosen by the server's seed; 0: all
	Skip  int     // how many are skipped first
	Times int     // how many are affected then; 0: all

	Lose    bool          // it is never sent, even if other fields are set
	Copies  int           // it is sent this many more times, each after the response to the previous one
	Delay   time.Duration // it is delayed by this time
	Reorder bool          // it is sent after the next one, or after ten seconds if there is none
	Early   bool          // the file is done immediately, and the callback gets its response before the upload does; not for rescans
	Slow    time.Duration // sending its body takes this long

	Shape CallbackShape // of the body; those of several faults are combined
}

type callbackFault struct {
	CallbackFault
	seen int
}

// InjectCallback applies a fault to callbacks until remove is called. The faults of a callback are chosen when the
// processing of its file begins.
func (s *Server) InjectCallback(f CallbackFault) (remove func()) {
	s.lock()
	defer s.mu.Unlock()
	added := &callbackFault{CallbackFault: f}
	s.callbackFaults = append(s.callbackFaults, added)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.callbackFaults = slices.DeleteFunc(s.callbackFaults, func(other *callbackFault) bool { return other == added })
	}
}

// planCallback combines the faults that match the next callback. The lock must be held.
func (s *Server) planCallback() *CallbackFault {
	plan := &CallbackFault{}
	for _, f := range s.callbackFaults {
		f.seen++
		if f.seen <= f.Skip || (f.Times > 0 && f.seen > f.Skip+f.Times) || (f.Rate > 0 && s.random.Float64() >= f.Rate) {
			continue
		}
		plan.add(&f.CallbackFault)
	}
	return plan
}

// add combines the fault with another one.
func (plan *CallbackFault) add(f *CallbackFault) {
	plan.Lose = plan.Lose || f.Lose
	plan.Copies += max(f.Copies, 0)
	plan.Delay += max(f.Delay, 0)
	plan.Reorder = plan.Reorder || f.Reorder
	plan.Early = plan.Early || f.Early
	plan.Slow += max(f.Slow, 0)
	plan.Shape.Form = plan.Shape.Form || f.Shape.Form
	plan.Shape.Wrapped = plan.Shape.Wrapped || f.Shape.Wrapped
	plan.Shape.List = plan.Shape.List || f.Shape.List
	plan.Shape.ID = plan.Shape.ID || f.Shape.ID
	plan.Shape.TextResults = plan.Shape.TextResults || f.Shape.TextResults
}

// A slowReader returns its bytes in ten pieces, with a pause before each.
type slowReader struct {
	data  []byte
	piece int
	pause time.Duration
	done  <-chan struct{} // ends a pause
}

func newSlowReader(data []byte, total time.Duration, done <-chan struct{}) *slowReader {
	const pieces = 10
	return &slowReader{data: data, piece: max(1, (len(data)+pieces-1)/pieces), pause: total / pieces, done: done}
}

// Read implements [io.Reader].
func (r *slowReader) Read(p []byte) (int, error) {
	if len(r.data) == 0 {
		return 0, io.EOF
	}
	timer := time.NewTimer(r.pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.done:
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, r.data[:min(r.piece, len(r.data))])
	r.data = r.data[n:]
	return n, nil
}
