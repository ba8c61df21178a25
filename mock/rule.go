package mock

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// A Rule sets what becomes of the files that it fits. Of the rules that fit a file and are not used up, the first applies, alone; it comes
// before [Server.OnScan]. A rescan of a file counts as another file.
//
//	srv.AddRule(mock.Rule{Name: "*.broken", Outcome: mock.Outcome{State: new(-2)}})
//	srv.AddRule(mock.Rule{Skip: 2, Times: 1, Fault: &mock.Fault{Status: 503, RetryAfter: time.Second}})
//	srv.AddRule(mock.Rule{Name: "remix*", Matches: []mock.RuleMatch{{Track: track, Length: time.Minute, Score: 65}}})
type Rule struct {
	Name        string // which files: whose name is of this pattern, in which * stands for any text and ? for a character; empty: any
	SHA256      string // with this content, in hexadecimal digits; empty: any
	DataType    string // of this type, such as "audio_url"; empty: any
	ContainerID int    // of this container; 0: any

	Skip  int // how many that fit are left alone first; those that another rule applies to count
	Times int // how many the rule applies to then; 0: all

	Processing *time.Duration // how long the file is in process; nil: [WithProcessingTime]
	Outcome    Outcome        // how its scan ends; a zero Outcome without Matches: as without the rule
	Matches    []RuleMatch    // what is found in it, whatever its container looks for; not with Outcome.Results
	Callback   CallbackFault  // what happens to its callback; Rate, Skip and Times are not used

	// Fault is what goes wrong with the request that makes the file, after its body was read. Of its fields Op, Method, Path, Skip and Times
	// are not used. What makes no file uses the rule up all the same.
	Fault *Fault
}

// A RuleMatch is something that a [Rule] has found in a file.
type RuleMatch struct {
	Track Track         // one that [Server.AddTrack] has returned
	List  string        // "music", "cover_songs" or "custom_files"; empty: "music", or "custom_files" for a track with a BucketID
	Start time.Duration // where it begins in the track

	Offset time.Duration // where it begins in the file
	Length time.Duration // how long it is; 0: until the file or the track ends

	Score float64 // from 0 to 100; 0: 100. Covers have none
}

// The lists of results that a rule can fill.
const (
	listMusic  = "music"
	listCovers = "cover_songs"
	listCustom = "custom_files"
)

type rule struct {
	Rule
	seen int
}

// AddRule makes a rule apply to files that are made or rescanned from now on, until remove is called. The error names the field that makes no
// sense.
func (s *Server) AddRule(r Rule) (remove func(), err error) {
	s.lock()
	defer s.mu.Unlock()
	added := &rule{Rule: r}
	if err := s.check(&added.Rule); err != nil {
		return func() {}, err
	}
	s.rules = append(s.rules, added)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.rules = slices.DeleteFunc(s.rules, func(other *rule) bool { return other == added })
	}, nil
}

// check takes a rule over: what it points to is copied.
func (s *Server) check(r *Rule) error {
	if _, err := path.Match(r.Name, ""); err != nil {
		return fmt.Errorf("mock: Rule.Name: %q is no pattern: close what [ opens, or put a backslash in front", r.Name)
	}
	r.SHA256 = strings.ToLower(r.SHA256)
	switch {
	case r.SHA256 != "" && (len(r.SHA256) != 64 || strings.Trim(r.SHA256, "0123456789abcdef") != ""):
		return fmt.Errorf("mock: Rule.SHA256: %q is no SHA-256: give 64 hexadecimal digits", r.SHA256)
	case r.Processing != nil && *r.Processing < 0:
		return fmt.Errorf("mock: Rule.Processing: %v is negative; use 0 or more", *r.Processing)
	case r.Outcome.Results != nil && len(r.Matches) > 0:
		return errors.New("mock: Rule.Matches: there are results already in Outcome.Results; leave one of them out")
	case r.Outcome.Results != nil && !json.Valid(r.Outcome.Results):
		return errors.New("mock: Rule.Outcome.Results: they are no JSON")
	case r.Skip < 0 || r.Times < 0:
		return fmt.Errorf("mock: Rule.Skip and Rule.Times: %d and %d; use 0 or more", r.Skip, r.Times)
	}
	r.Matches = slices.Clone(r.Matches)
	for i := range r.Matches {
		m := &r.Matches[i]
		switch {
		case !slices.ContainsFunc(s.tracks, func(t *Track) bool { return t.ACRID == m.Track.ACRID }):
			return fmt.Errorf("mock: Rule.Matches[%d].Track: the server has no track of the ACRID %q; add it with AddTrack first", i, m.Track.ACRID)
		case !slices.Contains([]string{"", listMusic, listCovers, listCustom}, m.List):
			return fmt.Errorf("mock: Rule.Matches[%d].List: %q is no list of results; use %s, %s or %s", i, m.List, listMusic, listCovers, listCustom)
		case m.Offset < 0 || m.Start < 0 || m.Length < 0:
			return fmt.Errorf("mock: Rule.Matches[%d]: Offset, Start and Length are 0 or more", i)
		case m.Score < 0 || m.Score > 100:
			return fmt.Errorf("mock: Rule.Matches[%d].Score: %v is not from 0 to 100", i, m.Score)
		}
		m.Track = m.Track.clone()
		m.Track.Data = nil // it may be long
	}
	if r.Fault != nil {
		r.Fault = new(*r.Fault)
		r.Fault.Header = r.Fault.Header.Clone()
	}
	return nil
}

// ruleFor returns the rule that applies to a file of a container, or nil. It is called with the lock held.
func (s *Server) ruleFor(c *container, f *file) (applies *Rule) {
	for _, r := range s.rules {
		if !r.fits(c, f) {
			continue
		}
		r.seen++ // also if another one applies, so that the third file is the third
		if applies == nil && r.seen > r.Skip && (r.Times == 0 || r.seen <= r.Skip+r.Times) {
			applies = &r.Rule
		}
	}
	return applies
}

func (r *Rule) fits(c *container, f *file) bool {
	if (r.ContainerID != 0 && r.ContainerID != c.ID) || (r.DataType != "" && r.DataType != f.dataType) {
		return false
	}
	if r.SHA256 != "" && r.SHA256 != f.sha256() {
		return false
	}
	const slash = "\x00" // * stands for slashes, too
	ok, err := path.Match(strings.ReplaceAll(r.Name, "/", slash), strings.ReplaceAll(f.name, "/", slash))
	return r.Name == "" || (err == nil && ok)
}

// prevents reports whether a request that goes wrong in this way makes no file.
func (f *Fault) prevents() bool {
	return f.Lose || (f.answers() && !f.Process && !f.Forget)
}

// decides reports whether the rule says how a scan ends.
func (r *Rule) decides() bool {
	o := r.Outcome
	return len(r.Matches) > 0 || o.State != nil || o.Results != nil || o.Duration != 0 || o.Detail != ""
}

// outcome is how the scan of a file ends by the rule. Its length is known.
func (r *Rule) outcome(f *file) Outcome {
	o := r.Outcome
	if len(r.Matches) == 0 {
		return o
	}
	results := row{}
	if f.settings.detectsAI() {
		results["ai_detection"] = []row{aiRow(f)}
	}
	for _, m := range r.Matches {
		list, shown := m.row(f)
		rows, _ := results[list].([]row)
		results[list] = append(rows, shown)
	}
	o.Results = encode(results)
	return o
}

// row is what results say of a match, and in which list.
func (m *RuleMatch) row(f *file) (list string, shown row) {
	t := &m.Track
	p := passage{track: t, offset: m.Offset.Seconds(), start: m.Start.Seconds(), length: m.Length.Seconds()}
	if p.length == 0 {
		p.length = t.Duration.Seconds() - p.start
		if f.seconds > 0 {
			p.length = min(p.length, f.seconds-p.offset)
		}
		p.length = max(p.length, 0)
	}
	score := m.Score
	if score == 0 {
		score = 100
	}
	list = m.List
	switch {
	case list == "" && t.BucketID != 0:
		list = listCustom
	case list == "":
		list = listMusic
	}
	derivative := f.settings.Deepright
	switch {
	case list == listCovers:
		return list, coverRow(p, derivative)
	case list == listCustom:
		shown = customRow(p, f)
	case derivative:
		shown = derivativeRow(p, f)
		shown["score"] = score
		return list, shown
	default:
		shown = traverseRow(p, f)
	}
	if result, ok := shown["result"].(row); ok {
		result["score"] = score
	}
	return list, shown
}
