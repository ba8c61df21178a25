package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// A Scenario configures a server. Create one with [Parse]; a zero Scenario changes nothing.
type Scenario struct {
	Tracks    []Track
	Files     []File
	Faults    []mock.Fault
	Callbacks []mock.CallbackFault

	faults, callbacks []json.RawMessage
}

// FaultJSON returns the JSON from which Faults[i] was parsed, or null.
func (s *Scenario) FaultJSON(i int) json.RawMessage { return at(s.faults, i) }

// CallbackJSON returns the JSON from which Callbacks[i] was parsed, or null.
func (s *Scenario) CallbackJSON(i int) json.RawMessage { return at(s.callbacks, i) }

func at(list []json.RawMessage, i int) json.RawMessage {
	if i < 0 || i >= len(list) {
		return json.RawMessage("null")
	}
	return bytes.Clone(list[i])
}

// Parse reads a scenario. The error is an [*Error], which lists all mistakes.
func Parse(data []byte) (*Scenario, error) {
	r := &reader{}
	if err := decode(data, new(json.RawMessage)); err != nil {
		r.add("", "this is not valid JSON: "+err.Error(), "write an object with tracks, files, faults or callbacks")
		return nil, r.err()
	}
	o := r.object("", data)
	s := &Scenario{}
	for item, at := range o.each("tracks") {
		s.Tracks = append(s.Tracks, r.track(at, item, true))
	}
	for item, at := range o.each("files") {
		s.Files = append(s.Files, r.file(at, item))
	}
	for item, at := range o.each("faults") {
		s.Faults, s.faults = append(s.Faults, r.fault(at, item, false)), append(s.faults, item)
	}
	for item, at := range o.each("callbacks") {
		s.Callbacks, s.callbacks = append(s.Callbacks, r.callback(at, item)), append(s.callbacks, item)
	}
	o.done()
	s.checkTracks(r)
	return s, r.err()
}

// each yields the items of a list with their places.
func (o *object) each(name string) func(yield func(json.RawMessage, string) bool) {
	places, items := o.items(name)
	return func(yield func(json.RawMessage, string) bool) {
		for i := range items {
			if !yield(items[i], places[i]) {
				return
			}
		}
	}
}

// checkTracks reports files whose tracks are not in the scenario. It does not know the server's own tracks.
func (s *Scenario) checkTracks(r *reader) {
	names := map[string]int{}
	for i, t := range s.Tracks {
		if first, there := names[t.Title]; there && t.Title != "" && t.ACRID == "" {
			r.add(fmt.Sprintf("tracks[%d].title", i), fmt.Sprintf("tracks[%d] also has the title %q", first, t.Title), "give one of them an acrid, and refer to it by that")
		}
		names[t.Title] = i
	}
}

// Apply adds the tracks to a server, and its rules and faults. Files may name tracks of the scenario or of the server,
// by title or ACRID; an unknown one is an [*Error]. remove removes the rules and faults; the tracks stay.
func (s *Scenario) Apply(srv *mock.Server) (remove func(), err error) {
	var undo []func()
	remove = func() {
		for _, f := range undo {
			f()
		}
	}
	for _, t := range s.Tracks {
		srv.AddTrack(t.Track)
	}
	r := &reader{}
	for i := range s.Files {
		rule, problem := s.Files[i].Rule(srv)
		if problem != nil {
			problem.Field = fmt.Sprintf("files[%d].%s", i, problem.Field)
			r.problems = append(r.problems, *problem)
			continue
		}
		f, err := srv.AddRule(rule)
		if err != nil {
			r.add(fmt.Sprintf("files[%d]", i), err.Error(), "")
			continue
		}
		undo = append(undo, f)
	}
	if err := r.err(); err != nil {
		remove()
		return func() {}, err
	}
	for _, f := range s.Faults {
		undo = append(undo, srv.Inject(f))
	}
	for _, f := range s.Callbacks {
		undo = append(undo, srv.InjectCallback(f))
	}
	return remove, nil
}
