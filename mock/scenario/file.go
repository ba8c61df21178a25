package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// A File sets the outcome of files. It is a [mock.Rule] whose matches refer to tracks by name.
type File struct {
	rule    mock.Rule
	matches []match
	verdict string
	track   string // of the verdict; empty: any track of the server
	text    json.RawMessage
}

// JSON returns the JSON from which the file was parsed.
func (f *File) JSON() json.RawMessage { return bytes.Clone(f.text) }

// A match is a [mock.RuleMatch] that refers to its track by name.
type match struct {
	mock.RuleMatch

	track string
}

// states maps words to the states in which a scan can end.
var states = map[string]int{"ready": 1, "no-results": -1, "failed": -2, "error": -3}

// verdicts maps the risks of package filescan's assessment to a match that results in them: a share of the file and a
// score.
var verdicts = map[string]struct {
	score  float64
	length time.Duration
}{
	"none": {}, "unknown": {},
	"low":      {score: 30, length: 20 * time.Second},
	"medium":   {score: 65, length: 20 * time.Second},
	"high":     {score: 95, length: 20 * time.Second},
	"critical": {score: 100, length: 2 * time.Minute},
}

// verdictLength is the default length of a file with a verdict, and verdictOffset is where the match begins.
const (
	verdictLength = 3 * time.Minute
	verdictOffset = 10 * time.Second
	shortest      = time.Minute // the shortest file that can have any verdict
)

// callbackWords are abbreviations of callback faults.
var callbackWords = map[string]mock.CallbackFault{
	"lost": {Lose: true}, "doubled": {Copies: 1}, "late": {Delay: 30 * time.Second}, "early": {Early: true}, "reordered": {Reorder: true},
}

// ParseFile reads the outcome of files. The error is an [*Error].
func ParseFile(data []byte) (File, error) {
	r := &reader{}
	f := r.file("", data)
	return f, r.err()
}

func (r *reader) file(at string, data json.RawMessage) File {
	o := r.object(at, data)
	f := File{rule: mock.Rule{
		Name: o.text("name"), SHA256: strings.ToLower(o.text("sha256")), DataType: o.choice("data_type", "audio", "fingerprint", "audio_url", "platforms"), ContainerID: o.count("container_id"),
		Skip: o.count("skip"), Times: o.count("times"),
		Outcome: mock.Outcome{Duration: o.duration("duration"), Detail: o.text("detail")},
	}, verdict: o.choice("verdict", slices.Sorted(maps.Keys(verdicts))...), track: o.text("track"), text: bytes.Clone(data)}
	if _, err := path.Match(f.rule.Name, ""); err != nil {
		r.add(o.place("name"), fmt.Sprintf("%q is not a valid pattern", f.rule.Name), "close the [, or put a backslash before it")
	}
	if hash := f.rule.SHA256; hash != "" && (len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "") {
		r.add(o.place("sha256"), "this is not a SHA-256 hash", "use 64 hexadecimal digits, as sha256sum prints them")
	}
	if o.has("nth") {
		if f.rule.Skip > 0 || f.rule.Times > 0 {
			r.add(o.place("nth"), "it excludes skip and times", "use nth, or skip and times")
		}
		f.rule.Skip, f.rule.Times = max(int(o.integer("nth", 1, 1<<31-1))-1, 0), 1
	}
	if o.has("processing") {
		f.rule.Processing = new(o.duration("processing"))
	}
	f.rule.Outcome.State = o.state()
	if results, ok := o.take("results"); ok {
		f.rule.Outcome.Results = bytes.Clone(results)
	}
	for item, at := range o.each("matches") {
		f.matches = append(f.matches, r.match(at, item))
	}
	f.rule.Callback = o.callbackOrWord("callback")
	if fault, ok := o.take("fault"); ok {
		f.rule.Fault = new(r.fault(o.place("fault"), fault, true))
	}
	o.done()
	o.checkFile(&f)
	return f
}

// checkFile reports fields that exclude each other.
func (o *object) checkFile(f *File) {
	results, matches, verdict := f.rule.Outcome.Results != nil, len(f.matches) > 0, f.verdict != ""
	switch {
	case results && matches, results && verdict, matches && verdict:
		o.add(o.at, "results, matches and verdict exclude each other", "keep only one of them")
	case verdict && f.rule.Outcome.State != nil:
		o.add(o.place("state"), "the verdict already determines the state", "leave one of them out")
	case f.track != "" && !verdict:
		o.add(o.place("track"), "it needs a verdict", "add a verdict, or name the track in matches")
	case verdict && f.rule.Outcome.Duration > 0 && f.rule.Outcome.Duration < shortest:
		o.add(o.place("duration"), "the file is too short for some verdicts", "use "+shortest.String()+" or more, or matches")
	}
}

// state reads the state in which a scan ends: a word or a number.
func (o *object) state() *int {
	data, ok := o.take("state")
	if !ok {
		return nil
	}
	if kind(data) != "a string" {
		return new(int(o.integer("state", -1000, 1000)))
	}
	word := o.text("state")
	n, ok := states[word]
	if !ok {
		o.add(o.place("state"), fmt.Sprintf("unknown state %q", word), oneOf(word, slices.Sorted(maps.Keys(states)))+"; or use a number")
	}
	return &n
}

func (r *reader) match(at string, data json.RawMessage) match {
	o := r.object(at, data)
	m := match{track: o.text("track"), RuleMatch: mock.RuleMatch{
		List: o.choice("list", "music", "cover_songs", "custom_files"), Offset: o.duration("offset"), Start: o.duration("start"), Length: o.duration("length"), Score: o.number("score", 0, 100),
	}}
	o.done()
	return m
}

// Rule returns the rule for a server, which must have the tracks that it names.
func (f *File) Rule(srv *mock.Server) (mock.Rule, *Problem) {
	rule := f.rule
	matches := slices.Clone(f.matches)
	if f.verdict != "" {
		v := verdicts[f.verdict]
		if rule.Outcome.Duration == 0 {
			rule.Outcome.Duration = verdictLength
		}
		switch {
		case f.verdict == "unknown":
			rule.Outcome.State = new(states["error"])
		case v.score == 0:
			rule.Outcome.State = new(states["no-results"])
		default:
			length := min(v.length, rule.Outcome.Duration-verdictOffset)
			if f.verdict == "critical" {
				length = max(length, rule.Outcome.Duration*3/5)
			}
			matches = []match{{track: f.track, RuleMatch: mock.RuleMatch{List: "music", Offset: verdictOffset, Length: length, Score: v.score}}}
		}
	}
	for i := range matches {
		t, ok := find(srv, matches[i].track)
		if !ok {
			return rule, &Problem{trackField(f, i), fmt.Sprintf("there is no track %q", matches[i].track), "name one of tracks, by its title or acrid"}
		}
		matches[i].Track = t
		rule.Matches = append(rule.Matches, matches[i].RuleMatch)
	}
	return rule, nil
}

func trackField(f *File, i int) string {
	if f.verdict != "" {
		return "track"
	}
	return fmt.Sprintf("matches[%d].track", i)
}

// find returns a track by its ACRID or title. Without a name it is the first track, or a new one.
func find(srv *mock.Server, name string) (mock.Track, bool) {
	tracks := srv.Tracks()
	for _, t := range tracks {
		if (name == "" && t.BucketID == 0) || (name != "" && (strings.EqualFold(t.ACRID, name) || t.Title == name)) {
			return t, true
		}
	}
	if name == "" {
		return srv.AddTrack(mock.Track{}), true
	}
	return mock.Track{}, false
}
