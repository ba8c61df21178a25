package main

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Two ways to run Redis.
var (
	appendOnly = []string{"--appendonly", "yes", "--appendfsync", "everysec", "--save", ""}
	asDebian   = []string{"--appendonly", "no", "--save", "3600 1 300 100 60 10000"} // what its redis.conf says
)

// A redis is a server of a test's own.
type redis struct {
	t       *testing.T
	program string
	folder  string
	port    int
	args    []string
	server  *exec.Cmd
}

func startRedis(t *testing.T, args []string) *redis {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	require.NoError(t, err, "Redis is not installed, and this is tested with the real one: install it, for example with 'apt-get install redis-server'")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	require.NoError(t, listener.Close())
	r := &redis{t: t, program: program, folder: t.TempDir(), port: port, args: args}
	r.start()
	t.Cleanup(r.kill)
	return r
}

func (r *redis) options() asynq.RedisClientOpt { return asynq.RedisClientOpt{Addr: r.address()} }

func (r *redis) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(r.port)) }

func (r *redis) start() {
	r.t.Helper()
	log, err := os.OpenFile(filepath.Join(r.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(r.t, err)
	r.server = exec.Command(r.program, append([]string{"--port", strconv.Itoa(r.port), "--bind", "127.0.0.1", "--dir", r.folder}, r.args...)...) //nolint:gosec,noctx // it ends with the test
	r.server.Stdout = log
	require.NoError(r.t, r.server.Start())
	require.NoError(r.t, log.Close())
	client := asynq.NewClient(r.options())
	defer func() { assert.NoError(r.t, client.Close()) }()
	require.Eventually(r.t, func() bool { return client.Ping() == nil }, time.Minute, 10*time.Millisecond, "redis-server does not start")
}

// kill ends the server at once, as a crash does.
func (r *redis) kill() {
	if r.server != nil {
		_ = r.server.Process.Kill()
		_ = r.server.Wait()
		r.server = nil
	}
}

// wipe has the server lose everything.
func (r *redis) wipe() {
	r.t.Helper()
	r.kill()
	files, err := os.ReadDir(r.folder)
	require.NoError(r.t, err)
	for _, f := range files {
		require.NoError(r.t, os.RemoveAll(filepath.Join(r.folder, f.Name())))
	}
	r.start()
}

// tasks returns how many tasks of jobs the server has.
func (r *redis) tasks() int {
	r.t.Helper()
	inspector := asynq.NewInspector(r.options())
	defer func() { assert.NoError(r.t, inspector.Close()) }()
	queues, err := inspector.Queues()
	require.NoError(r.t, err)
	if !slices.Contains(queues, stepQueue) {
		return 0
	}
	info, err := inspector.GetQueueInfo(stepQueue)
	require.NoError(r.t, err)
	return info.Size
}

// pause waits, unless the test ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
