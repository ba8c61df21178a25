package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
)

// environment sets the credentials; the tests that use it cannot be parallel.
func environment(t *testing.T, token, container, useMock string) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := bytes.Cut([]byte(entry), []byte("=")); bytes.HasPrefix(name, []byte("ACRCLOUD_")) {
			t.Setenv(string(name), "")
		}
	}
	t.Setenv("ACRCLOUD_BEARER_TOKEN", token)
	t.Setenv("ACRCLOUD_CONTAINER_ID", container)
	t.Setenv("ACRCLOUD_USE_MOCK", useMock)
}

//nolint:paralleltest // the environment belongs to the whole program
func TestScan(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "song.mp3")
	require.NoError(t, os.WriteFile(file, []byte("ID3 unknown music"), 0o600))
	rules := filepath.Join(dir, "rules.json")
	require.NoError(t, os.WriteFile(rules, []byte(`{"min_seconds": 1000}`), 0o600))
	tests := []struct {
		name                      string
		args                      []string
		token, container, useMock string
		exit                      int
		stdout, stderr            string
	}{
		{"a sample", nil, "", "", "", demo.ExitOK, "Midnight Harbour", "embedded mock"},
		{"a file", []string{file}, "", "", "", demo.ExitOK, "AddTrack", "embedded mock"},
		{"the mock in spite of credentials", []string{"-mock"}, "eyJx", "5", "", demo.ExitOK, "Silver River", "embedded mock"},
		{"the mock by the environment", nil, "eyJx", "5", "1", demo.ExitOK, "Silver River", "embedded mock"},
		{"the real service wants a file", nil, "eyJx", "5", "0", demo.ExitFailed, "", "name the file"},
		{"half of the credentials", nil, "eyJx", "", "", demo.ExitFailed, "", "ACRCLOUD_CONTAINER_ID"},
		{"the other half", nil, "", "5", "", demo.ExitFailed, "", "ACRCLOUD_BEARER_TOKEN"},
		{"a container that is no number", nil, "", "five", "", demo.ExitFailed, "", "ACRCLOUD_CONTAINER_ID"},
		{"neither true nor false", nil, "", "", "maybe", demo.ExitFailed, "", "ACRCLOUD_USE_MOCK"},
		{"a verdict", nil, "", "", "", demo.ExitOK, "risk: critical (exact, confidence 100)", ""},
		{"own rules", []string{"-rules", rules}, "", "", "", demo.ExitOK, "risk: none", ""},
		{"rules that are wrong", []string{"-rules", file}, "", "", "", demo.ExitFailed, "", "song.mp3"},
		{"rules that are missing", []string{"-rules", "none.json"}, "", "", "", demo.ExitFailed, "", "none.json"},
		{"a missing file", []string{filepath.Join(dir, "none.mp3")}, "", "", "", demo.ExitFailed, "", "none.mp3"},
		{"a directory", []string{dir}, "", "", "", demo.ExitFailed, "", "is a directory"},
		{"too many files", []string{file, file}, "", "", "", demo.ExitUsage, "", "usage"},
		{"an unknown flag", []string{"-x"}, "", "", "", demo.ExitUsage, "", "usage"},
		{"help", []string{"-h"}, "", "", "", demo.ExitOK, "", "  -json\n    \tprint"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			environment(t, tt.token, tt.container, tt.useMock)
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tt.exit, run(t.Context(), tt.args, &stdout, &stderr), stderr.String())
			assert.Contains(t, stdout.String(), tt.stdout)
			assert.Contains(t, stderr.String(), tt.stderr)
			assert.NotContains(t, stderr.String(), "\r", "progress is for terminals")
			assert.NotContains(t, stderr.String(), "eyJx")
			assert.NotContains(t, stdout.String(), "cover ", "each song of the sample is listed once")
		})
	}
}

//nolint:paralleltest // the environment belongs to the whole program
func TestScanJSON(t *testing.T) {
	environment(t, "", "", "")
	var stdout, stderr bytes.Buffer
	require.Equal(t, demo.ExitOK, run(t.Context(), []string{"-json"}, &stdout, &stderr))
	var file struct {
		State   int `json:"state"`
		Results struct {
			Music []any `json:"music"`
		} `json:"results"`
	}
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &file), "standard output is JSON and nothing else")
	assert.Equal(t, 1, file.State)
	assert.Len(t, file.Results.Music, 2)
}

//nolint:paralleltest // the environment belongs to the whole program
func TestScanIsInterrupted(t *testing.T) {
	environment(t, "", "", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, demo.ExitInterrupted, run(ctx, nil, &stdout, &stderr))
	assert.Empty(t, stdout.String())
	assert.Contains(t, stderr.String(), "stopped")
}

//nolint:paralleltest // the environment belongs to the whole program
func TestScanWritesAPage(t *testing.T) {
	environment(t, "", "", "")
	name := filepath.Join(t.TempDir(), "report.html")
	var stdout, stderr bytes.Buffer
	require.Equal(t, demo.ExitOK, run(t.Context(), []string{"-o", name}, &stdout, &stderr), stderr.String())
	page, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Contains(t, string(page), "Critical risk")
	assert.Contains(t, string(page), "Midnight Harbour")
	assert.Contains(t, stdout.String(), "Midnight Harbour")

	assert.Equal(t, demo.ExitFailed, run(t.Context(), []string{"-o", filepath.Join(name, "none")}, &stdout, &stderr))
	assert.Contains(t, stderr.String(), "The file is uploaded", "its id is not lost")
}
