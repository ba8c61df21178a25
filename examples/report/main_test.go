package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
)

// reported runs the program on the mock, whatever is in the environment.
func reported(ctx context.Context, t *testing.T, args ...string) (exit int, stdout, stderr string) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "ACRCLOUD_") {
			t.Setenv(name, "")
		}
	}
	var out, errs bytes.Buffer
	exit = run(ctx, args, &out, &errs)
	return exit, out.String(), errs.String()
}

//nolint:paralleltest // the environment belongs to the whole program
func TestReport(t *testing.T) {
	name := filepath.Join(t.TempDir(), "report.html")
	exit, stdout, stderr := reported(t.Context(), t, "-o", name)
	require.Equal(t, demo.ExitOK, exit, stderr)
	assert.Contains(t, stdout, "Open "+name)
	assert.Contains(t, stderr, "embedded mock")
	page, err := os.ReadFile(name)
	require.NoError(t, err)
	for _, s := range samples {
		assert.Contains(t, string(page), s.name)
	}
	for _, want := range []string{
		"music.exact", "cover.extent", "music.altered", "match.short", "match.allowed", "ai.high", "custom.exact", "No risk found", "The scan failed", "2 rows of music could not be read", "77 places", "Speech and music",
	} {
		assert.Contains(t, string(page), want)
	}

	dir := filepath.Join(t.TempDir(), "pages")
	exit, _, stderr = reported(t.Context(), t, "-dir", dir)
	require.Equal(t, demo.ExitOK, exit, stderr)
	pages, err := os.ReadDir(filepath.Join(dir, "files"))
	require.NoError(t, err)
	assert.Len(t, pages, len(samples))

	exit, stdout, stderr = reported(t.Context(), t, "-text")
	require.Equal(t, demo.ExitOK, exit, stderr)
	assert.Contains(t, stdout, "CRITICAL RISK")
	assert.NotContains(t, stdout, "\x1b")
}

func TestSamplesAreJSON(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		assert.True(t, s.results == "" || json.Valid([]byte(s.results)), s.name)
	}
}

//nolint:paralleltest // the environment belongs to the whole program
func TestReportRefuses(t *testing.T) {
	for _, args := range [][]string{{"-x"}, {"file"}} {
		exit, stdout, stderr := reported(t.Context(), t, args...)
		assert.Equal(t, demo.ExitUsage, exit)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, "-dir")
	}
	exit, _, _ := reported(t.Context(), t, "-h")
	assert.Equal(t, demo.ExitOK, exit)
	exit, _, stderr := reported(t.Context(), t, "-rules", "none.json")
	assert.Equal(t, demo.ExitFailed, exit)
	assert.Contains(t, stderr, "none.json")
	exit, _, stderr = reported(t.Context(), t, "-o", filepath.Join(t.TempDir(), "none", "report.html"))
	assert.Equal(t, demo.ExitFailed, exit)
	assert.Contains(t, stderr, "none")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	exit, _, stderr = reported(ctx, t)
	assert.Equal(t, demo.ExitInterrupted, exit)
	assert.Contains(t, stderr, "stopped")
}
