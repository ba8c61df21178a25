// Report writes a page about the files of a container: the matches of each, their positions and owners, and a verdict
// with its reasons.
//
//	go run ./examples/report                     # report.html, of files that it makes itself, in the embedded mock
//	go run ./examples/report -dir report         # a page for each file
//	go run ./examples/report -text               # for the terminal
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
	"os"
	"time"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/report"
)

func main() { demo.Main(run) }

// settings are the flags.
type settings struct {
	mock, text      bool
	out, dir, rules string
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var s settings
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&s.mock, "mock", false, "use the embedded mock, even if credentials are set")
	flags.BoolVar(&s.text, "text", false, "write for the terminal, to standard output")
	flags.StringVar(&s.out, "o", "report.html", "the `file` to write the page to")
	flags.StringVar(&s.dir, "dir", "", "a new `directory` to write a page for each file to, in place of -o")
	flags.StringVar(&s.rules, "rules", "", "a JSON `file` with the rules of the verdict; see docs/assessment.md")
	valid := func() bool { return flags.NArg() == 0 }
	if code, ok := demo.Parse(flags, args, valid); !ok {
		return code
	}
	return demo.End(ctx, stderr, "report", show(ctx, s, stdout, stderr))
}

func show(ctx context.Context, s settings, stdout, stderr io.Writer) error {
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
		service.Mock.OnScan(script)
		if err := upload(ctx, files); err != nil {
			return err
		}
		if s.rules == "" {
			rules.Allow.Label = []string{"Our Own Label"} // of one of the files
		}
	}
	r := report.Files(files.All(ctx, &filescan.ListFilesOptions{WithResults: true}), rules)
	r.Made, r.Location = time.Now(), time.Local
	switch {
	case s.text:
		return report.Text(stdout, r, &report.TextOptions{Color: demo.IsTerminal(stdout)})
	case s.dir != "":
		err = report.Dir(s.dir, r)
		s.out = s.dir + "/index.html"
	default:
		err = writePage(s.out, r)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "Open %s in a browser.\n", s.out)
	return err
}

func writePage(name string, r report.Report) error {
	f, err := os.Create(name) //nolint:gosec // the file that the user names
	if err != nil {
		return err
	}
	return errors.Join(report.HTML(f, r), f.Close())
}
