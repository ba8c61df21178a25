package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/internal/gaps"
	"github.com/musicchartsai/acrcloud-go/report"
)

// A playFlags selects plays and their time zone.
type playFlags struct {
	stationFlags
	dayFlags

	zone           string
	least, most    time.Duration
	country        string
	falsePositives bool
	inFlight       int
}

func (f *playFlags) register(c *cobra.Command) {
	f.stationFlags.register(c)
	flags := c.Flags()
	flags.DurationVar(&f.least, "min-duration", 0, "only plays of at least this duration, such as 30s")
	flags.DurationVar(&f.most, "max-duration", 0, "only plays of at most this duration, such as 15m (the service's default is 1h)")
	flags.StringVar(&f.country, "isrc-country", "", "only recordings with an ISRC of this `country`, such as DE")
	flags.BoolVar(&f.falsePositives, "false-positives", false, "include plays that the service considers false positives")
}

func (f *playFlags) registerDays(c *cobra.Command) {
	f.register(c)
	f.dayFlags.register(c)
	f.registerZone(c)
	c.Flags().IntVar(&f.inFlight, "in-flight", 2, "how many days to fetch at the same time, 1 to 64")
}

func (f *playFlags) registerZone(c *cobra.Command) {
	c.Flags().StringVar(&f.zone, "zone", "UTC", "time `zone` of days and times, such as Europe/Zurich, or local")
}

// filter returns the filter for the service.
func (f *playFlags) filter() (console.PlayFilter, error) {
	switch {
	case f.least < 0:
		return console.PlayFilter{}, usagef("--min-duration is %v: give a positive duration, such as 30s", f.least)
	case f.most < 0 || f.most > 0 && f.most < f.least:
		return console.PlayFilter{}, usagef("--max-duration is %v: give a duration that is longer than --min-duration", f.most)
	}
	return console.PlayFilter{MinDuration: f.least, MaxDuration: f.most, ISRCCountry: f.country, WithFalsePositives: f.falsePositives}, nil
}

// options returns the options for the days. Without flags they are the days from before days ago to yesterday.
func (f *playFlags) options(before int) (console.PlaysOptions, error) {
	filter, err := f.filter()
	if err != nil {
		return console.PlaysOptions{}, err
	}
	zone, err := zoneOf(f.zone)
	if err != nil {
		return console.PlaysOptions{}, err
	}
	if f.inFlight < 1 || f.inFlight > 64 {
		return console.PlaysOptions{}, usagef("--in-flight is %d: give a number from 1 to 64", f.inFlight)
	}
	days, err := f.days(zone, time.Now(), -before, -1)
	return console.PlaysOptions{Days: days, Filter: filter, Zone: zone, InFlight: f.inFlight}, err
}

func (p *program) playsCommand() *cobra.Command {
	c := group("plays", "Show, save and download what monitored stations have played",
		"Show and save what monitored stations have played. A station is a stream of your own, such as s-AbC12, or a channel of the service's\n"+
			"database, such as 238766; --project is the project that monitors it: 'acrcloud projects streams' and 'acrcloud projects channels' list both.\n"+
			"The commands only read; nothing is billed. The token needs the scope read-bm-cs-projects for streams and read-bm-bd-projects for channels.\n\n"+
			"Days are UTC days, as at the service, unless --zone names another time zone. How far back plays go depends on your plan; older days\n"+
			"are empty.",
		"  acrcloud plays list s-AbC12 --project 13528 --day yesterday --zone Europe/Zurich\n  acrcloud plays save s-AbC12 --project 13528 --from 2026-01-01 --dir log\n"+
			"  acrcloud plays recording s-AbC12 --project 13528 --at 2026-01-02T08:00:00Z --for 3m")
	c.Aliases = []string{"play"}
	c.AddCommand(p.listPlays(), p.lastPlays(), p.currentPlays(), p.listGaps(), p.savePlays(), p.stationState(), p.record())
	return c
}

// playFormats are the output formats of plays.
var playFormats = []string{formatTable, formatJSON, formatJSONL, formatCSV, formatHTML}

func (p *program) listPlays() *cobra.Command {
	var f playFlags
	c := &cobra.Command{
		Use: "list STATION...", Short: "Show what was played on one or more days",
		Long: "Show what stations have played: yesterday, or on the days of --day or --from and --to. -o csv, json and jsonl have more columns; -o html is\n" +
			"a page with a timeline of each day. If a day cannot be fetched, the days before it are complete, and the error names the day to continue\n" +
			"from. 'acrcloud plays save' keeps a file for each day, and fetches only the missing ones.",
		Example: "  acrcloud plays list s-AbC12 --project 13528 --day 2026-01-02 --zone Europe/Zurich\n  acrcloud plays list 238766 --project 179 --from 2026-01-01 --to 2026-01-31 -o csv > january.csv\n" +
			"  acrcloud plays list --mock --sample",
		Args: f.arguments(-1),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(playFormats...)
			if err != nil {
				return err
			}
			opts, err := f.options(1)
			if err != nil {
				return err
			}
			stations, err := p.stations(c.Context(), f.stationFlags, args)
			if err != nil {
				return err
			}
			return p.showPlays(format, len(stations) > 1, opts.Zone, titleOf(stations, opts.Days), func(yield func(*console.Play, error) bool) {
				for _, s := range stations {
					for play, err := range s.plays(c.Context(), opts) {
						if !yield(play, err) || err != nil {
							return
						}
					}
				}
			})
		},
	}
	f.registerDays(c)
	return c
}

// titleOf returns the title of a page.
func titleOf(stations []*monitored, days console.DateRange) string {
	title := joined(stations, func(s *monitored) string { return s.id }) + ", " + days.From.String()
	if days.From != days.To {
		title += " to " + days.To.String()
	}
	return title
}

// plays yields the plays of the days. An error says how to continue.
func (s *monitored) plays(ctx context.Context, opts console.PlaysOptions) iter.Seq2[*console.Play, error] {
	return func(yield func(*console.Play, error) bool) {
		for day, err := range s.days(ctx, opts) {
			if err != nil {
				yield(nil, s.failedDay(err, opts.Days.From))
				return
			}
			for _, play := range day.Plays {
				if !yield(play, nil) {
					return
				}
			}
		}
	}
}

// failed adds the station to an error.
func (s *monitored) failed(err error) error {
	if errors.Is(err, acrcloud.ErrNotFound) {
		return fmt.Errorf("%s: %w\n'acrcloud projects %s PROJECT' lists what a project monitors", s.id, err, s.kind)
	}
	return fmt.Errorf("%s: %w", s.id, err)
}

// failedDay adds the station to an error, and the day to continue from if there were days before it.
func (s *monitored) failedDay(err error, from console.Date) error {
	if day, ok := errors.AsType[*console.DayError](err); ok && day.Date != from {
		return fmt.Errorf("%w\nThe days before %v are complete: continue with --from %v", s.failed(err), day.Date, day.Date)
	}
	return s.failed(err)
}

// playTable returns the columns of a play in a table. The other formats are those of package console.
func playTable(zone *time.Location, several bool) []column[*console.Play] {
	item := func(get func(console.PlayItem) string) func(*console.Play) string {
		return func(play *console.Play) string {
			top, _ := play.Top()
			return get(top)
		}
	}
	columns := []column[*console.Play]{
		{"stream_id", true, func(play *console.Play) string { return play.StreamID }},
		{"start", true, func(play *console.Play) string { return timeIn(play.Start, zone) }},
		{"length", true, func(play *console.Play) string { return clock(play.PlayingTime()) }},
		{"artists", false, item(func(i console.PlayItem) string { return strings.Join(i.Artists, ", ") })},
		{"title", false, item(func(i console.PlayItem) string { return i.Title })},
		{"label", false, item(func(i console.PlayItem) string { return i.Label })},
		{"isrc", true, item(func(i console.PlayItem) string { return strings.Join(i.ISRC, ", ") })},
	}
	if !several {
		columns = columns[1:]
	}
	return columns
}

func timeIn(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateTime)
}

// showPlays writes plays in one of playFormats.
func (p *program) showPlays(format string, several bool, zone *time.Location, title string, plays iter.Seq2[*console.Play, error]) error {
	plays, stop, err := begun(plays)
	if err != nil {
		return err
	}
	defer stop()
	opts := &console.ReportOptions{Zone: zone}
	switch format {
	case formatCSV:
		return console.WriteCSV(p.out, plays, opts)
	case formatJSONL:
		return console.WriteJSONL(p.out, plays, opts)
	case formatJSON:
		array := &arrayWriter{w: p.out}
		err := console.WriteJSONL(&lineWriter{w: array}, plays, opts)
		return errors.Join(err, array.end())
	case formatHTML:
		return p.writePlayPage(p.out, zone, title, plays)
	}
	return writeTable(p.out, p.columns(), playTable(zone, several), plays)
}

func (p *program) lastPlays() *cobra.Command {
	var f playFlags
	c := &cobra.Command{
		Use: "last STATION...", Short: "Show the most recent plays",
		Long:    "Show what the service detected last on stations. The service decides how many plays it returns.",
		Example: "  acrcloud plays last s-AbC12 --project 13528",
		Args:    f.arguments(-1),
		RunE: func(c *cobra.Command, args []string) error {
			filter, err := f.filter()
			if err != nil {
				return err
			}
			return p.playsOfEach(c.Context(), &f, args, func(s *monitored) ([]*console.Play, error) { return s.last(c.Context(), filter) })
		},
	}
	f.register(c)
	f.registerZone(c)
	return c
}

func (p *program) currentPlays() *cobra.Command {
	var f playFlags
	c := &cobra.Command{
		Use: "now CHANNEL...", Short: "Show what channels are playing now",
		Long:    "Show what channels of the service's database are playing now. The service supports this for channels only: for streams, use\n'acrcloud plays last'.",
		Example: "  acrcloud plays now 238766 --project 179",
		Args:    f.arguments(-1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.playsOfEach(c.Context(), &f, args, func(s *monitored) ([]*console.Play, error) {
				if s.realtime == nil {
					return nil, usagef("%s is a stream, and the service supports this for channels only: use 'acrcloud plays last'", s.id)
				}
				return s.realtime(c.Context())
			})
		},
	}
	f.stationFlags.register(c)
	f.registerZone(c)
	return c
}

// playsOfEach makes a call for each station and shows the plays.
func (p *program) playsOfEach(ctx context.Context, f *playFlags, ids []string, call func(*monitored) ([]*console.Play, error)) error {
	format, err := p.format(listFormats...)
	if err != nil {
		return err
	}
	zone, err := zoneOf(f.zone)
	if err != nil {
		return err
	}
	stations, err := p.stations(ctx, f.stationFlags, ids)
	if err != nil {
		return err
	}
	return p.showPlays(format, len(stations) > 1, zone, "", func(yield func(*console.Play, error) bool) {
		for _, s := range stations {
			plays, err := call(s)
			if err != nil {
				yield(nil, s.failed(err))
				return
			}
			for _, play := range plays {
				if !yield(play, nil) {
					return
				}
			}
		}
	})
}

// pageOf converts a play for a page. It returns false if nothing was recognised.
func pageOf(play *console.Play) (report.Play, bool) {
	item, ok := play.Top()
	if !ok || play.Start.IsZero() {
		return report.Play{}, false
	}
	shown := report.Play{Start: play.Start, Length: play.PlayingTime(), Kind: report.PlayKind(item.Kind)}
	for i := range play.Music {
		if m := &play.Music[i]; m.ACRID == item.ACRID && m.Title == item.Title {
			shown.Music = *m
			return shown, true
		}
	}
	shown.Music = acrcloud.Music{ACRID: item.ACRID, Title: item.Title, Label: item.Label, Score: item.Score}
	shown.Music.Album.Name = item.Album
	shown.Music.ExternalIDs.ISRC = item.ISRC
	for _, name := range item.Artists {
		shown.Music.Artists = append(shown.Music.Artists, acrcloud.Artist{Name: name})
	}
	return shown, true
}

// A gapRow is a time in which nothing was recognised.
type gapRow struct {
	StreamID string    `json:"stream_id"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Seconds  float64   `json:"seconds"`
}

var gapColumns = []column[gapRow]{
	{"stream_id", true, func(g gapRow) string { return g.StreamID }},
	{"start", true, func(g gapRow) string { return g.Start.Format(time.RFC3339) }},
	{"end", true, func(g gapRow) string { return g.End.Format(time.RFC3339) }},
	{"seconds", false, func(g gapRow) string { return strconv.FormatFloat(g.Seconds, 'f', -1, 64) }},
}

func (p *program) listGaps() *cobra.Command {
	var f playFlags
	var least time.Duration
	c := &cobra.Command{
		Use: "gaps STATION...", Short: "Show when nothing was recognised",
		Long:    "Show when nothing was recognised on one or more days: speech, an unknown recording, or a stream that was down. For the last,\nsee 'acrcloud plays state'.",
		Example: "  acrcloud plays gaps s-AbC12 --project 13528 --day yesterday --gap 30m",
		Args:    f.arguments(-1),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			if least <= 0 {
				return usagef("--gap is %v: give a positive duration, such as 30m", least)
			}
			opts, err := f.options(1)
			if err != nil {
				return err
			}
			stations, err := p.stations(c.Context(), f.stationFlags, args)
			if err != nil {
				return err
			}
			return writeList(p, format, gapColumns, func(yield func(gapRow, error) bool) {
				for _, s := range stations {
					found, err := s.gaps(c.Context(), opts, least)
					if err != nil {
						yield(gapRow{}, err)
						return
					}
					for _, g := range found {
						if !yield(gapRow{s.id, g.From.In(opts.Zone), g.To.In(opts.Zone), g.To.Sub(g.From).Seconds()}, nil) {
							return
						}
					}
				}
			})
		},
	}
	f.registerDays(c)
	c.Flags().DurationVar(&least, "gap", 30*time.Minute, "the shortest `time` to show")
	return c
}

// gaps returns the times in which nothing was recognised, up to now.
func (s *monitored) gaps(ctx context.Context, opts console.PlaysOptions, least time.Duration) ([]gaps.Gap, error) {
	finder := gaps.Finder{Least: least, End: opts.Days.From.In(opts.Zone)}
	for _, err := range finder.Watch(s.plays(ctx, opts)) {
		if err != nil {
			return nil, err
		}
	}
	end := opts.Days.To.AddDays(1).In(opts.Zone)
	if now := time.Now(); now.Before(end) {
		end = now
	}
	finder.Until(end)
	return slices.Clip(finder.Gaps), nil
}

var stateColumns = []column[console.StatePeriod]{
	{"state", false, func(s console.StatePeriod) string {
		if s.Running() {
			return "running"
		}
		return "down"
	}},
	{"code", false, func(s console.StatePeriod) string { return strconv.Itoa(s.Code) }},
	{"start", true, func(s console.StatePeriod) string { return timestamp(s.Start) }},
	{"end", true, func(s console.StatePeriod) string { return timestamp(s.End) }},
	{"seconds", false, func(s console.StatePeriod) string { return strconv.FormatInt(s.Duration, 10) }},
}

func (p *program) stationState() *cobra.Command {
	var f stationFlags
	var d dayFlags
	c := &cobra.Command{
		Use: "state STATION", Short: "Show when a station could be received",
		Long: "Show when the service could receive a station, and when it could not. Without dates the service chooses the days. Code 0 is running; the\n" +
			"other codes are not documented. Times are the service's, read as UTC.",
		Example: "  acrcloud plays state s-AbC12 --project 13528 --day yesterday",
		Args:    f.arguments(1),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			var opts *console.StateOptions
			if d.day != "" || d.from != "" || d.to != "" {
				days, err := d.days(time.UTC, time.Now(), 0, 0)
				if err != nil {
					return err
				}
				opts = &console.StateOptions{Days: days}
			}
			stations, err := p.stations(c.Context(), f, args)
			if err != nil {
				return err
			}
			states, err := stations[0].state(c.Context(), opts)
			if err != nil {
				return stations[0].failed(err)
			}
			if states.TotalTime > 0 {
				p.note("%s was received for %.1f %% of %v.", stations[0].id, 100*float64(states.ValidTime)/float64(states.TotalTime), time.Duration(states.TotalTime)*time.Second)
			}
			if format == formatJSON {
				return writeJSON(p.out, states)
			}
			return writeList(p, format, stateColumns, listed(states.Periods))
		},
	}
	f.register(c)
	d.register(c)
	return c
}
