package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/examples/telemetry"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

const (
	opening  = time.Minute      // the longest that the database may take to open
	patience = 20 * time.Second // how long a process that is asked to stop lets requests, and then steps, end
)

// postgresURL matches addresses of PostgreSQL databases: URLs, and settings such as "host=/run/postgresql dbname=app". Anything else would be
// taken for a path, which errors show, and it may have a password.
var postgresURL = regexp.MustCompile(`^postgres(ql)?://|\b(host|dbname|service)=`)

// A process does what its roles say.
type process struct {
	settings settings
	service  *demo.Service
	client   *filescan.Client
	db       *database
	jobs     *riverbatch.Client[*sql.Tx]
	in       *instruments
	dir      string // of the uploads
	log      *slog.Logger
	stdout   io.Writer
	stderr   io.Writer
}

// serve does what the roles say until ctx ends.
func serve(ctx context.Context, s settings, stdout, stderr io.Writer) (err error) {
	p := &process{settings: s, stdout: stdout, stderr: stderr}
	level := slog.LevelWarn
	if s.verbose {
		level = slog.LevelDebug
	}
	p.log = slog.New(telemetry.LogHandler(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level})))
	if p.service, err = demo.ForScanning(s.mock, mock.WithProcessingTime(processing)); err != nil {
		return err
	}
	if p.service.Mock != nil {
		defer func() { err = errors.Join(err, p.service.Mock.Close()) }()
		if s.data != "" || s.database != "" || len(s.roles) < len(everyRole()) {
			return errors.New("the embedded mock and its files end with this process, so stored or shared jobs would miss their files: leave out -data, -role and DATABASE_URL, or use -mock-listen")
		}
	}
	_, _ = fmt.Fprintln(stderr, p.service)
	if err := p.makeFolders(); err != nil {
		return err
	}
	if s.data == "" {
		defer func() { err = errors.Join(err, os.RemoveAll(p.settings.data)) }()
	}
	listener, err := listen(ctx, s.listen)
	if err != nil {
		return err
	}
	defer listener.Close() //nolint:errcheck // the server has closed it
	if p.db, err = open(ctx, p.settings); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.db.store.Close()) }()
	if p.in, err = newInstruments(ctx, s.exporters, strings.Join(s.roles, ","), p.db.store); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.in.close(ctx)) }()
	p.client, err = filescan.New(p.service.Config, append(p.service.Options, acrcloud.WithLogger(p.log), acrcloud.WithObserver(p.in.sdk().Attempt))...)
	if err != nil {
		return err
	}
	p.jobs, err = newJobs(p.db, p.client.Files(p.service.Config.ContainerID), p.dir, policy(s.megabytes), p.in, p.log)
	if err != nil {
		return err
	}
	if err := p.jobs.Bind(ctx); err != nil {
		return err
	}
	handler, err := p.handler(ctx, "http://"+local(listener.Addr()))
	if err != nil {
		return err
	}
	return p.run(ctx, listener, handler)
}

// makeFolders makes the folder of the uploads, and that of the SQLite database.
func (p *process) makeFolders() (err error) {
	s := &p.settings
	if s.data == "" {
		if s.data, err = os.MkdirTemp("", "pipeline"); err != nil {
			return fmt.Errorf("%w: set TMPDIR to a folder that is writable, or use -data", err)
		}
	}
	if p.dir, err = uploadDir(s.data); err != nil {
		return fmt.Errorf("%w: use another -data folder, or make it writable", err)
	}
	f, err := os.CreateTemp(p.dir, "incoming-*") // what an upload does first
	if err != nil {
		return fmt.Errorf("%w: use another -data folder, or make it writable", err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return err
	}
	if s.database == "" {
		s.database = filepath.Join(s.data, "pipeline.db")
	}
	return nil
}

// listen opens the address. It is the first thing that a process does which may fail because another one runs.
func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%w: end the program that listens there, or use another address, such as -listen 127.0.0.1:0 for any that is free", err)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%w: use a port above 1023, such as -listen 127.0.0.1:8080", err)
	case err != nil:
		return nil, fmt.Errorf("%w: use an address of this machine, such as -listen 127.0.0.1:8080", err)
	}
	return listener, nil
}

// open opens the database.
func open(ctx context.Context, s settings) (*database, error) {
	if named := os.Getenv(databaseEnv); named != "" && !postgresURL.MatchString(named) {
		return nil, errors.New(databaseEnv + ` is not the address of a PostgreSQL database: use one such as "postgres://user:password@host/database", or leave it empty for SQLite`)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, opening, errors.New("it did not respond within a minute"))
	defer cancel()
	db, err := openDatabase(ctx, s.database)
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, context.DeadlineExceeded):
		err = context.Cause(ctx)
	}
	if os.Getenv(databaseEnv) != "" {
		return nil, fmt.Errorf("%s: %w; check that the database runs, and host, port, user, password and name", databaseEnv, err)
	}
	return nil, err
}

// handler has the pages and the receiver.
func (p *process) handler(ctx context.Context, address string) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", p.health)
	if slices.Contains(p.settings.roles, roleWeb) {
		pages, err := newPages()
		if err != nil {
			return nil, err
		}
		a := &app{db: p.db, jobs: p.jobs, dir: p.dir, policy: policy(p.settings.megabytes), log: p.log, pages: pages}
		if p.service.Mock != nil {
			a.sample = addSample(p.service.Mock)
		}
		a.routes(mux)
		monitor, err := newMonitor(ctx, p.jobs, p.log)
		if err != nil {
			return nil, err
		}
		mux.Handle(monitorPath+"/", monitor)
	}
	if slices.Contains(p.settings.roles, roleReceiver) {
		secret, err := callbackSecret(p.settings, p.service)
		if err != nil {
			return nil, err
		}
		r, err := newReceiver(p.db, p.jobs, p.service.Config.ContainerID, secret, p.in.sdk(), p.log)
		if err != nil {
			return nil, err
		}
		mux.Handle(callbackPath, r)
		url := p.settings.callback
		if p.service.Mock != nil {
			url = address + callbackPath
		}
		if url != "" {
			if err := setCallback(ctx, p.client, p.service.Config.ContainerID, url, secret); err != nil {
				return nil, fmt.Errorf("setting the callback URL of container %d: %w", p.service.Config.ContainerID, err)
			}
		}
	}
	return p.in.web(secure(mux)), nil
}

// health tells a load balancer whether this process can do its work, which needs the database.
func (p *process) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if err := p.db.store.DB().PingContext(ctx); err != nil {
		p.log.WarnContext(r.Context(), "the database does not respond", "error", err)
		http.Error(w, "The database does not respond.", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// run serves and takes steps until ctx ends, and then lets what runs end.
func (p *process) run(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	works := slices.Contains(p.settings.roles, roleWorker)
	if works {
		if err := p.jobs.Start(context.WithoutCancel(ctx)); err != nil {
			return errors.Join(err, server.Close())
		}
	}
	_, _ = fmt.Fprintln(p.stdout, "Listening on http://"+local(listener.Addr()))
	var err error
	select {
	case <-ctx.Done():
		_, _ = fmt.Fprintln(p.stderr, "Stopping, as soon as running requests and steps have ended. Ctrl-C again stops at once; nothing is lost.")
	case err = <-failed:
	}
	err = errors.Join(err, p.within(ctx, server.Shutdown, "requests")) // no more uploads and callbacks
	_ = server.Close()                                                 // of requests that did not end
	if works {
		err = errors.Join(err, p.within(ctx, p.jobs.Stop, "steps")) // and then no more steps
	}
	return err
}

// within lets something end in time. What does not is broken off; the journal knows how to go on.
func (p *process) within(ctx context.Context, stop func(context.Context) error, what string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := stop(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		_, _ = fmt.Fprintf(p.stderr, "Some %s did not end within %v and were broken off.\n", what, patience)
		return nil
	}
	return err
}

// local returns an address at which this computer can reach its own listener, even if that listens on all addresses.
func local(listens net.Addr) string {
	if tcp, ok := listens.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return listens.String()
}
