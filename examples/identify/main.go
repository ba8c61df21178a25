// Identify recognises a sample of audio, or the tracks of a long recording, and prints them.
//
//	go run ./examples/identify                    # a sample that it makes itself, against the embedded mock
//	go run ./examples/identify path/to/song.mp3   # a file; of WAV the last 12 seconds are sent
//	go run ./examples/identify -windows path/to/broadcast.wav
//	ffmpeg -i http://radio.example/stream -f wav - | go run ./examples/identify -windows -
//
// With ACRCLOUD_IDENTIFY_HOST, ACRCLOUD_IDENTIFY_ACCESS_KEY and ACRCLOUD_IDENTIFY_ACCESS_SECRET in the environment it uses the real
// service, unless -mock is given or ACRCLOUD_USE_MOCK is set.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

func main() {
	demo.Main(func(ctx context.Context, args []string, stdout, stderr io.Writer) int {
		return run(ctx, args, os.Stdin, stdout, stderr)
	})
}

// A job is the task given on the command line.
type job struct {
	path    string // empty: a generated sample; "-": standard input
	useMock bool
	windows bool
	every   time.Duration
	most    int
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	stdout, stderr = text.Writer(stdout), text.Writer(stderr)
	flags := flag.NewFlagSet("identify", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var j job
	flags.BoolVar(&j.useMock, "mock", false, "use the embedded mock, even if credentials are set")
	flags.BoolVar(&j.windows, "windows", false, "identify a long WAV file in windows, and list its tracks")
	flags.DurationVar(&j.every, "every", 30*time.Second, "with -windows: the interval between the identified windows of 12 seconds; each window is billed")
	flags.IntVar(&j.most, "max", 0, "with -windows: the most windows; 0 for no limit")
	flags.Usage = func() {
		_, _ = fmt.Fprint(stderr, "usage: identify [-mock] [-windows [-every 30s] [-max n]] [file]\n\nWithout a file, it identifies a generated sample with the mock.\n\n")
		flags.PrintDefaults()
	}
	valid := func() bool { return flags.NArg() <= 1 }
	if code, ok := demo.Parse(flags, args, valid); !ok {
		return code
	}
	j.path = flags.Arg(0)
	return demo.End(ctx, stderr, "identify", j.run(ctx, stdin, stdout, stderr))
}

func (j *job) run(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
	svc, err := newService(j.useMock)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(stderr, svc)
	if j.path == "" && svc.mock == nil {
		return errors.New("name the file to identify: the generated sample is for the mock; the service would bill it and find nothing")
	}
	client, err := identify.New(svc.config, svc.options...)
	if err != nil {
		return err
	}
	if j.windows {
		return j.log(ctx, client, svc, stdin, stdout, stderr)
	}
	src := acrcloud.FromFile(j.path)
	switch j.path {
	case "":
		src = sample(svc.mock)
	case "-":
		src = acrcloud.FromReader("standard input", stdin, -1)
	}
	result, err := client.Identify(ctx, identify.Audio(shorten(src, j.path)))
	if err != nil {
		return err
	}
	if err := printCandidates(stdout, result); err != nil {
		return err
	}
	if svc.mock != nil && !result.Matched() {
		_, err = fmt.Fprintln(stdout, "\nThe mock recognises only registered tracks. To register this file in your own program:\n"+
			"    srv.AddTrack(mock.Track{Title: \"…\", Data: contentOfTheFile})")
	}
	return err
}

// log identifies window after window, and prints the tracks.
func (j *job) log(ctx context.Context, client *identify.Client, svc *service, stdin io.Reader, stdout, stderr io.Writer) error {
	recording := stdin
	switch j.path {
	case "":
		recording = broadcast(svc.mock)
	case "-":
	default:
		f, err := os.Open(j.path)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // it was only read
		recording = f
	}
	var seen coverage
	windows := client.Windows(ctx, recording, &identify.WindowsOptions{Every: j.every, MaxWindows: j.most, InFlight: 4})
	segments, err := identify.Merge(seen.watch(windows))
	if err != nil && len(segments) == 0 {
		return errors.Join(err, seen.report(stderr)) // nothing was found, and parts were not identified
	}
	return errors.Join(err, printSegments(stdout, segments, &seen, j.every), seen.report(stderr))
}
