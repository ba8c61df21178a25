package sqlbatch

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/internal/jobs"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

const (
	defaultTTL = 24 * time.Hour
	eventLease = time.Minute // of an event that is being handled; renewed three times within that time
)

// A Deduplicator makes all processes with the same database handle each callback once. It implements
// webhook.Deduplicator: each process passes its own to its handler with webhook.WithDeduplicator.
//
// A process keeps an event that it has claimed until it has handled it, however long that takes: it renews its claims
// in the background. If a process dies, or cannot reach the database for a minute, its claims lapse, and another
// process handles a duplicate. If an event was handled while the database could not be written, it is committed as soon
// as that is possible, provided that the process is still alive.
type Deduplicator struct {
	store      *Store
	ttl, lease time.Duration
	holder     string // identifies this Deduplicator in the database

	mu       sync.Mutex
	held     map[string]bool // claimed events; true: handled, but not committed yet
	renewing bool
}

// Deduplicator returns a Deduplicator that remembers each event for ttl after it was handled. If ttl is less than a second, it
// is 24 hours. New events remove expired ones, so the table does not grow without limit.
func (s *Store) Deduplicator(ttl time.Duration) *Deduplicator {
	if ttl < time.Second { // 0, or a forgotten unit
		ttl = defaultTTL
	}
	return &Deduplicator{store: s, ttl: ttl, lease: eventLease, holder: rand.Text(), held: map[string]bool{}}
}

// Claim implements webhook.Deduplicator. For an event that is being handled, here or by another process, it returns
// webhook.ErrInProgress.
func (d *Deduplicator) Claim(ctx context.Context, key string) (bool, error) {
	if d == nil || d.store == nil || d.store.jobs == nil {
		return false, jobs.ErrClosed
	}
	key = plainKey(key)
	if handled, mine := d.hold(key); mine {
		return inProgress(!handled)
	}
	claimed, done, err := d.claim(ctx, key)
	if !claimed || err != nil {
		d.drop(key)
	}
	switch {
	case err != nil:
		return false, d.store.explain(err, "claiming an event")
	case claimed:
		d.renew() //nolint:contextcheck // it continues after the claim, as long as the store is open
		return true, nil
	}
	return inProgress(!done)
}

func inProgress(yes bool) (bool, error) {
	if yes {
		return false, webhook.ErrInProgress
	}
	return false, nil
}

// hold records that this process is claiming a key, unless it already holds it.
func (d *Deduplicator) hold(key string) (handled, mine bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if handled, mine = d.held[key]; !mine {
		d.held[key] = false
	}
	return handled, mine
}

func (d *Deduplicator) drop(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.held, key)
}

// expired is how many expired events a claim removes.
const expired = 10

// claim assigns the event to this holder if it is new, if its row has expired, or if this holder's own claim got no
// response.
func (d *Deduplicator) claim(ctx context.Context, key string) (claimed, done bool, err error) {
	now := d.store.dialect.now() + " / 1000"
	err = d.store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		claimed, done = false, false
		n, err := d.exec(ctx, tx, `INSERT INTO acrcloud_events (event, holder, until) VALUES (?, ?, `+now+` + ?) ON CONFLICT (event) DO UPDATE
			SET holder = excluded.holder, until = excluded.until WHERE acrcloud_events.until <= `+now+` OR acrcloud_events.holder = excluded.holder`,
			key, d.holder, d.lease.Milliseconds())
		if err != nil {
			return err
		}
		if claimed = n == 1; claimed {
			_, err := d.exec(ctx, tx, `DELETE FROM acrcloud_events WHERE event IN
				(SELECT event FROM acrcloud_events WHERE until <= `+now+` ORDER BY until LIMIT ?`+d.store.dialect.ClaimLock()+`)`, expired)
			return err
		}
		var holder sql.NullString
		err = tx.QueryRowContext(ctx, d.store.dialect.Query(`SELECT holder FROM acrcloud_events WHERE event = ?`), key).Scan(&holder)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // it has just been released: the next claim gets it
		}
		done = !holder.Valid
		return err
	})
	return claimed, done, err
}

func (d *Deduplicator) exec(ctx context.Context, tx *sql.Tx, statement string, args ...any) (int64, error) {
	done, err := tx.ExecContext(ctx, d.store.dialect.Query(statement), args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// Commit implements webhook.Deduplicator. If an event that this process has claimed cannot be committed now, it is
// committed later.
func (d *Deduplicator) Commit(ctx context.Context, key string) error {
	if d == nil || d.store == nil || d.store.jobs == nil {
		return jobs.ErrClosed
	}
	key = plainKey(key)
	if err := d.commit(ctx, key); err != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		if _, mine := d.held[key]; mine {
			d.held[key] = true
		}
		return d.store.explain(err, "committing an event")
	}
	d.drop(key)
	return nil
}

// commit also works if the claim has lapsed and another process has the event, because the event was handled.
func (d *Deduplicator) commit(ctx context.Context, key string) error {
	now := d.store.dialect.now() + " / 1000"
	return d.store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := d.exec(ctx, tx, `INSERT INTO acrcloud_events (event, holder, until) VALUES (?, NULL, `+now+` + ?)
			ON CONFLICT (event) DO UPDATE SET holder = NULL, until = excluded.until`, key, d.ttl.Milliseconds())
		return err
	})
}

// Release implements webhook.Deduplicator. It does not release an event that another process has claimed since, or that
// is committed.
func (d *Deduplicator) Release(ctx context.Context, key string) error {
	if d == nil || d.store == nil || d.store.jobs == nil {
		return jobs.ErrClosed
	}
	key = plainKey(key)
	defer d.drop(key) // if it cannot be released, its claim lapses
	err := d.store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := d.exec(ctx, tx, `DELETE FROM acrcloud_events WHERE event = ? AND holder = ?`, key, d.holder)
		return err
	})
	return d.store.explain(err, "releasing an event")
}

// renew renews the claims of this process as long as there are any.
func (d *Deduplicator) renew() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.renewing {
		d.renewing = d.store.background.run(d.keep)
	}
}

func (d *Deduplicator) keep(ctx context.Context) {
	pause := d.lease / 3
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		d.mu.Lock()
		held := maps.Clone(d.held)
		if len(held) == 0 {
			d.renewing = false
			d.mu.Unlock()
			return
		}
		d.mu.Unlock()
		within, cancel := context.WithTimeout(ctx, pause)
		d.keepOnce(within, held)
		cancel()
	}
}

// keepOnce first renews the claims of running events, and then commits handled ones: a claim that is not renewed in
// time lapses, but a late commit does no harm. Failures are retried soon.
func (d *Deduplicator) keepOnce(ctx context.Context, held map[string]bool) {
	var running, handled []string
	for key, done := range held {
		if done {
			handled = append(handled, key)
		} else {
			running = append(running, key)
		}
	}
	slices.Sort(running) // in a fixed order, so that two processes cannot deadlock
	for some := range slices.Chunk(running, jobs.NamesAtOnce) {
		marks, args := jobs.List(some)
		_ = d.store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_, err := d.exec(ctx, tx, `UPDATE acrcloud_events SET until = `+d.store.dialect.now()+` / 1000 + ? WHERE holder = ? AND event IN (`+marks+`)`,
				append([]any{d.lease.Milliseconds(), d.holder}, args...)...)
			return err
		})
	}
	for _, key := range handled {
		if d.commit(ctx, key) == nil {
			d.drop(key)
		}
	}
}
