package riverbatch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// An upload and its job are written in one transaction; the job ends in another process, or in this one.
func Example() {
	srv := mock.New()
	defer func() { _ = srv.Close() }()
	if err := example(context.Background(), srv.Config(), srv.Options()...); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 17 was enqueued
	// 17 has ended: <nil>
}

func example(ctx context.Context, cfg acrcloud.Config, opts ...acrcloud.Option) error {
	client, err := filescan.New(cfg, opts...)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "uploads")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()

	store, err := riverbatch.Open(ctx, filepath.Join(folder, "uploads.db")) // or os.Getenv("DATABASE_URL")
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	stepper, err := batch.NewStepper(client.Files(cfg.ContainerID), store, &batch.Options{
		MinInterval: 10 * time.Millisecond, MaxInterval: 10 * time.Millisecond, // for the mock; leave it out
		Open: func(ref string) acrcloud.Source { return acrcloud.FromBytes(ref, []byte("RIFF recording "+ref)) },
	})
	if err != nil {
		return err
	}
	ended := make(chan struct{})
	jobs, err := riverbatch.New(riverbatch.Driver(store), stepper, &riverbatch.Config{
		Done: func(_ context.Context, o *batch.Outcome) error {
			fmt.Println(o.Key, "has ended:", o.Err)
			close(ended)
			return nil
		},
	})
	if err != nil {
		return err
	}

	// In a process that takes uploads.
	if err := jobs.Bind(ctx); err != nil {
		return err
	}
	if _, err := store.DB().ExecContext(ctx, `CREATE TABLE uploads (id TEXT PRIMARY KEY, title TEXT)`); err != nil {
		return err
	}
	tx, err := store.DB().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `INSERT INTO uploads VALUES ('17', 'My song')`); err != nil {
		return err
	}
	if _, err := jobs.EnqueueTx(ctx, tx, batch.Item{Key: "17", Ref: "17.wav"}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	fmt.Println("17 was enqueued")

	// In a process that works.
	if err := jobs.Start(ctx); err != nil {
		return err
	}
	<-ended
	return jobs.Stop(ctx)
}
