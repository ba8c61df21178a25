package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// patience is how long a process that is asked to stop lets requests and steps end.
const patience = 20 * time.Second

// serve does what the roles say until ctx ends.
func serve(ctx context.Context, s settings, stdout, stderr io.Writer) (err error) {
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	service, err := demo.ForScanning(s.mock, mock.WithProcessingTime(processing))
	if err != nil {
		return err
	}
	if service.Mock != nil {
		defer func() { err = errors.Join(err, service.Mock.Close()) }()
	}
	_, _ = fmt.Fprintln(stderr, service)
	if service.Mock != nil && (s.data != "" || s.database != "" || len(s.roles) < 3) {
		return errors.New("the embedded mock and its files end with this process, so stored or shared jobs would miss their files: leave out -data, -role and DATABASE_URL, or use -mock-listen")
	}
	if s.data == "" {
		if s.data, err = os.MkdirTemp("", "pipeline"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(s.data)) }()
	}
	dir, err := uploadDir(s.data)
	if err != nil {
		return err
	}
	if s.database == "" {
		s.database = filepath.Join(s.data, "pipeline.db")
	}
	db, err := openDatabase(ctx, s.database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.store.Close()) }()
	client, err := filescan.New(service.Config, service.Options...)
	if err != nil {
		return err
	}
	jobs, err := newJobs(db, client.Files(service.Config.ContainerID), policy(s.megabytes), log)
	if err != nil {
		return err
	}
	if err := jobs.Bind(ctx); err != nil {
		return err
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	if s.roles[roleWeb] {
		a := &app{db: db, jobs: jobs, dir: dir, policy: policy(s.megabytes), log: log}
		if service.Mock != nil {
			a.sample = addSample(service.Mock)
		}
		a.routes(mux)
		monitor, err := newMonitor(ctx, jobs, log)
		if err != nil {
			return err
		}
		mux.Handle(monitorPath+"/", monitor)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return err
	}
	address := "http://" + local(listener.Addr())
	if s.roles[roleReceiver] {
		secret, err := callbackSecret(s, service)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		receiver, err := newReceiver(db, jobs, service.Config.ContainerID, secret, log) //nolint:contextcheck // a callback has a context of its own
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		mux.Handle(callbackPath, receiver)
		if service.Mock != nil {
			s.callback = address + callbackPath
		}
		if s.callback != "" {
			if err := setCallback(ctx, client, service.Config.ContainerID, s.callback, secret); err != nil {
				return errors.Join(err, listener.Close())
			}
		}
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if s.roles[roleWorker] {
		if err := jobs.Start(context.WithoutCancel(ctx)); err != nil {
			return errors.Join(err, server.Close())
		}
	}
	_, _ = fmt.Fprintln(stdout, "Listening on", address)
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err = errors.Join(err, server.Shutdown(stopping)) // no more uploads and callbacks
	if s.roles[roleWorker] {
		err = errors.Join(err, jobs.Stop(stopping)) // and then no more steps
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
