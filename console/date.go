package console

import (
	"fmt"
	"time"
)

// A Date is a day of the calendar, in no particular time zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the date of a time, in the time's own zone.
func DateOf(t time.Time) Date {
	var d Date
	d.Year, d.Month, d.Day = t.Date()
	return d
}

// ParseDate parses "2006-01-02" or "20060102". Any other text is an [*acrcloud.ArgumentError].
func ParseDate(text string) (Date, error) {
	for _, layout := range []string{time.DateOnly, compactDate} {
		if t, err := time.Parse(layout, text); err == nil {
			return DateOf(t), nil
		}
	}
	return Date{}, refuse("date", fmt.Sprintf("is %.40q, which is not a date", text), `use a text such as "2006-01-02"`)
}

// compactDate is the format of dates in monitoring.
const compactDate = "20060102"

// String returns the date as "2006-01-02".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// compact returns the date as "20060102".
func (d Date) compact() string { return fmt.Sprintf("%04d%02d%02d", d.Year, int(d.Month), d.Day) }

// AddDays returns the date n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.utc().AddDate(0, 0, n)) }

// Before reports whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.utc().Before(other.utc()) }

// In returns the first moment of the day in a time zone; nil means UTC.
func (d Date) In(zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
	for DateOf(t).Before(d) { // clocks are changed at midnight: the day begins later
		t = t.Add(15 * time.Minute)
	}
	return t
}

// IsZero reports whether the date was never set.
func (d Date) IsZero() bool { return d == Date{} }

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// check refuses an invalid date.
func (d Date) check(field string) error {
	switch {
	case d.IsZero():
		return refuse(field, "is not set", "set it, such as with DateOf or ParseDate")
	case DateOf(d.utc()) != d || d.Year < 1 || d.Year > 9999:
		return refuse(field, "is "+d.String()+", which is not a date", "use a day of the calendar, such as with DateOf or ParseDate")
	}
	return nil
}

// A DateRange is the days from From to To, both included. A zero To means From only.
type DateRange struct {
	From, To Date

	// Long allows more than 366 days, which is otherwise taken for a mistake.
	Long bool
}

// maxDays is the longest range that is not Long.
const maxDays = 366

// check refuses an invalid range, and sets To if it is zero.
func (r *DateRange) check(field string) error {
	if r.To.IsZero() {
		r.To = r.From
	}
	if err := r.From.check(field + ".From"); err != nil {
		return err
	}
	if err := r.To.check(field + ".To"); err != nil {
		return err
	}
	switch n := r.days(); {
	case n < 1:
		return refuse(field, "ends before it begins", "exchange From and To")
	case n > maxDays && !r.Long:
		return refuse(field, fmt.Sprintf("has %d days", n), "set Long if this is intended")
	}
	return nil
}

// days returns the number of days.
func (r *DateRange) days() int { return int(r.To.utc().Sub(r.From.utc())/(24*time.Hour)) + 1 }
