package report

import (
	"html/template"
	"io"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
)

// Template reads the templates that markup is to write as.
func Template(source string) (*template.Template, error) {
	return template.New("markup").Funcs(template.FuncMap{
		"isLong": func(s string) bool { return len(s) > longText },
		"start":  func(s string) string { return brief(s, startText) },
	}).Parse(source)
}

// A View is what markup writes.
type View struct {
	verdict  *verdict
	timeline *timeline
	sections []*section
	days     []*dayView
}

// ViewOf prepares a file, a recording and a day.
func ViewOf(f *filescan.File, segments []identify.Segment, plays []Play) []View {
	r := File(f, nil)
	file := r.viewOf(f, 1)
	r = Recording(segments)
	recording := r.recordingView()
	r = Day(plays)
	o := newOverview()
	var days []*dayView
	for i, d := range r.days() {
		days = append(days, o.day(i+1, d))
	}
	return []View{{file.Verdict, file.Timeline, file.Sections, nil}, {nil, recording.Timeline, recording.Sections, nil}, {nil, nil, nil, days}}
}

// ByHand writes a view as pages have it.
func (v View) ByHand() []byte {
	var m markup
	if v.verdict != nil {
		m.verdict(v.verdict)
	}
	if v.timeline != nil {
		m.timeline(v.timeline)
	}
	for _, s := range v.sections {
		m.section(s, "a1")
	}
	for _, d := range v.days {
		m.timeline(d.Timeline)
		m.plays(d)
	}
	return m.b
}

// ByTemplate writes a view with the templates.
func (v View) ByTemplate(w io.Writer, t *template.Template) error {
	if v.verdict != nil {
		if err := t.ExecuteTemplate(w, "verdict", v.verdict); err != nil {
			return err
		}
	}
	if v.timeline != nil {
		if err := t.ExecuteTemplate(w, "timeline", v.timeline); err != nil {
			return err
		}
	}
	for _, s := range v.sections {
		if err := t.ExecuteTemplate(w, "section", s); err != nil {
			return err
		}
	}
	for _, d := range v.days {
		if err := t.ExecuteTemplate(w, "timeline", d.Timeline); err != nil {
			return err
		}
		if err := t.ExecuteTemplate(w, "plays", d); err != nil {
			return err
		}
	}
	return nil
}

// JSON writes JSON as pages have it.
func JSON(data []byte) string {
	var m markup
	m.json(data)
	return string(m.b)
}
