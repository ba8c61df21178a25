package sqlbatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// pingTime is how long PostgreSQL may take to respond to a check of the connection.
const pingTime = 10 * time.Second

func (d postgres) listen(ctx context.Context, n *Notifier) error {
	config := d.config.Copy()
	config.RuntimeParams["application_name"] += " listener"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("connecting to listen: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		if err := n.checkAll(ctx); err != nil { // callbacks that arrived before it listened
			return err
		}
		if err := hear(ctx, conn, n); err != nil {
			return err
		}
	}
}

// hear passes on notifications until it is time to poll, and to check the connection: a broken one is as silent as an
// idle one.
func hear(ctx context.Context, conn *pgx.Conn, n *Notifier) error {
	within, cancel := context.WithTimeout(ctx, recheckEvery)
	defer cancel()
	for {
		note, err := conn.WaitForNotification(within)
		switch {
		case err == nil:
			n.heard(note.Payload)
		case ctx.Err() == nil && errors.Is(within.Err(), context.DeadlineExceeded) && !conn.IsClosed():
			return ping(ctx, conn)
		default:
			return err
		}
	}
}

func ping(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	return conn.Ping(ctx)
}

func (sqlite) listen(ctx context.Context, n *Notifier) error {
	var last int64
	if err := n.store.jobs.DB.QueryRowContext(ctx, `SELECT coalesce(max(called_at), 0) FROM acrcloud_callbacks`).Scan(&last); err != nil {
		return err
	}
	if err := n.checkAll(ctx); err != nil { // callbacks that arrived while nothing polled
		return err
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !n.idle() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		newest, err := n.read(ctx, `called_at > ?`, last)
		if err != nil {
			return err
		}
		last = max(last, newest)
	}
	return nil
}
