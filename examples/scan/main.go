// Scan uploads an audio file, waits until it is processed, and prints the matches and an assessment.
//
//	go run ./examples/scan                   # a sample that it makes itself, against the embedded mock
//	go run ./examples/scan path/to/song.mp3
//	go run ./examples/scan -o report.html path/to/song.mp3   # and writes a page of it
//
// With ACRCLOUD_BEARER_TOKEN and ACRCLOUD_CONTAINER_ID in the environment it uses the real service, unless -mock is given or
// ACRCLOUD_USE_MOCK is set.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/report"
)

func main() { demo.Main(run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	status := demo.NewStatus(stderr)
	stdout, stderr = text.Writer(stdout), text.Writer(stderr)
	flags := flag.NewFlagSet("scan", flag.ContinueOnError)
	flags.SetOutput(stderr)
	useMock := flags.Bool("mock", false, "use the embedded mock, even if credentials are set")
	asJSON := flags.Bool("json", false, "print the result as JSON")
	rulesFile := flags.String("rules", "", "a JSON `file` with the rules of the verdict; see docs/assessment.md")
	page := flags.String("o", "", "a `file` to write a page of the result to, such as report.html")
	flags.Usage = func() {
		_, _ = fmt.Fprint(stderr, "usage: scan [-mock] [-json] [-o report.html] [-rules file.json] [file]\n\nWithout a file, it scans a generated sample with the mock.\n\n")
		flags.PrintDefaults()
	}
	valid := func() bool { return flags.NArg() <= 1 }
	if code, ok := demo.Parse(flags, args, valid); !ok {
		return code
	}
	err := scan(ctx, flags.Arg(0), *rulesFile, *page, *useMock, *asJSON, status, stdout, stderr)
	status.Clear()
	code := demo.End(ctx, stderr, "scan", err)
	if code == demo.ExitInterrupted && errors.Is(err, acrcloud.ErrOutcomeUnknown) {
		_, _ = fmt.Fprintln(stderr, err)
	}
	return code
}

func scan(ctx context.Context, path, rulesFile, page string, useMock, asJSON bool, status *demo.Status, stdout, stderr io.Writer) error {
	rules, err := demo.Rules(rulesFile)
	if err != nil {
		return err
	}
	service, err := demo.ForScanning(useMock, mock.WithProcessingTime(time.Second))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(stderr, service)
	src := acrcloud.FromFile(path)
	if path == "" {
		if service.Mock == nil {
			return errors.New("name the file to scan: the generated sample is for the mock; the service would bill it and find nothing")
		}
		src = sample(service.Mock)
	}
	client, err := filescan.New(service.Config, service.Options...)
	if err != nil {
		return err
	}
	if path == "" {
		if err := withoutCovers(ctx, client, service.Config.ContainerID); err != nil {
			return err
		}
	}
	file, err := client.Files(service.Config.ContainerID).Scan(ctx, src, options(status, service, stderr))
	status.Clear()
	if file != nil && page != "" {
		err = errors.Join(err, writePage(page, file, rules)) // also for a failed scan
	}
	if file != nil && err != nil {
		_, _ = fmt.Fprintf(stderr, "The file is uploaded; its id is %s.\n", file.ID)
	}
	if err != nil {
		return err
	}
	if asJSON {
		enc := json.NewEncoder(text.JSONWriter(stdout))
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(file)
	}
	if err := printTable(stdout, file); err != nil {
		return err
	}
	if err := printVerdict(stdout, filescan.Assess(file, rules)); err != nil {
		return err
	}
	if service.Mock != nil && file.State == filescan.StateNoResults {
		_, err = fmt.Fprintln(stdout, "\nThe mock recognises only registered tracks. To register this file in your own program:\n"+
			"    srv.AddTrack(mock.Track{Title: \"…\", Data: contentOfTheFile})")
	}
	return err
}

// writePage writes the result as a page for a browser.
func writePage(name string, file *filescan.File, rules *filescan.Rules) error {
	f, err := os.Create(name) //nolint:gosec // the file that the user names
	if err != nil {
		return err
	}
	r := report.File(file, rules)
	r.Made, r.Location = time.Now(), time.Local
	return errors.Join(report.HTML(f, r), f.Close())
}

// options reports the progress of the scan on a terminal.
func options(status *demo.Status, service *demo.Service, stderr io.Writer) *filescan.ScanOptions {
	started := time.Now()
	var interval time.Duration // the default
	if service.Mock != nil {
		interval = 300 * time.Millisecond
	}
	return &filescan.ScanOptions{
		Upload: filescan.UploadOptions{OnProgress: func(p filescan.Progress) {
			if p.Done {
				status.Show("processing …")
				return
			}
			status.Show("uploading %3d %% of %.1f MB", 100*p.Sent/max(p.Total, 1), float64(p.Total)/1e6)
		}},
		Wait: filescan.WaitOptions{
			MinInterval: interval,
			OnPoll: func(f *filescan.File) {
				status.Show("%v … %v", f.State, time.Since(started).Round(time.Second))
			},
			OnError: func(err error) {
				status.Clear()
				_, _ = fmt.Fprintln(stderr, "scan: still waiting after a failed request:", err)
			},
		},
	}
}

// withoutCovers makes the mock's container look for recordings only. With covers, each song of the sample would be
// listed twice.
func withoutCovers(ctx context.Context, client *filescan.Client, container int) error {
	_, err := client.Containers().Update(ctx, container, &filescan.UpdateContainerRequest{Engine: new(filescan.EngineFingerprint)})
	return err
}

// sample makes a recording of two tracks, one after the other.
func sample(srv *mock.Server) acrcloud.Source {
	first := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}, Duration: 2 * time.Minute})
	second := srv.AddTrack(mock.Track{Title: "Midnight Harbour", Artists: []string{"Birch", "Juniper"}, Duration: 3 * time.Minute})
	return acrcloud.FromBytes("sample.wav", join(first.WAV(30*time.Second, 50*time.Second), second.WAV(0, 15*time.Second)))
}
