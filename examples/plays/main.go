// Plays prints the plays of a station on a day, and the gaps in which nothing was recognised.
//
//	go run ./examples/plays                              # a station of the embedded mock, yesterday
//	go run ./examples/plays -format csv -day 2026-01-02 -zone Europe/Zurich
//	go run ./examples/plays -project 1234 -stream s-AbC12
//	go run ./examples/plays -project 179 -channel 100251
//
// With ACRCLOUD_BEARER_TOKEN in the environment it uses the real service, unless -mock is given or ACRCLOUD_USE_MOCK is set. It reads only;
// nothing is billed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/internal/gaps"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func main() { demo.Main(run) }

// settings are the flags.
type settings struct {
	mock             bool
	project, channel int
	stream           string
	day, zone        string
	format           string
	gap              time.Duration
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	stderr = text.Writer(stderr)
	var s settings
	flags := flag.NewFlagSet("plays", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&s.mock, "mock", false, "use the embedded mock, even if credentials are set")
	flags.IntVar(&s.project, "project", 0, "the `id` of the monitoring project")
	flags.StringVar(&s.stream, "stream", "", "the `id` of one of your own streams, such as s-AbC12")
	flags.IntVar(&s.channel, "channel", 0, "the `id` of a channel of the service's database")
	flags.StringVar(&s.day, "day", "", "the `date`, such as 2026-01-02; yesterday if left out")
	flags.StringVar(&s.zone, "zone", "UTC", "the time zone of the day, such as Europe/Zurich")
	flags.StringVar(&s.format, "format", "table", "table, csv or jsonl")
	flags.DurationVar(&s.gap, "gap", 30*time.Minute, "the shortest time without a play that counts as a gap")
	valid := func() bool {
		return flags.NArg() == 0 && s.gap > 0 && slices.Contains([]string{"table", "csv", "jsonl"}, s.format) && (s.stream == "" || s.channel == 0)
	}
	if code, ok := demo.Parse(flags, args, valid); !ok {
		return code
	}
	return demo.End(ctx, stderr, "plays", plays(ctx, s, stdout, stderr))
}

func plays(ctx context.Context, s settings, stdout, stderr io.Writer) error {
	zone, err := time.LoadLocation(s.zone)
	if err != nil {
		return fmt.Errorf("-zone: %w", err)
	}
	day := console.DateOf(time.Now().In(zone)).AddDays(-1)
	if s.day != "" {
		if day, err = console.ParseDate(s.day); err != nil {
			return fmt.Errorf("-day: %w", err)
		}
	}
	client, err := s.client(ctx, stderr)
	if err != nil {
		return err
	}
	o := console.PlaysOptions{Days: console.DateRange{From: day}, Zone: zone}
	found := client.Channels(s.project).Plays(ctx, s.channel, o)
	if s.stream != "" {
		found = client.Streams(s.project).Plays(ctx, s.stream, o)
	}
	finder := &gaps.Finder{End: day.In(zone), Least: s.gap}
	found = finder.Watch(found)
	report := &console.ReportOptions{Zone: zone}
	switch s.format {
	case "csv":
		err = console.WriteCSV(stdout, found, report)
	case "jsonl":
		err = console.WriteJSONL(stdout, found, report)
	default:
		err = table(stdout, found, zone)
	}
	if err != nil {
		return err
	}
	end := day.AddDays(1).In(zone)
	if now := time.Now(); now.Before(end) {
		end = now
	}
	finder.Until(end)
	out := stderr // keeps the output for other programs clean
	if s.format == "table" {
		out = stdout
	}
	return printGaps(out, finder, zone)
}

// printGaps lists the times in which nothing was recognised.
func printGaps(w io.Writer, f *gaps.Finder, zone *time.Location) error {
	if len(f.Gaps) == 0 {
		_, err := fmt.Fprintf(w, "\nNo gap of %v or more.\n", f.Least)
		return err
	}
	if _, err := fmt.Fprintf(w, "\nGaps of %v or more:\n", f.Least); err != nil {
		return err
	}
	for _, found := range f.Gaps {
		length := found.To.Sub(found.From).Round(time.Second)
		if _, err := fmt.Fprintf(w, "  %s to %s  %v\n", found.From.In(zone).Format(time.TimeOnly), found.To.In(zone).Format(time.TimeOnly), length); err != nil {
			return err
		}
	}
	return nil
}

// client chooses the real service if there is a token, otherwise the mock, with a station.
func (s *settings) client(ctx context.Context, stderr io.Writer) (*console.Client, error) {
	useMock, err := demo.UseMock(s.mock)
	if err != nil {
		return nil, err
	}
	cfg, err := acrcloud.ConfigFromEnv()
	if err != nil {
		return nil, err
	}
	if !useMock && !cfg.BearerToken.IsZero() {
		if s.project == 0 || s.stream == "" && s.channel == 0 {
			return nil, errors.New("set -project and -stream, or -project and -channel, to the ids that the console shows, or use -mock")
		}
		_, _ = fmt.Fprintln(stderr, "Using the ACRCloud service, read-only.")
		return console.New(cfg)
	}
	_, _ = fmt.Fprintln(stderr, "Using the embedded mock: no network, nothing is billed.")
	srv := mock.New(mock.WithSeed(1), mock.WithPlays(60))
	client, err := console.New(srv.Config(), srv.Options()...)
	if err != nil {
		return nil, err
	}
	project, err := client.StreamProjects().Create(ctx, console.CreateStreamProjectRequest{Name: "demo", Region: acrcloud.EUWest1, Buckets: []int{console.ACRCloudMusic}})
	if err != nil {
		return nil, err
	}
	stream, err := client.Streams(project.ID).Add(ctx, console.AddStreamRequest{URLs: []string{"http://radio.example/1"}, Name: "Radio One", ConfigID: console.DefaultStreamConfig})
	if err != nil {
		return nil, err
	}
	s.project, s.stream, s.channel = project.ID, stream.ID, 0
	return client, nil
}

// table prints a row for each play.
func table(w io.Writer, found iter.Seq2[*console.Play, error], zone *time.Location) error {
	var t text.Table
	t.Row("START", "LENGTH", "ARTIST", "TITLE", "LABEL", "ISRC")
	for play, err := range found {
		if err != nil {
			return errors.Join(t.Print(w), err)
		}
		item, ok := play.Top()
		if !ok {
			continue
		}
		t.Row(play.Start.In(zone).Format(time.TimeOnly), play.PlayingTime().String(), strings.Join(item.Artists, ", "), item.Title, item.Label, strings.Join(item.ISRC, ", "))
	}
	return t.Print(w)
}
