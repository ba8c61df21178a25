package mock

import (
	"encoding/json"
	"math"
	"time"
)

// The states of a file.
const (
	stateProcessing = 0
	stateReady      = 1
	stateNoResults  = -1
	stateUnreadable = -2
	stateError      = -3
)

// A file is a file of a container. Data that can be derived is not kept, since a container may have a million files.
type file struct {
	*content

	container *container // nil: it was deleted
	number    uint32     // in the order of creation
	slot      int32      // in container.pending; -1: none

	id       string
	name     string
	uri      string
	url      string
	dataType string

	created, updated int64 // in nanoseconds since 1970
	readyAt          int64
	plan             *CallbackFault // the fault of the callback; nil before it is chosen
	rule             *Rule          // applies to the scan; nil: none

	settings *settings // of the container, when the processing began
	state    int
	settled  bool // the fields below are set
	seconds  float64
	found    []passage
	scripted *Outcome
}

// json is the file in the service's format. Lists omit the results unless they are requested.
func (f *file) json(withResults bool) any {
	v := map[string]any{
		"id": f.id, "uid": f.container.account.id, "cid": f.container.ID, "name": f.name, "duration": int(math.Round(f.seconds)), "uri": f.uri, "url": f.url,
		"data_type": f.dataType, "engine": f.settings.Engine, "count": 0, "total": 0, "state": f.state, "music_detected": f.musicDetected(),
		"created_at": timeText(f.created), "updated_at": timeText(f.updated),
	}
	if f.scripted != nil && f.scripted.Detail != "" {
		v["detail"] = f.scripted.Detail
	}
	if withResults {
		v["results"] = f.results()
	}
	return v
}

func timeText(nanoseconds int64) string { return time.Unix(0, nanoseconds).UTC().Format(timeLayout) }

// results is the member "results": null while there are none.
func (f *file) results() json.RawMessage {
	switch {
	case !f.settled:
		return nil
	case f.scripted != nil && f.scripted.Results != nil:
		return f.scripted.Results
	case f.state < stateNoResults:
		return nil
	}
	return encode(resultsOf(f))
}

// process starts the processing of a file, with the container's current settings. The lock must be held.
func (s *Server) process(f *file) {
	c := f.container
	c.move(f, stateProcessing)
	f.settings, f.settled, f.found, f.scripted = c.settings, false, nil, nil
	processing := s.processing
	if f.rule != nil && f.rule.Processing != nil {
		processing = *f.rule.Processing
	}
	f.readyAt = s.now().Add(processing).UnixNano()
	c.pending.add(f)
	s.touch(f)
	if c.CallbackURL == "" || s.closed {
		return
	}
	f.plan = s.planCallback()
	if f.rule != nil {
		f.plan.add(&f.rule.Callback)
	}
	s.expect(f)
}

// settle ends the processing of a file that is due. The lock must be held.
func (s *Server) settle(f *file) {
	if f.container == nil || f.settled || s.now().UnixNano() < f.readyAt {
		return
	}
	f.container.pending.remove(f)
	f.settled, f.updated = true, f.readyAt
	s.scan(f)
	s.touch(f)
	s.callback(f)
}

// settleDue ends the processing of all due files of a container, so that their states are current.
func (s *Server) settleDue(c *container) {
	now := s.now().UnixNano()
	for len(c.pending) > 0 && c.pending[0].readyAt <= now {
		s.settle(c.pending[0])
	}
}

// finish ends the processing of a file now. The lock must be held.
func (s *Server) finish(f *file) {
	if !f.settled {
		f.readyAt = s.now().UnixNano()
		s.settle(f)
	}
}
