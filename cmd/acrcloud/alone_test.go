package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/sqlitebatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// batchAlone is what the command is compared with: package batch, and nothing around it.
func batchAlone(dir string) error {
	cfg, err := acrcloud.ConfigFromEnv()
	if err != nil {
		return err
	}
	client, err := filescan.New(cfg)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "batch-alone-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a folder that stays is no failure
	ctx := context.Background()
	store, err := sqlitebatch.Open(ctx, filepath.Join(folder, "jobs.db"))
	if err != nil {
		return err
	}
	opts := &batch.Options{Store: store, Open: acrcloud.FromFile, Uploads: 8}
	err = filescan.WriteJSONL(os.Stdout, func(yield func(*filescan.File, error) bool) {
		for o, err := range batch.Scan(ctx, client.Files(cfg.ContainerID), batch.Dir(dir, nil), opts) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(o.File, o.Err) {
				return
			}
		}
	}, filescan.DefaultRules())
	return errors.Join(err, store.Close())
}
