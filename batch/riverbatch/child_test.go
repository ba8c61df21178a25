//go:build unix

package riverbatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// An order is what a process of the tests does.
type order struct {
	Role      string // web, worker or receiver
	BaseURL   string
	Token     string
	Container int
	DSN       string
	Socket    string // where a receiver listens
	Files     int    // that the web process enqueues
	Workers   int
	Chunk     int  // how many at once; 0: one by one
	Poison    bool // one more file ends its process
	Patient   bool // with the package's own defaults
}

// child is what the test binary does in place of tests.
func child() int {
	var o order
	err := json.Unmarshal([]byte(os.Args[1]), &o)
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		err = o.run(ctx)
	}
	if err != nil && !errors.Is(err, context.Canceled) { // one that is asked to end while it begins
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		_, _ = os.Stdout.Write(regexp.MustCompile(`VmHWM:.*`).Find(status))
	}
	return 0
}

// poison is the key of a job that ends its process.
const poison = "poison"

func (o *order) run(ctx context.Context) error {
	store, err := retried(ctx, func() (*sqlbatch.Store, error) { return riverbatch.Open(ctx, o.DSN) })
	if err != nil {
		return err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	client, err := filescan.New(acrcloud.Config{BaseURL: o.BaseURL, BearerToken: acrcloud.NewSecret(o.Token), ContainerID: o.Container}, acrcloud.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		return err
	}
	opts := &batch.Options{
		Open: func(ref string) acrcloud.Source {
			if strings.HasPrefix(ref, poison) {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
			return content(ref)
		},
	}
	config := &riverbatch.Config{Workers: o.Workers, Done: func(ctx context.Context, outcome *batch.Outcome) error {
		title := ""
		if f := outcome.File; f != nil && f.Results != nil && len(f.Results.Music) > 0 {
			title = f.Results.Music[0].Result.Title
		}
		_, err := store.DB().ExecContext(ctx, `INSERT INTO verdicts VALUES ($1, $2) ON CONFLICT DO NOTHING`, outcome.Key, title)
		return err
	}}
	if !o.Patient {
		opts.MinInterval, opts.MaxInterval = 200*time.Millisecond, time.Second
		opts.PostTimeout, opts.Grace = 2*time.Second, 2*time.Second // longer than lists lag
		config.RescueAfter = 4 * time.Second
	}
	if !o.Poison { // a process that the machine leaves no time seems dead, too
		config.MaxCrashes = 100
	}
	config.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	stepper, err := batch.NewStepper(client.Files(o.Container), store, opts)
	if err != nil {
		return err
	}
	queue, err := riverbatch.New(riverbatch.Driver(store), stepper, config)
	if err != nil {
		return err
	}
	switch o.Role {
	case "web":
		for some := range slices.Chunk(o.items(), max(o.Chunk, 1)) {
			if _, err := retried(ctx, func() (int, error) { return queue.Enqueue(ctx, some...) }); err != nil {
				return err
			}
		}
	case "worker":
		if _, err := retried(ctx, func() (int, error) { return 0, queue.Start(context.WithoutCancel(ctx)) }); err != nil {
			return err
		}
		<-ctx.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = queue.Stop(ctx)
	case "receiver":
		err = o.receive(ctx, queue.Called)
	}
	return errors.Join(err, store.Close())
}

func (o *order) items() []batch.Item {
	all := items(o.Files)
	if o.Poison {
		all = append(all, batch.Item{Key: poison, Ref: poison})
	}
	return all
}

func (o *order) receive(ctx context.Context, called func(context.Context, *webhook.Event) error) error {
	handler, err := webhook.NewHandler(called, webhook.WithoutAuthentication())
	if err != nil {
		return err
	}
	_ = os.Remove(o.Socket)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", o.Socket)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// retried does something until the database is back.
func retried[T any](ctx context.Context, do func() (T, error)) (value T, err error) {
	for range 300 {
		if value, err = do(); err == nil || ctx.Err() != nil || errors.Is(err, acrcloud.ErrInvalidArgument) {
			return value, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return value, err
}
