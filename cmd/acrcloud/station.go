package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // for machines and images without time zones

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A monitored is a stream of the user's own, or a channel of the service's database, that a project monitors.
type monitored struct {
	id        string
	kind      string // as in the names of commands
	days      func(context.Context, console.PlaysOptions) iter.Seq2[*console.Day, error]
	last      func(context.Context, console.PlayFilter) ([]*console.Play, error)
	realtime  func(context.Context) ([]*console.Play, error) // nil for streams: the service supports channels only
	state     func(context.Context, *console.StateOptions) (*console.StreamStates, error)
	recording func(context.Context, console.RecordingRequest, io.Writer) (*console.Recording, error)
}

// monitoredBy returns the station of an id: digits are a channel, anything else is a stream.
func monitoredBy(client *console.Client, project int, id string) (*monitored, error) {
	if strings.Trim(id, "0123456789") == "" {
		channel, err := number(id, "channel", "projects channels PROJECT")
		if err != nil {
			return nil, err
		}
		channels := client.Channels(project)
		return &monitored{
			id: id, kind: "channels",
			days: func(ctx context.Context, o console.PlaysOptions) iter.Seq2[*console.Day, error] {
				return channels.Days(ctx, channel, o)
			},
			last: func(ctx context.Context, f console.PlayFilter) ([]*console.Play, error) {
				return channels.Last(ctx, channel, f)
			},
			realtime: func(ctx context.Context) ([]*console.Play, error) { return channels.Realtime(ctx, channel) },
			state: func(ctx context.Context, o *console.StateOptions) (*console.StreamStates, error) {
				return channels.State(ctx, channel, o)
			},
			recording: func(ctx context.Context, r console.RecordingRequest, w io.Writer) (*console.Recording, error) {
				return channels.Recording(ctx, channel, r, w)
			},
		}, nil
	}
	if strings.Trim(id, idLetters) != "" || strings.HasPrefix(id, "-") {
		return nil, usagef("%.40q is not the id of a stream, such as s-AbC12, or of a channel, such as 238766: 'acrcloud projects streams PROJECT' and 'acrcloud projects channels PROJECT' list them", id)
	}
	streams := client.Streams(project)
	return &monitored{
		id: id, kind: "streams",
		days: func(ctx context.Context, o console.PlaysOptions) iter.Seq2[*console.Day, error] {
			return streams.Days(ctx, id, o)
		},
		last: func(ctx context.Context, f console.PlayFilter) ([]*console.Play, error) {
			return streams.Last(ctx, id, f)
		},
		state: func(ctx context.Context, o *console.StateOptions) (*console.StreamStates, error) {
			return streams.State(ctx, id, o)
		},
		recording: func(ctx context.Context, r console.RecordingRequest, w io.Writer) (*console.Recording, error) {
			return streams.Recording(ctx, id, r, w)
		},
	}, nil
}

// idLetters are the characters of ids, which also become file names.
const idLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

// A stationFlags selects stations.
type stationFlags struct {
	project int
	sample  bool
}

func (f *stationFlags) register(c *cobra.Command) {
	c.Flags().IntVarP(&f.project, "project", "p", 0, "`id` of the project that monitors the stations; required")
	c.Flags().BoolVar(&f.sample, "sample", false, "a station that the embedded mock generates; only with --mock")
}

// arguments checks the stations, unless the mock has one.
func (f *stationFlags) arguments(most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if f.sample {
			return arguments(0, 0, "")(c, args)
		}
		return arguments(1, most, "the id of a stream, such as s-AbC12, or of a channel, such as 238766")(c, args)
	}
}

// stations returns the stations of the arguments.
func (p *program) stations(ctx context.Context, f stationFlags, ids []string) ([]*monitored, error) {
	switch {
	case f.project < 0:
		return nil, usagef("--project is %d: give a positive number, as 'acrcloud projects streams' and 'acrcloud projects channels' show it", f.project)
	case f.project == 0 && !f.sample:
		return nil, usagef("--project is missing: give the id of the project that monitors the station, as 'acrcloud projects streams' or 'acrcloud projects channels' shows it")
	}
	s, client, err := p.managing(ctx)
	if err != nil {
		return nil, err
	}
	if f.sample {
		if s.mock == nil {
			return nil, usagef("--sample is for the embedded mock: add --mock, or name a station")
		}
		if f.project, ids, err = sampleStation(ctx, s.mock, client); err != nil {
			return nil, err
		}
	}
	var all []*monitored
	for _, id := range unique(ids) {
		station, err := monitoredBy(client, f.project, id)
		if err != nil {
			return nil, err
		}
		all = append(all, station)
	}
	return all, nil
}

// sampleStation creates a stream that plays a track from time to time.
func sampleStation(ctx context.Context, srv *mock.Server, client *console.Client) (project int, ids []string, err error) {
	track := addSample(srv)
	srv.OnPlays(func(_ string, day time.Time) []mock.Play {
		var plays []mock.Play
		for minutes := 7; minutes < 24*60; minutes += 47 {
			at := day.Add(time.Duration(minutes) * time.Minute)
			if at.Hour() >= 2 && at.Hour() < 5 || at.After(time.Now()) {
				continue // the station is silent at night
			}
			plays = append(plays, mock.Play{Track: track, At: at, Played: 171 * time.Second})
		}
		return plays
	})
	made, err := client.StreamProjects().Create(ctx, console.CreateStreamProjectRequest{Name: "sample", Region: acrcloud.EUWest1, Buckets: []int{console.ACRCloudMusic}})
	if err != nil {
		return 0, nil, fmt.Errorf("sample: %w", err)
	}
	stream, err := client.Streams(made.ID).Add(ctx, console.AddStreamRequest{URLs: []string{"http://radio.example/1"}, Name: "Sample Radio", ConfigID: console.DefaultStreamConfig})
	if err != nil {
		return 0, nil, fmt.Errorf("sample: %w", err)
	}
	return made.ID, []string{stream.ID}, nil
}

// zoneOf returns the time zone of a name.
func zoneOf(name string) (*time.Location, error) {
	if strings.EqualFold(name, "local") {
		return time.Local, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return nil, usagef("--zone is %.60s, which is not a time zone: use a name such as Europe/Zurich, UTC, or local for this machine's", strconv.Quote(name))
	}
	return zone, nil
}
