package main

import (
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// newJobs returns the jobs of the application. Every process has them: web enqueues, receiver wakes, worker takes the
// steps, in this order of writes:
//
//	content and row → job in the journal and in the queue → upload → intent → the request that is billed → file id
//	→ callback or timer → results from the API → outcome → the queue forgets the job
func newJobs(db *database, files *filescan.Files, policy *filescan.UploadPolicy, log *slog.Logger) (*riverbatch.Client[*sql.Tx], error) {
	stepper, err := batch.NewStepper(files, db.store, &batch.Options{
		Open:   acrcloud.FromFile,
		Upload: filescan.UploadOptions{Policy: policy},
	})
	if err != nil {
		return nil, err
	}
	return riverbatch.New(riverbatch.Driver(db.store), stepper, &riverbatch.Config{Logger: log})
}

// uploadDir returns the directory of the uploads, and creates it.
func uploadDir(data string) (string, error) {
	dir := filepath.Join(data, "uploads")
	return dir, os.MkdirAll(dir, 0o700)
}
