// Export writes the files of a container with their matches and verdicts, as CSV or JSON lines.
//
//	go run ./examples/export                  # some files that it makes itself, in the embedded mock
//	go run ./examples/export -format jsonl
//	go run ./examples/export -list            # the newest files, as one watches a queue
//
// With ACRCLOUD_BEARER_TOKEN and ACRCLOUD_CONTAINER_ID in the environment it uses the real service, unless -mock is given or
// ACRCLOUD_USE_MOCK is set. It reads only; nothing is billed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func main() { demo.Main(run) }

// settings are the flags.
type settings struct {
	mock, list    bool
	format, rules string
	newest        int
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	stderr = text.Writer(stderr)
	var s settings
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&s.mock, "mock", false, "use the embedded mock, even if credentials are set")
	flags.BoolVar(&s.list, "list", false, "list the newest files with state, age, matches and verdict")
	flags.IntVar(&s.newest, "newest", 20, "how many files -list shows")
	flags.StringVar(&s.format, "format", "csv", "csv or jsonl")
	flags.StringVar(&s.rules, "rules", "", "a JSON `file` with the rules of the verdict; see docs/assessment.md")
	valid := func() bool { return flags.NArg() == 0 && (s.format == "csv" || s.format == "jsonl") && s.newest >= 1 }
	if code, ok := demo.Parse(flags, args, valid); !ok {
		return code
	}
	return demo.End(ctx, stderr, "export", export(ctx, s, stdout, stderr))
}

func export(ctx context.Context, s settings, stdout, stderr io.Writer) error {
	rules, err := demo.Rules(s.rules)
	if err != nil {
		return err
	}
	service, err := demo.ForScanning(s.mock)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(stderr, service.ReadOnly())
	client, err := filescan.New(service.Config, service.Options...)
	if err != nil {
		return err
	}
	files := client.Files(service.Config.ContainerID)
	if service.Mock != nil {
		if err := fill(ctx, service.Mock, files); err != nil {
			return err
		}
	}
	if s.list {
		return list(ctx, files, s.newest, rules, stdout)
	}
	all := files.All(ctx, &filescan.ListFilesOptions{WithResults: true})
	if s.format == "jsonl" {
		return filescan.WriteJSONL(stdout, all, rules)
	}
	return filescan.WriteCSV(stdout, all, rules)
}

// list shows the newest files. As far as is known, the service lists the newest first.
func list(ctx context.Context, files *filescan.Files, newest int, rules *filescan.Rules, w io.Writer) error {
	var t text.Table
	t.Row("NAME", "STATE", "AGE", "MATCHES", "RISK", "ID")
	shown := 0
	for f, err := range files.All(ctx, &filescan.ListFilesOptions{PerPage: min(newest, 100), WithResults: true}) {
		if err != nil {
			return errors.Join(t.Print(w), err)
		}
		matches := 0
		for range f.Results.All() {
			matches++
		}
		age := time.Since(f.CreatedAt).Round(time.Second)
		t.Row(f.Name, f.State.String(), age.String(), strconv.Itoa(matches), filescan.Assess(f, rules).Risk.String(), f.ID)
		if shown++; shown == newest {
			break
		}
	}
	return t.Print(w)
}

// fill uploads a file of each kind to the mock.
func fill(ctx context.Context, srv *mock.Server, files *filescan.Files) error {
	song := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}, Duration: 2 * time.Minute})
	for _, sample := range []struct {
		name    string
		content []byte
	}{
		{"whole song.wav", song.Audio()},
		{"a few seconds.wav", song.WAV(10*time.Second, 18*time.Second)},
		{"speech.wav", []byte("nothing that the mock knows")},
	} {
		if _, err := files.Scan(ctx, acrcloud.FromBytes(sample.name, sample.content), nil); err != nil {
			return err
		}
	}
	return nil
}
