package report

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A fileView is a file as shown on a page.
type fileView struct {
	Anchor  string
	Name    string
	Meta    string // length, state, date, id
	Verdict *verdict
	Notices []string // what failed or could not be read

	Scale    string // the timeline's length in words
	Timeline *timeline
	Sections []*section

	AI     []aiRow
	Speech []speechRow
	Spoken []string // recognised speech, as JSON: its format is not documented

	assessment filescan.Assessment
	number     int    // from 1 on
	date       string // of the upload
	duration   float64
	scale      float64 // of the timeline, in seconds
	others     [][]bar // of the timeline, besides matches
	rawJSON    []byte  // of the results, as the service sent them
}

// An aiRow is the result of AI detection for a part.
type aiRow struct{ Anchor, Part, When, Prediction, Probability, Source, Sources, Model string }

// A speechRow is a stretch of music, speech, both or neither.
type speechRow struct{ Anchor, When, Length, What string }

// durationOf is the length of the file, as the rules use it; 0 if unknown.
func durationOf(f *filescan.File) float64 {
	duration := f.Duration
	if !(duration > 0) && f.Results != nil {
		for i := range f.Results.Music {
			duration = max(duration, f.Results.Music[i].FileDuration)
		}
	}
	if !(duration > 0) { // NaN among them
		return 0
	}
	return min(duration, 1e9)
}

// viewOf prepares all that is shown of a file.
func (r *Report) viewOf(f *filescan.File, number int) *fileView {
	v := &fileView{Anchor: "a" + strconv.Itoa(number), number: number, Name: clean(f.Name), duration: durationOf(f), date: r.date(f.CreatedAt)}
	if v.Name == "" {
		v.Name = "File without a name"
	}
	v.assessment = filescan.Assess(f, r.rules)
	word := verdictOf(&v.assessment, v.duration)
	v.Verdict = &word
	v.Meta = metaOf(f, v.duration, v.date)
	v.notice(f)
	v.Sections = sectionsOf(v.Anchor, f.Results)
	for _, s := range v.Sections {
		s.gather(v.duration, false)
	}
	countOff(v.Sections)
	if f.Results != nil {
		v.ai(f.Results.AIDetection)
		v.speech(f.Results.MusicSpeech)
		for _, s := range f.Results.Speech {
			v.Spoken = append(v.Spoken, indented(s))
		}
		v.rawJSON = f.Results.Raw
	}
	if odd, ok := f.Extra["results"]; ok && v.rawJSON == nil {
		v.rawJSON = odd
	}
	v.draw(f)
	return v
}

func metaOf(f *filescan.File, duration float64, date string) string {
	var l line
	if duration > 0 {
		l.add("length", clock(duration))
	} else {
		l.add("", "length not known")
	}
	l.add("scan", f.State.String())
	l.add("uploaded", date)
	l.add("id", clean(f.ID))
	if f.ContainerID != 0 {
		l.add("container", strconv.Itoa(f.ContainerID))
	}
	return l.String()
}

// knownLists are the members of results that a page shows.
var knownLists = []string{"music", "cover_songs", "custom_files", "music_speech", "ai_detection", "speech"}

// notice adds what a reader must know first.
func (v *fileView) notice(f *filescan.File) {
	add := func(text string) { v.Notices = append(v.Notices, text) }
	switch {
	case f.State.Failed():
		notice := "The scan failed, with state " + strconv.Itoa(int(f.State)) + "."
		if f.Detail != "" {
			notice += " The service says: " + clean(f.Detail)
		}
		add(notice + " The content of the file is not known.")
	case !f.State.Done():
		add("The scan is not finished: its state is " + strconv.Itoa(int(f.State)) + " (" + f.State.String() + ").")
	case f.State == filescan.StateReady && f.Results == nil && f.Extra["results"] == nil:
		add("The scan has results, but they are missing here: list the files with their results.")
	}
	if _, odd := f.Extra["results"]; odd {
		add("The results could not be read. The service's JSON is at the end.")
	}
	if _, odd := f.Extra["duration"]; odd {
		add("The length of the file could not be read.")
	}
	if f.Results == nil {
		return
	}
	for _, list := range knownLists {
		rows, odd := f.Results.Extra[list]
		if !odd {
			continue
		}
		var several []json.RawMessage
		if json.Unmarshal(rows, &several) == nil && len(several) > 0 {
			add(plural(len(several), "row", "rows") + " of " + list + " could not be read and are missing here. The service's JSON is at the end.")
			continue
		}
		add("The member " + list + " of the results could not be read and is missing here. It is in the JSON at the end.")
	}
	var others []string
	for _, name := range slices.Sorted(maps.Keys(f.Results.Extra)) {
		if !slices.Contains(knownLists, name) {
			others = append(others, name)
		}
	}
	if len(others) > 0 {
		add("The results have members that this page does not show: " + joined(others) + ". They are in the JSON at the end.")
	}
}

// predictionWords are the predictions of AI detection in words.
var predictionWords = map[string]string{
	filescan.PredictionAIGenerated: "AI-generated",
	filescan.PredictionHuman:       "human-made",
	"no_music":                     "no music",
	"no_vocals":                    "no vocals",
}

func prediction(text string) string {
	if word, ok := predictionWords[text]; ok {
		return word
	}
	if text == "" {
		return dash
	}
	return clean(text)
}

func (v *fileView) ai(rows []filescan.AIDetection) {
	for i := range rows {
		d := &rows[i]
		row := aiRow{
			Anchor: v.Anchor + "-ai" + strconv.Itoa(len(v.AI)+1), Part: clean(d.Stem), When: "whole file", Prediction: prediction(d.Prediction), Probability: dash, Source: clean(d.LikelySource),
			Model: clean(d.ModelID),
		}
		if d.Stem == "original" || d.Stem == "" {
			row.Part = "whole mix"
		}
		if d.Start != nil && d.End != nil {
			row.When = span(*d.Start, *d.End)
		}
		if d.AIProbability != nil {
			row.Probability = percent(*d.AIProbability)
		}
		var sources line
		for _, s := range d.SourceProbabilities {
			sources.add("", clean(s.Source)+" "+percent(s.Probability))
		}
		row.Sources = sources.String()
		v.AI = append(v.AI, row)
		for j := range d.Segments {
			s := &d.Segments[j]
			part := aiRow{
				Anchor: v.Anchor + "-ai" + strconv.Itoa(len(v.AI)+1), Part: row.Part, When: span(s.Start, s.End), Prediction: prediction(s.Prediction), Probability: dash,
				Source: clean(s.LikelySource), Model: row.Model,
			}
			if s.AIProbability != nil {
				part.Probability = percent(*s.AIProbability)
			}
			v.AI = append(v.AI, part)
		}
	}
}

// labelWords are the labels of segments in words, and their classes in the page's style.
var labelWords = map[string]struct{ class, word string }{
	filescan.SegmentMusic:       {"sm", "music"},
	filescan.SegmentMusicSpeech: {"sb", "music and speech"},
	filescan.SegmentSpeech:      {"ss", "speech"},
	filescan.SegmentOthers:      {"so", "neither"},
}

func (v *fileView) speech(rows []filescan.Segment) {
	for i := range rows {
		s := &rows[i]
		what := labelWords[s.Label].word
		if what == "" {
			what = clean(s.Label)
		}
		v.Speech = append(v.Speech, speechRow{
			Anchor: v.Anchor + "-s" + strconv.Itoa(i+1), When: span(s.Start, s.End), Length: measure(s.End-s.Start, 1, " s"), What: what,
		})
	}
}

// draw draws the timeline.
func (v *fileView) draw(f *filescan.File) {
	length := v.duration
	if length == 0 {
		length = v.reach(f)
	}
	t := &timeline{}
	for _, s := range v.Sections {
		bars, unplaced := s.bars(length)
		l := lane{Name: s.name, Class: s.Class}
		if unplaced > 0 {
			l.Note = plural(unplaced, "match has", "matches have") + " no known place in the file."
		}
		l.lay(bars, length)
		t.Lanes = append(t.Lanes, l)
	}
	if f.Results != nil {
		t.Lanes = append(t.Lanes, v.drawAI(f.Results.AIDetection, length)...)
		t.Lanes = append(t.Lanes, v.drawSpeech(f.Results.MusicSpeech, length)...)
	}
	if len(t.Lanes) == 0 {
		return
	}
	t.Ticks, v.scale = ticks(length), length
	v.Timeline = t
	switch {
	case v.duration > 0:
		v.Scale = clock(length)
	case length > 0:
		v.Scale = clock(length) + ", the end of the last match, since the length is not known"
	default:
		v.Scale = "no known length"
	}
}

// reach is the end of the last match, in a file of unknown length.
func (v *fileView) reach(f *filescan.File) float64 {
	last := 0.0
	see := func(end float64) {
		if usable(end) {
			last = max(last, end)
		}
	}
	for _, s := range v.Sections {
		for _, m := range s.matches {
			if m.placed {
				see(m.start + m.length)
			}
		}
	}
	if f.Results != nil {
		for i := range f.Results.AIDetection {
			if end := f.Results.AIDetection[i].End; end != nil {
				see(*end)
			}
		}
		for i := range f.Results.MusicSpeech {
			see(f.Results.MusicSpeech[i].End)
		}
	}
	return last
}

func (v *fileView) drawAI(rows []filescan.AIDetection, length float64) []lane {
	if len(rows) == 0 {
		return nil
	}
	var bars []bar
	n := 0
	add := func(start, end float64, predicted string) {
		row := &v.AI[n]
		n++
		if !usable(start) || !usable(end) {
			return
		}
		b := bar{Href: row.Anchor, Label: row.Prediction}
		if predicted == filescan.PredictionAIGenerated {
			b.Class = "a"
		}
		if row.Probability != dash {
			b.Label += ", AI " + row.Probability
		}
		if row.Source != "" && b.Class != "" {
			b.Label += ", " + row.Source
		}
		b.Text = row.When + ", " + row.Part + ": " + b.Label
		b.place(start, end, length)
		bars = append(bars, b)
	}
	for i := range rows {
		d := &rows[i]
		start, end := 0.0, length
		if d.Start != nil && d.End != nil {
			start, end = *d.Start, *d.End
		}
		add(start, end, d.Prediction)
		for j := range d.Segments {
			add(d.Segments[j].Start, d.Segments[j].End, d.Segments[j].Prediction)
		}
	}
	v.others = append(v.others, bars)
	l := lane{Name: "AI detection", Class: "h"}
	l.lay(bars, length)
	return []lane{l}
}

func (v *fileView) drawSpeech(rows []filescan.Segment, length float64) []lane {
	if len(rows) == 0 {
		return nil
	}
	var bars []bar
	for i := range rows {
		s := &rows[i]
		if !usable(s.Start) || !usable(s.End) {
			continue
		}
		row := &v.Speech[i]
		b := bar{Class: labelWords[s.Label].class, Href: row.Anchor, Label: brief(row.What, 40), Text: row.When + ": " + brief(row.What, 40)}
		b.place(s.Start, s.End, length)
		bars = append(bars, b)
	}
	v.others = append(v.others, bars)
	l := lane{Name: "Speech and music", Class: "so"}
	l.lay(bars, length)
	return []lane{l}
}

// matches returns the number of all matches.
func (v *fileView) matches() int {
	n := 0
	for _, s := range v.Sections {
		n += s.Count
	}
	return n
}

// indented indents JSON. Anything else stays unchanged.
func indented(data []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, printable(data), "", " ") != nil {
		return text.Lines(string(data))
	}
	return b.String()
}

// recordingView is a long recording as shown on a page.
func (r *Report) recordingView() *fileView {
	v := &fileView{Anchor: "a1", duration: r.Length.Seconds(), Sections: segmentSections("a1", r.segments)}
	heard := 0.0
	for _, s := range v.Sections {
		s.gather(v.duration, true)
		for _, g := range s.Groups {
			heard += g.seconds
		}
	}
	countOff(v.Sections)
	v.draw(&filescan.File{})
	var l line
	if v.duration > 0 {
		l.add("length", clock(v.duration))
	} else {
		l.add("", "length not known")
	}
	l.add("", plural(v.matches(), "segment", "segments"))
	if s := share(math.Max(heard, 0), v.duration); s != "" {
		l.add("recognised", s)
	}
	v.Meta = l.String()
	return v
}
