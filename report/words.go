package report

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// dash is shown for a missing value.
const dash = "–"

// usable reports whether a number of seconds can be a position: it is finite, and within the 31 years that filescan's
// rules allow.
func usable(seconds float64) bool { return math.Abs(seconds) <= 1e9 }

// clock writes seconds as h:mm:ss, with tenths if there are any.
func clock(seconds float64) string {
	var room [24]byte
	return string(appendClock(room[:0], seconds))
}

// span writes when something begins and ends.
func span(from, to float64) string {
	var room [64]byte
	return string(appendClock(append(appendClock(room[:0], from), " to "...), to))
}

func appendClock(b []byte, seconds float64) []byte {
	if !usable(seconds) {
		return append(b, "unknown"...)
	}
	tenths := int64(math.Round(seconds * 10))
	if tenths < 0 {
		b, tenths = append(b, "\u2212"...), -tenths
	}
	whole := tenths / 10
	minutes, rest := whole/60, whole%60
	if minutes >= 60 {
		b = append(strconv.AppendInt(b, minutes/60, 10), ':')
		minutes %= 60
		if minutes < 10 {
			b = append(b, '0')
		}
	}
	b = append(strconv.AppendInt(b, minutes, 10), ':')
	if rest < 10 {
		b = append(b, '0')
	}
	b = strconv.AppendInt(b, rest, 10)
	if tenths%10 != 0 {
		b = append(b, '.', byte('0'+tenths%10))
	}
	return b
}

// clockOf writes a Duration as clock does.
func clockOf(d time.Duration) string { return clock(d.Seconds()) }

// number formats a number with at most the given number of decimals.
func number(v float64, decimals int) string { return measure(v, decimals, "") }

// measure formats a number with its unit.
func measure(v float64, decimals int, unit string) string {
	var room [48]byte
	return string(append(appendNumber(room[:0], v, decimals), unit...))
}

func appendNumber(b []byte, v float64, decimals int) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, "not a number"...)
	case math.IsInf(v, 0):
		return append(b, "infinite"...)
	}
	start := len(b)
	b = strconv.AppendFloat(b, v, 'f', decimals, 64)
	if bytes.IndexByte(b[start:], '.') >= 0 {
		b = bytes.TrimRight(bytes.TrimRight(b, "0"), ".")
	}
	switch {
	case b[start] != '-':
		return b
	case string(b[start:]) == "-0":
		return append(b[:start], '0')
	}
	return slices.Replace(b, start, start+1, []byte("\u2212")...)
}

func percent(v float64) string { return measure(v, 1, " %") }

// share is a part of a whole in percent, without false precision.
func share(part, whole float64) string {
	if !(whole > 0) || !usable(part) {
		return ""
	}
	p := 100 * min(part/whole, 1)
	if p > 0 && p < 0.5 {
		return "under 1 %"
	}
	return measure(p, 0, " %")
}

// alteration describes how tempo and pitch differ from the recording's. The service states the tempo as a ratio of
// lengths, so a larger value is slower; for pitch, a larger value is taken to be higher.
func alteration(tempo, pitch *float64) string {
	switch {
	case tempo == nil && pitch == nil:
		return dash
	case tempo == nil:
		return differs(pitch, "higher", "lower", "pitch unchanged")
	case pitch == nil:
		return differs(tempo, "slower", "faster", "tempo unchanged")
	case *tempo == 0 && *pitch == 0:
		return "unchanged"
	case *pitch == 0:
		return differs(tempo, "slower", "faster", "")
	case *tempo == 0:
		return differs(pitch, "higher", "lower", "")
	}
	return differs(tempo, "slower", "faster", "") + ", " + differs(pitch, "higher", "lower", "")
}

func differs(skew *float64, more, less, same string) string {
	v := *skew
	switch {
	case v > 0:
		return measure(100*v, 1, " % "+more)
	case v < 0:
		return measure(-100*v, 1, " % "+less)
	case v == 0:
		return same
	}
	return "unknown"
}

// plural writes a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// grouped separates thousands with a narrow no-break space, as in ISO 80000.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	if n < 10_000 {
		return digits
	}
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString("\u202f")
		}
		b.WriteRune(c)
	}
	return b.String()
}

// brief shortens text whose full form appears elsewhere or is not needed.
func brief(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n++; n < most {
			continue
		}
		s = strings.TrimRight(s[:i], " ") + "…"
		if open := strings.Count(s, "\u2068") - strings.Count(s, "\u2069"); open > 0 {
			s += strings.Repeat("\u2069", open)
		}
		break
	}
	return s
}

// clean makes text safe for a page: characters that are invisible, control a terminal or reorder text are escaped, as
// everywhere in the SDK. Right-to-left text is isolated from the text around it.
func clean(s string) string {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return cleanSlowly(s)
		}
	}
	return s
}

func cleanSlowly(s string) string {
	s = text.Terminal(s)
	if strings.ContainsFunc(s, rightToLeft) {
		return "\u2068" + s + "\u2069"
	}
	return s
}

// rightToLeft reports whether a character belongs to a right-to-left script, or marks such text.
func rightToLeft(r rune) bool {
	return (r >= 0x0590 && r <= 0x08ff) || (r >= 0xfb1d && r <= 0xfdff) || (r >= 0xfe70 && r <= 0xfefc) || (r >= 0x10800 && r <= 0x10fff) || (r >= 0x1e800 && r <= 0x1efff)
}

// joined joins the cleaned texts that are not empty.
func joined(texts []string) string {
	switch len(texts) {
	case 0:
		return ""
	case 1:
		return clean(texts[0])
	}
	var b strings.Builder
	for _, text := range texts {
		if text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(clean(text))
	}
	return b.String()
}
