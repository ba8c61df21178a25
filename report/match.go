package report

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
)

// A match is one row of a table: a part of the file where a recording was recognised.
type match struct {
	Anchor     string
	No         string // in the order of the file, in all sections
	Similarity string
	When       string // in the file, from and to
	Length     string
	Position   string // in the recording, from, to and of how much
	Change     string // of tempo and pitch
	Notes      []string
	Own        *card // the recording, if it differs from the group's

	card          *card
	start, length float64 // in the file, in seconds
	placed        bool    // start and length are usable
	similarity    float64 // -1: none
	begin, end    float64 // in the recording, in seconds; NaN: not known
}

// A group is a recording with all its matches.
type group struct {
	Card    *card
	Matches []*match
	Total   string // the length of the file that they cover together
	Parts   []part // the parts of the recording that they cover
	Best    string // similarity

	seconds float64
	best    float64
	first   float64
}

// A part is a part of a recording, in percent of its length.
type part struct{ X, W string }

// A section has the groups of one kind.
type section struct {
	Title  string
	Class  string
	Hint   string // explains the kind
	Groups []*group
	Sum    string // their number
	Count  int

	name    string // of the lane
	matches []*match
}

// matchOf makes the row of any kind of match.
func (s *section) matchOf(anchor string, m *filescan.Match, c card) *match {
	v := &match{
		Anchor: anchor + strconv.Itoa(len(s.matches)+1), card: &c, Similarity: dash, similarity: -1, start: m.Offset, length: m.PlayedDuration, begin: math.NaN(), end: math.NaN(),
	}
	if similarity, ok := m.Similarity(); ok && !math.IsNaN(similarity) {
		v.Similarity, v.similarity = percent(similarity), similarity
	}
	v.Change = alteration(m.TimeSkew, m.FrequencySkew)
	r := &m.Result
	v.position(r.DBBeginTimeOffsetMS, r.DBEndTimeOffsetMS)
	v.unread(m.Extra, "offset", "played_duration", "score", "time_skew", "frequency_skew", "result")
	v.unread(r.Extra, "acrid", "title", "artists", "album", "score", "duration_ms", "label", "release_date", "external_ids", "external_metadata", "contributors", "works",
		"rights_claim", "db_begin_time_offset_ms", "db_end_time_offset_ms")
	_, oddOffset := m.Extra["offset"]
	_, oddLength := m.Extra["played_duration"]
	v.placed = usable(v.start) && usable(v.length) && !oddOffset && !oddLength
	v.When, v.Length = dash, dash
	if usable(v.start) && !oddOffset {
		v.When = "from " + clock(v.start)
	}
	if usable(v.length) && !oddLength {
		v.Length = measure(v.length, 1, " s")
	}
	if v.placed {
		v.When = span(v.start, v.start+max(v.length, 0))
		if v.length < 0 {
			v.note("Its length is negative.")
		}
	} else {
		v.note("Its place in the file is not known.")
	}
	return v
}

func (m *match) note(text string) { m.Notes = append(m.Notes, text) }

// unread notes members whose values could not be read.
func (m *match) unread(extra map[string]json.RawMessage, names ...string) {
	if len(extra) == 0 {
		return
	}
	var odd []string
	for _, name := range names {
		if _, ok := extra[name]; ok {
			odd = append(odd, name)
		}
	}
	if len(odd) > 0 {
		m.note("Could not be read: " + strings.Join(odd, ", ") + ".")
	}
}

// position sets the position of the match in the recording.
func (m *match) position(begin, end *int64) {
	if begin != nil {
		m.begin = float64(*begin) / 1000
	}
	if end != nil {
		m.end = float64(*end) / 1000
	}
	switch {
	case begin != nil && end != nil:
		m.Position = span(m.begin, m.end)
	case begin != nil:
		m.Position = "from " + clock(m.begin)
	case end != nil:
		m.Position = "to " + clock(m.end)
	default:
		m.Position = dash
		return
	}
	if m.card.length > 0 {
		m.Position += " of " + clock(m.card.length)
	}
}

// clip notes a match that lies outside the file.
func (m *match) clip(duration float64) {
	switch {
	case !m.placed:
	case m.start < 0:
		m.note("It begins before the file does.")
	case duration > 0 && m.start >= duration && m.length > 0:
		m.note("It lies after the end of the file.")
	case duration > 0 && m.start+m.length > duration+1: // files' durations are often rounded to seconds
		m.note("It ends after the file does.")
	}
}

// add adds a match.
func (s *section) add(m *match) { s.matches = append(s.matches, m) }

// gather groups the matches by recording, the most similar first.
func (s *section) gather(duration float64, inOrder bool) {
	s.Count = len(s.matches)
	of := make(map[string]*group, len(s.matches))
	s.Groups = make([]*group, 0, len(s.matches))
	for _, m := range s.matches {
		m.clip(duration)
		g := of[m.card.id]
		if g == nil || m.card.id == "" {
			g = &group{Card: m.card, first: math.Inf(1), best: -1}
			s.Groups = append(s.Groups, g)
			of[m.card.id] = g
		} else if !g.Card.equal(m.card) {
			m.Own = m.card
		}
		g.Matches = append(g.Matches, m)
	}
	for _, g := range s.Groups {
		g.sum(duration)
	}
	s.Sum = plural(len(s.Groups), "recording", "recordings") + " in " + plural(s.Count, "place.", "places.")
	slices.SortStableFunc(s.Groups, func(a, b *group) int {
		if inOrder {
			return cmp.Compare(a.first, b.first)
		}
		return cmp.Or(cmp.Compare(math.Round(b.best), math.Round(a.best)), cmp.Compare(b.seconds, a.seconds), cmp.Compare(a.first, b.first))
	})
}

// sum adds up the length of a recording's matches.
func (g *group) sum(duration float64) {
	slices.SortStableFunc(g.Matches, func(a, b *match) int { return cmp.Compare(a.start, b.start) })
	reached, placed := 0.0, false
	for _, m := range g.Matches {
		g.best = max(g.best, m.similarity)
		if !m.placed {
			continue
		}
		placed = true
		start, end := max(m.start, 0), m.start+m.length
		if duration > 0 {
			end = min(end, duration)
		}
		g.first = min(g.first, start)
		if end > reached {
			g.seconds += end - max(start, reached)
			reached = end
		}
	}
	g.seconds = max(g.seconds, 0)
	g.Best = dash
	if g.best >= 0 {
		g.Best = percent(g.best)
	}
	if placed {
		g.Total = measure(g.seconds, 1, " s")
		if s := share(g.seconds, duration); s != "" {
			g.Total += ", " + s + " of the file"
		}
		if n := len(g.Matches); n > 1 {
			g.Total += ", in " + grouped(n) + " places"
		}
	} else {
		g.Total = "place not known"
	}
	g.locate()
}

// locate sets the parts of the recording that matches cover.
func (g *group) locate() {
	length := g.Card.length
	for _, m := range g.Matches {
		if m.Own != nil && m.Own.length > 0 {
			length = max(length, m.Own.length)
		}
	}
	for _, m := range g.Matches {
		if !(length > 0) || math.IsNaN(m.begin) || math.IsNaN(m.end) || m.end < m.begin {
			continue
		}
		var b bar
		b.place(m.begin, m.end, length)
		g.Parts = append(g.Parts, part{b.X, b.W})
	}
}

// countOff numbers all matches by their start.
func countOff(sections []*section) {
	var all []*match
	for _, s := range sections {
		all = append(all, s.matches...)
	}
	slices.SortStableFunc(all, func(a, b *match) int { return cmp.Compare(a.start, b.start) })
	for i, m := range all {
		m.No = strconv.Itoa(i + 1)
	}
}

// bars returns the matches as bars of a timeline.
func (s *section) bars(length float64) (bars []bar, unplaced int) {
	bars = make([]bar, 0, len(s.matches))
	for _, m := range s.matches {
		if !m.placed {
			unplaced++
			continue
		}
		name := m.card.name()
		b := bar{No: m.No, Href: m.Anchor, Text: m.When + ": " + name}
		if m.similarity >= 0 {
			b.Label = m.No + " · " + m.Similarity + " " + brief(name, 70)
		} else {
			b.Label = m.No + " · " + brief(name, 70)
		}
		b.place(m.start, m.start+m.length, length)
		bars = append(bars, b)
	}
	return bars, unplaced
}

// sectionsOf sorts all matches of a file into sections.
func sectionsOf(anchor string, r *filescan.Results) []*section {
	music := &section{Title: "Recordings", name: "Recordings", Class: "m", Hint: "Audio that sounds like a known recording or a part of it."}
	covers := &section{Title: "Covers", name: "Covers", Class: "c", Hint: "Other recordings of the same composition. Covers have no similarity."}
	own := &section{Title: "Own files", name: "Own files", Class: "o", Hint: "Audio of your own buckets."}
	if r == nil {
		return nil
	}
	for i := range r.Music {
		m := &r.Music[i]
		music.add(music.matchOf(anchor+"-m", m, cardOf(&m.Result)))
	}
	for i := range r.CoverSongs {
		m := &r.CoverSongs[i]
		covers.add(covers.matchOf(anchor+"-c", m, cardOf(&m.Result)))
	}
	for i := range r.CustomFiles {
		c := &r.CustomFiles[i]
		own.add(own.matchOf(anchor+"-o", customMatch(c), ownCard(&c.Result)))
	}
	return slices.DeleteFunc([]*section{music, covers, own}, func(s *section) bool { return len(s.matches) == 0 })
}

// customMatch returns the common fields of a match with one of your own files.
func customMatch(c *filescan.CustomMatch) *filescan.Match {
	m := &filescan.Match{Offset: c.Offset, PlayedDuration: c.PlayedDuration, Score: c.Score, Extra: c.Extra}
	m.Result.Score = c.Result.Score
	m.Result.DBBeginTimeOffsetMS, m.Result.DBEndTimeOffsetMS = c.Result.DBBeginTimeOffsetMS, c.Result.DBEndTimeOffsetMS
	m.TimeSkew, m.FrequencySkew = skewOf(c.Extra["time_skew"]), skewOf(c.Extra["frequency_skew"])
	if m.TimeSkew != nil || m.FrequencySkew != nil {
		m.Extra = maps.Clone(c.Extra) // not unread ones here
		delete(m.Extra, "time_skew")
		delete(m.Extra, "frequency_skew")
	}
	return m
}

func skewOf(data json.RawMessage) *float64 {
	var v *float64
	if json.Unmarshal(data, &v) != nil {
		return nil
	}
	return v
}

// segmentSections sorts the segments of a long recording into sections.
func segmentSections(anchor string, segments []identify.Segment) []*section {
	music := &section{Title: "Recordings", name: "Recordings", Class: "m", Hint: "The recordings that were played."}
	own := &section{Title: "Own files", name: "Own files", Class: "o", Hint: "Audio of your own buckets."}
	for i := range segments {
		s := &segments[i]
		c := &s.Best
		m := filescan.Match{Offset: s.Start.Seconds(), PlayedDuration: (s.End - s.Start).Seconds()}
		if c.Score > 0 {
			m.Score = &c.Score
		}
		in, letter := music, "-m"
		switch {
		case c.Custom != nil:
			in, letter = own, "-o"
			m.Result.DBBeginTimeOffsetMS, m.Result.DBEndTimeOffsetMS = c.Custom.DBBeginTimeOffsetMS, c.Custom.DBEndTimeOffsetMS
		case c.Music != nil:
			m.Result.DBBeginTimeOffsetMS, m.Result.DBEndTimeOffsetMS = c.Music.DBBeginTimeOffsetMS, c.Music.DBEndTimeOffsetMS
		}
		v := in.matchOf(anchor+letter, &m, candidateCard(c))
		v.note("Recognised in " + plural(s.Windows, "window.", "windows."))
		for j := range s.Others {
			other := candidateCard(&s.Others[j])
			var l line
			l.add("", other.Title)
			l.add("by", other.Artists)
			l.add("", other.Release)
			l.add("", other.IDs)
			v.note("Or, at the same time: " + l.String())
		}
		in.add(v)
	}
	return slices.DeleteFunc([]*section{music, own}, func(s *section) bool { return len(s.matches) == 0 })
}
