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

// A Rule sets the outcome of the files that match it. If several rules match a file and are not used up, only the first
// one applies. Rules take precedence over [Server.OnScan]. A rescan counts as another file.
//
//	srv.AddRule(mock.Rule{Name: "*.broken", Outcome: mock.Outcome{State: new(-2)}})
//	srv.AddRule(mock.Rule{Skip: 2, Times: 1, Fault: &mock.Fault{Status: 503, RetryAfter: time.Second}})
//	srv.AddRule(mock.Rule{Name: "remix*", Matches: []mock.RuleMatch{{Track: track, Length: time.Minute, Score: 65}}})
type Rule struct {
	Name        string // a pattern for the file's name, in which * matches any text and ? any character; empty: any
	SHA256      string // the hash of the file's content, in hexadecimal digits; empty: any
	DataType    string // the file's type, such as "audio_url"; empty: any
	ContainerID int    // the file's container; 0: any

	Skip  int // how many matching files are skipped first, including those to which another rule applies
	Times int // to how many files the rule then applies; 0: all

	Processing *time.Duration // how long the file is processed; nil: [WithProcessingTime]
	Outcome    Outcome        // the outcome of the scan; zero, and without Matches: as without the rule
	Matches    []RuleMatch    // the matches in the file, regardless of its container's settings; not with Outcome.Results
	Callback   CallbackFault  // affects the file's callback; Rate, Skip and Times are not used

	// Fault affects the request that creates the file, after its body was read. Its fields Op, Method, Path, Skip and
	// Times are not used. The rule also counts a request that creates no file because of the fault.
	Fault *Fault
}

// A RuleMatch is a match that a [Rule] adds to the results of a file.
type RuleMatch struct {
	Track Track         // a track from [Server.AddTrack]
	List  string        // "music", "cover_songs" or "custom_files"; empty: "music", or "custom_files" for a track with a BucketID
	Start time.Duration // where the match begins in the track

	Offset time.Duration // where the match begins in the file
	Length time.Duration // the length of the match; 0: until the file or the track ends

	Score float64 // 0 to 100; 0 means 100. Covers have no score
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

// AddRule applies a rule to files that are created or scanned again from now on, until remove is called. The error
// names the invalid field.
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

// check validates a rule and copies the data to which it points.
func (s *Server) check(r *Rule) error {
	if _, err := path.Match(r.Name, ""); err != nil {
		return fmt.Errorf("mock: Rule.Name: %q is not a valid pattern: close the [, or put a backslash before it", r.Name)
	}
	r.SHA256 = strings.ToLower(r.SHA256)
	switch {
	case r.SHA256 != "" && (len(r.SHA256) != 64 || strings.Trim(r.SHA256, "0123456789abcdef") != ""):
		return fmt.Errorf("mock: Rule.SHA256: %q is not a SHA-256 hash: use 64 hexadecimal digits", r.SHA256)
	case r.Processing != nil && *r.Processing < 0:
		return fmt.Errorf("mock: Rule.Processing: %v is negative; use 0 or more", *r.Processing)
	case r.Outcome.Results != nil && len(r.Matches) > 0:
		return errors.New("mock: Rule.Matches and Rule.Outcome.Results are both set; leave one of them out")
	case r.Outcome.Results != nil && !json.Valid(r.Outcome.Results):
		return errors.New("mock: Rule.Outcome.Results is not valid JSON")
	case r.Skip < 0 || r.Times < 0:
		return fmt.Errorf("mock: Rule.Skip and Rule.Times: %d and %d; use 0 or more", r.Skip, r.Times)
	}
	r.Matches = slices.Clone(r.Matches)
	for i := range r.Matches {
		m := &r.Matches[i]
		switch {
		case !slices.ContainsFunc(s.tracks, func(t *Track) bool { return t.ACRID == m.Track.ACRID }):
			return fmt.Errorf("mock: Rule.Matches[%d].Track: the server has no track with the ACRID %q; add it with AddTrack first", i, m.Track.ACRID)
		case !slices.Contains([]string{"", listMusic, listCovers, listCustom}, m.List):
			return fmt.Errorf("mock: Rule.Matches[%d].List: %q is not a list of results; use %s, %s or %s", i, m.List, listMusic, listCovers, listCustom)
		case m.Offset < 0 || m.Start < 0 || m.Length < 0:
			return fmt.Errorf("mock: Rule.Matches[%d]: Offset, Start and Length must not be negative", i)
		case m.Score < 0 || m.Score > 100:
			return fmt.Errorf("mock: Rule.Matches[%d].Score: %v is not from 0 to 100", i, m.Score)
		}
		m.Track = m.Track.clone()
		m.Track.Data = nil // it may be large
	}
	if r.Fault != nil {
		r.Fault = new(*r.Fault)
		r.Fault.Header = r.Fault.Header.Clone()
	}
	return nil
}

// ruleFor returns the rule that applies to a file of a container, or nil. The lock must be held.
func (s *Server) ruleFor(c *container, f *file) (applies *Rule) {
	for _, r := range s.rules {
		if !r.fits(c, f) {
			continue
		}
		r.seen++ // even if another rule applies, so that Skip counts all matching files
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
	const slash = "\x00" // so that * also matches slashes
	ok, err := path.Match(strings.ReplaceAll(r.Name, "/", slash), strings.ReplaceAll(f.name, "/", slash))
	return r.Name == "" || (err == nil && ok)
}

// prevents reports whether a request with this fault creates no file.
func (f *Fault) prevents() bool {
	return f.Lose || (f.responds() && !f.Process && !f.Forget)
}

// decides reports whether the rule sets the outcome of a scan.
func (r *Rule) decides() bool {
	o := r.Outcome
	return len(r.Matches) > 0 || o.State != nil || o.Results != nil || o.Duration != 0 || o.Detail != ""
}

// outcome returns the outcome of the scan of a file according to the rule. The file's length is known.
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

// row returns the match as a row of results, and the list that it belongs to.
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
