package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/internal/doctor"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// clearEnvironment takes what belongs to the machine out of the way; the tests that use it cannot be parallel.
func clearEnvironment(t *testing.T) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "ACRCLOUD_") {
			t.Setenv(name, "")
		}
	}
}

func runDoctor(t *testing.T, args ...string) (exit int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	exit = run(t.Context(), args, &out, &err)
	return exit, out.String(), err.String()
}

// entry is a configuration as a file has it.
func entry(cfg acrcloud.Config) map[string]any {
	return map[string]any{
		"name": cfg.Name, "base_url": cfg.BaseURL, "bearer_token": cfg.BearerToken.Reveal(), "container_id": cfg.ContainerID,
		"identify_host": cfg.IdentifyHost, "identify_access_key": cfg.IdentifyAccessKey.Reveal(), "identify_access_secret": cfg.IdentifyAccessSecret.Reveal(),
	}
}

func writeConfig(t *testing.T, mode os.FileMode, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "config.json")
	require.NoError(t, os.WriteFile(name, b, 0o600))
	require.NoError(t, os.Chmod(name, mode))
	return name
}

func TestDoctorOnMock(t *testing.T) {
	clearEnvironment(t)
	exit, stdout, stderr := runDoctor(t, "-mock")
	assert.Equal(t, demo.ExitOK, exit, stdout+stderr)
	for _, want := range []string{"File Scanning", "Identification", "token accepted", "ok"} {
		assert.Contains(t, stdout, want)
	}
	assert.NotContains(t, stdout, "FAILED")
	assert.NotContains(t, stdout, "warning")
	assert.Empty(t, stderr)

	t.Setenv("ACRCLOUD_USE_MOCK", "1")
	exit, stdout, _ = runDoctor(t, "-json", "-upload")
	assert.Equal(t, demo.ExitOK, exit)
	var reports []doctor.Report
	require.NoError(t, json.Unmarshal([]byte(stdout), &reports), "standard output is JSON and nothing else")
	require.Len(t, reports, 1)
	var names []string
	for _, c := range reports[0].Scanning.Checks {
		names = append(names, c.Name)
	}
	assert.Contains(t, names, "upload")
	assert.Contains(t, names, "delete")
	exit, _, stderr = runDoctor(t, "-mock", "config.json")
	assert.Equal(t, demo.ExitUsage, exit, "the mock has a configuration of its own")
	assert.Contains(t, stderr, "leave out the file")
	exit, stdout, stderr = runDoctor(t, "-mock", "-upload")
	assert.Equal(t, demo.ExitOK, exit, stdout+stderr)
	assert.Contains(t, stderr, "nothing is billed")
}

//nolint:paralleltest // the environment belongs to the whole program
func TestDoctorFindsMistakes(t *testing.T) {
	clearEnvironment(t)
	srv := mock.New()
	_, err := srv.Start()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	good := srv.Config()
	good.Name = "good"
	swapped := entry(good)
	swapped["name"], swapped["bearer_token"] = "swapped", "0123456789abcdef0123456789abcdef"
	swapped["identify_access_key"] = good.BearerToken.Reveal()
	wrong := entry(good)
	wrong["name"], wrong["identify_access_secret"] = "wrong secret", strings.Repeat("x", 40)
	off := entry(good)
	off["name"], off["is_active"] = "off", false

	file := writeConfig(t, 0o600, []any{entry(good), swapped, wrong, off})
	exit, stdout, stderr := runDoctor(t, file)
	assert.Equal(t, demo.ExitFailed, exit)
	assert.Empty(t, stderr)
	parts := strings.Split(stdout, "\n\nswapped\n")
	require.Len(t, parts, 2, stdout)
	assert.NotContains(t, parts[0], "FAILED")
	for _, want := range []string{"looks like a project's access key", "Console API token", "3014", "Config.IsActive"} {
		assert.Contains(t, parts[1], want)
	}
	for _, secret := range []string{good.BearerToken.Reveal(), good.IdentifyAccessKey.Reveal(), good.IdentifyAccessSecret.Reveal(), "0123456789abcdef0123456789abcdef"} {
		assert.NotContains(t, stdout, secret)
	}
	exit, stdout, _ = runDoctor(t, "-json", file)
	assert.Equal(t, demo.ExitFailed, exit)
	assert.True(t, json.Valid([]byte(stdout)))

	remove := srv.Inject(mock.Fault{Op: mock.OpDeleteFile, Status: 403})
	_, stdout, stderr = runDoctor(t, "-upload", writeConfig(t, 0o600, entry(good)))
	remove()
	assert.Contains(t, stderr, "this is billed")
	assert.Contains(t, stderr, "is still there: delete it in the console")
	assert.Contains(t, stdout, "warning")

	if runtime.GOOS != "windows" {
		_, _, stderr = runDoctor(t, writeConfig(t, 0o644, entry(good)))
		assert.Contains(t, stderr, "chmod 600")
	}
}

//nolint:paralleltest // the environment belongs to the whole program
func TestDoctorUsage(t *testing.T) {
	clearEnvironment(t)
	tests := []struct {
		args   []string
		exit   int
		stderr string
	}{
		{nil, demo.ExitFailed, "there are no credentials"},
		{[]string{"-h"}, demo.ExitOK, "usage"},
		{[]string{"-x"}, demo.ExitUsage, "usage"},
		{[]string{"a", "b"}, demo.ExitUsage, "usage"},
		{[]string{filepath.Join(t.TempDir(), "none.json")}, demo.ExitFailed, "none.json"},
		{[]string{writeConfig(t, 0o600, map[string]any{"container_id": "five"})}, demo.ExitFailed, "container_id"},
		{[]string{writeConfig(t, 0o600, map[string]any{"bearer_tokn": "x"})}, demo.ExitFailed, "bearer_token"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.args), func(t *testing.T) {
			exit, stdout, stderr := runDoctor(t, tt.args...)
			assert.Equal(t, tt.exit, exit)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, tt.stderr)
		})
	}
	exit, stdout, _ := runDoctor(t, writeConfig(t, 0o600, map[string]any{"name": "empty"}))
	assert.Equal(t, demo.ExitFailed, exit)
	assert.Contains(t, stdout, "credentials")

	t.Setenv("ACRCLOUD_CONTAINER_ID", "5")
	exit, stdout, _ = runDoctor(t)
	assert.Equal(t, demo.ExitFailed, exit)
	assert.Contains(t, stdout, "Config.BearerToken")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	assert.Equal(t, demo.ExitInterrupted, run(ctx, []string{"-mock"}, &out, &errs))
}

//nolint:paralleltest // the environment belongs to the whole program
func TestDoctorOfAHostileName(t *testing.T) {
	path := writeConfig(t, 0o600, map[string]any{"name": "name\x1b[2J", "bearer_token": "x", "container_id": 1})
	exit, stdout, stderr := runDoctor(t, path)
	assert.Equal(t, demo.ExitFailed, exit)
	assert.NotContains(t, stdout+stderr, "\x1b")
	assert.Contains(t, stdout+stderr, `\x1b`)
}
