// Webhook shows a callback from end to end: a container with a callback URL, its handler, an upload, the callback, and
// the result, which is fetched from the API before it is trusted.
//
//	go run ./examples/webhook                                                  # offline, against the embedded mock
//	go run ./examples/webhook -public https://example.trycloudflare.com song.mp3
//
// With ACRCLOUD_BEARER_TOKEN in the environment it uses the real service, unless -mock is given or ACRCLOUD_USE_MOCK is
// set. ACRCloud must be able to reach the handler: put a tunnel in front of the address of -listen, and pass its URL
// with -public. The program creates its own container and deletes it at the end; it does not use ACRCLOUD_CONTAINER_ID.
// Without a file it only listens, until Ctrl-C.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

func main() { demo.Main(run) }

// flags are the values of the command line.
type flags struct {
	useMock   bool
	listen    string
	public    string
	container int
	region    string
	path      string
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	stdout, stderr = demo.Serial(text.Writer(stdout)), demo.Serial(text.Writer(stderr)) // callbacks report too
	var f flags
	set := flag.NewFlagSet("webhook", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.BoolVar(&f.useMock, "mock", false, "use the embedded mock, even if credentials are set")
	set.StringVar(&f.listen, "listen", "127.0.0.1:0", "the address to listen on; port 0 means any free port")
	set.StringVar(&f.public, "public", "", "the https URL at which ACRCloud reaches that address, such as a tunnel's; required for the real service")
	set.IntVar(&f.container, "container", 0, "use this existing container: its callback URL is replaced, and restored at the end")
	set.StringVar(&f.region, "region", string(acrcloud.EUWest1), "the region of the scratch container")
	set.Usage = func() {
		_, _ = fmt.Fprint(stderr, "usage: webhook [flags] [file]\n\nWithout a file, it scans a generated sample with the mock, or only listens with the real service.\n\n")
		set.PrintDefaults()
	}
	valid := func() bool { return set.NArg() <= 1 }
	if code, ok := demo.Parse(set, args, valid); !ok {
		return code
	}
	f.path = set.Arg(0)
	err := receive(ctx, &f, stdout, stderr)
	if errors.Is(err, errTidying) {
		_, _ = fmt.Fprintln(stderr, "webhook:", err)
		return demo.ExitFailed
	}
	return demo.End(ctx, stderr, "webhook", err)
}

// errTidying marks a failure of the clean-up, which is reported even if the program was stopped.
var errTidying = errors.New("tidying up")

// tidied adds the errors of cleaning up.
func tidied(err error, problems ...error) error {
	if problem := errors.Join(problems...); problem != nil {
		return errors.Join(err, fmt.Errorf("%w: %w", errTidying, problem))
	}
	return err
}

// receive does everything, and always restores what it has set up.
func receive(ctx context.Context, f *flags, stdout, stderr io.Writer) (err error) {
	service, err := choose(f.useMock)
	if err != nil {
		return err
	}
	if service.Mock != nil {
		defer func() { _ = service.Mock.Close() }()
		_, _ = fmt.Fprintln(stderr, service)
	} else {
		_, _ = fmt.Fprintln(stderr, "Using the ACRCloud service: a scan is billed.")
	}
	if service.Mock == nil && f.public == "" {
		return errors.New("ACRCloud cannot reach this computer directly: put a tunnel or a reverse proxy in front of -listen, and pass its https URL with -public, or use -mock")
	}
	client, err := filescan.New(service.Config, service.Options...)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	base := strings.TrimSuffix(f.public, "/")
	if service.Mock != nil {
		base = "http://" + local(listener.Addr())
	}

	// The secret is new each time, and only ACRCloud learns it. A real service keeps its secret.
	secret := webhook.NewSecret()
	callback, err := webhook.CallbackURL(base+path, "key", secret)
	if err != nil {
		return err
	}
	container, release, err := setUp(ctx, client, f, callback, stderr)
	if err != nil {
		return err
	}
	defer func() { err = tidied(err, release()) }()

	events := make(chan *webhook.Event, 1)
	notifier := webhook.NewNotifier()
	handler, err := webhook.NewHandler(
		func(ctx context.Context, event *webhook.Event) error {
			// Here a program would store the result. An error means that the event is not done.
			select {
			case events <- event:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
		webhook.WithSecret("key", secret),
		webhook.WithContainers(container),
		webhook.WithRefetch(client),
		webhook.WithNotifier(notifier),
		webhook.WithObserver(webhook.LogTo(slog.New(slog.NewTextHandler(stderr, nil)))), // a line for each request, also for refused ones
	)
	if err != nil {
		return err
	}
	stop := serve(listener, handler)
	defer func() { err = tidied(err, stop(), shutDown(handler)) }()
	_, _ = fmt.Fprintf(stderr, "Listening on %s; container %d calls %s (with a secret in the query).\n", listener.Addr(), container, base+path)

	source := acrcloud.FromFile(f.path)
	switch {
	case f.path == "" && service.Mock == nil:
		return listen(ctx, events, stdout)
	case f.path == "":
		source = sample(service.Mock)
	}
	return scan(ctx, client.Files(container), source, notifier, events, stdout, stderr)
}

// local returns an address at which this computer can reach its own listener, even if that listens on all addresses.
func local(listens net.Addr) string {
	if tcp, ok := listens.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return listens.String()
}

// path is the path of the handler.
const path = "/acrcloud/callback"

// choose returns the real service if there is a token, otherwise the mock.
func choose(flag bool) (*demo.Service, error) {
	useMock, err := demo.UseMock(flag)
	if err != nil {
		return nil, err
	}
	cfg, err := acrcloud.ConfigFromEnv()
	if err != nil {
		return nil, err
	}
	if useMock || cfg.BearerToken.IsZero() {
		srv := mock.New(mock.WithProcessingTime(time.Second))
		return &demo.Service{Config: srv.Config(), Options: srv.Options(), Mock: srv}, nil
	}
	return &demo.Service{Config: cfg}, nil
}

// serve handles requests until stop is called.
func serve(listener net.Listener, handler http.Handler) (stop func() error) {
	mux := http.NewServeMux()
	mux.Handle(path, handler)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	go func() { _ = srv.Serve(listener) }()
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return srv.Shutdown(ctx)
	}
}

func shutDown(handler *webhook.Handler) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return handler.Shutdown(ctx)
}

// scan uploads, and waits for the result and for the callback.
func scan(ctx context.Context, files *filescan.Files, source acrcloud.Source, notifier *webhook.Notifier, events <-chan *webhook.Event, stdout, stderr io.Writer) error {
	started := time.Now()
	file, err := files.Scan(ctx, source, &filescan.ScanOptions{Wait: filescan.WaitOptions{
		Notifier: notifier,
		OnError:  func(err error) { _, _ = fmt.Fprintln(stderr, "webhook: still waiting after a failed request:", err) },
	}})
	if err != nil {
		if file != nil {
			_, _ = fmt.Fprintf(stderr, "The file is uploaded; its id is %s.\n", file.ID)
		}
		return err
	}
	_, _ = fmt.Fprintf(stderr, "The wait for file %s ended after %v.\n", file.ID, time.Since(started).Round(time.Millisecond))
	select {
	case event := <-events:
		return show(stdout, event)
	case <-time.After(time.Minute):
		// The wait has the result anyway, since callbacks can get lost.
		_, _ = fmt.Fprintln(stderr, "No callback arrived within a minute after the file was done: check that the -public URL can be reached from outside.")
		return show(stdout, &webhook.Event{Kind: webhook.FileScan, FileID: file.ID, Name: file.Name, State: file.State, Results: file.Results})
	case <-ctx.Done():
		return ctx.Err()
	}
}

// listen shows events until the program is stopped.
func listen(ctx context.Context, events <-chan *webhook.Event, stdout io.Writer) error {
	for {
		select {
		case event := <-events:
			if err := show(stdout, event); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// show prints an event, with a line for each match, whatever its title contains.
func show(w io.Writer, event *webhook.Event) error {
	file := event.File()
	if file == nil {
		_, err := fmt.Fprintf(w, "An event of kind %s, %d bytes\n", event.Kind, len(event.Raw))
		return err
	}
	source := "as posted"
	if event.Refetched {
		source = "fetched again from the API"
	}
	if _, err := fmt.Fprintf(w, "%s: %v, %s\n", text.Terminal(file.Name), file.State, source); err != nil || file.Results == nil {
		return err
	}
	for _, match := range file.Results.Music {
		names := make([]string, 0, len(match.Result.Artists))
		for _, artist := range match.Result.Artists {
			names = append(names, artist.Name)
		}
		if _, err := fmt.Fprintf(w, "  %v to %v: %s, %s\n", match.Start(), match.End(), text.Terminal(match.Result.Title), text.Terminal(strings.Join(names, ", "))); err != nil {
			return err
		}
	}
	return nil
}

// sample returns a recording of a track that the mock knows.
func sample(srv *mock.Server) acrcloud.Source {
	track := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}, Duration: 2 * time.Minute})
	return acrcloud.FromBytes("sample.wav", track.WAV(30*time.Second, 50*time.Second))
}
