package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/mock/control"
)

const (
	shutdownTimeout = 5 * time.Second
	headerTimeout   = 10 * time.Second
	maxTrackBytes   = 64 << 20
)

// A mockSettings holds how to start the mock.
type mockSettings struct {
	listen                                 []string
	token, accessKey, accessSecret, tracks string
	scenario, state, control               string
	container                              int
	seed                                   uint64
	latency, processing                    time.Duration
	tls, hosts                             bool
	ca                                     string
	names                                  []string
}

func (p *program) mockCommand() *cobra.Command {
	var s mockSettings
	c := &cobra.Command{
		Use: "mock", Short: "Run an ACRCloud in memory, for clients in any language",
		Long: "Run an ACRCloud in memory that speaks the wire protocol: File Scanning and identification, on one address. It prints the variables that\n" +
			"clients need, one per line, and then logs each request to standard error. Nothing is billed. Without --state nothing is kept when the\n" +
			"command ends. See docs/mock.md for what the mock can do.\n\n" +
			"Credentials are generated, unless flags or the variables ACRCLOUD_BEARER_TOKEN, ACRCLOUD_CONTAINER_ID, ACRCLOUD_IDENTIFY_ACCESS_KEY and\n" +
			"ACRCLOUD_IDENTIFY_ACCESS_SECRET set them. They are then the same at every start, and are not printed.\n\n" +
			"It recognises the files of --tracks byte for byte. /_mock/health returns 200 as soon as the mock serves. Ctrl-C and SIGTERM end it with exit code 0.",
		Example: "  acrcloud mock\n  acrcloud mock --listen 127.0.0.1:9000 --tracks ./songs --processing 2s\n  ACRCLOUD_BEARER_TOKEN=test acrcloud mock --listen :8750 --container 10005",
		RunE:    func(c *cobra.Command, _ []string) error { return p.serveMock(c, s) },
	}
	f := c.Flags()
	f.StringSliceVar(&s.listen, "listen", nil, "`address` to listen on; may be repeated; an address without a host is loopback only; port 0 chooses a free port (default "+mockAddress+", with --hosts "+hostsAddress+" and "+hostsHTTPAddress+")")
	f.StringVar(&s.token, "token", "", "Console API `token` to accept")
	f.StringVar(&s.accessKey, "access-key", "", "access `key` of the project to accept")
	f.StringVar(&s.accessSecret, "access-secret", "", "access `secret` of the project to accept")
	f.IntVar(&s.container, "container", 0, "`id` of the ready-made container")
	f.Uint64Var(&s.seed, "seed", 0, "`number` that makes the generated ids and tracks the same at every start")
	f.DurationVar(&s.latency, "latency", 0, "delay of each response, such as 200ms")
	f.DurationVar(&s.processing, "processing", 0, "how long a file is processed, such as 5s")
	f.StringVar(&s.tracks, "tracks", "", "`folder` with recordings to recognise, named \"Artist - Title.mp3\" or \"Title.mp3\"")
	f.StringVar(&s.scenario, "scenario", "", "YAML or JSON `file` with outcomes and faults: see docs/mock.md")
	f.StringVar(&s.control, "control", controlLocal, "who may use the control API and the dashboard: `local` (this machine only), all, or off")
	f.StringVar(&s.state, "state", "", "`file` that keeps the state across restarts; created if it does not exist")
	f.BoolVar(&s.tls, "tls", false, "serve TLS and plain HTTP on the same port, with a certificate authority of its own")
	f.BoolVar(&s.hosts, "hosts", false, "replace the public hosts, with TLS, for unchanged clients: prints lines for /etc/hosts")
	f.StringVar(&s.ca, "ca", "", "`folder` of the certificate authority; created if it does not exist (default acrcloud/mock-ca in the folder for configurations)")
	f.StringSliceVar(&s.names, "name", nil, "additional host `name` of the mock, such as a container's: for TLS and the control API")
	c.AddCommand(p.mockHealthCommand())
	return c
}

// options returns the options of the mock, and records which credentials were given.
func (s *mockSettings) options(c *cobra.Command) ([]mock.Option, error) {
	fill := func(value *string, env string) {
		if *value == "" {
			*value, _ = environment(env)
		}
	}
	fill(&s.token, "ACRCLOUD_BEARER_TOKEN")
	fill(&s.accessKey, "ACRCLOUD_IDENTIFY_ACCESS_KEY")
	fill(&s.accessSecret, "ACRCLOUD_IDENTIFY_ACCESS_SECRET")
	if id, ok := environment("ACRCLOUD_CONTAINER_ID"); ok && !c.Flags().Changed("container") {
		n, err := containerID(id)
		if err != nil {
			return nil, fmt.Errorf("ACRCLOUD_CONTAINER_ID: %w", err)
		}
		s.container = n
	}
	var opts []mock.Option
	if s.token != "" {
		opts = append(opts, mock.WithToken(acrcloud.NewSecret(s.token)))
	}
	switch {
	case s.accessKey != "" && s.accessSecret != "":
		opts = append(opts, mock.WithProject(acrcloud.NewSecret(s.accessKey), acrcloud.NewSecret(s.accessSecret)))
	case s.accessKey != "" || s.accessSecret != "":
		return nil, usagef("an access key needs an access secret, and the other way round: give --access-key and --access-secret, or set ACRCLOUD_IDENTIFY_ACCESS_KEY and ACRCLOUD_IDENTIFY_ACCESS_SECRET")
	}
	if s.container != 0 {
		opts = append(opts, mock.WithContainerID(s.container))
	}
	if c.Flags().Changed("seed") {
		opts = append(opts, mock.WithSeed(s.seed))
	}
	if s.processing != 0 {
		opts = append(opts, mock.WithProcessingTime(s.processing))
	}
	if s.state != "" {
		opts = append(opts, mock.WithStateFile(s.state))
	}
	if s.latency < 0 {
		return nil, usagef("--latency is %v: give a positive duration, such as 200ms", s.latency)
	}
	return opts, nil
}

func (p *program) serveMock(c *cobra.Command, s mockSettings) error {
	if _, err := p.format(formatTable); err != nil {
		return err
	}
	opts, err := s.options(c)
	if err != nil {
		return err
	}
	srv := mock.New(append(opts, mock.WithRequestBodies(maxBodies))...)
	if err := srv.Err(); err != nil {
		return &usageError{text: strings.ReplaceAll(err.Error(), "mock: ", "")}
	}
	defer srv.Close() //nolint:errcheck // before it serves there is nothing to lose
	steering, err := p.steering(srv, &s)
	if err != nil {
		return err
	}
	a, err := s.authority()
	if err != nil {
		return err
	}
	listeners, err := s.open(c.Context(), a)
	if err != nil {
		return err
	}
	if err := p.announce(srv.Config(), &s, a, listeners); err != nil {
		for _, l := range listeners {
			err = errors.Join(err, l.Close())
		}
		return err
	}
	server := &http.Server{Handler: s.handler(srv, steering, slog.New(p.requestLog())), ReadHeaderTimeout: headerTimeout, ErrorLog: slog.NewLogLogger(p.requestLog(), slog.LevelDebug)}
	served := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { served <- server.Serve(l) }()
	}
	select {
	case err := <-served:
		return err
	case <-c.Context().Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		err = server.Close() // requests still in progress have had their time
		p.note("Requests in progress were aborted: %v", err)
	}
	return srv.Close()
}

// requestLog logs requests, or nothing with --quiet.
func (p *program) requestLog() slog.Handler {
	if p.flags.quiet {
		return slog.DiscardHandler
	}
	return slog.NewTextHandler(p.err, nil)
}

// open starts listening.
func (s *mockSettings) open(ctx context.Context, a *authority) ([]net.Listener, error) {
	if len(s.listen) == 0 {
		s.listen = []string{mockAddress}
		if s.hosts {
			s.listen = []string{hostsAddress, hostsHTTPAddress}
		}
	}
	var secure *tls.Config
	if a != nil {
		secure = a.config()
	}
	return listenAll(ctx, s.listen, secure)
}

// announce prints what clients need, in the form of a .env file.
func (p *program) announce(cfg acrcloud.Config, s *mockSettings, a *authority, listeners []net.Listener) error {
	base := "http://" + reachable(listeners[0].Addr())
	if a != nil {
		base = "https://" + reachable(listeners[0].Addr())
		if err := p.serveTLS(a, s, listeners); err != nil {
			return err
		}
	}
	if s.control != controlOff {
		p.note("The dashboard is at %s", base+control.Path)
	}
	lines := []string{"ACRCLOUD_BASE_URL=" + base, "ACRCLOUD_CONTAINER_ID=" + strconv.Itoa(cfg.ContainerID), "ACRCLOUD_IDENTIFY_HOST=" + base}
	if s.hosts && portOf(listeners[0]) == "443" {
		lines = []string{lines[1], "ACRCLOUD_IDENTIFY_HOST=" + cfg.IdentifyHost}
	}
	if s.token == "" {
		lines = append(lines, "ACRCLOUD_BEARER_TOKEN="+cfg.BearerToken.Reveal())
	}
	if s.accessKey == "" {
		lines = append(lines, "ACRCLOUD_IDENTIFY_ACCESS_KEY="+cfg.IdentifyAccessKey.Reveal(), "ACRCLOUD_IDENTIFY_ACCESS_SECRET="+cfg.IdentifyAccessSecret.Reveal())
	}
	_, err := fmt.Fprintln(p.out, strings.Join(lines, "\n"))
	return err
}

// handler serves the mock and its control API, and logs requests.
func (s *mockSettings) handler(srv *mock.Server, steering http.Handler, log *slog.Logger) http.Handler {
	service := srv.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, control.Path) {
			steering.ServeHTTP(w, r)
			return
		}
		started := time.Now()
		if s.latency > 0 {
			timer := time.NewTimer(s.latency)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-r.Context().Done():
				return
			}
		}
		seen := &statusWriter{ResponseWriter: w}
		defer func() { //nolint:contextcheck // it is the context of the request
			log.InfoContext(r.Context(), "request", "method", r.Method, "path", r.URL.Path, "status", seen.status, "took", time.Since(started).Round(time.Microsecond))
		}()
		service.ServeHTTP(seen, r)
	})
}

// A statusWriter records the status of a response, or 0 if there was none.
type statusWriter struct {
	http.ResponseWriter

	status int
}

// WriteHeader implements [http.ResponseWriter].
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Flush implements [http.Flusher], which the mock needs for responses that end early.
func (w *statusWriter) Flush() {
	_ = http.NewResponseController(w.ResponseWriter).Flush() // the next write finds a lost connection
}

// Unwrap is for [http.ResponseController].
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// readTracks reads the recordings in a folder.
func (p *program) readTracks(dir string) (tracks []mock.Track, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, usagef("--tracks: %v", err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path) // follows links
		switch {
		case err != nil:
			return nil, usagef("--tracks: %v", err)
		case !info.Mode().IsRegular() || strings.HasPrefix(e.Name(), "."):
			continue
		case info.Size() == 0:
			p.note("Skipped %s: it is empty.", path)
			continue
		case info.Size() > maxTrackBytes:
			p.note("Skipped %s: it is larger than %d MiB.", path, maxTrackBytes>>20)
			continue
		}
		data, err := readTrack(path)
		if err != nil {
			return nil, usagef("--tracks: %v", err)
		}
		track := mock.Track{Title: strings.TrimSuffix(e.Name(), filepath.Ext(e.Name())), Data: data}
		if artist, title, ok := strings.Cut(track.Title, " - "); ok {
			track.Artists, track.Title = []string{artist}, title
		}
		tracks = append(tracks, track)
	}
	p.note("The mock knows %s of %s.", count(len(tracks), "track"), dir)
	return tracks, nil
}
