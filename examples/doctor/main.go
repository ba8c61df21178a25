// Doctor checks your credentials and says what to do about each problem.
//
//	go run ./examples/doctor                 # the configuration in the environment
//	go run ./examples/doctor config.json     # one configuration, or several with names, in a file
//	go run ./examples/doctor -mock           # against the embedded mock
//
// Its exit code is 0 if nothing failed, otherwise 1. Only -upload is billed.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/internal/doctor"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func main() { demo.Main(run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	stdout, stderr = text.Writer(stdout), text.Writer(stderr)
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	flags.SetOutput(stderr)
	useMock := flags.Bool("mock", false, "check the embedded mock, even if credentials are set")
	asJSON := flags.Bool("json", false, "print the findings as JSON")
	upload := flags.Bool("upload", false, "also scan a tiny file and delete it again; this is billed")
	flags.Usage = func() {
		_, _ = fmt.Fprint(stderr, "usage: doctor [-json] [-upload] [-mock | config.json]\n\nWithout a file, it checks the configuration in the environment.\n\n")
		flags.PrintDefaults()
	}
	valid := func() bool { return flags.NArg() <= 1 }
	if code, ok := demo.Parse(flags, args, valid); !ok {
		return code
	}
	if *useMock && flags.NArg() > 0 {
		_, _ = fmt.Fprintln(stderr, "doctor: -mock checks the mock's configuration: leave out the file, or -mock")
		return demo.ExitUsage
	}
	configs, opts, err := configurations(*useMock, flags.Arg(0), stderr)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "doctor:", err)
		return demo.ExitFailed
	}
	var reports []*doctor.Report
	healthy := true
	for _, cfg := range configs {
		r := doctor.Examine(ctx, cfg, doctor.Options{Options: opts, OnMock: len(opts) > 0, Upload: sample(*upload), Log: stderr}) // the mock alone needs options
		if r.Name == "" {
			r.Name = "environment"
		}
		if ctx.Err() != nil {
			_, _ = fmt.Fprintln(stderr, "doctor: stopped")
			return demo.ExitInterrupted
		}
		reports = append(reports, r)
		healthy = healthy && r.Healthy()
	}
	if *asJSON {
		err = printJSON(stdout, reports)
	} else {
		err = doctor.Print(stdout, reports)
	}
	switch {
	case err != nil:
		_, _ = fmt.Fprintln(stderr, "doctor:", err)
		return demo.ExitFailed
	case !healthy:
		return demo.ExitFailed
	}
	return demo.ExitOK
}

// configurations returns the mock's configuration, those in a file, or the one in the environment.
func configurations(useMock bool, path string, stderr io.Writer) ([]acrcloud.Config, []acrcloud.Option, error) {
	useMock, err := demo.UseMock(useMock)
	if err != nil {
		return nil, nil, err
	}
	if useMock {
		srv := mock.New()
		return []acrcloud.Config{srv.Config()}, srv.Options(), nil
	}
	if path == "" {
		cfg, err := acrcloud.ConfigFromEnv()
		if err == nil && !doctor.Has(cfg) {
			err = errors.New("there are no credentials: set ACRCLOUD_BEARER_TOKEN and ACRCLOUD_CONTAINER_ID for File Scanning, " +
				"ACRCLOUD_IDENTIFY_HOST, ACRCLOUD_IDENTIFY_ACCESS_KEY and ACRCLOUD_IDENTIFY_ACCESS_SECRET for identification, name a file, or use -mock")
		}
		return []acrcloud.Config{cfg}, nil, err
	}
	f, err := os.Open(path) //nolint:gosec // the file that the user names
	if err != nil {
		return nil, nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	warnIfReadable(f, stderr)
	configs, err := acrcloud.ReadConfigs(f)
	return configs, nil, err
}

// warnIfReadable warns if other users can read a file with secrets. It does nothing on Windows, where the mode does not
// show that.
func warnIfReadable(f *os.File, stderr io.Writer) {
	info, err := f.Stat()
	if err != nil || runtime.GOOS == "windows" {
		return
	}
	if others := info.Mode().Perm() & 0o077; others != 0 {
		_, _ = fmt.Fprintf(stderr, "Warning: other users can read %s, which has secrets: run 'chmod 600 %s'.\n", f.Name(), f.Name())
	}
}

// sample is the file for -upload: any sound will do.
func sample(upload bool) acrcloud.Source {
	if !upload {
		return acrcloud.Source{}
	}
	return acrcloud.FromBytes("acrcloud-go-doctor.wav", mock.New().AddTrack(mock.Track{}).WAV(0, 3*time.Second))
}

func printJSON(w io.Writer, reports []*doctor.Report) error {
	enc := json.NewEncoder(text.JSONWriter(w))
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(reports)
}
