//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
)

// childEnv has the test binary run the program in place of tests.
const childEnv = "PIPELINE_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		main()
	}
	os.Exit(m.Run())
}

// output is what a process prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

var listening = regexp.MustCompile(`Listening on (\S+)`)

// address waits until the program listens.
func (o *output) address(tb testing.TB, ended <-chan int) string {
	tb.Helper()
	var found []string
	require.Eventually(tb, func() bool {
		found = listening.FindStringSubmatch(o.String())
		return found != nil || len(ended) > 0
	}, time.Minute, time.Millisecond, o)
	require.NotNil(tb, found, o.String())
	return found[1]
}

// start runs the program until the test ends, and returns its address.
func start(t *testing.T, args ...string) (address string) {
	t.Helper()
	return begin(t, func(ctx context.Context, out *output) int {
		return run(ctx, append([]string{"-listen", "127.0.0.1:0"}, args...), out, out)
	})
}

// begin runs something in this process until the test ends, and returns the address at which it listens.
func begin(t *testing.T, work func(context.Context, *output) int) (address string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var out output
	ended := make(chan int, 1)
	go func() { ended <- work(ctx, &out) }()
	t.Cleanup(func() {
		cancel()
		assert.Equal(t, demo.ExitOK, <-ended, out.String())
		assert.NotContains(t, out.String(), "level=ERROR")
	})
	return out.address(t, ended)
}

// A child is the program in a process of its own.
type child struct {
	cmd     *exec.Cmd
	out     output
	ended   chan int
	address string
}

// spawn starts the program in a process of its own, with the environment of this one.
func spawn(tb testing.TB, args ...string) *child {
	tb.Helper()
	c := &child{ended: make(chan int, 1)}
	c.cmd = exec.Command(os.Args[0], append([]string{"-listen", "127.0.0.1:0"}, args...)...) //nolint:gosec,noctx // this program
	c.cmd.Env = append(os.Environ(), childEnv+"=1")
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.out
	require.NoError(tb, c.cmd.Start())
	go func() {
		_ = c.cmd.Wait() // the code says it
		c.ended <- c.cmd.ProcessState.ExitCode()
	}()
	c.address = c.out.address(tb, c.ended)
	return c
}

// stop is Ctrl-C. The process drains, and ends well.
func (c *child) stop(tb testing.TB) {
	tb.Helper()
	require.NoError(tb, c.cmd.Process.Signal(syscall.SIGINT))
	assert.Equal(tb, demo.ExitOK, <-c.ended, &c.out)
	assert.NotContains(tb, c.out.String(), "level=ERROR")
	assert.NotContains(tb, c.out.String(), "broken off")
}

// kill is SIGKILL.
func (c *child) kill(tb testing.TB) {
	tb.Helper()
	require.NoError(tb, c.cmd.Process.Kill())
	<-c.ended
}

// BenchmarkStart is the time from the start of the process to the moment at which it listens, with everything in one process, and the
// processor time of it.
func BenchmarkStart(b *testing.B) {
	for _, name := range []string{databaseEnv, "ACRCLOUD_BEARER_TOKEN", "ACRCLOUD_CONTAINER_ID"} {
		b.Setenv(name, "")
	}
	b.Setenv("TMPDIR", b.TempDir())
	var used time.Duration
	for b.Loop() {
		c := spawn(b)
		b.StopTimer()
		c.stop(b)
		used += c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime()
		b.StartTimer()
	}
	b.ReportMetric(float64(used.Milliseconds())/float64(b.N), "cpu-ms/op")
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/op")
}
