package main

import (
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/riverqueue/river"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// newJobs returns the jobs of the application. Every process has them: web enqueues, receiver wakes, worker takes the
// steps, in this order of writes:
//
//	content and row → job in the journal and in the queue → upload → intent → the request that is billed → file id
//	→ callback or timer → results from the API → outcome → verdict → the queue forgets the job
func newJobs(db *database, files *filescan.Files, dir string, policy *filescan.UploadPolicy, in *instruments, log *slog.Logger) (*riverbatch.Client[*sql.Tx], error) {
	stepper, err := batch.NewStepper(files, db.store, &batch.Options{
		Open:   func(ref string) acrcloud.Source { return acrcloud.FromFile(filepath.Join(dir, ref)) },
		Upload: filescan.UploadOptions{Policy: policy},
	})
	if err != nil {
		return nil, err
	}
	return riverbatch.New(riverbatch.Driver(db.store), stepper, &riverbatch.Config{
		Done: in.judged(db.judge), Logger: log, River: &river.Config{Middleware: in.middleware()},
	})
}

// uploadDir returns the directory of the uploads, and creates it.
func uploadDir(data string) (string, error) {
	dir := filepath.Join(data, "uploads")
	return dir, os.MkdirAll(dir, 0o700)
}
