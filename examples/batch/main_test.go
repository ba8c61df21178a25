package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/mock"
)

//nolint:paralleltest // the environment belongs to the whole program
func TestOffline(t *testing.T) {
	folder := t.TempDir()
	results, failures := filepath.Join(folder, "results.csv"), filepath.Join(folder, "failures.csv")
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"-mock", "-o", results, "-failures", failures}, &stdout, &stderr)
	require.Equal(t, demo.ExitOK, code, stderr.String())
	assert.Contains(t, stderr.String(), "embedded mock")
	assert.Contains(t, stderr.String(), "12 done, 1 failed")
	assert.Regexp(t, `(?m)^critical +6$`, stdout.String())
	assert.Regexp(t, `(?m)^none +6$`, stdout.String())
	assert.Regexp(t, `critical  known/5\.wav`, stdout.String())
	assert.NotContains(t, stdout.String(), "unknown/")
	rows := readCSV(t, failures)
	require.Len(t, rows, 2)
	assert.Equal(t, "empty.wav", rows[1][0])
	assert.Equal(t, "source", rows[1][2])
	assert.GreaterOrEqual(t, len(readCSV(t, results)), 13)
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	return rows
}

// A run that is stopped is gone on with by the same command.
func TestStopAndGoOn(t *testing.T) {
	srv := mock.New(mock.WithProcessingTime(time.Second))
	defer func() { _ = srv.Close() }()
	url, err := srv.Start()
	require.NoError(t, err)
	t.Setenv("ACRCLOUD_BASE_URL", url)
	t.Setenv("ACRCLOUD_BEARER_TOKEN", srv.Config().BearerToken.Reveal())
	t.Setenv("ACRCLOUD_CONTAINER_ID", strconv.Itoa(srv.Config().ContainerID))
	folder, remove, err := samples(srv)
	require.NoError(t, err)
	defer remove()
	store := filepath.Join(t.TempDir(), "jobs.db")
	args := []string{"-store", store, folder}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { // Ctrl-C, as soon as something is billed
		for ctx.Err() == nil {
			for _, r := range srv.Requests() {
				if r.Op == mock.OpCreateFile {
					cancel()
				}
			}
			<-time.After(10 * time.Millisecond)
		}
	}()
	var stdout, stderr bytes.Buffer
	require.Equal(t, demo.ExitInterrupted, run(ctx, args, &stdout, &stderr), stderr.String())
	assert.Contains(t, stderr.String(), "Run the same command again to continue.")
	for range 2 {
		stdout.Reset()
		stderr.Reset()
		require.Equal(t, demo.ExitOK, run(t.Context(), args, &stdout, &stderr), stderr.String())
	}
	assert.Contains(t, stderr.String(), "13 of 13 were finished before. This run: 0 done")
	made := 0
	for _, r := range srv.Requests() {
		if r.Op == mock.OpCreateFile {
			made++
		}
	}
	assert.Equal(t, 12, made)
}

func TestUsage(t *testing.T) {
	t.Setenv("ACRCLOUD_USE_MOCK", "1")
	for _, args := range [][]string{{"-format", "xml"}, {"a", "b"}, {"-uploads", "0"}, {"-nope"}} {
		var out bytes.Buffer
		assert.Equal(t, demo.ExitUsage, run(t.Context(), args, &out, &out), args)
	}
	var out bytes.Buffer
	assert.Equal(t, demo.ExitFailed, run(t.Context(), []string{"-store", "x.db"}, &out, &out))
	assert.Contains(t, out.String(), "-mock-listen")
	assert.Equal(t, demo.ExitFailed, run(t.Context(), []string{"/does/not/exist"}, &out, &out))
}
