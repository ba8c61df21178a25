package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

const (
	listenAddress = "127.0.0.1:8751"
	secretEnv     = "ACRCLOUD_CALLBACK_SECRET" //nolint:gosec // the name of a variable
	secretName    = "key"                      // of the query parameter
)

// A listenSettings holds where to receive callbacks, and what to do with them.
type listenSettings struct {
	listen, public, secretEnv string
	command                   string
	args                      []string
	anyContainer, asPosted    bool
	count                     int
	timeout                   time.Duration
}

func (p *program) listenCommand() *cobra.Command {
	var s listenSettings
	c := &cobra.Command{
		Use: "listen [ARG...]", Short: "Receive callbacks through a tunnel and show them",
		Long: "Receive what ACRCloud posts to a callback URL: results of scanned files and of monitored stations. The command prints the URL to configure,\n" +
			"with a secret in its query, and then each event as it arrives: as a line of text, or as JSON with -o jsonl. ACRCloud cannot reach this machine\n" +
			"directly, so put a tunnel or an https proxy in front of --listen and give its URL with --public.\n\n" +
			"A request without the secret is refused. An event that arrives twice is shown once. If there is a token, the file is fetched from the API and\n" +
			"the posted results are ignored. Without a token, anyone who knows the URL can forge results. Events of other containers than the configured\n" +
			"one are refused unless --any-container is given. GET and HEAD return 200, for health checks.\n\n" +
			"--exec runs a program with ARGs for each event, one at a time, without a shell. The program reads the event from standard input, as a line of\n" +
			"JSON. If it fails, the sender gets 500. It is not known whether ACRCloud then posts the event again, so keep polling. The secret is new at each\n" +
			"start, unless the variable " + secretEnv + " holds one, which is not printed. Ctrl-C and SIGTERM end the command with exit code 0, after the\n" +
			"events in progress.",
		Example: "  acrcloud listen --public https://example.trycloudflare.com\n  acrcloud listen --public https://acr.example.com/hook -o jsonl >> events.jsonl\n" +
			"  acrcloud listen --public https://acr.example.com/hook --exec ./store.sh -- --table events\n  acrcloud listen --mock --count 1",
		Args: func(c *cobra.Command, args []string) error {
			if s.command == "" && len(args) > 0 {
				return &usageError{fmt.Sprintf("%q is an argument for a program: name the program with --exec", args[0]), c.CommandPath()}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			s.args = args
			return p.receive(c.Context(), s)
		},
	}
	f := c.Flags()
	f.StringVar(&s.listen, "listen", listenAddress, "`address` to listen on; port 0 chooses a free port")
	f.StringVar(&s.public, "public", "", "https `URL` at which ACRCloud reaches the address, such as that of a tunnel")
	f.StringVar(&s.secretEnv, "secret-env", secretEnv, "`variable` with the secret, at least 16 characters")
	f.StringVar(&s.command, "exec", "", "`program` to run for each event")
	f.BoolVar(&s.anyContainer, "any-container", false, "accept events of all containers")
	f.BoolVar(&s.asPosted, "as-posted", false, "show posted results, even if there is a token to fetch them from the API")
	f.IntVar(&s.count, "count", 0, "exit after this many events; 0 for no limit")
	f.DurationVar(&s.timeout, "timeout", 30*time.Second, "time limit for handling one event, with --exec")
	return c
}

// check refuses wrong settings before anything is started.
func (s *listenSettings) check() error {
	switch {
	case s.count < 0:
		return usagef("--count is %d: give a positive number, or 0 for no limit", s.count)
	case s.timeout <= 0:
		return usagef("--timeout is %v: give a positive duration, such as 30s", s.timeout)
	case s.command == "":
		return nil
	}
	path, err := exec.LookPath(s.command)
	if err != nil {
		return usagef("--exec: %v", err)
	}
	s.command = path
	return nil
}

// secret returns the secret in the variable, or a new one.
func (s *listenSettings) secret() (secret acrcloud.Secret, isNew bool, err error) {
	if text, ok := environment(s.secretEnv); ok {
		return acrcloud.NewSecret(text), false, nil
	}
	if s.secretEnv != secretEnv {
		return secret, false, usagef("--secret-env names the variable %s, which is not set", s.secretEnv)
	}
	return webhook.NewSecret(), true, nil
}

func (p *program) receive(ctx context.Context, s listenSettings) error {
	format, err := p.format(formatTable, formatJSONL)
	if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	secret, isNew, err := s.secret()
	if err != nil {
		return err
	}
	service, err := p.service(ctx)
	if err != nil {
		return err
	}
	opts, err := p.checks(service, &s, secret) //nolint:contextcheck // the log uses the context of each request
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	events := newEventWriter(p, format, &s, stop)
	handler, err := webhook.NewHandler(events.handle, opts...)
	if err != nil {
		return fmt.Errorf("%s: %w", s.secretEnv, err) // only the secret comes from the user
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address(s.listen))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return usagef("%s is in use: stop the program that listens there, or choose another port with --listen; port 0 chooses a free port", s.listen)
	case err != nil:
		return usagef("cannot listen on %s: %v", s.listen, err)
	}
	callback, err := p.printCallback(&s, secret, isNew, listener.Addr())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if service.mock != nil {
		if err := p.postSample(ctx, service, callback); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	return p.serveCallbacks(ctx, &s, handler, listener, events)
}

// checks returns the checks that a request must pass.
func (p *program) checks(service *service, s *listenSettings, secret acrcloud.Secret) ([]webhook.Option, error) {
	opts := []webhook.Option{webhook.WithSecret(secretName, secret), webhook.WithCallbackTimeout(s.timeout), webhook.WithObserver(webhook.LogTo(slog.New(p.callbackLog()))), webhook.WithObserver(p.tested)}
	if id := service.config.ContainerID; id != 0 && !s.anyContainer {
		opts = append(opts, webhook.WithContainers(id))
	}
	switch {
	case s.asPosted:
	case service.config.BearerToken.IsZero():
		p.note("There is no token: events are shown as they are posted, and anyone who knows the URL can forge results.")
	default:
		client, err := filescan.New(service.config, service.options...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", service.origin, err)
		}
		opts = append(opts, webhook.WithRefetch(client))
	}
	return opts, nil
}

// callbackLog logs refused and failed requests, and with --verbose all of them.
func (p *program) callbackLog() slog.Handler {
	level := slog.LevelWarn
	if p.flags.verbose {
		level = slog.LevelDebug
	}
	return slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: level})
}

// tested reports a test request, which is not an event.
func (p *program) tested(d webhook.Delivery) {
	if d.Reason == webhook.ReasonTest {
		p.note("The console has tested the URL: it works.")
	}
}

// printCallback prints the URL to configure, and returns it. Only a new secret is printed, because the user has no other way to know it. A
// secret from a variable would end up in the log of every start.
func (p *program) printCallback(s *listenSettings, secret acrcloud.Secret, isNew bool, at net.Addr) (acrcloud.Secret, error) {
	base, flag := s.public, "--public"
	if base == "" {
		base, flag = "http://"+reachable(at)+"/", "--listen"
	}
	callback, err := webhook.CallbackURL(base, secretName, secret)
	switch {
	case err != nil && s.public == "":
		return callback, usagef("%s is reachable from other machines: give the https URL at which ACRCloud reaches it with --public", s.listen)
	case err != nil:
		return callback, usagef("%s: %v", flag, err)
	}
	if isNew {
		_, _ = fmt.Fprintf(p.err, "Listening on %s. The callback URL, which contains the secret:\n  %s\n", at, callback.Reveal())
	} else {
		const standIn = "x"
		shown, err := webhook.CallbackURL(base, secretName, acrcloud.NewSecret(standIn))
		if err != nil {
			return callback, err
		}
		_, _ = fmt.Fprintf(p.err, "Listening on %s. The callback URL, in which $%s stands for the secret:\n  %s$%[2]s\n", at, s.secretEnv, strings.TrimSuffix(shown.Reveal(), standIn))
		if text := secret.Reveal(); url.QueryEscape(text) != text {
			p.note("The secret has characters that must be percent-encoded in the URL; 'openssl rand -hex 32' makes one that has none.")
		}
	}
	if s.public == "" {
		p.note("ACRCloud cannot reach this address directly: put a tunnel in front of it, and give its https URL with --public.")
	}
	if isNew {
		p.note("The secret is new at each start: set %s to keep one.", s.secretEnv)
	}
	return callback, nil
}

// postSample makes the embedded mock post the result of a recording.
func (p *program) postSample(ctx context.Context, service *service, callback acrcloud.Secret) error {
	client, err := filescan.New(service.config, service.options...)
	if err != nil {
		return err
	}
	if _, err := client.Containers().Update(ctx, service.config.ContainerID, &filescan.UpdateContainerRequest{CallbackURL: &callback}); err != nil {
		return err
	}
	track := addSample(service.mock)
	p.note("The embedded mock scans a recording and posts the result.")
	_, err = client.Files(service.config.ContainerID).Upload(ctx, acrcloud.FromBytes("sample.wav", track.WAV(30*time.Second, 70*time.Second)), nil)
	return err
}

// serveCallbacks serves until the context ends.
func (p *program) serveCallbacks(ctx context.Context, s *listenSettings, handler *webhook.Handler, listener net.Listener, events *eventWriter) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: time.Minute, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(p.callbackLog(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout+shutdownTimeout) // so that events in progress are not lost
	defer cancel()
	err := server.Shutdown(ending)
	if unfinished := handler.Shutdown(ending); unfinished != nil {
		err = errors.Join(err, unfinished)
	}
	if err == nil && s.count > 0 && events.seen() < s.count {
		return ctx.Err()
	}
	return err
}

// An eventLine is an event as JSON.
type eventLine struct {
	Time        time.Time       `json:"time"` // when it was received
	Kind        webhook.Kind    `json:"kind"`
	FileID      string          `json:"file_id"`
	ContainerID int             `json:"container_id"`
	Name        string          `json:"name"`
	State       string          `json:"state"`
	StreamID    string          `json:"stream_id"`
	StreamName  string          `json:"stream_name"`
	Refetched   bool            `json:"refetched"`
	File        *filescan.File  `json:"file,omitempty"`
	Play        json.RawMessage `json:"play,omitempty"`
	Body        string          `json:"body,omitempty"` // of an event of unknown kind
}

// lineOf returns an event in its JSON form.
func lineOf(event *webhook.Event) (eventLine, error) {
	line := eventLine{Time: time.Now().UTC(), Kind: event.Kind, FileID: event.FileID, ContainerID: event.ContainerID, Name: event.Name, Refetched: event.Refetched, File: event.File()}
	switch {
	case line.File != nil:
		line.State = line.File.State.String()
	case event.Monitoring != nil:
		line.StreamID, line.StreamName = event.Monitoring.StreamID, event.Monitoring.StreamName
		if play := event.Monitoring.Play(); play != nil {
			var err error
			if line.Play, err = json.Marshal(play); err != nil {
				return line, err
			}
		}
	default:
		line.Body = strings.ToValidUTF8(string(event.Raw), "\uFFFD")
	}
	return line, nil
}
