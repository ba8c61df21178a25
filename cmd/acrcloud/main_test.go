package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// binary is the command, built once, as the image's and a release's is.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

// batchAloneEnv names the folder that this program scans in place of running tests; see TestCost.
const batchAloneEnv = "BATCH_ALONE"

func buildAndRun(m *testing.M) int {
	if command := os.Getenv(measuredEnv); command != "" {
		return status(runMeasured(command, os.Getenv(costEnv)))
	}
	if dir := os.Getenv(batchAloneEnv); dir != "" {
		return status(batchAlone(dir))
	}
	dir, err := os.MkdirTemp("", "acrcloud-test-")
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder that stays is no failure
	binary = filepath.Join(dir, "acrcloud")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	build := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, ".") //nolint:gosec // the Go command
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// status is what this program ends with where it runs no tests.
func status(err error) int {
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(os.Stderr, err)
	return 1
}

// costFiles is what a heavy form of TestCost needs.
var costFiles = flag.Int("cost.files", 100, "how many files TestCost scans; from 5000 on it compares, too")

// testTimeout ends a command that hangs.
const testTimeout = 3 * time.Minute

// clean is the environment without anything that the command reads.
func clean(t *testing.T, extra ...string) []string {
	t.Helper()
	home := t.TempDir()
	env := []string{"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, "config"), "XDG_STATE_HOME=" + filepath.Join(home, "state"), "AppData=" + home, "LocalAppData=" + home}
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		switch {
		case strings.HasPrefix(name, "ACRCLOUD_"), name == "HOME", strings.HasPrefix(name, "XDG_"), strings.EqualFold(name, "AppData"), strings.EqualFold(name, "LocalAppData"), name == "NO_COLOR":
		default:
			env = append(env, e)
		}
	}
	return append(env, extra...)
}

// command prepares a run.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout+time.Duration(*costFiles)*100*time.Millisecond)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, binary, args...) //nolint:gosec // the command under test
	c.Env = env
	return c
}

// exit is the exit code that a run ended with.
func exit(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	failed, ok := errors.AsType[*exec.ExitError](err)
	require.True(t, ok, "%v", err)
	return failed.ExitCode()
}

// call runs the command to its end.
func call(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	c := command(t, env, args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	return exit(t, c.Run()), out.String(), errs.String()
}

// listening starts a mock, and returns the environment that leads to it.
func listening(t *testing.T, opts ...mock.Option) (*mock.Server, []string) {
	t.Helper()
	srv := mock.New(opts...)
	_, err := srv.Start()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	return srv, clean(t, variables(srv.Config())...)
}

func variables(cfg acrcloud.Config) []string {
	return []string{
		"ACRCLOUD_BASE_URL=" + cfg.BaseURL, "ACRCLOUD_BEARER_TOKEN=" + cfg.BearerToken.Reveal(), "ACRCLOUD_CONTAINER_ID=" + strconv.Itoa(cfg.ContainerID),
		"ACRCLOUD_IDENTIFY_HOST=" + cfg.IdentifyHost, "ACRCLOUD_IDENTIFY_ACCESS_KEY=" + cfg.IdentifyAccessKey.Reveal(),
		"ACRCLOUD_IDENTIFY_ACCESS_SECRET=" + cfg.IdentifyAccessSecret.Reveal(),
	}
}

// write makes a file.
func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
	require.NoError(t, os.WriteFile(name, data, 0o600)) //nolint:gosec,nolintlint // names that tests choose; only some runs of the analysis see them
	return name
}

// decode reads JSON.
func decode[T any](t *testing.T, data string) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal([]byte(data), &v), data)
	return v
}
