package lenient

import (
	"bytes"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// maxTime bounds the text of a time.
const maxTime = 64

// readTime reads a time from text, from a number, or from the object that PHP makes of a DateTime.
func readTime(s *scanner, target reflect.Value) outcome {
	var t time.Time
	how := misfit
	switch c := s.data[s.pos]; {
	case c == 'n':
		return readNothing(s, target)
	case c == '{':
		t, how = s.phpTime()
	case c == '"':
		t, how = parseTime(bytes.TrimSpace(s.text()), nil)
	case '0' <= c && c <= '9':
		t, how = parseTime(s.scalar(), nil)
	}
	if how != fit {
		return how
	}
	if t = t.UTC(); t.Year() < 1 || t.Year() > 9999 || !s.budget.pay(32) {
		return misfit
	}
	target.Set(reflect.ValueOf(t))
	return fit
}

// writeTime writes the service's own spelling, with more digits only where they say something.
func writeTime(enc *jsontext.Encoder, source reflect.Value) error {
	t := source.Interface().(time.Time).UTC()
	layout := "2006-01-02T15:04:05.000000Z"
	if t.Nanosecond()%1000 != 0 {
		layout = "2006-01-02T15:04:05.000000000Z"
	}
	return enc.WriteToken(jsontext.String(t.Format(layout)))
}

// phpTime reads {"date": "2024-01-02 03:04:05.000000", "timezone_type": 3, "timezone": "UTC"}.
func (s *scanner) phpTime() (time.Time, outcome) {
	var date []byte
	zone := time.UTC
	s.pos++
	for s.next() != '}' {
		member := s.text()
		isDate, isZone, isType := string(member) == "date", string(member) == "timezone", string(member) == "timezone_type"
		quoted := s.next() == '"'
		switch {
		case isDate && quoted:
			text := bytes.TrimSpace(s.text())
			date = bytes.Clone(text[:min(len(text), maxTime+1)]) // what is longer is no time
		case isZone && quoted:
			if zone = s.zone(bytes.TrimSpace(s.text())); zone == nil {
				return time.Time{}, misfit
			}
		case isType:
			s.skip()
		default:
			return time.Time{}, misfit
		}
	}
	s.pos++
	if date == nil {
		return time.Time{}, misfit
	}
	return parseTime(date, zone)
}

// zone finds a time zone by its offset or its name, which the system may not know.
func (s *scanner) zone(name []byte) *time.Location {
	if offset, ok := parseOffset(string(name[:min(len(name), maxTime)])); ok {
		return offset
	}
	if len(name) > maxTime || !bytes.Contains(name, []byte("/")) || !s.budget.pay(16<<10) {
		return nil // abbreviations mean different zones in different places
	}
	zone, err := time.LoadLocation(string(name))
	if err != nil {
		return nil
	}
	return zone
}

// parseTime reads what PHP, MySQL and JavaScript write for a time: a date with or without a time of day and a zone, seconds or
// milliseconds since 1970, or nothing but zeros, which is nothing. Where no zone is given it is in the one named, or in UTC.
func parseTime(data []byte, zone *time.Location) (time.Time, outcome) {
	if len(data) > maxTime {
		return time.Time{}, misfit
	}
	text := string(data)
	zeros := strings.Contains(text, "0") && strings.Trim(text, "0-:T. Z") == ""
	if text == "" || zeros || strings.HasPrefix(text, "-0001-11-30") { // the latter is what PHP makes of MySQL's zeros
		return time.Time{}, nothing
	}
	if zone == nil {
		zone = time.UTC
	}
	if t, ok := parseUnix(text); ok {
		return t, fit
	}
	if t, err := time.ParseInLocation("20060102", text, zone); err == nil {
		return t, fit
	}
	if weekday, rest, ok := strings.Cut(text, ", "); ok {
		return parseDayFirst(weekday, rest, zone)
	}
	return parseISO(spaced(text), zone)
}

// spaced writes the signs between the parts of a time that is written without them: 20060102150405.5, 20060102T150405Z.
func spaced(text string) string {
	const date, clock = len("20060102"), len("150405")
	rest := text
	digits := func(n int) string {
		if len(rest) < n || strings.Trim(rest[:n], "0123456789") != "" {
			return ""
		}
		part := rest[:n]
		rest = rest[n:]
		return part
	}
	d := digits(date)
	rest = strings.TrimPrefix(rest, "T")
	c := digits(clock)
	if d == "" || c == "" {
		return text
	}
	return d[:4] + "-" + d[4:6] + "-" + d[6:] + " " + c[:2] + ":" + c[2:4] + ":" + c[4:] + rest
}

// parseDayFirst reads what follows the weekday in the formats of RFC 822, 850, 1036, 1123, 2822 and 7231, and in that of cookies.
func parseDayFirst(weekday, rest string, zone *time.Location) (time.Time, outcome) {
	known := false
	for d := range 7 {
		name := time.Weekday(d).String()
		known = known || weekday == name || weekday == name[:3]
	}
	if i := strings.LastIndexByte(rest, ' '); i > 0 && (!strings.Contains(rest[i:], ":") || strings.ContainsAny(rest[i:], "+-")) {
		named, ok := parseOffset(strings.TrimSpace(rest[i:]))
		if !ok {
			return time.Time{}, misfit
		}
		rest, zone = rest[:i], named
	}
	for _, layout := range []string{"2 Jan 2006 15:04:05", "2 Jan 06 15:04:05", "02-Jan-2006 15:04:05", "02-Jan-06 15:04:05"} {
		if t, err := time.ParseInLocation(layout, rest, zone); err == nil && known {
			return t, fit
		}
	}
	return time.Time{}, misfit
}

// parseISO reads "2006-01-02 15:04:05.000000 +00:00" and all that is left of it when parts are left out.
func parseISO(text string, zone *time.Location) (time.Time, outcome) {
	const date, clock = len(time.DateOnly), len(time.DateTime)
	if len(text) < date {
		return time.Time{}, misfit
	}
	if len(text) == date {
		text += " 00:00:00"
	}
	if text[4] == '/' && text[7] == '/' {
		text = text[:4] + "-" + text[5:7] + "-" + text[8:]
	}
	if c := text[date]; c != ' ' && c != 'T' && c != 't' {
		return time.Time{}, misfit
	}
	if hour := date + len(" 15:04"); len(text) == hour || len(text) > hour && text[hour] != ':' {
		text = text[:hour] + ":00" + text[hour:]
	}
	if len(text) < clock {
		return time.Time{}, misfit
	}
	rest := text[clock:]
	fraction := 0
	if strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, ",") {
		digits := strings.TrimLeft(rest[1:], "0123456789")
		digits = rest[1 : len(rest)-len(digits)]
		rest = rest[1+len(digits):]
		if fraction = nanoseconds(digits); fraction < 0 {
			return time.Time{}, misfit
		}
	}
	if rest = strings.TrimSpace(rest); rest != "" {
		var ok bool
		if zone, ok = parseOffset(rest); !ok {
			return time.Time{}, misfit
		}
	}
	t, err := time.ParseInLocation(time.DateTime, text[:date]+" "+text[date+1:clock], zone)
	if err != nil {
		return time.Time{}, misfit
	}
	return t.Add(time.Duration(fraction)), fit
}

// nanoseconds reads the digits behind the point of a second; -1 if there are none.
func nanoseconds(digits string) int {
	if digits == "" {
		return -1
	}
	n, err := strconv.Atoi((digits + "000000000")[:9])
	if err != nil {
		return -1
	}
	return n
}

// parseOffset reads a zone that is written as an offset, or as UTC in one of its names.
func parseOffset(text string) (*time.Location, bool) {
	switch text = strings.ToUpper(text); text {
	case "Z", "UTC", "GMT":
		return time.UTC, true
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "GMT"), "UTC")
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if len(text) == len(layout) {
			if t, err := time.Parse(layout, text); err == nil {
				_, seconds := t.Zone()
				return time.FixedZone("", seconds), true
			}
		}
	}
	return nil, false
}

// parseUnix reads the time since 1970 in seconds, in milliseconds or in microseconds, from 1973 to 2286, where the three cannot be
// mixed up, nor taken for a date in digits.
func parseUnix(text string) (time.Time, bool) {
	whole, fraction, hasFraction := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || whole[0] == '+' || whole[0] == '-' {
		return time.Time{}, false
	}
	part := 0
	if hasFraction {
		if part = nanoseconds(fraction); part < 0 || strings.Trim(fraction, "0123456789") != "" {
			return time.Time{}, false
		}
	}
	const first, last = 1e8, 1e10 // in seconds
	switch {
	case n >= first && n < last && len(whole) >= 9:
		return time.Unix(n, int64(part)), true
	case n >= first*1e3 && n < last*1e3:
		return time.UnixMilli(n).Add(time.Duration(part / 1e3)), true
	case n >= first*1e6 && n < last*1e6:
		return time.UnixMicro(n).Add(time.Duration(part / 1e6)), true
	}
	return time.Time{}, false
}
