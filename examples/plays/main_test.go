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

// printed runs the program, without what is in the environment.
func printed(ctx context.Context, t *testing.T, args ...string) (exit int, stdout, stderr string) {
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
func TestTable(t *testing.T) {
	exit, stdout, stderr := printed(t.Context(), t, "-day", "2026-01-02", "-zone", "Asia/Tokyo", "-gap", "5m")
	require.Equal(t, demo.ExitOK, exit, stderr)
	rows, gaps, ok := strings.Cut(stdout, "\nGaps of 5m0s or more:\n")
	require.True(t, ok, stdout)
	lines := strings.Split(strings.TrimSpace(rows), "\n")
	assert.Len(t, lines, 61)
	assert.Regexp(t, `^START +LENGTH +ARTIST +TITLE +LABEL +ISRC$`, lines[0])
	assert.Regexp(t, `^00:\d\d:\d\d +\d`, lines[1])
	assert.Regexp(t, `^23:\d\d:\d\d +\d`, lines[60])
	assert.Regexp(t, `(?m)^  \d\d:\d\d:\d\d to \d\d:\d\d:\d\d  \d+m`, gaps)
	assert.Contains(t, stderr, "embedded mock")
}

//nolint:paralleltest // the environment belongs to the whole program
func TestCSVAndLines(t *testing.T) {
	exit, stdout, stderr := printed(t.Context(), t, "-mock", "-day", "2026-01-02", "-format", "csv", "-gap", "24h")
	require.Equal(t, demo.ExitOK, exit, stderr)
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	assert.Len(t, rows, 61)
	assert.Contains(t, stderr, "No gap of 24h0m0s or more.")
	exit, stdout, _ = printed(t.Context(), t, "-day", "2026-01-02", "-format", "jsonl")
	require.Equal(t, demo.ExitOK, exit)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	assert.Len(t, lines, 60)
	assert.True(t, json.Valid([]byte(lines[59])))
}

//nolint:paralleltest // the environment belongs to the whole program
func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-format", "xml"}, {"more"}, {"-gap", "0"}, {"-stream", "s-1", "-channel", "1"}, {"-nonsense"}} {
		exit, _, stderr := printed(t.Context(), t, args...)
		assert.Equal(t, demo.ExitUsage, exit, args)
		assert.NotEmpty(t, stderr)
	}
	for _, args := range [][]string{{"-day", "2026-02-30"}, {"-zone", "Mars/North"}} {
		exit, _, stderr := printed(t.Context(), t, args...)
		assert.Equal(t, demo.ExitFailed, exit, args)
		assert.Contains(t, stderr, args[0])
	}
	exit, _, _ := printed(t.Context(), t, "-h")
	assert.Equal(t, demo.ExitOK, exit)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	exit, _, stderr := printed(ctx, t)
	assert.Equal(t, demo.ExitInterrupted, exit)
	assert.Contains(t, stderr, "stopped")
}

func TestRealServiceNeedsAStation(t *testing.T) {
	t.Setenv("ACRCLOUD_BEARER_TOKEN", "eyJ.a.b")
	var out, errs bytes.Buffer
	assert.Equal(t, demo.ExitFailed, run(t.Context(), nil, &out, &errs))
	assert.Contains(t, errs.String(), "-project and -stream")
}
