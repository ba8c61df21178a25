package main

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"

	"riverqueue.com/riverui"

	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
)

// monitorPath is the address of River UI.
const monitorPath = "/river"

// newMonitor returns River UI, which shows the queue and its jobs. Like the whole application it has no login.
func newMonitor(ctx context.Context, jobs *riverbatch.Client[*sql.Tx], log *slog.Logger) (http.Handler, error) {
	ui, err := riverui.NewHandler(&riverui.HandlerOpts{
		Endpoints: riverui.NewEndpoints(jobs.River(), nil), Logger: log, Prefix: monitorPath,
	})
	if err != nil {
		return nil, err
	}
	err = ui.Start(ctx)
	return ui, err
}
