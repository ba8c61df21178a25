// Package sqlitebatch keeps the jobs of package batch in one SQLite file, for programs that are to have no driver for
// PostgreSQL in them.
//
//	store, err := sqlitebatch.Open(ctx, "catalogue.db")
//	...
//	defer store.Close()
//	for outcome, err := range batch.Scan(ctx, files, items, &batch.Options{Store: store, Open: acrcloud.FromFile}) {
//
// The file has the tables of package sqlbatch, which describes them, and either package can open it.
package sqlitebatch

import (
	"context"
	"io"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/internal/jobs"
)

// Errors of a store.
var (
	// ErrNewer matches the error of [Open] for a file that a newer version of this package created.
	ErrNewer = jobs.ErrNewer

	// ErrOtherContainer matches the error of a run whose container differs from that of the file's jobs.
	ErrOtherContainer = jobs.ErrOtherContainer
)

// A Store keeps jobs in a file. It is safe for concurrent use, and several processes may use one file. After Close, its
// methods return errors.
type Store interface {
	batch.Store
	batch.Lister
	batch.Backlog
	batch.Renewer
	batch.Marker
	batch.Binder
	io.Closer
}

// Open opens the store in the file at the path, and creates or updates its tables. The file is created if needed; its
// directory must exist.
//
// If a newer version of this package created the file, the error matches [ErrNewer].
func Open(ctx context.Context, path string) (Store, error) {
	if path = strings.TrimSpace(path); path == "" {
		return nil, &acrcloud.ArgumentError{Field: "path", Problem: "is empty", Remedy: "use the path of an SQLite file"}
	}
	store, err := jobs.OpenSQLite(ctx, path, jobs.Busy)
	if err != nil {
		return nil, err
	}
	return store, nil
}
