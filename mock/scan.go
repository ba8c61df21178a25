package mock

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// An Upload is a file whose processing ends, for [Server.OnScan].
type Upload struct {
	FileID      string
	ContainerID int
	Name        string
	DataType    string // "audio", "fingerprint", "audio_url" or "platforms"
	URL         string // for "audio_url" and "platforms"
	Engine      int    // of its container when the scan began
	Size        int64  // in bytes; 0 for content that the service fetches
	SHA256      string // of the content, in hexadecimal digits; the hash of empty content if the service fetches it
	Recognised  []Track
}

// An Outcome sets the result of a scan. Empty fields are as without a script.
type Outcome struct {
	State    *int            // 1, -1, -2, -3 or any other; nil: 1 with results, otherwise -1
	Results  json.RawMessage // the member "results", with any content
	Duration time.Duration   // of the file
	Detail   string          // what went wrong
}

// scan decides the results of a file's scan, and its final state.
func (s *Server) scan(f *file) {
	f.found = s.recognise(f.heard, f.hash, f.duration)
	f.found = append(f.found, inBuckets(f.settings.Buckets, s.sounds(f.heard, f.hash), f.hash, f.duration)...)
	slices.SortStableFunc(f.found, func(x, y passage) int { return cmp.Compare(x.offset, y.offset) })
	f.seconds = f.duration
	if f.seconds == 0 && len(f.found) > 0 {
		f.seconds = f.found[0].length
	}
	state := stateNoResults
	switch {
	case f.dataType == "audio" && !f.readable && len(f.found) == 0:
		state = s.unreadableState(f.settings)
	case !empty(resultsOf(f)):
		state = stateReady
	}
	switch {
	case f.rule != nil && f.rule.decides():
		if f.rule.Outcome.Duration > 0 {
			f.seconds = f.rule.Outcome.Duration.Seconds()
		}
		if s := f.rule.Outcome.State; s != nil && *s < 0 {
			f.found = nil
		}
		state = f.end(f.rule.outcome(f), state)
	case s.onScan != nil:
		state = f.follow(s.onScan, state)
	}
	f.container.move(f, state)
}

// unreadableState is the final state of a file without audible sound.
func (s *Server) unreadableState(c *settings) int {
	switch {
	case s.unreadable != 0:
		return s.unreadable
	case c.detectsAI():
		return stateUnreadable
	}
	return stateNoResults
}

// follow lets a script set the outcome of a scan, which would otherwise end in state.
func (f *file) follow(script func(Upload) Outcome, state int) int {
	u := Upload{
		FileID: f.id, ContainerID: f.container.ID, Name: f.name, DataType: f.dataType, URL: f.url, Engine: f.settings.Engine, Size: f.size, SHA256: f.sha256(),
	}
	for _, p := range f.found {
		if !slices.ContainsFunc(u.Recognised, func(t Track) bool { return t.ACRID == p.track.ACRID }) {
			u.Recognised = append(u.Recognised, p.track.clone())
		}
	}
	return f.end(ask(script, u), state)
}

// end sets the outcome of a scan, which would otherwise end in state.
func (f *file) end(o Outcome, state int) int {
	if o.Results != nil {
		if !json.Valid(o.Results) {
			o = Outcome{State: new(stateError), Detail: "mock: the function passed to OnScan returned results that are not JSON"}
		}
		state = stateReady
	}
	f.scripted = &o
	if o.State != nil {
		state = *o.State
	}
	if o.Duration > 0 {
		f.seconds = o.Duration.Seconds()
	}
	return state
}

// ask calls a script. If it panics, the file fails with the panic as its detail.
func ask(script func(Upload) Outcome, u Upload) (o Outcome) {
	defer func() {
		if p := recover(); p != nil {
			o = Outcome{State: new(stateError), Detail: fmt.Sprintf("mock: the function passed to OnScan panicked: %v", p)}
		}
	}()
	return script(u)
}
