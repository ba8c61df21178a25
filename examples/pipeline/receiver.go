package main

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// callbackPath is where a receiver takes callbacks.
const callbackPath = "/acrcloud/callback"

// newReceiver returns the handler of callbacks. A callback is done when the journal has it and its job is awake. What it
// says is not believed: the worker that wakes up fetches the file from the API.
func newReceiver(db *database, jobs *riverbatch.Client[*sql.Tx], container int, secret acrcloud.Secret, log *slog.Logger) (*webhook.Handler, error) {
	return webhook.NewHandler(jobs.Called,
		webhook.WithSecret(callbackParameter, secret),
		webhook.WithContainers(container),
		webhook.WithDeduplicator(db.store.Deduplicator(0)),
		webhook.WithObserver(func(d webhook.Delivery) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(d.Context()), 10*time.Second)
			defer cancel()
			if err := db.addCallback(ctx, callback{Received: d.Time, FileID: d.FileID, Status: d.Status, Reason: string(d.Reason)}); err != nil {
				log.WarnContext(ctx, "writing the callback log", "error", err)
			}
		}))
}
