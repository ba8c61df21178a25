package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A recordSettings holds which part of a station to download, and where to.
type recordSettings struct {
	playFlags

	at, out               string
	length, before, after time.Duration
	maxBytes              int64
	replace               bool
}

// A recorded is a recording that was saved to a file.
type recorded struct {
	File        string `json:"file"`
	StreamID    string `json:"stream_id"`
	Start       string `json:"start"`
	ContentType string `json:"content_type"`
	Bytes       int64  `json:"bytes"`
}

func (p *program) record() *cobra.Command {
	var s recordSettings
	c := &cobra.Command{
		Use: "recording STATION", Short: "Download a recording of a station",
		Long: "Download what a station broadcast at a given time to a file. Streams and channels are recorded if the console is set to do so (timemap):\n" +
			"'acrcloud projects streams PROJECT' shows it in the column recorded. The file is complete or does not exist. An existing file is\n" +
			"replaced only with --replace. Without --out the file is named after the station and the time; --out - is standard output.\n\n" +
			"--at is a time such as 2026-01-02T08:00:00Z, \"2026-01-02 08:00:00\" in --zone, or a record_timestamp of plays, such as 20260102080000, which\n" +
			"is UTC.",
		Example: "  acrcloud plays recording s-AbC12 --project 13528 --at 2026-01-02T08:00:00Z --for 3m\n  acrcloud plays recording s-AbC12 --project 13528 --at 20260102080000 --for 170s --before 5s --after 5s --out play.mp3",
		Args:    s.arguments(1),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(formatTable, formatJSON)
			if err != nil {
				return err
			}
			request, err := s.request()
			if err != nil {
				return err
			}
			switch {
			case s.out == standardInput && terminal(p.out) != nil:
				return usagef("the recording would be written to the terminal: name a file with --out, or redirect the output")
			case s.out != "" && s.out != standardInput && !s.replace && exists(s.out):
				return usagef("%s exists already: choose another name, or add --replace", s.out)
			}
			stations, err := p.stations(c.Context(), s.stationFlags, args)
			if err != nil {
				return err
			}
			r, err := p.saveRecording(c.Context(), stations[0], request, &s)
			switch {
			case err != nil:
				return fmt.Errorf("%s at %s: %w", stations[0].id, request.Start.Format(time.RFC3339), err) // 404 means that there is no recording
			case s.out == standardInput:
				return nil
			case format == formatJSON:
				return writeJSON(p.out, r)
			}
			_, err = fmt.Fprintln(p.out, text.Terminal(r.File))
			return err
		},
	}
	s.stationFlags.register(c)
	s.registerZone(c)
	f := c.Flags()
	f.StringVar(&s.at, "at", "", "`time` at which it begins; required")
	f.DurationVar(&s.length, "for", 0, "how long it is, such as 3m; required")
	f.DurationVar(&s.before, "before", 0, "how much to add before it, such as 5s")
	f.DurationVar(&s.after, "after", 0, "how much to add after it")
	f.StringVar(&s.out, "out", "", "`file` for the recording; - is standard output")
	f.Int64Var(&s.maxBytes, "max-bytes", 0, "the largest recording to accept (default 1 GiB)")
	f.BoolVar(&s.replace, "replace", false, "replace an existing file")
	return c
}

// request returns the request for the recording.
func (s *recordSettings) request() (console.RecordingRequest, error) {
	r := console.RecordingRequest{Duration: s.length, Before: s.before, After: s.after, MaxBytes: s.maxBytes}
	zone, err := zoneOf(s.zone)
	if err != nil {
		return r, err
	}
	switch {
	case s.at == "":
		return r, usagef("--at is missing: give the time at which the recording begins, such as 2026-01-02T08:00:00Z")
	case s.length <= 0:
		return r, usagef("--for is %v: give the duration of the recording, such as 3m", s.length)
	case s.before < 0 || s.after < 0:
		return r, usagef("--before and --after cannot be negative")
	case s.maxBytes < 0:
		return r, usagef("--max-bytes is %d: give a positive number, or leave it out for 1 GiB", s.maxBytes)
	}
	for _, layout := range []struct {
		text string
		zone *time.Location
	}{{time.RFC3339, time.UTC}, {time.DateTime, zone}, {"2006-01-02T15:04:05", zone}, {"2006-01-02 15:04", zone}, {"20060102150405", time.UTC}} {
		if r.Start, err = time.ParseInLocation(layout.text, s.at, layout.zone); err == nil {
			r.Start = r.Start.UTC()
			return r, nil
		}
	}
	return r, usagef("--at is %.40q, which is not a time: use a form such as 2026-01-02T08:00:00Z, or \"2026-01-02 08:00:00\" with --zone", s.at)
}

// saveRecording downloads the recording to a file.
func (p *program) saveRecording(ctx context.Context, station *monitored, request console.RecordingRequest, s *recordSettings) (*recorded, error) {
	if !p.flags.quiet {
		p.progress.startBytes(-1, "recording")
	}
	defer p.progress.stop()
	var got *console.Recording
	download := func(w io.Writer) (err error) {
		got, err = station.recording(ctx, request, &countingWriter{w, p.progress})
		return err
	}
	if s.out == standardInput {
		return nil, download(p.out)
	}
	dir, name := filepath.Split(s.out)
	if dir == "" {
		dir = "."
	}
	path, err := saveFile(dir, download, func() (string, error) {
		if name == "" {
			name = station.id + "-" + request.Start.Format("20060102T150405Z") + extension(got)
		}
		if !s.replace && exists(filepath.Join(dir, name)) {
			return "", usagef("%s exists already: choose another name with --out, or add --replace", filepath.Join(dir, name))
		}
		return name, nil
	})
	if err != nil {
		return nil, err
	}
	return &recorded{path, station.id, request.Start.Format(time.RFC3339), got.ContentType, got.Bytes}, nil
}

// extensions are the allowed extensions of a recording. The service chooses its name, which is not trusted.
var extensions = []string{".mp3", ".wav", ".aac", ".m4a", ".mp4", ".ogg", ".opus", ".flac", ".ts"}

// typeExtensions are the extensions for content types.
var typeExtensions = map[string]string{
	"audio/mpeg": ".mp3", "audio/mp3": ".mp3", "audio/wav": ".wav", "audio/x-wav": ".wav", "audio/vnd.wave": ".wav", "audio/wave": ".wav", "audio/aac": ".aac",
	"audio/mp4": ".m4a", "audio/ogg": ".ogg", "audio/opus": ".opus", "audio/flac": ".flac", "video/mp2t": ".ts", "video/mp4": ".mp4",
}

// extension returns the extension for a recording's file.
func extension(r *console.Recording) string {
	if ext := strings.ToLower(filepath.Ext(r.Filename)); slices.Contains(extensions, ext) {
		return ext
	}
	kind, _, _ := strings.Cut(r.ContentType, ";")
	if ext := typeExtensions[strings.ToLower(strings.TrimSpace(kind))]; ext != "" {
		return ext
	}
	return ".audio"
}

// A countingWriter shows how much has been received.
type countingWriter struct {
	w        io.Writer
	progress *progress
}

// Write implements [io.Writer].
func (c *countingWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.progress.add(n)
	return n, err
}

// startBytes shows a bar that counts bytes.
func (p *progress) startBytes(total int64, what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil {
		return
	}
	p.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(p.w), progressbar.OptionSetDescription(text.Terminal(what)), progressbar.OptionFullWidth(),
		progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowBytes(true), progressbar.OptionSetRenderBlankState(true))
}
