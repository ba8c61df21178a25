// Asynq scans all recordings in a folder with workers of asynq, a task queue on Redis. driver.go contains all that an
// engine needs to drive package batch; docs/engines.md explains it, and what other engines need.
//
//	redis-server --appendonly yes &
//	go run .                                              # generated recordings, in the embedded mock
//	go run . -store postgres:///catalogue path/to/folder  # with ACRCLOUD_BEARER_TOKEN and ACRCLOUD_CONTAINER_ID
//
// Run it in examples/asynq, a separate module. Start it as often as you like, on any machine: processes with the same
// database and Redis share the work. A process that is started again continues, and restores what Redis has lost.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

func main() { demo.Main(run) }

// settings are the flags.
type settings struct {
	mock                 bool
	redis, store, folder string
	workers              int
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	stdout, stderr = text.Writer(stdout), text.Writer(stderr)
	var s settings
	flags := flag.NewFlagSet("asynq", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&s.mock, "mock", false, "use the embedded mock, even if there are credentials")
	flags.StringVar(&s.redis, "redis", "127.0.0.1:6379", "the `address` of Redis")
	flags.StringVar(&s.store, "store", "", "the `database` with the jobs: the URL of a PostgreSQL database, or a file; optional with the mock only")
	flags.IntVar(&s.workers, "workers", 16, "how many steps this process runs at the same time")
	flags.Usage = func() {
		_, _ = fmt.Fprint(stderr, "usage: asynq [flags] [folder]\n\nWithout a folder it continues with existing jobs, or, with the mock, scans generated recordings.\n\n")
		flags.PrintDefaults()
	}
	if code, ok := demo.Parse(flags, args, func() bool { return flags.NArg() <= 1 && s.workers >= 1 }); !ok {
		return code
	}
	s.folder = flags.Arg(0)
	err := scan(ctx, s, stdout, stderr, slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	return demo.End(ctx, stderr, "asynq", err)
}
