package main

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/examples/telemetry"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// callbackPath is where a receiver takes callbacks.
const callbackPath = "/acrcloud/callback"

// A receiver takes callbacks. One is done when the journal has it and its job is awake. What it says is not believed: the
// worker that wakes up fetches the file from the API.
type receiver struct {
	db      *database
	jobs    *riverbatch.Client[*sql.Tx]
	tel     *telemetry.Telemetry
	log     *slog.Logger
	handler *webhook.Handler
}

func newReceiver(db *database, jobs *riverbatch.Client[*sql.Tx], container int, secret acrcloud.Secret, tel *telemetry.Telemetry, log *slog.Logger) (*receiver, error) {
	r := &receiver{db: db, jobs: jobs, tel: tel, log: log}
	var err error
	r.handler, err = webhook.NewHandler(tel.Callback(r.called),
		webhook.WithSecret(callbackParameter, secret),
		webhook.WithContainers(container),
		webhook.WithDeduplicator(db.store.Deduplicator(0)),
		webhook.WithObserver(r.observe))
	return r, err
}

// about is what the callback log has of the job that a request is about.
type about struct{ upload string }

type aboutKey struct{}

// ServeHTTP implements [http.Handler].
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.handler.ServeHTTP(w, req.WithContext(context.WithValue(req.Context(), aboutKey{}, new(about))))
}

func (r *receiver) called(ctx context.Context, event *webhook.Event) error {
	if a, ok := ctx.Value(aboutKey{}).(*about); ok {
		a.upload, _ = batch.KeyOf(event.Name)
	}
	return r.jobs.Called(ctx, event)
}

// observe writes the callback log.
func (r *receiver) observe(d webhook.Delivery) {
	r.tel.Delivery(d)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(d.Context()), 10*time.Second)
	defer cancel()
	c := callback{Received: d.Time, FileID: text.Truncate(text.Terminal(d.FileID), maxName), Status: d.Status, Reason: string(d.Reason)}
	if a, ok := ctx.Value(aboutKey{}).(*about); ok {
		c.Upload = text.Truncate(text.Terminal(a.upload), maxName)
	}
	if err := r.db.addCallback(ctx, c); err != nil {
		r.log.WarnContext(ctx, "writing the callback log", "error", err)
	}
}
