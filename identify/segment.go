package identify

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A Segment is a part of a recording in which one track was playing. [Merge] joins windows to segments. (filescan.Segment is a part of
// a file with music or speech.)
//
// Its times are no more exact than the windows. Within a window they are the service's own offsets. It is not known how exact those are.
// Without offsets the times are those of the whole window, 12 seconds. Audio between two windows was not identified: with
// WindowsOptions.Every of 30 seconds, what was played may have begun up to 18 seconds before Start and ended up to 18 seconds after End.
type Segment struct {
	Start   time.Duration // in the recording
	End     time.Duration // in the recording
	Windows int           // in how many windows it was recognised

	// Best is the track, from the window with the best score.
	Best Candidate

	// Others are different recordings that were recognised at the same time, such as releases that share the audio; the one that was
	// recognised for longest first.
	Others []Candidate
}

// Merge reads all windows of a recording and joins neighbours in which the same recording or custom file continues: the
// same ACRID, and offsets in the recording that fit the time between the windows, or, where the service gives no
// offsets, windows that follow each other. A gap between two windows is taken for played if the offsets fit across it;
// windows that failed are left out. Humming and channels are not merged.
//
// Segments are in the order of their beginnings. If several recordings were recognised at the same time, the segment is
// of the one that was recognised in more windows, or else has the better score; the others are in Segment.Others. A
// song that ends within a window and the next one are separate segments.
//
// The error is the one that ended the windows. The segments up to there are returned beside it.
func Merge(windows iter.Seq2[*Window, error]) ([]Segment, error) {
	if windows == nil {
		return nil, &acrcloud.ArgumentError{Field: "windows", Problem: "is nil", Remedy: "give Merge what Client.Windows returns"}
	}
	var m merger
	for w, err := range windows {
		if err != nil {
			return m.segments(), err
		}
		if w != nil {
			m.add(w)
		}
	}
	return m.segments(), nil
}

// A run is one recording over consecutive windows.
type run struct {
	Segment
	index  int // of the last window that it was recognised in
	offset time.Duration
	known  bool // offset is: how far the recording is ahead of the time in the window
}

// A merger collects runs.
type merger struct {
	runs  []*run
	of    map[string][]*run // by what they are of, so that long recordings take no longer than their length
	index int
}

// tolerance is how far offsets may be off, besides the drift of what plays a little fast or slow.
const tolerance = 1500 * time.Millisecond

func (m *merger) add(w *Window) {
	m.index++
	if w.Result == nil { // it has failed
		return
	}
	taken := map[*run]bool{}
	for _, c := range w.Result.Top(-1) {
		if c.Music == nil && c.Custom == nil {
			continue
		}
		next := newRun(c, w, m.index)
		if r := m.before(next, taken); r != nil {
			taken[r] = true
			r.extend(next)
			continue
		}
		taken[next] = true
		m.runs = append(m.runs, next)
		if what := recordingOf(c); what != "" {
			if m.of == nil {
				m.of = map[string][]*run{}
			}
			m.of[what] = append(m.of[what], next)
		}
	}
}

// newRun is what one window says of one recording.
func newRun(c Candidate, w *Window, index int) *run {
	o := offsetsOf(c)
	r := &run{Segment: Segment{Start: w.Start, End: w.End, Windows: 1, Best: c}, index: index}
	if o.sampleBegin != nil && o.sampleEnd != nil && *o.sampleEnd > *o.sampleBegin {
		r.Start = min(max(w.Start+milliseconds(*o.sampleBegin), w.Start), w.End)
		r.End = min(max(w.Start+milliseconds(*o.sampleEnd), w.Start), w.End)
	}
	switch {
	case o.dbBegin != nil:
		r.offset, r.known = milliseconds(*o.dbBegin)-r.Start, true
	case o.play != nil: // the position at the end of the sample
		r.offset, r.known = milliseconds(*o.play)-w.End, true
	}
	return r
}

// before finds the run that continues in next.
func (m *merger) before(next *run, taken map[*run]bool) *run {
	for _, r := range slices.Backward(m.of[recordingOf(next.Best)]) {
		if taken[r] {
			continue
		}
		if r.known && next.known {
			off := max(next.offset-r.offset, r.offset-next.offset)
			if off <= tolerance+max(next.Start-r.End, 0)/30 {
				return r
			}
			continue
		}
		if r.index+1 >= next.index {
			return r
		}
	}
	return nil
}

// recordingOf names what a candidate is of: by its title where there is no id, and not at all where there is neither.
func recordingOf(c Candidate) string {
	switch {
	case c.ACRID != "":
		return string(c.Kind) + " id " + c.ACRID
	case c.Title != "":
		return string(c.Kind) + " title " + c.Title
	}
	return ""
}

func (r *run) extend(next *run) {
	r.Start, r.End = min(r.Start, next.Start), max(r.End, next.End)
	r.Windows++
	r.index, r.offset, r.known = next.index, next.offset, next.known
	if next.Best.Score > r.Best.Score {
		r.Best = next.Best
	}
}

// segments picks of what was recognised at one time what there is most reason to believe.
func (m *merger) segments() []Segment {
	slices.SortStableFunc(m.runs, func(a, b *run) int {
		return cmp.Or(cmp.Compare(b.Windows, a.Windows), cmp.Compare(b.Best.Score, a.Best.Score), cmp.Compare(b.End-b.Start, a.End-a.Start))
	})
	var chosen []*Segment
	at := shelf{}
	for _, r := range m.runs {
		if n := at.covering(chosen, r); n >= 0 {
			chosen[n].addOther(r.Best)
			continue
		}
		at.add(len(chosen), r)
		chosen = append(chosen, &r.Segment)
	}
	list := make([]Segment, 0, len(chosen))
	for _, s := range chosen {
		list = append(list, *s)
	}
	slices.SortStableFunc(list, func(a, b Segment) int { return cmp.Compare(a.Start, b.Start) })
	return list
}

// addOther adds a recording that the segment does not have.
func (s *Segment) addOther(c Candidate) {
	what := recordingOf(c)
	if what != "" && (what == recordingOf(s.Best) || slices.ContainsFunc(s.Others, func(o Candidate) bool { return recordingOf(o) == what })) {
		return
	}
	s.Others = append(s.Others, c)
}

// A shelf has the numbers of segments by the minutes that they are in, so that a long recording takes no longer than its length.
type shelf map[time.Duration][]int

func minutes(r *run) (first, last time.Duration) { return r.Start / time.Minute, r.End / time.Minute }

func (s shelf) add(n int, r *run) {
	for m, last := minutes(r); m <= last; m++ {
		s[m] = append(s[m], n)
	}
}

// covering finds the first segment that has more than half of a run, or -1.
func (s shelf) covering(chosen []*Segment, r *run) int {
	found := -1
	for m, last := minutes(r); m <= last; m++ {
		for _, n := range s[m] {
			common := min(chosen[n].End, r.End) - max(chosen[n].Start, r.Start)
			if 2*common > r.End-r.Start && (found < 0 || n < found) {
				found = n
			}
		}
	}
	return found
}

// offsets are those of a candidate, in milliseconds; nil where the service gives none.
type offsets struct{ sampleBegin, sampleEnd, dbBegin, play *int64 }

func offsetsOf(c Candidate) offsets {
	if m := c.Music; m != nil {
		return offsets{m.SampleBeginTimeOffsetMS, m.SampleEndTimeOffsetMS, m.DBBeginTimeOffsetMS, m.PlayOffsetMS}
	}
	var f acrcloud.CustomFile
	if c.Custom != nil {
		f = *c.Custom
	}
	return offsets{f.SampleBeginTimeOffsetMS, f.SampleEndTimeOffsetMS, f.DBBeginTimeOffsetMS, f.PlayOffsetMS}
}
