package riverbatch

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
)

// chunk is the number of jobs in one statement, or in one transaction of Enqueue.
const chunk = 500

// Enqueue adds items to the journal and to River's queue, some hundreds in one transaction. It returns how many of them
// have not ended. Items that were enqueued before are not an error, and are not billed again, so an interrupted producer
// can run again. An item needs a Key and a Ref; see batch.Stepper.Add.
//
// If the journal is not a sqlbatch.Store, the entry is written before River's job. After a crash between the two, call
// Enqueue again, or wait for [Client.Requeue].
func (c *Client[TTx]) Enqueue(ctx context.Context, items ...batch.Item) (open int, err error) {
	if c == nil || c.river == nil {
		return 0, errNoClient
	}
	if err := c.Bind(ctx); err != nil {
		return 0, err
	}
	for some := range slices.Chunk(items, chunk) {
		n, err := c.enqueue(ctx, some)
		open += n
		if err != nil {
			return open, err
		}
	}
	return open, nil
}

func (c *Client[TTx]) enqueue(ctx context.Context, items []batch.Item) (open int, err error) {
	if _, ok := c.stepper.Journal().(*sqlbatch.Store); !ok {
		keys, err := c.stepper.Add(ctx, items, nil)
		if err != nil || len(keys) == 0 {
			return 0, err
		}
		jobs := c.inserts(keys)
		_, err = c.river.InsertMany(ctx, jobs)
		return len(jobs), explain(err, "inserting jobs")
	}
	tx, err := c.driver.GetExecutor().Begin(ctx)
	if err != nil {
		return 0, explain(err, "beginning a transaction")
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // after a commit it does nothing
	if open, err = c.enqueueTx(ctx, c.driver.UnwrapTx(tx), items); err != nil {
		return 0, err
	}
	return open, explain(tx.Commit(ctx), "committing jobs")
}

// EnqueueTx is Enqueue in a transaction of the caller: a row of the application and its job appear together, or not at
// all. The journal must be a sqlbatch.Store in the same database. After an error the caller has to roll back. A process
// that only calls EnqueueTx must call [Client.Bind] once before.
func (c *Client[TTx]) EnqueueTx(ctx context.Context, tx TTx, items ...batch.Item) (open int, err error) {
	if c == nil || c.river == nil {
		return 0, errNoClient
	}
	if !c.bound.Load() {
		return 0, errNotBound
	}
	for some := range slices.Chunk(items, chunk) {
		n, err := c.enqueueTx(ctx, tx, some)
		open += n
		if err != nil {
			return open, err
		}
	}
	return open, nil
}

func (c *Client[TTx]) enqueueTx(ctx context.Context, tx TTx, items []batch.Item) (open int, err error) {
	store, ok := c.stepper.Journal().(*sqlbatch.Store)
	if !ok {
		return 0, &acrcloud.ArgumentError{Field: "stepper", Problem: "has a journal without transactions", Remedy: "use a sqlbatch.Store, or call Enqueue"}
	}
	keys, err := c.stepper.Add(ctx, items, func(ctx context.Context, entries []batch.Entry) ([]batch.Entry, error) {
		switch tx := any(tx).(type) {
		case *sql.Tx:
			return store.AddTx(ctx, tx, entries)
		case pgx.Tx:
			return store.AddPgxTx(ctx, tx, entries)
		default:
			return nil, &acrcloud.ArgumentError{Field: "tx", Problem: fmt.Sprintf("is a %T", tx), Remedy: "use a driver whose transactions are *sql.Tx or pgx.Tx"}
		}
	})
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	jobs := c.inserts(keys)
	_, err = c.river.InsertManyTx(ctx, tx, jobs)
	return len(jobs), explain(err, "inserting jobs")
}

// inserts returns River's jobs for the keys, sorted, so that two processes cannot deadlock.
func (c *Client[TTx]) inserts(keys []string) []river.InsertManyParams {
	slices.Sort(keys)
	keys = slices.Compact(keys)
	jobs := make([]river.InsertManyParams, len(keys))
	for i, key := range keys {
		jobs[i] = river.InsertManyParams{Args: stepArgs{Key: key, Version: version}, InsertOpts: c.stepOpts()}
	}
	return jobs
}

// explain adds what failed to an error of River's.
func explain(err error, doing string) error {
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return fmt.Errorf("riverbatch: %s in River's tables: %w", doing, err)
}
