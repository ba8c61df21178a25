package report

import (
	"bufio"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// TextOptions are the options of [Text]. nil means 80 columns without colours.
type TextOptions struct {
	Width int  // columns of the terminal, at least 40; 0 for 80
	Color bool // use colours; no meaning depends on them
}

const (
	usualWidth = 80
	leastWidth = 40
)

// Text writes the report for a terminal: the content of [HTML] without the raw JSON, with timelines made of characters.
// It streams: each file is written before the next is read, and the summary comes last. Report.Details files are
// written in full; 100 if it is 0. Untrusted text is escaped so that it cannot control the terminal. The caller decides
// about colours, since it knows whether w is a terminal.
//
// If the iterator of files ends with an error, the text says that it is incomplete, and the error is returned.
func Text(w io.Writer, r Report, opts *TextOptions) error {
	var o TextOptions
	if opts != nil {
		o = *opts
	}
	if o.Width != 0 && o.Width < leastWidth {
		return &acrcloud.ArgumentError{Field: "TextOptions.Width", Problem: "is less than " + strconv.Itoa(leastWidth), Remedy: "use 0 for 80 columns"}
	}
	if o.Width == 0 {
		o.Width = usualWidth
	}
	if err := r.check(); err != nil {
		return err
	}
	p := &printer{w: bufio.NewWriter(w), report: &r, opts: o, overview: newOverview()}
	p.heading(r.title())
	if made := r.date(r.Made); made != "" {
		p.print("made " + made)
	}
	var cause error
	switch r.kind {
	case ofRecording:
		v := r.recordingView()
		p.print(v.Meta)
		p.findings(v)
		if len(v.Sections) == 0 {
			p.print("Nothing was recognised.")
		}
	case ofPlays:
		p.plays()
	default:
		cause = p.files()
	}
	return errors.Join(cause, p.w.Flush())
}

// A printer writes lines. Its buffer keeps the first error of writing.
type printer struct {
	w        *bufio.Writer
	report   *Report
	opts     TextOptions
	overview *overview
}

// unisolated removes the direction isolates that a page needs, and that terminals show or misinterpret.
var unisolated = []string{"\u2068", "", "\u2069", ""}

func (p *printer) plain(s string) string {
	if strings.Contains(s, "\u2068") {
		s = strings.NewReplacer(unisolated...).Replace(s)
	}
	return text.Terminal(s)
}

// print writes a line.
func (p *printer) print(parts ...string) {
	_, _ = p.w.WriteString(strings.TrimRight(p.plain(strings.Join(parts, "")), " "))
	_ = p.w.WriteByte('\n')
}

func (p *printer) heading(title string) {
	p.print(title)
	p.print(strings.Repeat("=", min(text.Width(p.plain(title)), p.opts.Width)))
}

func (p *printer) blank() { _ = p.w.WriteByte('\n') }

// colours of the verdicts.
var colours = map[string]string{"critical": "1;31", "high": "31", "medium": "33", "low": "34", "none": "32", "unknown": "2"}

// colour writes text that is safe already.
func (p *printer) colour(code, safe string) string {
	if !p.opts.Color || code == "" {
		return safe
	}
	return "\x1b[" + code + "m" + safe + "\x1b[0m"
}

func (p *printer) files() error {
	var cause error
	n := 0
	for f, err := range p.report.files {
		if err != nil {
			cause = err
			break
		}
		if f == nil {
			continue
		}
		n++
		v := p.report.viewOf(f, n)
		p.overview.add(v)
		switch {
		case n <= p.details():
			p.file(v)
		case n == p.details()+1:
			p.blank()
			p.print("The other files, without details:")
			fallthrough
		default:
			p.row(v)
		}
		if err := p.w.Flush(); err != nil {
			return errors.Join(cause, err)
		}
	}
	if n != 1 || cause != nil {
		p.summary(cause)
	}
	return cause
}

// details is the number of files that are written in full.
func (p *printer) details() int {
	if p.report.Details == 0 {
		return usualDetails
	}
	return max(p.report.Details, 0)
}

// verdict is the verdict in a word, padded to a fixed width.
func (p *printer) verdict(v *verdict) string {
	return p.colour(colours[v.Risk], strings.ToUpper(v.Word))
}

// row writes a file as one line.
func (p *printer) row(v *fileView) {
	length := dash
	if v.duration > 0 {
		length = clock(v.duration)
	}
	_, _ = p.w.WriteString(p.verdict(v.Verdict) + strings.Repeat(" ", max(15-len(v.Verdict.Word), 1)))
	p.print(text.Pad(length, 9), plural(v.matches(), "match  ", "matches"), "  ", v.Name)
}

// file writes a file in full.
func (p *printer) file(v *fileView) {
	p.blank()
	p.print(v.Name)
	p.print(strings.Repeat("-", min(text.Width(p.plain(v.Name)), p.opts.Width)))
	_, _ = p.w.WriteString(p.verdict(v.Verdict) + "  ")
	p.print(v.Verdict.Lead)
	p.print(v.Meta)
	for _, n := range v.Notices {
		p.print("! ", n)
	}
	for _, w := range v.Verdict.Why {
		if w.Single != "" {
			p.print("  - ", w.Name, " (", w.Rule, "): ", w.Single)
			continue
		}
		p.print("  - ", w.Name, " (", w.Rule, "):")
		for _, reason := range w.First {
			p.print("      ", reason)
		}
		if len(w.Rest) > 0 {
			p.print("      and ", plural(len(w.Rest), "more, below", "more, below"))
		}
	}
	p.findings(v)
	for _, w := range v.Verdict.Why {
		if len(w.Rest) > 0 {
			p.blank()
			p.print("More of ", w.Name, " (", w.Rule, ")")
		}
		for _, reason := range w.Rest {
			p.print("  - ", reason)
		}
	}
}

// findings writes the timeline and the tables.
func (p *printer) findings(v *fileView) {
	p.timeline(v)
	for _, s := range v.Sections {
		p.blank()
		p.print(s.Title, ": ", s.Hint)
		for _, g := range s.Groups {
			p.group(g)
		}
	}
	if len(v.AI) > 0 {
		p.blank()
		p.print("AI detection")
		for i := range v.AI {
			a := &v.AI[i]
			var l line
			for _, cell := range []string{a.When, a.Part, a.Prediction, a.Source, a.Sources, a.Model} {
				l.add("", cell)
			}
			if a.Probability != dash {
				l.add("AI probability", a.Probability)
			}
			p.print("  ", l.String())
		}
	}
	if len(v.Speech) > 0 {
		p.blank()
		p.print("Speech and music")
		for i := range v.Speech {
			p.print("  ", text.Pad(v.Speech[i].When, 20), "  ", v.Speech[i].What)
		}
	}
	if len(v.Spoken) > 0 {
		p.blank()
		p.print("Speech: ", plural(len(v.Spoken), "passage", "passages"), ", only in the JSON")
	}
}

// card describes a recording.
func (p *printer) card(c *card, indent string) {
	title := c.Title
	if c.Artists != "" {
		title += " by " + c.Artists
	}
	p.print(indent, title)
	indent += "  "
	for _, l := range []string{c.Release, c.IDs} {
		if l != "" {
			p.print(indent, l)
		}
	}
	for _, l := range c.Links {
		p.print(indent, l.Name, " ", l.URL)
	}
	for _, d := range c.More {
		p.print(indent, d.Name, ": ", d.Text)
	}
}

func (p *printer) group(g *group) {
	p.card(g.Card, "  ")
	for _, m := range g.Matches {
		var l line
		l.add("", m.When)
		if m.similarity >= 0 {
			l.add("similarity", m.Similarity)
		}
		if m.Position != dash {
			l.add("in the recording", m.Position)
		}
		if m.Change != dash {
			l.add("", m.Change)
		}
		p.print("    ", m.No, ". ", l.String())
		if m.Own != nil {
			p.card(m.Own, "      ")
		}
		for _, n := range m.Notes {
			p.print("      ", n)
		}
	}
	if len(g.Matches) > 1 {
		p.print("    in all ", g.Total)
	}
}

// timeline draws a line for each recording, and one for each other kind of finding.
func (p *printer) timeline(v *fileView) {
	if v.Timeline == nil || len(v.Timeline.Ticks) == 0 {
		return
	}
	columns := p.opts.Width / 2
	length := v.scale
	p.blank()
	p.print(axis(v.Timeline.Ticks, columns), "  scale: ", v.Scale)
	draw := func(code, sign, label string, stretches [][2]float64) {
		cells := make([]bool, columns)
		for _, s := range stretches {
			mark(cells, s[0], s[1], length)
		}
		var b strings.Builder
		for _, filled := range cells {
			if filled {
				b.WriteString(sign)
			} else {
				b.WriteString("·")
			}
		}
		_, _ = p.w.WriteString(p.colour(code, b.String()) + "  ")
		p.print(text.Truncate(p.plain(label), p.opts.Width-columns-2))
	}
	for _, s := range v.Sections {
		look := looks[s.Class]
		for _, g := range s.Groups {
			var stretches [][2]float64
			for _, m := range g.Matches {
				if m.placed {
					stretches = append(stretches, [2]float64{m.start, m.start + m.length})
				}
			}
			label := g.Card.name()
			if g.best >= 0 {
				label = g.Best + " " + label
			}
			draw(look.code, look.sign, label, stretches)
		}
	}
	for _, l := range v.others {
		by := map[string][][2]float64{} // repeated entries share one line
		var names []string
		for _, b := range l {
			_, name, _ := strings.Cut(b.Text, ": ")
			if by[name] == nil {
				names = append(names, name)
			}
			by[name] = append(by[name], [2]float64{b.start, b.end})
		}
		for _, name := range names {
			draw("2", "▒", name, by[name])
		}
	}
}

// looks distinguish the kinds, with and without colours.
var looks = map[string]struct{ code, sign string }{"m": {"34", "█"}, "c": {"35", "▓"}, "o": {"36", "▒"}}

// mark fills the cells that a range covers, at least one.
func mark(cells []bool, start, end, length float64) {
	if !(length > 0) {
		return
	}
	n := float64(len(cells))
	first := int(min(max(math.Floor(start/length*n), 0), n-1))
	last := int(min(max(math.Ceil(end/length*n)-1, float64(first)), n-1))
	for i := first; i <= last; i++ {
		cells[i] = true
	}
}

// axis writes the times over the columns.
func axis(ticks []tick, columns int) string {
	line := []rune(strings.Repeat(" ", columns))
	for _, t := range slices.Backward(ticks) { // the end matters more than earlier ticks
		x, _ := strconv.ParseFloat(t.X, 64)
		label := []rune(t.Text)
		at := min(int(x/100*float64(columns)), columns-len(label))
		if at < 0 || strings.TrimSpace(string(line[max(at-1, 0):min(at+len(label)+1, columns)])) != "" {
			continue
		}
		copy(line[at:], label)
	}
	return string(line)
}

// summary writes the summary of many files.
func (p *printer) summary(cause error) {
	s := p.overview.summary()
	p.blank()
	p.heading("Overview")
	if cause != nil {
		p.print("! Incomplete: because of an error, only ", plural(p.overview.files, "file is", "files are"), " shown.")
	}
	p.print(s.Lines)
	for _, r := range risks {
		if n := p.overview.byRisk[r]; n > 0 {
			_, _ = p.w.WriteString("  " + p.colour(colours[r.String()], text.Pad(strings.ToUpper(riskWords[r]), 15)))
			p.print(grouped(n))
		}
	}
	p.tallies("Most matched recordings", "file", s.Recordings)
	p.tallies("Most matched labels", "file", s.Labels)
}

func (p *printer) tallies(title, unit string, list []*tally) {
	if len(list) == 0 {
		return
	}
	p.blank()
	p.print(title)
	for _, t := range list {
		name := t.Name
		if t.By != "" {
			name += " – " + t.By
		}
		number := t.AtLeast() + " " + unit
		if t.Files != 1 {
			number += "s"
		}
		p.print("  ", text.Pad(number, 12), "  ", text.Pad(t.Length(), 9), "  ", name)
	}
}

// plays writes the plays of [Day].
func (p *printer) plays() {
	for n, day := range p.report.days() {
		v := p.overview.day(n+1, day)
		p.blank()
		p.print(v.Date)
		p.print(strings.Repeat("-", len(v.Date)))
		p.print(v.Meta)
		p.blank()
		columns := min(60, p.opts.Width-8) // of an hour
		for _, l := range v.Timeline.Lanes {
			cells := make([]bool, columns)
			for _, piece := range l.Pieces {
				for _, b := range piece.Bars {
					mark(cells, b.start, b.end, 3600)
				}
			}
			var b strings.Builder
			for _, filled := range cells {
				if filled {
					b.WriteString("█")
				} else {
					b.WriteString("·")
				}
			}
			_, _ = p.w.WriteString(l.Name + "  " + p.colour("34", b.String()) + "\n")
		}
		p.blank()
		for i := range v.Plays {
			row := &v.Plays[i]
			var l line
			l.add("", row.Length)
			if row.Similarity != dash {
				l.add("similarity", row.Similarity)
			}
			p.print("  ", row.At, "  ", l.String())
			p.card(row.Card, "    ")
		}
	}
	s := p.overview.playSummary()
	p.blank()
	p.heading("Overview")
	p.print(s.Lines)
	p.tallies("Most played", "play", s.Recordings)
	p.tallies("Labels", "play", s.Labels)
}
