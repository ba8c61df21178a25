package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/console"
)

// A dayFlags selects days.
type dayFlags struct {
	day, from, to string
	long          bool
}

func (d *dayFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&d.day, "day", "", "one `date`, such as 2026-01-02, today or yesterday")
	f.StringVar(&d.from, "from", "", "the first `date`")
	f.StringVar(&d.to, "to", "", "the last `date`")
	f.BoolVar(&d.long, "long", false, "allow more than a year, which is usually a mistake")
}

// maxDays is the longest range without --long.
const maxDays = 366

// days returns the days of the flags. Without flags they are the days from and to days after today. A range without
// --to ends on the latter.
func (d *dayFlags) days(zone *time.Location, now time.Time, from, to int) (console.DateRange, error) {
	today := console.DateOf(now.In(zone))
	r := console.DateRange{From: today.AddDays(from), To: today.AddDays(to), Long: d.long}
	if d.day != "" && (d.from != "" || d.to != "") {
		return r, usagef("--day is for one day, --from and --to are for several: use one or the other")
	}
	if d.to != "" && d.from == "" {
		return r, usagef("--to needs --from")
	}
	for _, f := range []struct {
		flag, text string
		dates      []*console.Date
	}{{"day", d.day, []*console.Date{&r.From, &r.To}}, {"from", d.from, []*console.Date{&r.From}}, {"to", d.to, []*console.Date{&r.To}}} {
		if f.text == "" {
			continue
		}
		date, err := dateOf(f.flag, f.text, today)
		if err != nil {
			return r, err
		}
		for _, at := range f.dates {
			*at = date
		}
	}
	switch {
	case r.To.Before(r.From) && d.to == "":
		return r, usagef("--from is %v, which is after %v: give --to, too", r.From, r.To)
	case r.To.Before(r.From):
		return r, usagef("--to is %v, which is before --from, %v", r.To, r.From)
	case r.From.AddDays(maxDays-1).Before(r.To) && !d.long:
		return r, usagef("%v to %v is more than a year: if that is intended, add --long", r.From, r.To)
	}
	return r, nil
}

// dateOf parses a date.
func dateOf(flag, text string, today console.Date) (console.Date, error) {
	switch text {
	case "today":
		return today, nil
	case "yesterday":
		return today.AddDays(-1), nil
	}
	date, err := console.ParseDate(text)
	if err != nil {
		return date, usagef("--%s is %.40q, which is not a date: use the form 2026-01-02, today or yesterday", flag, text)
	}
	return date, nil
}
