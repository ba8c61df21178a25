package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// managed is a client of a mock that listens.
func managed(t *testing.T, srv *mock.Server) *console.Client {
	t.Helper()
	client, err := console.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	return client
}

// newProject makes a project for identification.
func newProject(t *testing.T, srv *mock.Server, name string) *console.Project {
	t.Helper()
	project, err := managed(t, srv).Projects().Create(t.Context(), console.CreateProjectRequest{
		Name: name, Region: acrcloud.EUWest1, Type: console.AudioVideoRecognition, Buckets: []int{console.ACRCloudMusic},
	})
	require.NoError(t, err)
	return project
}

func TestProjects(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	code, stdout, stderr := call(t, env, "projects", "create", "app\x1b]0;x", "--in", "eu-west-1", "--bucket", "23", "--external-id", "isrc,upc", "-o", "json")
	require.Equal(t, exitOK, code, stderr)
	assert.NotContains(t, stdout, "\x1b")
	project := decode[console.Project](t, stdout)
	id := strconv.Itoa(project.ID)
	secret, err := managed(t, srv).Projects().Get(t.Context(), project.ID)
	require.NoError(t, err)
	secrets := []string{secret.AccessKey.Reveal(), secret.AccessSecret.Reveal()}

	for _, args := range [][]string{{"list"}, {"list", "-o", "json"}, {"get", id}, {"get", id, "-o", "json"}, {"get", id, "-o", "csv"}, {"list", "--type", "AVR", "--in", "eu-west-1", "-o", "jsonl"}} {
		code, stdout, stderr = call(t, env, append([]string{"projects"}, args...)...)
		require.Equal(t, exitOK, code, stderr)
		assert.Contains(t, stdout, id)
		assert.NotContains(t, stdout, "\x1b")
		for _, s := range secrets {
			assert.NotContains(t, stdout+stderr, s, args)
		}
	}
	code, stdout, stderr = call(t, env, "projects", "update", id, "--name", "renamed", "-o", "csv")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, "renamed", records(t, stdout)[0]["name"])

	code, stdout, stderr = call(t, env, "projects", "usage", id, "--from", "2026-01-01", "--to", "2026-01-03", "-o", "csv")
	require.Equal(t, exitOK, code, stderr)
	for _, row := range records(t, stdout) {
		assert.Contains(t, row["date"], "2026-01-0")
	}
	code, stdout, stderr = call(t, env, "projects", "statistics", id)
	require.Equal(t, exitOK, code, stderr)
	decode[any](t, stdout)

	code, _, stderr = call(t, env, "projects", "delete", id)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--yes")
	code, _, stderr = call(t, env, "projects", "delete", id, "--yes")
	require.Equal(t, exitOK, code, stderr)
	code, stdout, stderr = call(t, env, "projects", "get", id)
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "project "+id+": ")
}

func TestMonitoringProjects(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	s := newStation(t, srv)
	for _, tt := range []struct {
		args string
		want []string
	}{
		{"streams", []string{"radio", "BM-ACRC"}},
		{"streams " + s.streams, []string{s.stream, `Radio\x1b[2J One`, "Running", "http://radio.example/1"}},
		{"channels", []string{"stations", "BM-Database"}},
		{"channels " + s.channels, []string{s.channel}},
		{"channels " + s.channels + " --search " + s.channel + " --search-by channel_id", []string{s.channel}},
	} {
		code, stdout, stderr := call(t, env, append([]string{"projects", "-o", "csv"}, strings.Fields(tt.args)...)...)
		require.Equal(t, exitOK, code, stderr)
		for _, want := range tt.want {
			assert.Contains(t, stdout, want, tt.args)
		}
		assert.NotContains(t, stdout, "\x1b")
	}
	code, stdout, stderr := call(t, env, "projects", "streams", "999999")
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "project 999999: ")

	token := srv.IssueToken(mock.Token{Scopes: []string{"read-base-projects"}})
	code, stdout, stderr = call(t, append(env, "ACRCLOUD_BEARER_TOKEN="+token.Reveal()), "projects", "channels", "-o", "json")
	assert.Equal(t, exitCredentials, code)
	assert.Empty(t, stdout, "a failure does not pass for an empty list")
	assert.Contains(t, stderr, "read-bm-bd-projects")
}

// A station is a stream and a channel that are monitored.
type station struct{ streams, stream, channels, channel string }

func newStation(t *testing.T, srv *mock.Server) station {
	t.Helper()
	client := managed(t, srv)
	streams, err := client.StreamProjects().Create(t.Context(), console.CreateStreamProjectRequest{Name: "radio", Region: acrcloud.EUWest1, Buckets: []int{console.ACRCloudMusic}})
	require.NoError(t, err)
	stream, err := client.Streams(streams.ID).Add(t.Context(), console.AddStreamRequest{URLs: []string{"http://radio.example/1"}, Name: "Radio\x1b[2J One", ConfigID: console.DefaultStreamConfig})
	require.NoError(t, err)
	channels, err := client.ChannelProjects().Create(t.Context(), console.CreateChannelProjectRequest{Name: "stations", Region: acrcloud.EUWest1, Buckets: []int{console.ACRCloudMusic}})
	require.NoError(t, err)
	require.NoError(t, client.Channels(channels.ID).Add(t.Context(), 238766))
	return station{strconv.Itoa(streams.ID), stream.ID, strconv.Itoa(channels.ID), "238766"}
}

func TestProjectConfiguration(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	track := srv.AddTrack(mock.Track{Title: "Silver River"})
	sample := write(t, filepath.Join(t.TempDir(), "a.wav"), track.WAV(0, 12*time.Second))
	project := newProject(t, srv, "app")
	id := strconv.Itoa(project.ID)
	file := filepath.Join(t.TempDir(), "new", "config.json")
	env = append(env, "ACRCLOUD_CONFIG_FILE="+file)

	code, stdout, stderr := call(t, env, "projects", "config", id, "--name", "radio")
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stderr, `"radio"`)
	for _, s := range []string{project.AccessKey.Reveal(), project.AccessSecret.Reveal()} {
		assert.NotContains(t, stdout+stderr, s)
	}
	if runtime.GOOS != "windows" {
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	code, stdout, stderr = call(t, env, "identify", sample, "--config", "radio")
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "Silver River")

	code, _, stderr = call(t, env, "projects", "config", id, "--name", "radio")
	assert.Equal(t, exitOK, code, "nothing is replaced: %s", stderr)
	other := strconv.Itoa(newProject(t, srv, "other").ID)
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	code, _, stderr = call(t, env, "projects", "config", other, "--name", "radio")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--yes")
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
	code, _, stderr = call(t, env, "projects", "config", other, "--name", "radio", "--yes")
	assert.Equal(t, exitOK, code, stderr)
	code, _, stderr = call(t, env, "projects", "config", other)
	assert.Equal(t, exitOK, code, stderr)
	code, stdout, stderr = call(t, env, "config", "list", "-o", "csv")
	require.Equal(t, exitOK, code, stderr)
	assert.Len(t, records(t, stdout), 2)
	assert.Contains(t, stdout, "other")
	left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestProjectConfigurationKeepsTheRest(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	id := strconv.Itoa(newProject(t, srv, "app").ID)
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "config.json"), []byte("\uFEFF"+`{"bearer_token_command": ["cat", "<&>"], "container_id": "5", "region": "eu-west-1"}`))
	link := filepath.Join(dir, "link.json")
	if os.Symlink(file, link) != nil {
		link = file
	}
	env = append(env, "ACRCLOUD_CONFIG_FILE="+link)
	code, _, stderr := call(t, env, "projects", "config", id, "--name", "radio")
	require.Equal(t, exitOK, code, stderr)
	data, err := os.ReadFile(file)
	require.NoError(t, err, "the link leads to the same file")
	configs := decode[[]map[string]any](t, string(data))
	require.Len(t, configs, 2)
	assert.Equal(t, map[string]any{"name": "default", "bearer_token_command": []any{"cat", "<&>"}, "container_id": "5", "region": "eu-west-1"}, configs[0])
	assert.Equal(t, "radio", configs[1]["name"])

	broken := write(t, filepath.Join(dir, "broken.json"), []byte(`[{"bearer_tokn": "x"}]`))
	code, _, stderr = call(t, env, "projects", "config", id, "--config-file", broken)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "bearer_token")
	data, err = os.ReadFile(broken)
	require.NoError(t, err)
	assert.Equal(t, `[{"bearer_tokn": "x"}]`, string(data), "a file with mistakes is left alone")

	code, _, stderr = call(t, env, "projects", "config", "999999", "--name", "x")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "project 999999: ")
}
