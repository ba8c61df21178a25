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
		days = append(days, day{from, to, sorted[:n]})
		sorted = sorted[n:]
	}
	return days
}

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

// day prepares the plays of a date, and counts them.
func (o *overview) day(n int, of day) *dayView {
	from, to, plays := of.from, of.to, of.plays
	d := &dayView{Anchor: "d" + strconv.Itoa(n), Date: from.Format("2006-01-02"), Timeline: &timeline{Ticks: ticks(3600)}}
	hours := make([][]bar, int((to.Sub(from)+time.Hour-1)/time.Hour))
	seconds := 0.0
	for i := range plays {
		play := &plays[i]
		c := cardOf(&play.Music)
		length := max(play.Length, 0)
		row := playRow{Anchor: d.Anchor + "-" + strconv.Itoa(i+1), At: play.Start.In(from.Location()).Format("15:04:05"), Length: dash, Similarity: dash, Card: &c}
		if length > 0 {
			row.Length = clockOf(length)
		}
		if s := play.Music.Score; s != nil {
			row.Similarity = percent(*s)
		}
		d.Plays = append(d.Plays, row)
		seconds += length.Seconds()
		o.play(&c, length.Seconds())
		begin := play.Start.Sub(from)
		end := min(begin, to.Sub(from)) + min(length, to.Sub(from)-begin)
		for h := int(begin / time.Hour); h < len(hours); h++ {
			first := time.Duration(h) * time.Hour
			if h > int(begin/time.Hour) && end <= first {
				break
			}
			hours[h] = append(hours[h], barOf(&row, play, max(begin-first, 0), min(end-first, time.Hour)))
		}
	}
	for h, bars := range hours {
		l := lane{Name: from.Add(time.Duration(h) * time.Hour).Format("15:04"), Class: "m"}
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

// barOf is the bar of a play, or of its part within one hour.
func barOf(row *playRow, play *Play, begin, end time.Duration) bar {
	name := row.Card.name()
	b := bar{Href: row.Anchor, Label: name, Text: row.At + ": " + name}
	if play.Kind == PlayCustom {
		b.Class = "o"
	}
	b.place(begin.Seconds(), end.Seconds(), 3600)
	return b
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
