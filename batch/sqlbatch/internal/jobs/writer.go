package jobs

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// largestGroup is the most changes that share one commit.
const largestGroup = 512

// A writer groups concurrent changes into one transaction, since each commit waits for the disk. SQLite allows only one
// writer at a time anyway.
type writer struct {
	db      *sql.DB
	changes chan *change
	closed  chan struct{}
	once    sync.Once
	ended   chan struct{}
}

// A change is one call's part of a transaction. Its function leaves its result in variables of the caller.
type change struct {
	ctx  context.Context //nolint:containedctx // of the call that waits for it
	do   func(ctx context.Context, tx *sql.Tx) error
	err  error
	done chan struct{}
}

// ErrClosed is the error of a store that is closed, or was not opened.
var ErrClosed = errors.New("sqlbatch: the store is closed")

func newWriter(db *sql.DB) *writer {
	w := &writer{db: db, changes: make(chan *change), closed: make(chan struct{}), ended: make(chan struct{})}
	go w.run()
	return w
}

func (w *writer) close() {
	w.once.Do(func() { close(w.closed) })
	<-w.ended
}

// write makes a change, and returns when it is on disk.
func (w *writer) write(ctx context.Context, do func(ctx context.Context, tx *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &change{ctx: ctx, do: do, done: make(chan struct{})}
	select {
	case w.changes <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closed:
		return ErrClosed
	}
	<-c.done // it can no longer be cancelled, and the caller must know its result
	return c.err
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		select {
		case <-w.closed:
			return
		case first := <-w.changes:
			w.commit(w.gather(first))
		}
	}
}

// gather takes the other waiting changes.
func (w *writer) gather(first *change) []*change {
	group := []*change{first}
	for len(group) < largestGroup {
		select {
		case c := <-w.changes:
			group = append(group, c)
		default:
			return group
		}
	}
	return group
}

// commit makes a group of changes in one transaction. If one of them fails, each is made alone, so that none fails
// because of another.
func (w *writer) commit(group []*change) {
	if err := w.transact(group); err != nil {
		if len(group) == 1 {
			group[0].err = err
		} else {
			for _, c := range group {
				c.err = w.transact([]*change{c})
			}
		}
	}
	for _, c := range group {
		close(c.done)
	}
}

// transact returns the error of the first change that fails; then none is made. The end of one caller's context does
// not affect the others.
func (w *writer) transact(group []*change) error {
	ctx := context.WithoutCancel(group[0].ctx)
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	for _, c := range group {
		if err := c.do(ctx, tx); err != nil {
			return err
		}
	}
	return tx.Commit()
}
