package report

import (
	"strconv"
	"sync"
)

// Markup writes reasons, timelines and matches exactly as templates would. A page may have thousands of them, and
// templates spend most of their time on reflection. A test compares it with the templates, byte for byte, with arbitrary
// results.
//
// Only literals of this package are written unescaped. Everything else goes through text, which escapes as
// [html/template] does, and appears between tags or in a quoted attribute.
type markup struct{ b []byte }

// markups are reused for their memory.
//
//nolint:gochecknoglobals // a pool is shared by all that need one
var markups = sync.Pool{New: func() any { return &markup{} }}

// free makes the memory available to other pages, unless it is unusually large.
func (m *markup) free() {
	if cap(m.b) <= 1<<20 {
		markups.Put(m)
	}
}

// A literal is a constant part of the page, never data.
type literal string

func (m *markup) add(l literal) { m.b = append(m.b, l...) }

func (m *markup) int(n int) { m.b = strconv.AppendInt(m.b, int64(n), 10) }

// text writes data.
func (m *markup) text(s string) { m.b = escaped(m.b, s) }

// escapes are those of [html/template.HTMLEscape].
//
//nolint:gochecknoglobals // a table
var escapes = [256]string{'"': "&#34;", '\'': "&#39;", '&': "&amp;", '<': "&lt;", '>': "&gt;", 0: "\uFFFD"}

// escaped appends text, escaped for use between tags and in quoted attributes.
func escaped[T string | []byte](b []byte, s T) []byte {
	last := 0
	for i := range len(s) {
		if e := &escapes[s[i]]; *e != "" {
			b = append(append(b, s[last:i]...), *e...)
			last = i + 1
		}
	}
	return append(b, s[last:]...)
}

// attr writes an attribute.
func (m *markup) attr(name literal, value string) {
	m.add(" ")
	m.add(name)
	m.add(`="`)
	m.text(value)
	m.add(`"`)
}

// percent writes an attribute as a percentage of the width.
func (m *markup) percent(name literal, value string) {
	m.add(" ")
	m.add(name)
	m.add(`="`)
	m.text(value)
	m.add(`%"`)
}

// Longer text is folded after its start.
const (
	longText  = 600
	startText = 200
)

// long writes text, folded if it is very long.
func (m *markup) long(s string) {
	if len(s) <= longText {
		m.text(s)
		return
	}
	m.add("<details><summary>")
	m.text(brief(s, startText))
	m.add("</summary>")
	m.text(s)
	m.add("</details>")
}

func (m *markup) verdict(v *verdict) {
	m.add("<div")
	m.attr("class", "verdict "+v.Risk)
	m.add("><p><strong")
	m.attr("class", "risk "+v.Risk)
	m.add(">")
	m.text(v.Word)
	m.add("</strong> ")
	m.text(v.Lead)
	m.add("</p>")
	if len(v.Why) > 0 {
		m.add("<h3>Why</h3><ul>")
		for i := range v.Why {
			m.why(&v.Why[i])
		}
		m.add("</ul>")
	}
	m.add("</div>\n")
}

func (m *markup) why(w *why) {
	m.add("<li><b>")
	m.text(w.Name)
	m.add("</b> <code>")
	m.text(w.Rule)
	m.add("</code>")
	if w.Single != "" {
		m.add(" ")
		m.text(w.Single)
		return
	}
	m.add("<ul>")
	m.items(w.First)
	m.add("</ul>")
	if len(w.Rest) > 0 {
		m.add("<details><summary>")
		m.int(len(w.Rest))
		m.add(" more</summary><ul>")
		m.items(w.Rest)
		m.add("</ul></details>")
	}
}

func (m *markup) items(texts []string) {
	for _, text := range texts {
		m.add("<li>")
		m.text(text)
	}
}

func (m *markup) timeline(t *timeline) {
	m.add(`<figure class="tl"><svg class="axis" aria-hidden="true">`)
	for i := range t.Ticks {
		m.add("<text")
		m.percent("x", t.Ticks[i].X)
		m.attr("text-anchor", t.Ticks[i].Anchor)
		m.add(` y="12">`)
		m.text(t.Ticks[i].Text)
		m.add("</text>")
	}
	m.add("</svg>")
	for i := range t.Lanes {
		l := &t.Lanes[i]
		m.add(`<div class="lane"><p>`)
		m.text(l.Name)
		if l.Note != "" {
			m.add(" <small>")
			m.text(l.Note)
			m.add("</small>")
		}
		m.add("</p><div>")
		for j := range l.Pieces {
			m.piece(t, &l.Pieces[j], l.Class)
		}
		m.add("</div></div>")
	}
	m.add("</figure>")
}

func (m *markup) piece(t *timeline, p *piece, class string) {
	m.add("<svg")
	m.attr("class", class)
	m.add(` height="`)
	m.int(p.Height)
	m.add(`" role="group"`)
	m.attr("aria-label", p.Label)
	m.add(">")
	for i := range t.Ticks {
		m.add("<line")
		m.percent("x1", t.Ticks[i].X)
		m.percent("x2", t.Ticks[i].X)
		m.add(` y2="100%"/>`)
	}
	for i := range p.Bars {
		b := &p.Bars[i]
		m.add(`<a href="#`)
		m.text(b.Href)
		m.add(`"><svg`)
		m.percent("x", b.X)
		m.add(` y="`)
		m.int(b.Y)
		m.add(`"`)
		m.percent("width", b.W)
		if b.Class != "" {
			m.attr("class", b.Class)
		}
		m.add("><title>")
		m.text(b.Text)
		m.add("</title><rect/>")
		switch {
		case b.Label != "":
			m.add("<text>")
			m.text(b.Label)
			m.add("</text>")
		case b.No != "":
			m.add(`<text class="n">`)
			m.text(b.No)
			m.add("</text>")
		}
		m.add("</svg></a>")
	}
	m.add("</svg>")
}

func (m *markup) section(s *section, in string) {
	m.add("<h3>")
	m.text(s.Title)
	m.add(`</h3><p class="hint">`)
	m.text(s.Hint)
	m.add(" ")
	m.text(s.Sum)
	m.add(`</p><div class="wide" tabindex="0" role="region" aria-label="`)
	m.text(s.Title)
	m.add(" in ")
	m.text(in)
	m.add(`"><table class="found `)
	m.text(s.Class)
	m.add(`"><caption>`)
	m.text(s.Title)
	m.add(` and where they are</caption><thead><tr><th scope="col">No.<th scope="col">In the file<th scope="col">Length<th scope="col">Similarity<th scope="col">In the recording<th scope="col">Tempo and pitch</thead>`)
	for _, g := range s.Groups {
		m.group(g)
	}
	m.add("</table></div>\n")
}

func (m *markup) group(g *group) {
	m.add(`<tbody><tr><th colspan="6" scope="rowgroup"><div class="sum">`)
	m.text(g.Total)
	m.add("</div>")
	m.card(g.Card)
	if len(g.Parts) > 0 {
		m.add(`<div class="where"><svg aria-hidden="true">`)
		for i := range g.Parts {
			m.add("<rect")
			m.percent("x", g.Parts[i].X)
			m.percent("width", g.Parts[i].W)
			m.add("/>")
		}
		m.add("</svg></div>")
	}
	for _, row := range g.Matches {
		m.match(row)
	}
}

func (m *markup) match(v *match) {
	m.add("<tr")
	m.attr("id", v.Anchor)
	m.add("><td>")
	m.text(v.No)
	m.add("<td>")
	m.text(v.When)
	m.add("<td>")
	m.text(v.Length)
	m.add("<td>")
	m.text(v.Similarity)
	m.add("<td>")
	m.text(v.Position)
	m.add("<td>")
	m.text(v.Change)
	if v.Own == nil && len(v.Notes) == 0 {
		return
	}
	m.add(`<tr class="note"><td colspan="6">`)
	if v.Own != nil {
		m.card(v.Own)
	}
	for _, n := range v.Notes {
		m.add("<div>")
		m.long(n)
		m.add("</div>")
	}
}

func (m *markup) card(c *card) {
	m.add("<div><b>")
	m.long(c.Title)
	m.add("</b>")
	if c.Artists != "" {
		m.add(" <small>by ")
		m.long(c.Artists)
		m.add("</small>")
	}
	m.add("</div>")
	if c.Release != "" {
		m.add("<div>")
		m.long(c.Release)
		m.add("</div>")
	}
	if c.IDs != "" || len(c.Links) > 0 {
		m.add("<div>")
		m.long(c.IDs)
		for i := range c.Links {
			m.add(" <a")
			m.attr("href", c.Links[i].URL)
			m.add(">")
			m.text(c.Links[i].Name)
			m.add("</a>")
		}
		m.add("</div>")
	}
	for i := range c.More {
		m.add("<div><i>")
		m.long(c.More[i].Name)
		m.add("</i> ")
		m.long(c.More[i].Text)
		m.add("</div>")
	}
}

func (m *markup) plays(d *dayView) {
	m.add(`<div class="wide" tabindex="0" role="region" aria-label="Plays on `)
	m.text(d.Date)
	m.add(`"><table class="plays"><caption>Plays on `)
	m.text(d.Date)
	m.add(`</caption><thead><tr><th scope="col">At<th scope="col" class="r">Length<th scope="col" class="r">Similarity<th scope="col">What</thead><tbody>`)
	for i := range d.Plays {
		p := &d.Plays[i]
		m.add("<tr")
		m.attr("id", p.Anchor)
		m.add(`><th scope="row">`)
		m.text(p.At)
		m.add(`<td class="r">`)
		m.text(p.Length)
		m.add(`<td class="r">`)
		m.text(p.Similarity)
		m.add("<td>")
		m.card(p.Card)
	}
	m.add("</tbody></table></div>\n")
}
