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

	"github.com/musicchartsai/acrcloud-go/webhook"
)

const (
	channel      = "acrcloud_callbacks"
	maxPending   = 10_000           // callbacks that wait to be written
	callbackTTL  = 15 * time.Minute // for which a callback is remembered, as by webhook.Notifier
	recheckEvery = 30 * time.Second
	pollEvery    = 100 * time.Millisecond // of SQLite
	longestPause = 10 * time.Second       // after errors
)

// A Notifier takes callbacks to those who wait for a file, in whatever process with the same database. It is the webhook.NotifyTarget of
// those that receive callbacks, and the filescan.Notifier of those that wait, by filescan.WaitOptions or batch.Options.
//
// Each callback is a row, and lasts for 15 minutes, so that it counts for a wait that begins later, and for a process that could not listen
// for a while. With PostgreSQL processes hear of it at once, by LISTEN and NOTIFY. A connection that is lost is made again, and then, and
// every half minute, the rows are read. With SQLite they look ten times a second, while somebody waits.
//
// It makes waits end sooner, and no more: a callback that was not written when its process died, or of which more than 10,000 came while
// the database could not be written, is found as one that got lost, by polling.
type Notifier struct {
	store   *Store
	id      string           // this one among those that share the database
	local   webhook.Notifier // those who wait here
	onError func(error)

	mu        sync.Mutex
	waits     map[string]*wait // by file id
	listening bool
	working   bool
	pending   []callback // to be written
	early     []string   // files that somebody began to wait for: were they called before?
}

// A wait is what is known of a file that somebody waits for here.
type wait struct {
	waiters int
	seen    int64 // called_at of the last callback that they know of
}

type callback struct {
	file      string
	container int
	at        int64
}

// Notifier returns a Notifier. Make one per process: each one that somebody waits with has a connection of its own to PostgreSQL, not through
// a pooler that gives connections to transactions. It ends with the store.
//
// onError, if not nil, is called with each error of the background, where nobody else gets it: callbacks are late then. It must not close the
// store, since Close waits for it.
func (s *Store) Notifier(onError func(error)) *Notifier {
	return &Notifier{store: s, id: rand.Text(), onError: onError, waits: map[string]*wait{}}
}

func (n *Notifier) usable() bool { return n != nil && n.store != nil && n.store.db != nil }

// fileKey is how a file is called here.
func fileKey(fileID string) string { return plainKey(strings.ToLower(fileID)) }

// Subscribe implements filescan.Notifier. The channel receives a value when a callback for the file has come to any process, at once if that
// was in the last 15 minutes. The function ends the subscription; it can be called more than once.
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

// Notify implements webhook.NotifyTarget: it wakes those who wait for the file in this process, and writes the callback in the background for
// those in others.
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

// received wakes those who wait here for what another process has written.
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

// work has what waits done in the background. The caller has the lock.
func (n *Notifier) work() {
	if !n.working {
		n.working = n.store.background.run(n.workOff)
	}
}

// workOff writes callbacks and reads rows until there is nothing to do. The goroutine comes with the work, and goes with it.
func (n *Notifier) workOff(ctx context.Context) {
	pause := newPause()
	for ctx.Err() == nil {
		n.mu.Lock()
		callbacks := n.pending[:min(len(n.pending), namesAtOnce)]
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

// putBack keeps callbacks that could not be written, the newest of them if there are too many.
func (n *Notifier) putBack(callbacks []callback) {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := slices.Concat(callbacks, n.pending)
	n.pending = all[max(0, len(all)-maxPending):]
}

// checkAgain keeps the files for which somebody still waits.
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

// publish writes callbacks, and tells those that listen.
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
	slices.SortFunc(rows, func(a, b callback) int { // in one order, so that two processes cannot wait for each other
		return cmp.Or(strings.Compare(a.file, b.file), cmp.Compare(a.container, b.container))
	})
	s := n.store
	now, greatest, tell := s.dialect.now(), s.dialect.greatest(), s.dialect.tell()
	// Times only grow, so that a process with SQLite can ask for what is new; those of PostgreSQL only for each file.
	insert := s.dialect.query(`INSERT INTO acrcloud_callbacks (file_id, container, called_at)
		VALUES (?, ?, ` + greatest + `(` + now + `, (SELECT coalesce(max(called_at), 0) + 1 FROM acrcloud_callbacks)))
		ON CONFLICT (file_id, container) DO UPDATE SET called_at = ` + greatest + `(excluded.called_at, acrcloud_callbacks.called_at + 1) RETURNING called_at`)
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for i := range rows {
			c := &rows[i]
			if err := tx.QueryRowContext(ctx, insert, c.file, c.container).Scan(&c.at); err != nil {
				return err
			}
			if tell != "" {
				if _, err := tx.ExecContext(ctx, tell, c.message(n.id)); err != nil {
					return err
				}
			}
		}
		_, err := tx.ExecContext(ctx, s.dialect.query(`DELETE FROM acrcloud_callbacks WHERE (file_id, container) IN
			(SELECT file_id, container FROM acrcloud_callbacks WHERE called_at <= `+now+` - ? ORDER BY called_at LIMIT ?`+s.dialect.claimLock()+`)`),
			callbackTTL.Microseconds(), expired+2*len(rows))
		return err
	})
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range rows {
		if w := n.waits[c.file]; w != nil { // they were woken by Notify
			w.seen = max(w.seen, c.at)
		}
	}
	return nil
}

// message is what the processes of a PostgreSQL database tell each other.
func (c callback) message(sender string) string {
	return fmt.Sprintf("%s %d %d %s", sender, c.container, c.at, c.file)
}

// heard reads a message of another process.
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

// check reads which of the files were called.
func (n *Notifier) check(ctx context.Context, files []string) error {
	for some := range slices.Chunk(files, namesAtOnce) {
		marks, args := list(some)
		if _, err := n.read(ctx, `file_id IN (`+marks+`) AND called_at > `+n.store.dialect.now()+` - ?`, append(args, callbackTTL.Microseconds())...); err != nil {
			return err
		}
	}
	return nil
}

// checkAll reads which of the files that somebody waits for were called.
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
	rows, err := n.store.db.QueryContext(ctx, n.store.dialect.query(`SELECT file_id, container, called_at FROM acrcloud_callbacks WHERE `+where+` ORDER BY called_at`), args...)
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

// listen hears of other processes' callbacks until the store is closed, or with SQLite until nobody waits.
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
		_ = pause.wait(ctx) // the loop looks
	}
}

// idle notes that the listener ends, unless somebody waits.
func (n *Notifier) idle() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listening = len(n.waits) > 0
	return !n.listening
}
