package report

import (
	"slices"
	"strconv"
	"time"
)

// A dayView is the plays of a date as shown on a page.
type dayView struct {
	Anchor   string
	Date     string
	Meta     string
	Timeline *timeline
	Plays    []playRow
}

// A playRow is one play.
type playRow struct {
	Anchor, At, Length, Similarity string
	Card                           *card
}

// A day is a date with its plays, in their order.
type day struct {
	from, to time.Time
	plays    []Play
	running  []running // from the date before, at midnight
}

// A running play has begun on the date before.
type running struct {
	*Play
	anchor string // of its row there
}

// days sorts the plays by dates.
func (r *Report) days() []day {
	sorted := slices.Clone(r.plays)
	slices.SortStableFunc(sorted, func(a, b Play) int { return a.Start.Compare(b.Start) })
	var days []day
	for len(sorted) > 0 {
		from, to := r.dayAround(sorted[0].Start)
		n, _ := slices.BinarySearchFunc(sorted, to, func(a Play, t time.Time) int { return a.Start.Compare(t) })
		n = max(n, 1)
		d := day{from: from, to: to, plays: sorted[:n]}
		if last := len(days) - 1; last >= 0 && days[last].to.Equal(from) {
			d.running = days[last].after(last + 1)
		}
		days = append(days, d)
		sorted = sorted[n:]
	}
	return days
}

// after returns the plays that continue after midnight.
func (d *day) after(n int) (plays []running) {
	for i := range d.plays {
		if p := &d.plays[i]; p.Length > d.to.Sub(p.Start) {
			plays = append(plays, running{p, playAnchor(n, i)})
		}
	}
	return plays
}

// playAnchor is the anchor of a play on the nth date.
func playAnchor(n, i int) string { return "d" + strconv.Itoa(n) + "-" + strconv.Itoa(i+1) }

// plays writes a day for each date with plays.
func (p *page) plays() error {
	for i, d := range p.report.days() {
		v := p.overview.day(i+1, d)
		if err := p.execute(&p.body, "dayOpen", v); err != nil {
			return err
		}
		m := p.markup
		m.b = m.b[:0]
		m.add(`<div class="hours">`)
		m.timeline(v.Timeline)
		m.add("</div>\n<h3>Plays</h3>")
		m.plays(v)
		m.add("</section>\n")
		if _, err := p.body.Write(m.b); err != nil {
			return err
		}
	}
	return nil
}

// dayAround is the day that contains a time, from its first moment to that of the next day. A day on which clocks
// change has 23 or 25 hours.
func (r *Report) dayAround(t time.Time) (from, to time.Time) {
	where := r.Location
	if where == nil {
		where = time.UTC
	}
	t = t.In(where)
	return firstOf(t.Year(), t.Month(), t.Day(), where), firstOf(t.Year(), t.Month(), t.Day()+1, where)
}

// firstOf is the first moment of a date. It is not midnight if clocks change at that time.
func firstOf(year int, month time.Month, day int, where *time.Location) time.Time {
	noon := time.Date(year, month, day, 12, 0, 0, 0, where)
	t := time.Date(year, month, day, 0, 0, 0, 0, where)
	for t.Day() != noon.Day() {
		t = t.Add(30 * time.Minute)
	}
	return t
}

// day prepares the plays of a date, and counts them. A play that continues after midnight is shown on both dates, if
// the report has both, with an arrow.
func (o *overview) day(n int, of day) *dayView {
	from, to, plays := of.from, of.to, of.plays
	d := &dayView{Anchor: "d" + strconv.Itoa(n), Date: from.Format("2006-01-02"), Timeline: &timeline{Ticks: ticks(3600)}}
	h := hours{day: of, bars: make([][]bar, int((to.Sub(from)+time.Hour-1)/time.Hour))}
	for _, play := range of.running {
		c := cardOf(&play.Music)
		h.draw(play.Play, c.name(), play.anchor)
	}
	seconds := 0.0
	for i := range plays {
		play := &plays[i]
		c := cardOf(&play.Music)
		length := max(play.Length, 0)
		row := playRow{Anchor: playAnchor(n, i), At: play.Start.In(from.Location()).Format("15:04:05"), Length: dash, Similarity: dash, Card: &c}
		if length > 0 {
			row.Length = clockOf(length)
		}
		if length > to.Sub(play.Start) {
			row.Length += ", until " + play.Start.Add(length).In(from.Location()).Format("2006-01-02 15:04:05")
		}
		if s := play.Music.Score; s != nil {
			row.Similarity = percent(*s)
		}
		d.Plays = append(d.Plays, row)
		seconds += length.Seconds()
		o.play(&c, length.Seconds())
		h.draw(play, c.name(), row.Anchor)
	}
	for i, bars := range h.bars {
		l := lane{Name: from.Add(time.Duration(i) * time.Hour).Format("15:04"), Class: "m"}
		l.lay(bars, 3600)
		d.Timeline.Lanes = append(d.Timeline.Lanes, l)
	}
	var l line
	l.add("", plural(len(plays), "play", "plays"))
	if seconds > 0 {
		l.add("", clock(seconds)+" in all")
	}
	l.add("times in", from.Location().String())
	d.Meta = l.String()
	return d
}

// hours are the hours of a date, each with its bars.
type hours struct {
	day  day
	bars [][]bar
}

// draw adds the bars of a play, one for each hour in which it was on.
func (h *hours) draw(play *Play, name, anchor string) {
	day := h.day.to.Sub(h.day.from)
	begin, length := play.Start.Sub(h.day.from), max(play.Length, 0)
	end := min(begin, day) + min(length, day-begin)
	goesOn := length > day-begin
	b := bar{Href: anchor, Label: name, Text: play.Start.In(h.day.from.Location()).Format("15:04:05") + ": " + name}
	if play.Kind == PlayCustom {
		b.Class = "o"
	}
	switch {
	case begin < 0:
		b.Label, b.Text = "→ "+b.Label, b.Text+", since the day before"
	case goesOn:
		b.Text += ", continues after midnight"
	}
	for i := int(max(begin, 0) / time.Hour); i < len(h.bars); i++ {
		first := time.Duration(i) * time.Hour
		if first > begin && end <= first {
			break
		}
		b := b
		if goesOn && i == len(h.bars)-1 {
			b.Label, b.No = name+" →", "→" // the number's place, where there is none for more
		}
		b.place(max(begin-first, 0).Seconds(), min(end-first, time.Hour).Seconds(), 3600)
		h.bars[i] = append(h.bars[i], b)
	}
}

// play counts a play.
func (o *overview) play(c *card, seconds float64) {
	o.files++
	o.seconds += seconds
	if c.id != "" {
		o.recordings.add(o.key(c.id), c.Title, c.Artists, seconds)
	}
	if c.label != "" {
		o.labels.add(o.key(c.label), c.label, "", seconds)
	}
}

// playSummary sums up the plays.
func (o *overview) playSummary() *summary {
	s := &summary{Recordings: o.recordings.best(), Labels: o.labels.best()}
	var l line
	l.add("", plural(o.files, "play", "plays"))
	if o.seconds > 0 {
		l.add("", clock(o.seconds)+" in all")
	}
	s.Lines = l.String()
	return s
}
