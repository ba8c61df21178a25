package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// environment sets the credentials; the tests that use it cannot be parallel.
func environment(t *testing.T, token, useMock string) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "ACRCLOUD_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("ACRCLOUD_BEARER_TOKEN", token)
	t.Setenv("ACRCLOUD_USE_MOCK", useMock)
}

//nolint:paralleltest // the environment belongs to the whole program
func TestWebhook(t *testing.T) {
	file := filepath.Join(t.TempDir(), "song.mp3")
	require.NoError(t, os.WriteFile(file, []byte("ID3 unknown music"), 0o600))
	tests := []struct {
		name           string
		args           []string
		token, useMock string
		exit           int
		stdout, stderr string
	}{
		{"a sample", nil, "", "", demo.ExitOK, "sample.wav: ready, fetched again from the API\n  0s to 20s: Silver River, Ada Alder\n", "reason=done"},
		{"a file", []string{file}, "", "", demo.ExitOK, "song.mp3: no results, fetched again from the API\n", "scratch container"},
		{"the mock in spite of credentials", []string{"-mock"}, "eyJx", "", demo.ExitOK, "Silver River", "embedded mock"},
		{"the mock by the environment", nil, "eyJx", "1", demo.ExitOK, "Silver River", "is deleted"},
		{"the real service must reach it", nil, "eyJx", "", demo.ExitFailed, "", "-public"},
		{"by https", []string{"-public", "http://example.com"}, "eyJx", "", demo.ExitFailed, "", "use https"},
		{"neither true nor false", nil, "", "maybe", demo.ExitFailed, "", "ACRCLOUD_USE_MOCK"},
		{"no such container", []string{"-container", "5"}, "", "", demo.ExitFailed, "", "404"},
		{"a missing file", []string{filepath.Join(t.TempDir(), "none.mp3")}, "", "", demo.ExitFailed, "", "is deleted"},
		{"an address that is none", []string{"-listen", "nowhere"}, "", "", demo.ExitFailed, "", "nowhere"},
		{"all addresses", []string{"-listen", ":0"}, "", "", demo.ExitOK, "Silver River", "is deleted"},
		{"all addresses of IPv4", []string{"-listen", "0.0.0.0:0"}, "", "", demo.ExitOK, "Silver River", "is deleted"},
		{"a region that is none", []string{"-region", "mars"}, "", "", demo.ExitFailed, "", "egion"},
		{"two files", []string{file, file}, "", "", demo.ExitUsage, "", "usage"},
		{"an unknown flag", []string{"-x"}, "", "", demo.ExitUsage, "", "usage"},
		{"help", []string{"-h"}, "", "", demo.ExitOK, "", "usage"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			environment(t, tt.token, tt.useMock)
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tt.exit, run(t.Context(), tt.args, &stdout, &stderr), stderr.String())
			assert.Contains(t, stdout.String(), tt.stdout)
			assert.Contains(t, stderr.String(), tt.stderr)
			assert.NotContains(t, stderr.String(), "key=", "the secret is nowhere")
		})
	}
}

//nolint:paralleltest // the environment belongs to the whole program
func TestWebhookIsInterrupted(t *testing.T) {
	environment(t, "", "")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	var stdout, stderr bytes.Buffer
	assert.Equal(t, demo.ExitInterrupted, run(ctx, nil, &stdout, &stderr))
	assert.Empty(t, stdout.String())
	assert.Contains(t, stderr.String(), "is deleted", "it tidies up")
}

// What could not be tidied up is told even if the program was stopped.
func TestTidied(t *testing.T) {
	t.Parallel()
	require.NoError(t, tidied(nil, nil, nil))
	require.NotErrorIs(t, tidied(context.Canceled), errTidying)
	err := tidied(context.Canceled, nil, errors.New("container 7 is still there"))
	require.ErrorIs(t, err, errTidying)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "still there")
}

// An existing container has its old callback URL back in the end.
func TestBorrow(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	client, err := filescan.New(srv.Config(), append(srv.Options(), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))...)
	require.NoError(t, err)
	containers, id := client.Containers(), srv.Config().ContainerID
	current := func() string {
		c, err := containers.Get(t.Context(), id)
		require.NoError(t, err)
		return c.CallbackURL.Reveal()
	}
	ours := acrcloud.NewSecret("https://tunnel.example.com/?key=ours")
	for _, old := range []acrcloud.Secret{{}, acrcloud.NewSecret("https://example.com/theirs?key=theirs")} {
		require.NoError(t, set(t.Context(), containers, id, old))
		var stderr bytes.Buffer
		restore, err := borrow(t.Context(), containers, id, ours, &stderr)
		require.NoError(t, err)
		assert.Equal(t, ours.Reveal(), current())
		require.NoError(t, restore())
		assert.Equal(t, old.Reveal(), current())
		assert.NotContains(t, stderr.String(), "key=")
		if old.IsZero() {
			assert.Contains(t, stderr.String(), "cannot be restored")
		}
	}

	// A service that does not show what was set is noticed, and so is one that fails in the end.
	remove := srv.Inject(mock.Fault{Method: http.MethodGet, Skip: 1, Body: fmt.Sprintf(`{"data":{"id":%d,"name":"x"}}`, id)})
	var stderr bytes.Buffer
	_, err = borrow(t.Context(), containers, id, ours, &stderr)
	require.ErrorContains(t, err, "another callback URL than the one that was set")
	require.ErrorContains(t, err, "check it in the console")
	remove()
	assert.Equal(t, "https://example.com/theirs?key=theirs", current())
}

func TestShow(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, show(&out, &webhook.Event{Kind: webhook.Unknown, Raw: []byte("{}")}))
	assert.Equal(t, "An event of kind unknown, 2 bytes\n", out.String())
	out.Reset()
	hostile := filescan.Match{Result: acrcloud.Music{Title: "a\n\x1b[2Jb", Artists: []acrcloud.Artist{{Name: "c\u202ed"}}}}
	event := &webhook.Event{Kind: webhook.FileScan, Name: "x\ny", State: filescan.StateReady, Refetched: true, Results: &filescan.Results{Music: []filescan.Match{hostile}}}
	require.NoError(t, show(&out, event))
	assert.Equal(t, "x\\ny: ready, fetched again from the API\n  0s to 0s: a\\n\\x1b[2Jb, c\\u202ed\n", out.String())
	require.Error(t, show(full{}, &webhook.Event{Kind: webhook.FileScan}))
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }
