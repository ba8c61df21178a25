package report

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// A timeline shows positions in a file, a recording or an hour. Horizontal positions are in percent of its length, so
// that it fits any width; vertical ones are in pixels.
type timeline struct {
	Ticks []tick
	Lanes []lane
}

// A lane shows the bars of one kind.
type lane struct {
	Name   string
	Class  string // of its bars
	Note   string // about what has no position in it
	Pieces []piece
}

// A piece is the part of a lane that fits on a sheet of paper.
type piece struct {
	Height int
	Label  string // for screen readers
	Bars   []bar
}

// A bar is a range in which something was found.
type bar struct {
	X, W  string // in percent
	Y     int
	Class string // if it is not the lane's
	No    string // of the row with details
	Href  string // the anchor of the row with details
	Text  string // in words
	Label string // the part that fits into the bar; may be empty

	start, end float64
	row        int
}

// A tick is a time on the axis.
type tick struct {
	X      string
	Anchor string // of the text, in SVG's terms
	Text   string
}

const (
	rowHeight = 18 // of a bar and the space below it
	pieceRows = 36 // rows that fit on a sheet of paper
	thinnest  = 0.3
	labelled  = 6.0 // percent; shorter bars have no label
	numbered  = 1.7 // percent; shorter bars have no number

	// lettersPerPercent is how many letters fit into a percent of the widest page.
	lettersPerPercent = 2.6
)

// ticks marks round times from 0 to the end, seven at most.
func ticks(length float64) []tick {
	if !(length > 0) {
		return nil
	}
	step := tickStep(length)
	list := make([]tick, 0, 8)
	for at := 0.0; at < length-0.55*step; at += step {
		t := tick{X: coordinate(100 * at / length), Anchor: "middle", Text: clock(at)}
		if at == 0 {
			t.Anchor = "start"
		}
		list = append(list, t)
	}
	return append(list, tick{X: "100", Anchor: "end", Text: clock(length)})
}

// steps are round numbers of seconds.
var steps = []float64{1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 3 * 3600, 4 * 3600, 6 * 3600, 12 * 3600, 24 * 3600}

func tickStep(length float64) float64 {
	for _, s := range steps {
		if length <= 5.5*s {
			return s
		}
	}
	day := steps[len(steps)-1]
	return day * math.Ceil(length/day/5)
}

// coordinate formats a percentage.
func coordinate(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

// place sets the horizontal position of a bar. A bar outside the timeline is shown at its edge.
func (b *bar) place(start, end, length float64) {
	b.start, b.end = min(max(start, 0), length), min(max(end, start, 0), length)
	x, w := 0.0, 100.0
	if length > 0 {
		x, w = 100*b.start/length, 100*(b.end-b.start)/length
	}
	w = max(w, thinnest)
	x = min(x, 100-w)
	b.X, b.W = coordinate(x), coordinate(w)
	if w < labelled {
		b.Label = ""
	}
	b.Label = brief(b.Label, int(lettersPerPercent*w)+4)
	if w < numbered {
		b.No = ""
	}
}

// lay arranges bars in rows so that none overlap, and rows in pieces.
func (l *lane) lay(bars []bar, length float64) {
	slices.SortStableFunc(bars, func(a, b bar) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	var free rows
	count := 0
	gap := length * thinnest / 100 // the shortest width of a bar
	for i := range bars {
		b := &bars[i]
		if len(free) > 0 && free[0].end <= b.start {
			b.row = free[0].row
			free.extend(max(b.end, b.start+gap))
			continue
		}
		b.row = count
		count++
		free = free.push(row{b.row, max(b.end, b.start+gap)})
	}
	pieces := make([]piece, (count+pieceRows-1)/pieceRows)
	for i := range pieces {
		pieces[i].Height = rowHeight * min(pieceRows, count-i*pieceRows)
		pieces[i].Label = l.Name
		if len(pieces) > 1 {
			pieces[i].Label += ", part " + strconv.Itoa(i+1)
		}
	}
	for _, b := range bars {
		p := &pieces[b.row/pieceRows]
		b.Y = rowHeight*(b.row%pieceRows) + 1
		p.Bars = append(p.Bars, b)
	}
	l.Pieces = pieces
}

// A row is occupied until its last bar ends.
type row struct {
	row int
	end float64
}

// rows is a heap by when a row becomes free; of two, the upper comes first.
type rows []row

func (r rows) less(i, j int) bool {
	return cmp.Or(cmp.Compare(r[i].end, r[j].end), cmp.Compare(r[i].row, r[j].row)) < 0
}

// push adds a row.
func (r rows) push(added row) rows {
	r = append(r, added)
	for i := len(r) - 1; i > 0 && r.less(i, (i-1)/2); i = (i - 1) / 2 {
		r[i], r[(i-1)/2] = r[(i-1)/2], r[i]
	}
	return r
}

// extend occupies the first row for longer.
func (r rows) extend(end float64) {
	r[0].end = end
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(r); child++ {
			if r.less(child, least) {
				least = child
			}
		}
		if least == i {
			return
		}
		r[i], r[least] = r[least], r[i]
		i = least
	}
}
