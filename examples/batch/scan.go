package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// listen runs a mock for other processes.
func listen(ctx context.Context, _ settings, stdout, _ io.Writer, _ *bar) error {
	srv := mock.New(mock.WithProcessingTime(5 * time.Second))
	defer srv.Close()       //nolint:errcheck // the program ends
	url, err := srv.Start() //nolint:contextcheck // it serves until it is closed, not until a context ends
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(stdout, "A mock is listening. In another terminal:\n\nexport ACRCLOUD_BASE_URL=%s ACRCLOUD_CONTAINER_ID=%d ACRCLOUD_BEARER_TOKEN=%s\n",
		url, srv.Config().ContainerID, srv.Config().BearerToken.Reveal())
	<-ctx.Done()
	return ctx.Err()
}

func scan(ctx context.Context, s settings, stdout, stderr io.Writer, bar *bar) (err error) {
	rules, err := demo.Rules(s.rules)
	if err != nil {
		return err
	}
	service, err := demo.ForScanning(s.mock, mock.WithProcessingTime(time.Second))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(stderr, service)
	switch {
	case s.folder == "" && service.Mock == nil:
		return errors.New("name the folder to scan: the generated samples are for the mock only")
	case service.Mock != nil && s.store != "":
		return errors.New("the embedded mock and its files end with this program, so a stored job would miss its file next time: leave out -store, or use -mock-listen")
	case s.folder == "":
		folder, remove, err := samples(service.Mock)
		if err != nil {
			return err
		}
		defer remove()
		s.folder = folder
	}
	store, closeStore, err := open(ctx, s.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	if s.retry {
		n, err := batch.Retry(ctx, store, func(*batch.Outcome) bool { return true })
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(stderr, "Retrying %d failed jobs.\n", n)
	}
	client, err := filescan.New(service.Config, service.Options...)
	if err != nil {
		return err
	}
	rejected, scanErr := work(ctx, client.Files(service.Config.ContainerID), store, s, service, stderr, bar)
	// Finished jobs are written even if the run was stopped.
	return errors.Join(scanErr, write(context.WithoutCancel(ctx), store, rejected, rules, s, stdout))
}

// open opens the store. Without a database, the jobs end with the program.
func open(ctx context.Context, dsn string) (batch.Store, func() error, error) {
	if dsn == "" {
		dir, err := os.MkdirTemp("", "batch")
		if err != nil {
			return nil, nil, err
		}
		store, err := sqlbatch.Open(ctx, dir+"/jobs.db") // unlike batch.Memory, it keeps results
		if err != nil {
			return nil, nil, errors.Join(err, os.RemoveAll(dir))
		}
		return store, func() error { return errors.Join(store.Close(), os.RemoveAll(dir)) }, nil
	}
	store, err := sqlbatch.Open(ctx, dsn)
	if err != nil {
		return nil, nil, err
	}
	return store, store.Close, nil
}

// work runs the jobs, and returns the rejected items.
func work(ctx context.Context, files *filescan.Files, store batch.Store, s settings, service *demo.Service, stderr io.Writer, bar *bar) (rejected []*batch.Outcome, err error) {
	total := int64(0)
	for _, err := range batch.Dir(s.folder, nil) { // once for the number, so that the bar has a total
		if err != nil {
			return nil, err
		}
		if total++; ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	bar.begin(total)
	defer bar.end()
	opts := &batch.Options{Store: store, Open: acrcloud.FromFile, Version: batch.FileVersion, Uploads: s.uploads, Total: total}
	if service.Mock != nil {
		opts.MinInterval = 300 * time.Millisecond
	}
	var last batch.Progress
	opts.OnProgress = func(p batch.Progress) {
		last = p
		bar.show(p)
	}
	defer func() {
		_, _ = fmt.Fprintf(stderr, "%d of %d were finished before. This run: %d done, %d failed, %d of them begun earlier; %d billed.\n",
			last.Earlier, total, last.Done, last.Failed, last.Resumed, last.Billed)
	}()
	for outcome, err := range batch.Scan(ctx, files, batch.Dir(s.folder, nil), opts) {
		if err != nil {
			return rejected, err
		}
		if f, ok := errors.AsType[*batch.Failure](outcome.Err); ok {
			switch f.Kind { // these have no job in the store
			case batch.FailureItem, batch.FailureDuplicate, batch.FailureChanged:
				rejected = append(rejected, outcome)
			}
		}
	}
	return rejected, nil
}
