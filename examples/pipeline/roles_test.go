//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/pgtest"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// offline has the environment name no service and no database.
func offline(t *testing.T) {
	t.Helper()
	for _, name := range []string{databaseEnv, "ACRCLOUD_BEARER_TOKEN", "ACRCLOUD_CONTAINER_ID", "ACRCLOUD_BASE_URL", "ACRCLOUD_USE_MOCK", "PIPELINE_CALLBACK_SECRET"} {
		t.Setenv(name, "")
	}
}

// A cloud is what several processes share: the service, a PostgreSQL database, and a folder.
type cloud struct {
	srv    *mock.Server
	sample []byte
	dsn    string
	data   string
	secret acrcloud.Secret
	client *filescan.Client
}

// newCloud sets the environment of processes that use it.
func newCloud(t *testing.T) *cloud {
	t.Helper()
	cluster, err := pgtest.Start()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, cluster.Stop()) })
	c := &cloud{srv: mock.New(mock.WithProcessingTime(500 * time.Millisecond)), data: t.TempDir(), secret: webhook.NewSecret()}
	c.dsn, err = cluster.Create()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.srv.Close()) })
	base, err := c.srv.Start()
	require.NoError(t, err)
	c.sample = addSample(c.srv)
	c.client, err = filescan.New(c.srv.Config(), c.srv.Options()...)
	require.NoError(t, err)
	offline(t)
	for name, value := range map[string]string{
		databaseEnv: c.dsn, "PIPELINE_CALLBACK_SECRET": c.secret.Reveal(), "ACRCLOUD_BASE_URL": base,
		"ACRCLOUD_BEARER_TOKEN": c.srv.Config().BearerToken.Reveal(), "ACRCLOUD_CONTAINER_ID": strconv.Itoa(c.srv.Config().ContainerID),
	} {
		t.Setenv(name, value)
	}
	return c
}

// settings are those of a process in this one.
func (c *cloud) settings(t *testing.T) settings {
	t.Helper()
	return settings{data: c.data, database: c.dsn, secret: c.secret.Reveal()}
}

// callback has the service post to a receiver from now on.
func (c *cloud) callback(t *testing.T, url string) {
	t.Helper()
	require.NoError(t, setCallback(t.Context(), c.client, c.srv.Config().ContainerID, url, c.secret))
}

// made returns how many files the service was asked to make.
func (c *cloud) made() (n int) {
	for _, r := range c.srv.Requests() {
		if r.Op == mock.OpCreateFile {
			n++
		}
	}
	return n
}

// Two web processes, two workers and two receivers, each a process of its own, on one database. All start at the same time, with an empty
// database. One of each is killed or stopped on the way: nothing is lost, and nothing is billed twice.
func TestRoles(t *testing.T) { //nolint:paralleltest // it sets the environment
	c := newCloud(t)
	begun := make(chan *child, 6)
	for _, role := range []string{roleWeb, roleWeb, roleWorker, roleWorker, roleReceiver, roleReceiver} {
		go func() { begun <- spawn(t, "-data", c.data, "-role", role) }() //nolint:testifylint // a test that fails there is over
	}
	processes := map[string][]*child{}
	for range cap(begun) {
		p := <-begun
		role := p.cmd.Args[len(p.cmd.Args)-1]
		processes[role] = append(processes[role], p)
	}
	web, worker, receiver := processes[roleWeb], processes[roleWorker], processes[roleReceiver]
	for path, status := range map[string]int{receiver[0].address + "/": 404, web[0].address + "/healthz": 204, worker[0].address + "/healthz": 204, worker[0].address + callbackPath: 404} {
		got, _ := get(t, path)
		assert.Equal(t, status, got, path)
	}
	const files = 12
	upload := func(i int, to *child) {
		status, page := uploadFile(t, to.address, fmt.Sprintf("song %d.wav", i), append(c.sample, make([]byte, 2*i)...))
		require.Equal(t, 200, status, page)
	}
	c.callback(t, receiver[0].address+callbackPath)
	for i := range files / 2 {
		upload(i, web[i%2])
	}
	worker[0].stop(t) // in the middle of steps; they end first
	receiver[0].kill(t)
	web[0].kill(t)
	c.callback(t, receiver[1].address+callbackPath)
	for i := files / 2; i < files; i++ {
		upload(i, web[1])
	}
	var page string
	require.Eventually(t, func() bool {
		_, page = get(t, web[1].address+"/")
		return strings.Count(page, "critical risk") == files
	}, time.Minute, 100*time.Millisecond, &worker[1].out)
	for i := range files {
		assert.Equal(t, 1, strings.Count(page, fmt.Sprintf("song %d.wav", i)))
	}
	assert.Equal(t, files, c.made(), "each file is billed once")
	require.Eventually(t, func() bool {
		_, page = get(t, web[1].address+"/callbacks")
		return strings.Contains(page, "<td>200</td><td>done</td>")
	}, 10*time.Second, 50*time.Millisecond)

	// What cannot be scanned says why, and not more than the uploader may know.
	c.srv.OnScan(func(mock.Upload) mock.Outcome { return mock.Outcome{State: new(-3)} })
	_, _ = uploadFile(t, web[1].address, "broken.wav", append(c.sample, 1))
	assert.Contains(t, follow(t, web[1].address), "could not be analysed: ACRCloud found no audio")
	require.NoError(t, os.Chmod(filepath.Join(c.data, "uploads"), 0o700)) //nolint:gosec // a folder
	worker[1].stop(t)
	_, _ = uploadFile(t, web[1].address, "gone.wav", append(c.sample, 2))
	gone, err := filepath.Glob(filepath.Join(c.data, "uploads", "*"))
	require.NoError(t, err)
	for _, path := range gone {
		require.NoError(t, os.Remove(path))
	}
	last := spawn(t, "-data", c.data, "-role", roleWorker)
	page = follow(t, web[1].address)
	assert.Contains(t, page, "its content was refused, or cannot be read any more")
	assert.NotContains(t, page, c.data)
	assert.Equal(t, files+1, c.made())
	for _, p := range []*child{last, web[1], receiver[1]} {
		p.stop(t)
	}
}

// Ctrl-C lets an upload end that is on its way.
func TestStop(t *testing.T) { //nolint:paralleltest // it sets the environment
	offline(t)
	p := spawn(t)
	_, sample := get(t, p.address+"/sample.wav")
	body, kind := formWith(t, "slow.wav", []byte(sample), "")
	slow, first, rest := newSlow(body)
	answered := make(chan int, 1)
	go func() { answered <- post(t, p.address+"/uploads", kind, slow) }()
	<-first // the server has begun to read
	stopped := make(chan struct{})
	go func() { p.stop(t); close(stopped) }() //nolint:testifylint // a test that fails there is over
	require.Eventually(t, func() bool { return strings.Contains(p.out.String(), "Stopping") }, 10*time.Second, time.Millisecond)
	close(rest)
	assert.Equal(t, 303, <-answered)
	<-stopped
}

// What a user may get wrong says what to do, and shows no password.
func TestMistakes(t *testing.T) {
	offline(t)
	busy := start(t)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, c := range map[string]struct {
		args        []string
		environment map[string]string
		says        []string
	}{
		"the port is in use":          {[]string{"-listen", strings.TrimPrefix(busy, "http://")}, nil, []string{"address already in use", "-listen 127.0.0.1:0"}},
		"the port is none":            {[]string{"-listen", "127.0.0.1:http/x"}, nil, []string{"-listen 127.0.0.1:8080"}},
		"roles without a database":    {[]string{"-mock", "-role", "web"}, nil, []string{"-mock-listen"}},
		"the folder is a file":        {[]string{"-data", file}, service(""), []string{file, "use another -data folder"}},
		"no secret":                   {nil, service(""), []string{"PIPELINE_CALLBACK_SECRET is not set"}},
		"the database is not a URL":   {nil, service("postgres://app:hush@%zz/app"), []string{"DATABASE_URL", "postgres://user@host/database"}},
		"the database is not there":   {nil, service("postgres://app:hush@127.0.0.1:1/app"), []string{"DATABASE_URL", "connection refused", "check that the database runs"}},
		"the database's host is not":  {nil, service("postgres://app:hush@db.invalid/app"), []string{"DATABASE_URL", "db.invalid", "check that the database runs"}},
		"the telemetry goes where":    {[]string{"-telemetry", "jaeger"}, nil, []string{"use otlp or console"}},
		"the database is another one": {nil, service("mysql://app:hush@127.0.0.1/app"), []string{"DATABASE_URL is not the address of a PostgreSQL database"}},
		"the database is misspelt":    {nil, service("postgres:/app:hush@127.0.0.1/app"), []string{"DATABASE_URL is not the address of a PostgreSQL database"}},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range c.environment {
				t.Setenv(key, value)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var out output
			assert.Equal(t, demo.ExitFailed, run(ctx, append([]string{"-listen", "127.0.0.1:0"}, c.args...), &out, &out))
			for _, text := range c.says {
				assert.Contains(t, out.String(), text)
			}
			assert.NotContains(t, out.String(), "hush")
			assert.NotContains(t, out.String(), "Listening")
		})
	}
}

// service is an environment with the real service, which no test reaches, and a database.
func service(database string) map[string]string {
	return map[string]string{databaseEnv: database, "ACRCLOUD_BEARER_TOKEN": "token", "ACRCLOUD_CONTAINER_ID": "1", "ACRCLOUD_BASE_URL": "http://127.0.0.1:1"}
}

// A folder that is not writable says so. Root may write everywhere, so it is one that does not exist any more.
func TestReadOnlyFolder(t *testing.T) {
	offline(t)
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "gone"))
	var out output
	assert.Equal(t, demo.ExitFailed, run(t.Context(), []string{"-listen", "127.0.0.1:0"}, &out, &out))
	assert.Contains(t, out.String(), "set TMPDIR to a folder that is writable, or use -data")
}
