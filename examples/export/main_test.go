package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
)

// exported runs the program on the mock, whatever is in the environment.
func exported(t *testing.T, args ...string) (exit int, stdout, stderr string) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "ACRCLOUD_") {
			t.Setenv(name, "")
		}
	}
	var out, errs bytes.Buffer
	exit = run(t.Context(), args, &out, &errs)
	return exit, out.String(), errs.String()
}

//nolint:paralleltest // the environment belongs to the whole program
func TestExport(t *testing.T) {
	exit, stdout, stderr := exported(t)
	require.Equal(t, demo.ExitOK, exit, stderr)
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	assert.Greater(t, len(rows), 4, "a header, and a row for each match and for the file without any")
	assert.Contains(t, stderr, "embedded mock")

	exit, stdout, stderr = exported(t, "-format", "jsonl")
	require.Equal(t, demo.ExitOK, exit, stderr)
	for line := range strings.Lines(stdout) {
		assert.True(t, json.Valid([]byte(line)))
	}
	assert.Equal(t, 3, strings.Count(stdout, "\n"))

	exit, stdout, stderr = exported(t, "-list", "-newest", "2")
	require.Equal(t, demo.ExitOK, exit, stderr)
	assert.Contains(t, stdout, "speech.wav")
	assert.Contains(t, stdout, "a few seconds.wav")
	assert.NotContains(t, stdout, "whole song.wav")
}

//nolint:paralleltest // the environment belongs to the whole program
func TestExportUsage(t *testing.T) {
	for _, args := range [][]string{{"-x"}, {"-format", "xml"}, {"file"}, {"-newest", "0"}} {
		exit, stdout, stderr := exported(t, args...)
		assert.Equal(t, demo.ExitUsage, exit)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, "-format")
	}
	exit, _, stderr := exported(t, "-rules", "none.json")
	assert.Equal(t, demo.ExitFailed, exit)
	assert.Contains(t, stderr, "none.json")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	assert.Equal(t, demo.ExitInterrupted, run(ctx, []string{"-mock"}, &out, &errs))
}

//nolint:paralleltest // the environment belongs to the whole program
func TestExportOfAHostileName(t *testing.T) {
	exit, stdout, stderr := exported(t, "-rules", "none\x1b[2J.json")
	assert.Equal(t, demo.ExitFailed, exit)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, `none\x1b[2J.json`)
}
