package batch_test

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// catalogue are three rows of a database.
func catalogue(yield func(batch.Item, error) bool) {
	for _, key := range []string{"1001", "1002", "1002"} {
		if !yield(batch.Item{Key: key, Source: acrcloud.FromBytes(key+".wav", []byte("RIFF recording "+key))}, nil) {
			return
		}
	}
}

// Two runs over the same items: the second one has nothing left to do. One key comes twice.
func ExampleScan() {
	ctx := context.Background()
	srv := mock.New()
	defer func() { _ = srv.Close() }()
	client, err := filescan.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	files := client.Files(srv.Config().ContainerID)
	opts := &batch.Options{Store: batch.NewMemory(), MinInterval: 10 * time.Millisecond, MaxInterval: 10 * time.Millisecond}
	for range 2 {
		var done, failed, billed int
		for outcome, err := range batch.Scan(ctx, files, iter.Seq2[batch.Item, error](catalogue), opts) {
			switch {
			case err != nil:
				fmt.Println(err)
				return
			case outcome.Err != nil:
				failed++
			default:
				done++
			}
			if outcome.Billed {
				billed++
			}
		}
		fmt.Println(done, "done,", failed, "failed,", billed, "billed")
	}
	// Output:
	// 2 done, 1 failed, 2 billed
	// 0 done, 1 failed, 0 billed
}

// An engine of your own drives the steps of a job, and a callback on any machine wakes it.
func ExampleStepper() {
	ctx := context.Background()
	srv := mock.New(mock.WithProcessingTime(time.Hour))
	defer func() { _ = srv.Close() }()
	client, err := filescan.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	files := client.Files(srv.Config().ContainerID)
	journal := batch.NewMemory()
	_, err = journal.Add(ctx, []batch.Entry{{Key: "1001", Ref: "1001.wav", Phase: batch.PhaseNew}})
	if err != nil {
		fmt.Println(err)
		return
	}
	stepper, err := batch.NewStepper(files, journal, &batch.Options{Open: func(ref string) acrcloud.Source {
		return acrcloud.FromBytes(ref, []byte("RIFF recording "+ref))
	}})
	if err != nil {
		fmt.Println(err)
		return
	}

	next, err := stepper.Step(ctx, "1001") // uploads
	if err != nil {
		fmt.Println(err)
		return
	}
	entry, err := journal.Load(ctx, "1001")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(entry.Phase, next.Done)

	// The service is done, and posts a callback to some machine.
	if err := srv.Complete(entry.FileID); err != nil {
		fmt.Println(err)
		return
	}
	key, wake, err := stepper.Called(ctx, &webhook.Event{Kind: webhook.FileScan, FileID: entry.FileID, ContainerID: files.ContainerID()})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(key, wake)

	next, err = stepper.Step(ctx, key) // fetches the results
	if err != nil {
		fmt.Println(err)
		return
	}
	entry, err = journal.Load(ctx, key)
	fmt.Println(entry.Phase, next.Done, err)
	// Output:
	// waiting false
	// 1001 true
	// done true <nil>
}
