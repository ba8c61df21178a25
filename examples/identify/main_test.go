package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// environment sets the credentials; the tests that use it cannot be parallel.
func environment(t *testing.T, host, key, secret, useMock string) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "ACRCLOUD_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("ACRCLOUD_IDENTIFY_HOST", host)
	t.Setenv("ACRCLOUD_IDENTIFY_ACCESS_KEY", key)
	t.Setenv("ACRCLOUD_IDENTIFY_ACCESS_SECRET", secret)
	t.Setenv("ACRCLOUD_USE_MOCK", useMock)
}

const (
	testHost = "identify-eu-west-1.acrcloud.com"
	testKey  = "k3yk3yk3y"
)

//nolint:paralleltest // the environment belongs to the whole program
func TestIdentify(t *testing.T) {
	dir := t.TempDir()
	song, wav := filepath.Join(dir, "song.flac"), filepath.Join(dir, "long.wav")
	require.NoError(t, os.WriteFile(song, []byte("fLaC\x00\x00\x00\x22unknown music"), 0o600))
	unknown := mock.New().AddTrack(mock.Track{}).WAV(0, time.Minute)
	require.NoError(t, os.WriteFile(wav, unknown, 0o600))
	tests := []struct {
		name                       string
		args                       []string
		host, key, secret, useMock string
		exit                       int
		stdout, stderr             string
	}{
		{"a sample", nil, "", "", "", "", demo.ExitOK, "https://open.spotify.com/track/", "embedded mock"},
		{"a broadcast", []string{"-windows", "-every", "10s"}, "", "", "", "", demo.ExitOK, "Midnight Harbour", "embedded mock"},
		{"the beginning of it", []string{"-windows", "-max", "1"}, "", "", "", "", demo.ExitOK, "0:12", "embedded mock"},
		{"a file", []string{song}, "", "", "", "", demo.ExitOK, "AddTrack", "embedded mock"},
		{"a file in windows", []string{"-windows", wav}, "", "", "", "", demo.ExitOK, "no match", "embedded mock"},
		{"what is no WAV file in windows", []string{"-windows", song}, "", "", "", "", demo.ExitFailed, "", "WAV"},
		{"windows too close", []string{"-windows", "-every", "0s"}, "", "", "", "", demo.ExitFailed, "", "Every"},
		{"a WAV file", []string{wav}, "", "", "", "", demo.ExitOK, "no match", "embedded mock"},
		{"standard input", []string{"-"}, "", "", "", "", demo.ExitOK, "no match", "embedded mock"},
		{"standard input in windows", []string{"-windows", "-"}, "", "", "", "", demo.ExitOK, "no match", "embedded mock"},
		{"the mock in spite of credentials", []string{"-mock"}, testHost, testKey, testKey, "", demo.ExitOK, "Silver River", "embedded mock"},
		{"the mock by the environment", nil, testHost, testKey, testKey, "1", demo.ExitOK, "Silver River", "embedded mock"},
		{"the real service wants a file", nil, testHost, testKey, testKey, "0", demo.ExitFailed, "", "name the file"},
		{"and says what it is", nil, testHost, testKey, testKey, "", demo.ExitFailed, "", "each identification is billed"},
		{"a part of the credentials", nil, testHost, testKey, "", "", demo.ExitFailed, "", "ACRCLOUD_IDENTIFY_ACCESS_SECRET"},
		{"neither true nor false", nil, "", "", "", "maybe", demo.ExitFailed, "", "ACRCLOUD_USE_MOCK"},
		{"a missing file", []string{filepath.Join(dir, "none.mp3")}, "", "", "", "", demo.ExitFailed, "", "none.mp3"},
		{"a missing file in windows", []string{"-windows", filepath.Join(dir, "none.wav")}, "", "", "", "", demo.ExitFailed, "", "none.wav"},
		{"no WAV", []string{"-windows", song}, "", "", "", "", demo.ExitFailed, "", "not WAV"},
		{"too often", []string{"-windows", "-every", "1ms"}, "", "", "", "", demo.ExitFailed, "", "billed"},
		{"too many files", []string{song, song}, "", "", "", "", demo.ExitUsage, "", "usage"},
		{"an unknown flag", []string{"-x"}, "", "", "", "", demo.ExitUsage, "", "usage"},
		{"help", []string{"-h"}, "", "", "", "", demo.ExitOK, "", "usage"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			environment(t, tt.host, tt.key, tt.secret, tt.useMock)
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tt.exit, run(t.Context(), tt.args, bytes.NewReader(unknown), &stdout, &stderr), stderr.String())
			assert.Contains(t, stdout.String(), tt.stdout)
			if tt.exit == demo.ExitFailed {
				assert.Empty(t, stdout.String(), "nobody knows whether there is a match")
			}
			assert.Contains(t, stderr.String(), tt.stderr)
			assert.NotContains(t, stdout.String()+stderr.String(), testKey)
		})
	}
}

// A window that failed is shown with its time and the reason, and "no match" is said only of what was identified.
//
//nolint:paralleltest // the environment belongs to the whole program
func TestWindowsThatFail(t *testing.T) {
	const (
		noMatch = `{"status":{"code":1001,"msg":"No result"}}`
		match   = `{"status":{"code":0,"msg":"Success"},"metadata":{"music":[{"acrid":"a1","title":"Silver River","score":100}]}}`
	)
	wav := mock.New().AddTrack(mock.Track{}).WAV(0, time.Minute) // windows at 0, 20 and 40 seconds
	tests := []struct {
		name    string
		answers []string // empty: HTTP 500
		exit    int
		stdout  []string
		stderr  []string
	}{
		{"all failed", []string{"", "", ""}, demo.ExitFailed, nil, []string{"0:00 to 0:52 was not identified (3 windows)", "500", "3 of 3 windows could not be identified"}},
		{"one failed", []string{noMatch, "", noMatch}, demo.ExitFailed, []string{"no match in the 2 windows that could be identified"}, []string{"0:20 to 0:32 was not identified (1 window)", "1 of 3 windows"}},
		{"two failed, apart", []string{"", noMatch, ""}, demo.ExitFailed, []string{"no match in the 1 window that"}, []string{"0:00 to 0:12 was", "0:40 to 0:52 was", "2 of 3 windows"}},
		{"one matched", []string{match, "", noMatch}, demo.ExitFailed, []string{"Silver River", "up to 8s earlier"}, []string{"0:20 to 0:32 was", "1 of 3 windows"}},
		{"none failed", []string{noMatch, noMatch, noMatch}, demo.ExitOK, []string{"no match\n"}, nil},
		{"the quota ended", []string{noMatch, `{"status":{"code":3003,"msg":"limit exceeded"}}`, ""}, demo.ExitFailed, nil, []string{"window at 20s", "3003"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				file, _, err := r.FormFile("sample")
				if err != nil { // a window that was under way when the program ended
					http.Error(w, "cut off", http.StatusBadRequest)
					return
				}
				sample, _ := io.ReadAll(file)
				i := 0
				for start := range 3 { // windows come in any order
					at := 44 + start*20*16000
					if bytes.Equal(sample[44:], wav[at:at+12*16000]) {
						i = start
					}
				}
				if tt.answers[i] == "" {
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
				_, _ = io.WriteString(w, tt.answers[i])
			}))
			defer srv.Close()
			environment(t, srv.URL, testKey, testKey, "")
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tt.exit, run(t.Context(), []string{"-windows", "-every", "20s", "-"}, bytes.NewReader(wav), &stdout, &stderr))
			for _, text := range tt.stdout {
				assert.Contains(t, stdout.String(), text)
			}
			if tt.stdout == nil {
				assert.Empty(t, stdout.String())
			}
			for _, text := range tt.stderr {
				assert.Contains(t, stderr.String(), text)
			}
			if tt.exit != demo.ExitOK {
				assert.NotContains(t, stdout.String(), "no match\n")
			}
		})
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "1:05", clock(65*time.Second))
	assert.Equal(t, "1:00:05", clock(time.Hour+5*time.Second))
}
