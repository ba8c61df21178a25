package report

import (
	"hash/maphash"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// An overview sums up many files, in memory that does not grow with their number.
type overview struct {
	files      int
	matches    int
	seconds    float64 // of all files
	byRisk     map[filescan.Risk]int
	similar    [10]int // by tens of percent
	unscored   int
	recordings top
	labels     top
	seed       maphash.Seed
}

func newOverview() *overview {
	return &overview{byRisk: map[filescan.Risk]int{}, seed: maphash.MakeSeed()}
}

// add counts a file.
func (o *overview) add(v *fileView) {
	o.files++
	o.byRisk[v.assessment.Risk]++
	o.seconds += v.duration
	labels := map[string]float64{}
	for _, s := range v.Sections {
		o.matches += s.Count
		for _, m := range s.matches {
			if m.similarity < 0 {
				o.unscored++
				continue
			}
			o.similar[int(min(max(m.similarity, 0)/10, 9))]++
		}
		for _, g := range s.Groups {
			if g.Card.id != "" {
				o.recordings.add(o.key(s.Class+g.Card.id), g.Card.Title, g.Card.Artists, g.seconds)
			}
			if g.Card.label != "" {
				labels[g.Card.label] += g.seconds
			}
		}
	}
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		o.labels.add(o.key(label), label, "", labels[label])
	}
}

// key returns a short key for a text of any length.
func (o *overview) key(text string) string {
	if len(text) <= 64 {
		return text
	}
	return strconv.FormatUint(maphash.String(o.seed, text), 36)
}

// A summary is an overview as shown on a page.
type summary struct {
	Risks      []riskCount
	Lines      string
	Histogram  []column
	Unscored   string
	Recordings []*tally
	Labels     []*tally
	Incomplete string
}

// A riskCount is the number of files with a risk.
type riskCount struct {
	Class, Word, Count string
	Share              string
}

// A column is one of the histogram.
type column struct {
	X, Y, H, Middle string
	Range, Count    string
}

// most is the number of recordings and labels shown.
const most = 10

func (o *overview) summary() *summary {
	s := &summary{Recordings: o.recordings.best(), Labels: o.labels.best()}
	for _, r := range risks {
		n := o.byRisk[r]
		s.Risks = append(s.Risks, riskCount{Class: r.String(), Word: riskWords[r], Count: grouped(n), Share: share(float64(n), float64(o.files))})
	}
	var l line
	l.add("", plural(o.files, "file", "files"))
	if o.seconds > 0 {
		l.add("", clock(o.seconds)+" of audio")
	}
	l.add("", plural(o.matches, "match", "matches"))
	s.Lines = l.String()
	highest := 0
	for _, n := range o.similar {
		highest = max(highest, n)
	}
	if highest == 0 {
		return s
	}
	for i, n := range o.similar {
		height := math.Round(90 * float64(n) / float64(highest))
		if n > 0 {
			height = max(height, 2)
		}
		upper := strconv.Itoa(10*i + 9)
		if i == len(o.similar)-1 {
			upper = "100"
		}
		s.Histogram = append(s.Histogram, column{
			X: coordinate(10*float64(i) + 0.6), Middle: coordinate(10*float64(i) + 5), Y: coordinate(108 - height), H: coordinate(height),
			Range: strconv.Itoa(10*i) + "\u2013" + upper, Count: grouped(n),
		})
	}
	if o.unscored > 0 {
		s.Unscored = plural(o.unscored, "match has", "matches have") + " no similarity, as is usual for covers."
	}
	return s
}
