package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/hibiken/asynq"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// scan enqueues the recordings in the folder, works until all jobs have ended, and prints the outcomes.
func scan(ctx context.Context, s settings, stdout, stderr io.Writer, log *slog.Logger) (err error) {
	var receiver receiver
	service, err := demo.ForScanning(s.mock, mock.WithProcessingTime(time.Second), mock.WithCallbackTransport(mock.HandlerTransport(&receiver)))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(stderr, service)
	work, err := os.MkdirTemp("", "asynq")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	switch {
	case service.Mock != nil && s.store != "":
		return errors.New("the embedded mock and its files end with this program, so stored jobs would miss their files: leave out -store")
	case service.Mock != nil:
		s.store = filepath.Join(work, "jobs.db")
	case s.store == "":
		return errors.New("name the database with the jobs: -store postgres:///catalogue, or a file")
	}
	if service.Mock != nil && s.folder == "" {
		s.folder = filepath.Join(work, "recordings")
		if err := samples(service.Mock, s.folder); err != nil {
			return err
		}
	}
	client, err := filescan.New(service.Config, service.Options...)
	if err != nil {
		return err
	}
	store, err := sqlbatch.Open(ctx, s.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.Bind(ctx, service.Config.ContainerID); err != nil {
		return err
	}
	stepper, err := batch.NewStepper(client.Files(service.Config.ContainerID), store, &batch.Options{Open: acrcloud.FromFile})
	if err != nil {
		return err
	}
	redis := asynq.RedisClientOpt{Addr: s.redis}
	d := &driver{journal: store, stepper: stepper, client: asynq.NewClient(redis), inspector: asynq.NewInspector(redis)}
	defer func() { err = errors.Join(err, d.client.Close(), d.inspector.Close()) }()
	if err := d.client.Ping(); err != nil {
		return fmt.Errorf("cannot reach Redis at %s: start it, for example with 'redis-server --appendonly yes': %w", s.redis, err)
	}
	if service.Mock != nil {
		if err := receiver.begin(ctx, service, client, d); err != nil {
			return err
		}
	}
	if err := d.enqueueFolder(ctx, s.folder); err != nil {
		return err
	}
	if err := d.restore(ctx); err != nil {
		return err
	}
	config := d.config(s.workers)
	config.Logger = logger{log}
	server := asynq.NewServer(redis, config)
	if err := server.Start(d); err != nil {
		return err
	}
	err = d.untilDone(ctx)
	server.Shutdown()
	return errors.Join(err, show(context.WithoutCancel(ctx), store, stdout))
}

// A receiver receives the callbacks of the embedded mock. Those of the real service need an HTTP server with
// webhook.WithSecret; see examples/webhook.
type receiver struct{ handler http.Handler }

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) { r.handler.ServeHTTP(w, req) }

// begin makes the mock post callbacks.
func (r *receiver) begin(ctx context.Context, service *demo.Service, client *filescan.Client, d *driver) (err error) {
	r.handler, err = webhook.NewHandler(d.called, webhook.WithoutAuthentication(), webhook.WithContainers(service.Config.ContainerID))
	if err != nil {
		return err
	}
	url := acrcloud.NewSecret("https://callbacks.invalid/")
	_, err = client.Containers().Update(ctx, service.Config.ContainerID, &filescan.UpdateContainerRequest{CallbackURL: &url})
	return err
}

// enqueueFolder adds a job for each recording in a folder.
func (d *driver) enqueueFolder(ctx context.Context, folder string) error {
	if folder == "" {
		return nil
	}
	for item, err := range batch.Dir(folder, nil) {
		if err != nil {
			return err
		}
		if err := d.enqueue(ctx, batch.Item{Key: item.Key, Ref: item.Ref, Version: item.Version}); err != nil {
			return err
		}
	}
	return nil
}

// untilDone waits until no job is open, and gives up those that cannot end.
func (d *driver) untilDone(ctx context.Context) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	if err := d.giveUp(ctx); err != nil {
		return err
	}
	for {
		open := false
		for _, err := range d.journal.Entries(ctx, batch.PhaseNew, batch.PhaseIntent, batch.PhaseWaiting) {
			if err != nil {
				return err
			}
			open = true
			break
		}
		if !open {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case <-minute.C:
			if err := d.giveUp(ctx); err != nil {
				return err
			}
		}
	}
}

// show prints the outcomes.
func show(ctx context.Context, store *sqlbatch.Store, stdout io.Writer) error {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "FILE\tRISK\tFIRST MATCH")
	for e, err := range store.Entries(ctx, batch.PhaseDone, batch.PhaseFailed) {
		if err != nil {
			return err
		}
		o, err := batch.OutcomeOf(e)
		switch {
		case err != nil:
			return err
		case o.Err != nil:
			_, _ = fmt.Fprintf(table, "%s\t%v\t\n", o.Key, o.Err)
		default:
			a := filescan.Assess(o.File, nil)
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", o.Key, a.Risk, title(o.File.Results))
		}
	}
	return table.Flush()
}

// title returns the title of the first match.
func title(results *filescan.Results) string {
	for _, m := range results.All() {
		return m.Result.Title
	}
	return ""
}
