// Pipeline is a small web application around ACRCloud: people upload recordings, workers have them scanned, callbacks
// wake the workers, and a page shows each result.
//
//	go run .                                             # everything in one process, SQLite, the embedded mock
//	DATABASE_URL=postgres://… go run . -role worker      # one of several processes, on one machine or many
//
// Run it in examples/pipeline, a separate module, since it needs a database and a job queue. Open the address that it
// prints. The monitoring page of the queue is at /river/, and GET /healthz is for load balancers.
//
// With ACRCLOUD_BEARER_TOKEN and ACRCLOUD_CONTAINER_ID in the environment it uses the real service, unless -mock is given
// or ACRCLOUD_USE_MOCK is set. Without -data, or with the embedded mock, all data is deleted at the end. Processes that
// share a database need the same -data directory, such as on a network drive, since it has the uploads, and the same
// PIPELINE_CALLBACK_SECRET. A mock for several processes prints what to set:
//
//	go run . -mock-listen
//
// With -telemetry otlp, each upload is one OpenTelemetry trace, from the web request to the verdict, in whatever processes
// it happens. It goes to a collector on this machine, or to the one that OTEL_EXPORTER_OTLP_ENDPOINT names.
//
// It has no login: put it behind something that has. The uploads stay in the -data directory: delete those that are older
// than your backups of the database, since a restored job reads its upload again.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

func main() { demo.Main(run) }

// databaseEnv is the URL of a PostgreSQL database. Without it, there is one of SQLite.
const databaseEnv = "DATABASE_URL"

// settings are the flags and the environment.
type settings struct {
	roles     []string
	listen    string
	data      string // directory of the uploads, and of the SQLite database
	database  string // URL of a PostgreSQL database; empty: SQLite
	callback  string // URL of the receiver, to be set in the container
	secret    string // of callbacks
	mock      bool
	verbose   bool
	exporters *exporters // of spans and metrics; nil: none

	megabytes int64 // of the largest upload
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	stdout, stderr = demo.Serial(text.Writer(stdout)), demo.Serial(text.Writer(stderr))
	s := settings{database: os.Getenv(databaseEnv), secret: os.Getenv("PIPELINE_CALLBACK_SECRET")}
	var roles, telemetry string
	var mockOnly bool
	flags := flag.NewFlagSet("pipeline", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&roles, "role", strings.Join(everyRole(), ","), "what this process does: web, worker, receiver, or several with commas")
	flags.StringVar(&s.listen, "listen", "127.0.0.1:8080", "the `address` to listen on")
	flags.StringVar(&s.data, "data", "", "the `directory` of the uploads; empty: a temporary one")
	flags.StringVar(&s.callback, "callback", "", "set the callback URL of the container to this `URL` of a receiver")
	flags.Int64Var(&s.megabytes, "max-mb", 200, "the size of the largest upload, in MB")
	flags.BoolVar(&s.mock, "mock", false, "use the embedded mock, even if credentials are set")
	flags.BoolVar(&mockOnly, "mock-listen", false, "only run a mock for other processes, until Ctrl-C")
	flags.BoolVar(&s.verbose, "v", false, "log what the SDK and River do")
	flags.StringVar(&telemetry, "telemetry", telemetryOff, "report spans and metrics `to` otlp, a collector as the environment names it, or console; empty: nowhere")
	flags.Usage = func() {
		_, _ = fmt.Fprint(stderr, "usage: [DATABASE_URL=postgres://…] pipeline [flags]\n\n")
		flags.PrintDefaults()
	}
	valid := func() (ok bool) {
		s.roles, ok = parseRoles(roles)
		return ok && flags.NArg() == 0 && s.megabytes >= 1
	}
	if code, ok := demo.Parse(flags, args, valid); !ok {
		return code
	}
	var err error
	if s.exporters, err = newExporters(ctx, telemetry, stderr); err != nil {
		return demo.End(ctx, stderr, "pipeline", err)
	}
	work := serve
	if mockOnly {
		work = listenMock
	}
	return demo.End(ctx, stderr, "pipeline", work(ctx, s, stdout, stderr))
}

// The roles of a process.
const (
	roleWeb      = "web"      // takes uploads and shows pages
	roleWorker   = "worker"   // takes the steps of jobs
	roleReceiver = "receiver" // takes callbacks
)

func everyRole() []string { return []string{roleWeb, roleWorker, roleReceiver} }

func parseRoles(list string) (roles []string, ok bool) {
	for role := range strings.SplitSeq(list, ",") {
		role = strings.TrimSpace(role)
		if !slices.Contains(everyRole(), role) {
			return nil, false
		}
		if !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return roles, true
}
