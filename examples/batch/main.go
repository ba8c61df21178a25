// Batch scans all recordings in a directory, each exactly once, even if it is stopped and restarted.
//
//	go run .                           # some recordings that it makes itself, in the embedded mock
//	go run . -store catalogue.db -o results.csv -failures failures.csv path/to/folder
//	go run . -store catalogue.db -retry path/to/folder      # and tries again what has failed
//
// Run it in examples/batch, which is a separate module, since it needs a database and a progress bar. Stop it with
// Ctrl-C or in any other way, and run the same command again: it continues.
//
// With ACRCLOUD_BEARER_TOKEN and ACRCLOUD_CONTAINER_ID in the environment it uses the real service, unless -mock is
// given or ACRCLOUD_USE_MOCK is set. The embedded mock and its files end with the program. To try Ctrl-C and a second
// run offline, start a separate mock, which prints what to set in another terminal:
//
//	go run . -mock-listen
package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

func main() { demo.Main(run) }

// settings are the flags.
type settings struct {
	folder                               string
	mock, listen, retry                  bool
	store, output, format, failed, rules string
	uploads                              int
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	plain := stderr
	stdout, stderr = text.Writer(stdout), text.Writer(stderr)
	var s settings
	flags := flag.NewFlagSet("batch", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&s.mock, "mock", false, "use the embedded mock, even if credentials are set")
	flags.BoolVar(&s.listen, "mock-listen", false, "only run a mock for other processes, until Ctrl-C")
	flags.BoolVar(&s.retry, "retry", false, "retry the jobs that failed in earlier runs")
	flags.StringVar(&s.store, "store", "", "the `database` with the jobs: a file, or the URL of a PostgreSQL database; without it, the jobs end with the program")
	flags.StringVar(&s.output, "o", "", "a `file` to write the results of all runs to")
	flags.StringVar(&s.format, "format", "csv", "the format of the results: csv or jsonl")
	flags.StringVar(&s.failed, "failures", "", "a `file` to write the failures of all runs to, as CSV")
	flags.StringVar(&s.rules, "rules", "", "a JSON `file` with the rules of the verdict; see docs/assessment.md")
	flags.IntVar(&s.uploads, "uploads", 4, "how many files are uploaded at the same time")
	flags.Usage = func() {
		_, _ = fmt.Fprint(stderr, "usage: batch [flags] [folder]\n\nWithout a folder, it scans generated recordings with the mock.\n\n")
		flags.PrintDefaults()
	}
	valid := func() bool { return flags.NArg() <= 1 && (s.format == "csv" || s.format == "jsonl") && s.uploads >= 1 }
	if code, ok := demo.Parse(flags, args, valid); !ok {
		return code
	}
	s.folder = flags.Arg(0)
	work := scan
	if s.listen {
		work = listen
	}
	code := demo.End(ctx, stderr, "batch", work(ctx, s, stdout, stderr, newBar(plain)))
	if code == demo.ExitInterrupted {
		_, _ = fmt.Fprintln(stderr, "Run the same command again to continue.")
	}
	return code
}
