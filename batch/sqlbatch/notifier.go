package sqlbatch

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/internal/jobs"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

const (
	channel      = "acrcloud_callbacks"
	maxPending   = 10_000           // callbacks that wait to be written
	callbackTTL  = 15 * time.Minute // how long a callback is remembered, as in webhook.Notifier
	recheckEvery = 30 * time.Second
	pollEvery    = 100 * time.Millisecond // of SQLite
	longestPause = 10 * time.Second       // after errors
)

// A Notifier passes callbacks to the waits for a file, in any process with the same database. It is the
// webhook.NotifyTarget of processes that receive callbacks, and the filescan.Notifier of processes that wait, through
// filescan.WaitOptions or batch.Options.
//
// Each callback is a row that is kept for 15 minutes, so that it also counts for a wait that begins later, and for a
// process that could not listen for a while. With PostgreSQL, LISTEN and NOTIFY pass it on immediately; a lost
// connection is restored, and then, and every half minute, the rows are read. With SQLite a process polls ten times a
// second while something waits.
//
// A Notifier only makes waits end sooner. Callbacks are lost if a process dies before it has written them, or if more
// than 10,000 arrive while the database cannot be written. Polling then finds the results, as after any lost callback.
type Notifier struct {
	store   *Store
	id      string           // identifies this Notifier in the database
	local   webhook.Notifier // the waits in this process
	onError func(error)

	mu        sync.Mutex
	waits     map[string]*wait // by file id
	listening bool
	working   bool
	pending   []callback // to be written
	early     []string   // files with new waits, to be checked for earlier callbacks
}

// A wait is the state of a file that something in this process waits for.
type wait struct {
	waiters int
	seen    int64 // called_at of the last known callback
}

type callback struct {
	file      string
	container int
	at        int64
}

// Notifier returns a Notifier. Create one per process: each one with waits has its own connection to PostgreSQL, which
// must not go through a pooler that assigns connections to transactions. It ends with the store.
//
// onError, if not nil, is called with each error of the background work, which no call returns. It means that callbacks
// are late.
func (s *Store) Notifier(onError func(error)) *Notifier {
	return &Notifier{store: s, id: rand.Text(), onError: onError, waits: map[string]*wait{}}
}

func (n *Notifier) usable() bool { return n != nil && n.store != nil && n.store.jobs != nil }

// fileKey returns the key of a file in the table.
func fileKey(fileID string) string { return plainKey(strings.ToLower(fileID)) }

// Subscribe implements filescan.Notifier. The channel receives a value when any process receives a callback for the
// file, or immediately if one did in the last 15 minutes. The function ends the subscription; it can be called more
// than once.
func (n *Notifier) Subscribe(containerID int, fileID string) (<-chan struct{}, func()) {
	if !n.usable() {
		return nil, func() {} // a receive from nil blocks for ever
	}
	file := fileKey(fileID)
	called, unsubscribe := n.local.Subscribe(containerID, file)
	n.mu.Lock()
	defer n.mu.Unlock()
	w := n.waits[file]
	if w == nil {
		w = &wait{}
		n.waits[file] = w
	}
	w.waiters++
	if len(called) == 0 {
		w.seen = 0
		n.early = append(n.early, file)
		n.work()
	}
	if !n.listening {
		n.listening = n.store.background.run(n.listen)
	}
	return called, sync.OnceFunc(func() {
		unsubscribe()
		n.mu.Lock()
		defer n.mu.Unlock()
		if w.waiters--; w.waiters == 0 {
			delete(n.waits, file)
		}
	})
}

// Notify implements webhook.NotifyTarget. It wakes the waits for the file in this process, and writes the callback in
// the background for those in other processes.
func (n *Notifier) Notify(containerID int, fileID string) {
	if !n.usable() {
		return
	}
	file := fileKey(fileID)
	n.local.Notify(containerID, file)
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.pending) >= maxPending {
		n.pending = n.pending[1:]
	}
	n.pending = append(n.pending, callback{file: file, container: containerID})
	n.work()
}

// received wakes the waits in this process for a callback that another process has written.
func (n *Notifier) received(c callback) {
	n.mu.Lock()
	w := n.waits[c.file]
	known := w != nil && w.seen >= c.at
	if w != nil && !known {
		w.seen = c.at
	}
	n.mu.Unlock()
	if !known {
		n.local.Notify(c.container, c.file)
	}
}

// work starts the background work if it is not running. The caller holds the lock.
func (n *Notifier) work() {
	if !n.working {
		n.working = n.store.background.run(n.workOff)
	}
}

// workOff writes callbacks and reads rows until there is nothing left to do, and then ends.
func (n *Notifier) workOff(ctx context.Context) {
	pause := newPause()
	for ctx.Err() == nil {
		n.mu.Lock()
		callbacks := n.pending[:min(len(n.pending), jobs.NamesAtOnce)]
		early := n.early
		n.early = nil
		if len(callbacks)+len(early) == 0 {
			n.pending, n.working = nil, false
			n.mu.Unlock()
			return
		}
		n.pending = n.pending[len(callbacks):]
		n.mu.Unlock()
		err := n.publish(ctx, callbacks)
		if err != nil {
			n.putBack(callbacks)
		}
		if checkErr := n.check(ctx, early); checkErr != nil {
			n.checkAgain(early)
			err = errors.Join(err, checkErr)
		}
		if err == nil {
			pause = newPause()
			continue
		}
		n.trouble(ctx, err)
		if pause.wait(ctx) != nil {
			return
		}
	}
}

// putBack keeps callbacks that could not be written. If there are too many, it keeps the newest.
func (n *Notifier) putBack(callbacks []callback) {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := slices.Concat(callbacks, n.pending)
	n.pending = all[max(0, len(all)-maxPending):]
}

// checkAgain schedules another check of those files that something still waits for.
func (n *Notifier) checkAgain(files []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, file := range files {
		if n.waits[file] != nil {
			n.early = append(n.early, file)
		}
	}
}

func (n *Notifier) trouble(ctx context.Context, err error) {
	if n.onError != nil && ctx.Err() == nil {
		n.onError(n.store.explain(err, "passing on callbacks"))
	}
}

// publish writes callbacks and notifies the listening processes.
func (n *Notifier) publish(ctx context.Context, callbacks []callback) error {
	if len(callbacks) == 0 {
		return nil
	}
	unique := map[callback]bool{}
	for _, c := range callbacks {
		unique[c] = true
	}
	rows := make([]callback, 0, len(unique))
	for c := range unique {
		rows = append(rows, c)
	}
	slices.SortFunc(rows, func(a, b callback) int { // in a fixed order, so that two processes cannot deadlock
		return cmp.Or(strings.Compare(a.file, b.file), cmp.Compare(a.container, b.container))
	})
	s := n.store
	now, greatest, notify := s.dialect.now(), s.dialect.greatest(), s.dialect.notify()
	// Times only increase, so that a process with SQLite can select new rows; in PostgreSQL they only increase per
	// file.
	insert := s.dialect.Query(`INSERT INTO acrcloud_callbacks (file_id, container, called_at)
		VALUES (?, ?, ` + greatest + `(` + now + `, (SELECT coalesce(max(called_at), 0) + 1 FROM acrcloud_callbacks)))
		ON CONFLICT (file_id, container) DO UPDATE SET called_at = ` + greatest + `(excluded.called_at, acrcloud_callbacks.called_at + 1) RETURNING called_at`)
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for i := range rows {
			c := &rows[i]
			if err := tx.QueryRowContext(ctx, insert, c.file, c.container).Scan(&c.at); err != nil {
				return err
			}
			if notify != "" {
				if _, err := tx.ExecContext(ctx, notify, c.message(n.id)); err != nil {
					return err
				}
			}
		}
		_, err := tx.ExecContext(ctx, s.dialect.Query(`DELETE FROM acrcloud_callbacks WHERE (file_id, container) IN
			(SELECT file_id, container FROM acrcloud_callbacks WHERE called_at <= `+now+` - ? ORDER BY called_at LIMIT ?`+s.dialect.ClaimLock()+`)`),
			callbackTTL.Microseconds(), expired+2*len(rows))
		return err
	})
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range rows {
		if w := n.waits[c.file]; w != nil { // Notify has woken them
			w.seen = max(w.seen, c.at)
		}
	}
	return nil
}

// message is the payload with which the processes of a PostgreSQL database notify each other.
func (c callback) message(sender string) string {
	return fmt.Sprintf("%s %d %d %s", sender, c.container, c.at, c.file)
}

// heard handles a message of another process.
func (n *Notifier) heard(message string) {
	parts := strings.SplitN(message, " ", 4)
	if len(parts) != 4 || parts[0] == n.id {
		return
	}
	c := callback{file: parts[3]}
	if _, err := fmt.Sscan(parts[1]+" "+parts[2], &c.container, &c.at); err == nil {
		n.received(c)
	}
}

// check reads callbacks for the given files.
func (n *Notifier) check(ctx context.Context, files []string) error {
	for some := range slices.Chunk(files, jobs.NamesAtOnce) {
		marks, args := jobs.List(some)
		if _, err := n.read(ctx, `file_id IN (`+marks+`) AND called_at > `+n.store.dialect.now()+` - ?`, append(args, callbackTTL.Microseconds())...); err != nil {
			return err
		}
	}
	return nil
}

// checkAll reads callbacks for all files with waits.
func (n *Notifier) checkAll(ctx context.Context) error {
	n.mu.Lock()
	files := make([]string, 0, len(n.waits))
	for file := range n.waits {
		files = append(files, file)
	}
	n.mu.Unlock()
	return n.check(ctx, files)
}

// read reads callbacks, and returns the time of the last one.
func (n *Notifier) read(ctx context.Context, where string, args ...any) (last int64, err error) {
	rows, err := n.store.jobs.DB.QueryContext(ctx, n.store.dialect.Query(`SELECT file_id, container, called_at FROM acrcloud_callbacks WHERE `+where+` ORDER BY called_at`), args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		var c callback
		if err := rows.Scan(&c.file, &c.container, &c.at); err != nil {
			return last, err
		}
		last = c.at
		n.received(c)
	}
	return last, rows.Err()
}

// listen receives other processes' callbacks until the store is closed, or, with SQLite, until nothing waits.
func (n *Notifier) listen(ctx context.Context) {
	pause := newPause()
	for ctx.Err() == nil {
		began := time.Now()
		err := n.store.dialect.listen(ctx, n)
		if err == nil {
			return
		}
		n.trouble(ctx, err)
		if time.Since(began) > longestPause {
			pause = newPause()
		}
		_ = pause.wait(ctx) // the loop checks ctx
	}
}

// idle records that the listener ends, unless something waits.
func (n *Notifier) idle() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listening = len(n.waits) > 0
	return !n.listening
}
