package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/report"
)

// An identifySettings holds what to identify, and how often.
type identifySettings struct {
	windows, live, sample, yes bool
	every                      time.Duration
	most, atOnce               int
}

func (p *program) identifyCommand() *cobra.Command {
	var s identifySettings
	c := &cobra.Command{
		Use: "identify FILE|-", Short: "Identify a sample, or what was played in a long recording",
		Long: "Identify a sample of audio. The service analyses about 12 seconds, by all evidence the last 12. Of a WAV file only those are sent.\n\n" +
			"--windows goes through a long WAV file, or a WAV stream on standard input, identifies 12 seconds of every 30 (--every), and shows what was\n" +
			"played. -o jsonl prints a line for each window as soon as it is identified; --live does the same as text. Each identification is billed; without\n" +
			"--yes there are at most --max of them.",
		Example: "  acrcloud identify song.mp3\n  acrcloud identify --windows --every 12s broadcast.wav -o csv\n" +
			"  ffmpeg -i http://radio.example/stream -f wav - | acrcloud identify --windows --live --yes -\n  acrcloud identify --mock --sample",
		Args: func(c *cobra.Command, args []string) error {
			if s.sample {
				return arguments(0, 0, "")(c, args)
			}
			return arguments(1, 1, "the file to identify, or - for standard input")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if s.sample {
				args = []string{""}
			}
			return p.identify(c.Context(), args[0], s)
		},
	}
	f := c.Flags()
	f.BoolVar(&s.windows, "windows", false, "go through a long recording, and show what was played")
	f.BoolVar(&s.live, "live", false, "with --windows: a line for each window as it is identified")
	f.DurationVar(&s.every, "every", 30*time.Second, "with --windows: how often 12 seconds are identified")
	f.IntVar(&s.most, "max", maxUnasked, "with --windows: maximum number of identifications without --yes")
	f.IntVar(&s.atOnce, "at-once", 1, "with --windows: how many windows are identified at the same time")
	f.BoolVarP(&s.yes, "yes", "y", false, "with --windows: no maximum")
	f.BoolVar(&s.sample, "sample", false, "identify a recording that the embedded mock generates; only with --mock")
	return c
}

// identification returns the service with a client for identification.
func (p *program) identification(ctx context.Context) (*service, *identify.Client, error) {
	s, err := p.service(ctx)
	if err != nil {
		return nil, nil, err
	}
	if s.config.IdentifyHost == "" || s.config.IdentifyAccessKey.IsZero() || s.config.IdentifyAccessSecret.IsZero() {
		return nil, nil, &credentialsError{"incomplete credentials for identification: set ACRCLOUD_IDENTIFY_HOST, ACRCLOUD_IDENTIFY_ACCESS_KEY and " +
			"ACRCLOUD_IDENTIFY_ACCESS_SECRET to what the console shows for a recognition project, or choose a configuration with --config (see 'acrcloud config --help'), " +
			"or try the command with --mock"}
	}
	client, err := identify.New(s.config, s.options...)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.origin, err)
	}
	return s, client, nil
}

func (p *program) identify(ctx context.Context, path string, s identifySettings) error {
	formats := listFormats
	if s.windows {
		formats = resultFormats
	}
	format, err := p.format(formats...)
	switch {
	case err != nil:
		return err
	case s.live && (!s.windows || format != formatTable):
		return usagef("--live requires --windows, and excludes -o: -o jsonl prints a line for each window, too")
	case s.most < 1:
		return usagef("--max is %d: give a positive number, or --yes for no maximum", s.most)
	}
	service, client, err := p.identification(ctx)
	if err != nil {
		return err
	}
	recording, closed, err := p.recording(path, s, service)
	if err != nil {
		return err
	}
	defer closed()
	where := fmt.Sprintf("at %s, with the project of %s", service.config.IdentifyHost, service.origin)
	switch {
	case service.mock != nil:
		p.note("Identifying in the embedded mock: no network, nothing is billed.")
	case s.windows && s.yes:
		p.note("Identifying 12 seconds of every %v %s: each is billed.", s.every, where)
	case s.windows:
		p.note("Identifying 12 seconds of every %v, at most %d times, %s: each is billed.", s.every, s.most, where)
	default:
		p.note("Identifying 1 sample %s: it is billed.", where)
	}
	if s.windows {
		return p.identifyWindows(ctx, client, recording, format, s)
	}
	src := acrcloud.FromReader(filepath.Base(path), recording, -1)
	if f, ok := recording.(*os.File); ok && path != standardInput {
		src = acrcloud.FromFile(f.Name())
	}
	if strings.EqualFold(filepath.Ext(path), ".wav") || s.sample {
		src = identify.Trim(src, identify.WindowDuration)
	}
	result, err := client.Identify(ctx, identify.Audio(src))
	if err != nil {
		return fmt.Errorf("%s: %w", described(path), err)
	}
	return p.writeResult(format, result)
}

func described(path string) string {
	switch path {
	case "":
		return "the sample"
	case standardInput:
		return "standard input"
	}
	return path
}

// recording opens the content to identify.
func (p *program) recording(path string, s identifySettings, service *service) (io.Reader, func(), error) {
	switch {
	case s.sample && service.mock == nil:
		return nil, nil, usagef("--sample is for the embedded mock, because the service would bill it and find nothing: add --mock, or name a file")
	case s.sample:
		track := service.mock.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}})
		return strings.NewReader(string(track.WAV(time.Minute, 2*time.Minute))), func() {}, nil
	case path == standardInput:
		return p.in, func() {}, nil
	}
	f, err := os.Open(path) //nolint:gosec // the file that the user names
	if err != nil {
		return nil, nil, &usageError{text: err.Error()}
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		_ = f.Close()
		return nil, nil, usagef("%s is a folder: name a file", path)
	}
	return f, func() { _ = f.Close() }, nil
}

// candidateColumns are the columns of a sample's candidates.
var candidateColumns = []column[identify.Candidate]{
	{"score", false, func(c identify.Candidate) string { return strconv.FormatFloat(c.Score, 'f', -1, 64) }},
	{"kind", false, func(c identify.Candidate) string { return string(c.Kind) }},
	{"title", false, func(c identify.Candidate) string { return c.Title }},
	{"artists", false, func(c identify.Candidate) string { return strings.Join(c.Artists, ", ") }},
	{"at", false, func(c identify.Candidate) string {
		if c.Music == nil || c.Music.PlayOffsetMS == nil {
			return ""
		}
		return clock(time.Duration(*c.Music.PlayOffsetMS) * time.Millisecond)
	}},
	{"isrc", false, func(c identify.Candidate) string { return c.ISRC }},
	{"acrid", true, func(c identify.Candidate) string { return c.ACRID }},
}

// writeResult shows the candidates of a sample. As JSON it is the service's response.
func (p *program) writeResult(format string, result *identify.Result) error {
	switch format {
	case formatJSON:
		return writeJSON(p.out, result)
	case formatJSONL:
		return writeLines(p.out, single(result))
	case formatTable:
		if !result.Matched() {
			_, err := fmt.Fprintln(p.out, "no match")
			return err
		}
	}
	return writeList(p, format, candidateColumns, func(yield func(identify.Candidate, error) bool) {
		for _, c := range result.Top(-1) {
			if !yield(c, nil) {
				return
			}
		}
	})
}

// A play is a segment of a recording, with stable names for JSON.
type play struct {
	Start   float64  `json:"start_s"`
	End     float64  `json:"end_s"`
	Score   float64  `json:"score"`
	Title   string   `json:"title"`
	Artists []string `json:"artists"`
	ISRC    string   `json:"isrc,omitempty"`
	ACRID   string   `json:"acrid,omitempty"`
	Also    []string `json:"also,omitempty"` // titles of other recordings that were recognised at the same time
}

func playOf(s identify.Segment) play {
	p := play{s.Start.Seconds(), s.End.Seconds(), s.Best.Score, s.Best.Title, s.Best.Artists, s.Best.ISRC, s.Best.ACRID, nil}
	for _, c := range s.Others {
		p.Also = append(p.Also, c.Title)
	}
	return p
}

var playColumns = []column[play]{
	{"from", false, func(p play) string { return clock(time.Duration(p.Start * float64(time.Second))) }},
	{"to", false, func(p play) string { return clock(time.Duration(p.End * float64(time.Second))) }},
	{"score", false, func(p play) string { return strconv.FormatFloat(p.Score, 'f', -1, 64) }},
	{"title", false, func(p play) string { return p.Title }},
	{"artists", false, func(p play) string { return strings.Join(p.Artists, ", ") }},
	{"isrc", false, func(p play) string { return p.ISRC }},
	{"also", false, func(p play) string { return strings.Join(p.Also, ", ") }},
}

// A windowLine is a window as a line of JSON.
type windowLine struct {
	Start  float64          `json:"start_s"`
	End    float64          `json:"end_s"`
	Result *identify.Result `json:"result,omitempty"`
	Error  string           `json:"error,omitempty"`
}

// identifyWindows goes through a recording.
func (p *program) identifyWindows(ctx context.Context, client *identify.Client, recording io.Reader, format string, s identifySettings) error {
	opts := &identify.WindowsOptions{Every: s.every, MaxWindows: s.most, InFlight: s.atOnce}
	if s.yes {
		opts.MaxWindows = 0
	}
	seen := &windowCount{program: p}
	windows := seen.watch(client.Windows(ctx, recording, opts))
	var err error
	switch {
	case s.live:
		err = p.writeLive(windows)
	case format == formatJSONL:
		err = writeLines(p.out, lines(windows))
	default:
		err = p.writePlays(format, windows, seen)
	}
	if !s.yes && seen.all == s.most && err == nil {
		p.note("Stopped after %s: --max or --yes allows more.", count(seen.all, "window"))
	}
	if seen.failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d of %s could not be identified", seen.failed, count(seen.all, "window")))
	}
	return err
}

// A windowCount counts windows, and reports those that failed.
type windowCount struct {
	program     *program
	all, failed int
}

func (c *windowCount) watch(windows iter.Seq2[*identify.Window, error]) iter.Seq2[*identify.Window, error] {
	return func(yield func(*identify.Window, error) bool) {
		for w, err := range windows {
			if w != nil {
				c.all++
				if w.Err != nil {
					c.failed++
					c.program.say("%s to %s was not identified: %v", clock(w.Start), clock(w.End), w.Err)
				}
			}
			if !yield(w, err) {
				return
			}
		}
	}
}

// lines converts windows to their JSON form.
func lines(windows iter.Seq2[*identify.Window, error]) iter.Seq2[windowLine, error] {
	return func(yield func(windowLine, error) bool) {
		for w, err := range windows {
			var line windowLine
			if w != nil {
				line = windowLine{Start: w.Start.Seconds(), End: w.End.Seconds(), Result: w.Result}
				if w.Err != nil {
					line.Error = w.Err.Error()
				}
			}
			if !yield(line, err) {
				return
			}
		}
	}
}

// writeLive writes a line of text for each window as it is identified.
func (p *program) writeLive(windows iter.Seq2[*identify.Window, error]) error {
	for w, err := range windows {
		switch {
		case err != nil:
			return err
		case w.Err != nil:
			continue // it was reported
		}
		line := clock(w.Start) + "  no match"
		if best := w.Result.Best(); best != nil {
			line = fmt.Sprintf("%s  %s", clock(w.Start), best.Title)
			if len(best.Artists) > 0 {
				line += " – " + strings.Join(best.Artists, ", ")
			}
		}
		if _, err := fmt.Fprintln(p.out, text.Terminal(line)); err != nil {
			return err
		}
	}
	return nil
}

// writePlays writes what was played, once all windows are identified or the recording has ended with an error.
func (p *program) writePlays(format string, windows iter.Seq2[*identify.Window, error], seen *windowCount) error {
	segments, err := identify.Merge(windows)
	switch {
	case format == formatHTML:
		r := report.Recording(segments)
		r.Made, r.Location = time.Now(), time.Local
		return errors.Join(err, report.HTML(p.out, r))
	case format == formatTable && len(segments) == 0 && seen.all > seen.failed && err == nil:
		_, err := fmt.Fprintf(p.out, "no match in the %s that could be identified\n", count(seen.all-seen.failed, "window"))
		return err
	case format == formatTable && len(segments) == 0:
		return err // nothing is known about failed windows
	}
	plays := make([]play, len(segments))
	for i, s := range segments {
		plays[i] = playOf(s)
	}
	return errors.Join(err, writeList(p, format, playColumns, func(yield func(play, error) bool) {
		for item := range slices.Values(plays) {
			if !yield(item, nil) {
				return
			}
		}
	}))
}

// clock formats a time as hours, minutes and seconds.
func clock(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%d:%02d", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d:%02d:%02d", d/time.Hour, d%time.Hour/time.Minute, d%time.Minute/time.Second)
}
