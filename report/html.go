package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"errors"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

//go:embed templates/page.gohtml
var pageSource string

//go:embed templates/style.css
var styleSource string

//go:embed templates/page.css
var pageStyle string

//go:embed templates/script.js
var scriptSource string

// templates returns the templates, which are parsed once.
//
//nolint:gochecknoglobals // a constant that takes time to make
var templates = sync.OnceValues(func() (*template.Template, error) {
	return template.New("report").Parse(pageSource)
})

// hashOf returns a source expression of a Content-Security-Policy.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// constant is the same in every page.
type constant struct {
	style  template.CSS
	script template.JS
	policy string // allows only these two
}

//nolint:gochecknoglobals // as templates
var constants = sync.OnceValue(func() constant {
	return constant{
		style: template.CSS(styleSource + pageStyle), script: template.JS(scriptSource), //nolint:gosec // the package's own
		policy: "default-src 'none'; style-src " + hashOf(styleSource+pageStyle) + "; script-src " + hashOf(scriptSource) + "; base-uri 'none'; form-action 'none'",
	}
})

// HTML writes the report as one self-contained page, which can be sent, stored and printed, and read without scripts.
// Its own script sorts and filters the table of files.
//
// Nothing is written before the last file is read. If the iterator of files ends with an error, the page says that it
// is incomplete, and the error is returned. An invalid report is an [*acrcloud.ArgumentError].
func HTML(w io.Writer, r Report) error {
	p, err := r.gather(nil)
	if p == nil {
		return err
	}
	return errors.Join(err, p.writePage(w, ""), p.close())
}

// A page collects the content of a report, in the order in which it is read.
type page struct {
	report    *Report
	templates *template.Template
	overview  *overview
	rows      spool   // of the table of files
	body      spool   // the files in full, or the other content
	markup    *markup // of one file at a time
	full      int     // files in the body
	rawLeft   int     // bytes of raw JSON that the page may still have
	name      string  // of the only file, for the window's title
	cause     error   // why the list ended early

	// each writes a page for a file and returns its relative URL. If it is set, no file is shown in full here.
	each func(v *fileView) (string, error)
}

// rawMost limits the raw JSON on a page of several files.
const rawMost = 64 << 10

// gather reads the report's content. If the iterator fails, it returns both the page and the error.
func (r *Report) gather(each func(*fileView) (string, error)) (_ *page, err error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	t, err := templates()
	if err != nil {
		return nil, err
	}
	p := &page{report: r, templates: t, overview: newOverview(), markup: markups.Get().(*markup), rawLeft: rawMost, each: each} //nolint:errcheck // nothing else is in it
	complete := false
	defer func() {
		if !complete { // the iterator may also panic
			err = errors.Join(err, p.close())
		}
	}()
	switch r.kind {
	case ofRecording:
		err = p.show("recordingOpen", r.recordingView())
	case ofPlays:
		err = p.plays()
	default:
		err = p.files()
	}
	if err != nil {
		return nil, err
	}
	complete = true
	return p, p.cause
}

// close releases memory and removes temporary files.
func (p *page) close() error {
	p.markup.free()
	return errors.Join(p.rows.close(), p.body.close())
}

func (p *page) execute(w io.Writer, name string, data any) error {
	return p.templates.ExecuteTemplate(w, name, data)
}

// files reads all files.
func (p *page) files() error {
	n := 0
	for f, err := range p.report.files {
		if err != nil {
			p.cause = err
			break
		}
		if f == nil {
			continue
		}
		n++
		if err := p.file(p.report.viewOf(f, n)); err != nil {
			return err
		}
	}
	return nil
}

// file adds one file.
func (p *page) file(v *fileView) error {
	p.overview.add(v)
	row := p.report.rowOf(v)
	switch {
	case p.each != nil:
		var err error
		if row.Link, err = p.each(v); err != nil {
			return err
		}
	case p.fits():
		p.full++
		row.Link = "#" + v.Anchor
		if err := p.show("fileOpen", v); err != nil {
			return err
		}
	}
	return p.execute(&p.rows, "fileRow", row)
}

// fits reports whether one more file fits on the page in full.
func (p *page) fits() bool {
	if p.report.Details != 0 {
		return p.full < p.report.Details
	}
	return p.full == 0 || (p.full < usualDetails && p.body.size < usualSize)
}

// show adds a file or a recording in full to the body.
func (p *page) show(open string, v *fileView) error {
	w := &p.body
	if err := p.execute(w, open, v); err != nil {
		return err
	}
	m := p.markup
	m.b = slices.Grow(m.b[:0], 1024*(v.matches()+1))
	if v.Verdict != nil {
		m.verdict(v.Verdict)
	}
	if v.Timeline != nil {
		m.add("<h3>Timeline</h3>")
		m.timeline(v.Timeline)
		m.add(`<p class="hint">Scale: `)
		m.text(v.Scale)
		m.add(". Each bar links to the row below with the same number.</p>\n")
	}
	for _, s := range v.Sections {
		m.section(s, v.Anchor)
	}
	if _, err := w.Write(m.b); err != nil {
		return err
	}
	if err := p.execute(w, "more", v); err != nil {
		return err
	}
	m.b = m.b[:0]
	switch size := len(v.rawJSON); {
	case size == 0:
	case p.full <= 1 || size <= p.rawLeft:
		p.rawLeft -= size
		m.add(`<details class="raw"><summary>The results as JSON, `)
		m.text(number(float64(size)/1000, 1))
		m.add(` kB</summary><pre tabindex="0">`)
		m.b = slices.Grow(m.b, 2*size)
		m.json(v.rawJSON)
		m.add("</pre></details>")
	default:
		m.add(`<p class="hint">The results as JSON are omitted to keep this page small. A report about this file alone includes them.</p>`)
	}
	m.add("</section>\n")
	_, err := w.Write(m.b)
	return err
}

// A fileRow is a file in the table of all.
type fileRow struct {
	Name, Link        string
	Risk, Word, Rank  string
	Type, Confidence  string
	Matched, MatchedV string // in words, and to sort by
	Matches           string
	Length, LengthV   string
	Date              string
}

// rowOf is a file in the table.
func (r *Report) rowOf(v *fileView) fileRow {
	a := &v.assessment
	row := fileRow{
		Name: v.Name, Risk: v.Verdict.Risk, Word: v.Verdict.Word, Type: v.Verdict.Type, Rank: strconv.Itoa(int(a.Risk)), Matches: strconv.Itoa(v.matches()),
		Matched: clock(math.Round(a.MatchedSeconds)), MatchedV: number(a.MatchedSeconds, 2), Length: dash, Date: v.date,
	}
	if a.Risk > filescan.RiskNone {
		row.Confidence = number(a.Confidence, 1)
	}
	if v.duration > 0 {
		row.Length, row.LengthV = clock(v.duration), number(v.duration, 2)
	}
	if s := share(a.MatchedSeconds, v.duration); s != "" && a.MatchedSeconds > 0 {
		row.Matched += " (" + s + ")"
	}
	if a.MatchedSeconds <= 0 {
		row.Matched = dash
	}
	return row
}

// head is the top of the page.
type head struct {
	Title, Made, Back, Policy string
	Name                      string // of the only file
	Style                     template.CSS
	Script                    template.JS
}

// writePage writes the whole page. back is the relative URL of the index, if there is one.
func (p *page) writePage(w io.Writer, back string) error {
	c := constants()
	h := head{
		Title: p.report.title(), Name: p.name, Made: p.report.date(p.report.Made), Back: back, Policy: c.policy, Style: c.style, Script: c.script,
	}
	b := bufio.NewWriterSize(w, 16<<10) // templates write in small pieces
	if err := p.execute(b, "open", h); err != nil {
		return err
	}
	if err := p.writeBody(b); err != nil {
		return err
	}
	if err := p.execute(b, "close", h); err != nil {
		return err
	}
	return b.Flush()
}

// writeBody writes everything between the title and the end.
func (p *page) writeBody(w io.Writer) error {
	if _, err := io.WriteString(w, `<div class="acr">`); err != nil {
		return err
	}
	if p.cause != nil {
		if err := p.execute(w, "incomplete", plural(p.overview.files, "file is", "files are")); err != nil {
			return err
		}
	}
	if p.report.kind == ofFiles && (p.overview.files != 1 || p.full == 0) {
		if err := p.writeTable(w); err != nil {
			return err
		}
	}
	if p.report.kind == ofPlays {
		if err := p.execute(w, "playsOver", p.overview.playSummary()); err != nil {
			return err
		}
	}
	if err := p.body.copyTo(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, "</div>")
	return err
}

// writeTable writes the overview and the table of files.
func (p *page) writeTable(w io.Writer) error {
	if err := p.execute(w, "overview", p.overview.summary()); err != nil {
		return err
	}
	hint := ""
	if n := p.overview.files; p.each == nil && p.full < n && p.full > 0 {
		hint = plural(p.full, "file of "+grouped(n)+" follows", "files of "+grouped(n)+" follow") + " in full below the table. The others have only their rows."
	}
	if err := p.execute(w, "filesOpen", hint); err != nil {
		return err
	}
	if err := p.rows.copyTo(w); err != nil {
		return err
	}
	return p.execute(w, "filesClose", nil)
}
