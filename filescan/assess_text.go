package filescan

import (
	"math"
	"strconv"
)

// A figure is the text of a reason while it is being written: a scan may have hundreds of rows.
type figure []byte

// figure begins another text about a match; the one before it is over.
func (a *assessor) figure() figure { return a.scratch[:0] }

func (f figure) text(s string) figure { return append(f, s...) }

// number writes two decimals at most. Whole hundredths are much quicker to write than the shortest form of a float.
func (f figure) number(v float64) figure {
	hundredths := math.Round(v * 100)
	if !(math.Abs(hundredths) < 1e15) { // NaN among them
		return strconv.AppendFloat(f, v, 'f', -1, 64)
	}
	n := int64(hundredths)
	if n < 0 {
		f, n = append(f, '-'), -n
	}
	f = strconv.AppendInt(f, n/100, 10)
	switch tenths, rest := byte(n/10%10), byte(n%10); { //nolint:gosec // digits
	case rest != 0:
		return append(f, '.', '0'+tenths, '0'+rest)
	case tenths != 0:
		return append(f, '.', '0'+tenths)
	}
	return f
}

// quote writes text as strconv.AppendQuote does, which looks at each character of it at length.
func (f figure) quote(s string) figure {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return strconv.AppendQuote(f, s)
		}
	}
	return append(append(append(f, '"'), s...), '"')
}

func (f figure) similarity(e *evidence) figure {
	if !e.scored {
		return f.text("no similarity is given")
	}
	return f.text("similarity ").number(e.similarity)
}

func (f figure) atLeast(threshold float64) figure { return f.text(", at least ").number(threshold) }

func (f figure) below(threshold float64) figure { return f.text(", below ").number(threshold) }

// match is the reason for what a rule says of a match.
func (a *assessor) match(rule string, e *evidence, f figure) Reason {
	a.scratch = f // its room is used again
	line := a.line[:0].quote(e.title)
	for i, name := range e.artists {
		if i == 0 {
			line = line.text(" by ").text(name)
			continue
		}
		line = line.text(", ").text(name)
	}
	line = line.text(" at ").number(e.start).text(" to ").number(e.end).text(" s (").number(e.end - e.start).text(" s): ")
	line = append(line, f...)
	a.line = line
	return Reason{Rule: rule, Text: string(line), Title: e.title, Artists: e.artists, ISRC: e.isrc, Start: e.start, End: e.end}
}

// number writes a figure with two decimals at most.
func number(v float64) string { return string(figure(nil).number(v)) }
