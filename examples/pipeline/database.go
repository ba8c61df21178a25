package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/examples/telemetry"
)

// tables are those of the application, beside the journal and the queue. What has become of an upload is not in them: only the journal
// says so, and pages ask it, so no page can say more than the database.
const tables = `
CREATE TABLE IF NOT EXISTS uploads (id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at BIGINT NOT NULL);
CREATE INDEX IF NOT EXISTS uploads_created_at ON uploads (created_at);
CREATE TABLE IF NOT EXISTS verdicts (upload_id TEXT PRIMARY KEY, risk TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS callbacks (received_at BIGINT NOT NULL, upload_id TEXT NOT NULL, file_id TEXT NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS callbacks_received_at ON callbacks (received_at);
`

// A database has the uploads, the callbacks, the journal and the queue.
type database struct {
	store *sqlbatch.Store
}

// openDatabase opens the database, and creates or updates all tables.
func openDatabase(ctx context.Context, dsn string) (*database, error) {
	store, err := riverbatch.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	d := &database{store: store}
	if err := d.createTables(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("creating the tables: %w", err), store.Close())
	}
	return d, nil
}

// createTables creates the tables of the application, in one transaction.
func (d *database) createTables(ctx context.Context) error {
	tx, err := d.store.DB().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()        //nolint:errcheck // after a commit it does nothing
	if d.store.Pool() != nil { // in PostgreSQL, two processes cannot create a table at the same time, not even with IF NOT EXISTS
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtext('pipeline'))`); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, tables); err != nil {
		return err
	}
	return tx.Commit()
}

// An upload is a row of that table.
type upload struct {
	ID, Name string
	Created  time.Time
	Phase    batch.Phase // of its job
	Verdict  string      // the risk; empty: there is no verdict yet
}

// open reports whether something is still going to change.
func (u *upload) open() bool { return !u.Phase.Finished() || u.Verdict == "" }

// add writes the row of an upload and its job in one transaction, so that there is never one without the other. An upload that is there
// already stays as it is.
func (d *database) add(ctx context.Context, jobs *riverbatch.Client[*sql.Tx], u upload) error {
	tx, err := d.store.DB().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	_, err = tx.ExecContext(ctx, `INSERT INTO uploads (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, u.ID, u.Name, u.Created.UnixMilli())
	if err != nil {
		return err
	}
	if _, err := jobs.EnqueueTx(ctx, tx, batch.Item{Key: u.ID, Ref: u.ID, Trace: telemetry.TraceOf(ctx)}); err != nil {
		return err
	}
	return tx.Commit()
}

// judge writes the verdict about a job that has ended. It may be called again after a crash.
func (d *database) judge(ctx context.Context, o *batch.Outcome) error {
	_, err := d.store.DB().ExecContext(ctx, `INSERT INTO verdicts (upload_id, risk) VALUES ($1, $2) ON CONFLICT DO NOTHING`, o.Key, assess(o).String())
	return err
}

// errNoUpload is the error for an id that is not in the table.
var errNoUpload = errors.New("there is no such upload")

// upload returns an upload with what the journal says of it.
func (d *database) upload(ctx context.Context, id string) (u upload, outcome *batch.Outcome, err error) {
	var created int64
	err = d.store.DB().QueryRowContext(ctx, `SELECT id, name, created_at FROM uploads WHERE id = $1`, id).Scan(&u.ID, &u.Name, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return u, nil, errNoUpload
	}
	if err != nil {
		return u, nil, err
	}
	u.Created = time.UnixMilli(created)
	entry, err := d.store.Load(ctx, id)
	if err != nil {
		return u, nil, err
	}
	u.Phase = entry.Phase
	if !entry.Phase.Finished() {
		return u, nil, nil
	}
	outcome, err = batch.OutcomeOf(entry)
	return u, outcome, err
}

// uploads returns the newest uploads.
func (d *database) uploads(ctx context.Context, n int) (all []upload, err error) {
	rows, err := d.store.DB().QueryContext(ctx, `SELECT uploads.id, uploads.name, uploads.created_at, acrcloud_jobs.phase, COALESCE(verdicts.risk, '') FROM uploads
		JOIN acrcloud_jobs ON acrcloud_jobs.name = uploads.id LEFT JOIN verdicts ON verdicts.upload_id = uploads.id
		ORDER BY uploads.created_at DESC LIMIT $1`, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		var u upload
		var created int64
		if err := rows.Scan(&u.ID, &u.Name, &created, &u.Phase, &u.Verdict); err != nil {
			return nil, err
		}
		u.Created = time.UnixMilli(created)
		all = append(all, u)
	}
	return all, rows.Err()
}

// A callback is a row of the log.
type callback struct {
	Received       time.Time
	Upload, Name   string // of the upload; empty: the callback was not accepted, or is for another file
	FileID, Reason string
	Status         int
}

// keptCallbacks is how long the log goes back.
const keptCallbacks = 7 * 24 * time.Hour

func (d *database) addCallback(ctx context.Context, c callback) error {
	_, err := d.store.DB().ExecContext(ctx, `INSERT INTO callbacks (received_at, upload_id, file_id, status, reason) VALUES ($1, $2, $3, $4, $5)`,
		c.Received.UnixMilli(), c.Upload, c.FileID, c.Status, c.Reason)
	if err != nil {
		return err
	}
	_, err = d.store.DB().ExecContext(ctx, `DELETE FROM callbacks WHERE received_at < $1`, time.Now().Add(-keptCallbacks).UnixMilli())
	return err
}

func (d *database) callbacks(ctx context.Context, n int) (all []callback, err error) {
	rows, err := d.store.DB().QueryContext(ctx, `SELECT callbacks.received_at, COALESCE(uploads.id, ''), COALESCE(uploads.name, ''), callbacks.file_id, callbacks.status, callbacks.reason
		FROM callbacks LEFT JOIN uploads ON uploads.id = callbacks.upload_id ORDER BY callbacks.received_at DESC LIMIT $1`, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		var c callback
		var received int64
		if err := rows.Scan(&received, &c.Upload, &c.Name, &c.FileID, &c.Status, &c.Reason); err != nil {
			return nil, err
		}
		c.Received = time.UnixMilli(received)
		all = append(all, c)
	}
	return all, rows.Err()
}
